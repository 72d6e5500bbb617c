//! Pages of raw calls: takes the rows out of a reply, and asks for the next as the catalogue says.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::{
    Paged, Turn,
    style::{Found, Page, Step, find_rows, step},
};
use crate::{RawCall, RawReply};

impl Paged for RawCall {
    type Item = Value;

    fn turn(&self, reply: RawReply) -> Turn<Self> {
        let mut reply = reply.into_json();
        let Some(edition) = self.edition() else {
            return Turn { items: vec![reply], mark: String::new(), next: None };
        };
        let pointer = match find_rows(edition, &reply) {
            Found::Rows(pointer) => pointer,
            Found::One(pointer) => {
                let items = reply.pointer_mut(&pointer).map(Value::take).into_iter().collect();
                return Turn { items, mark: String::new(), next: None };
            }
            Found::Nothing => return Turn { items: Vec::new(), mark: String::new(), next: None },
        };
        let place = edition.pagination().place();
        let asked = self.values(place);
        let step = Page::of(edition, asked, &reply, &pointer).map_or(Step::Last, |it| step(&it));
        let items = match reply.pointer_mut(&pointer).map(Value::take) {
            Some(Value::Array(rows)) => rows,
            _ => Vec::new(),
        };
        let (mark, changes) = match step {
            Step::Last => return Turn { items, mark: String::new(), next: None },
            Step::Numbered(changes) => (fingerprint(&items), changes),
            Step::Cursored(changes) => {
                let values: Vec<_> = changes.iter().map(|(_, value)| value.to_string()).collect();
                (values.join(" "), changes)
            }
        };
        let change = |call: Self, (name, value)| call.with_value(place, name, value);
        let next = changes.into_iter().fold(self.clone(), change);
        Turn { items, mark, next: Some(next) }
    }
}

/// Tells a page from another without keeping its rows.
fn fingerprint(rows: &[Value]) -> String {
    let mut hasher = DefaultHasher::new();
    rows.iter().for_each(|row| row.to_string().hash(&mut hasher));
    format!("{:016x}", hasher.finish())
}
