//! The words of the mirror: which texts are found by their words, and how the index follows them.

use std::collections::BTreeMap;

use domain::{Entity, Fields};
use rusqlite::Connection;
use serde_json::Value;

/// How many bits of a rowid in the index are the row's number; the shelf is above them.
pub(in crate::sqlite) const NUMBER_BITS: u32 = 40;

/// How many characters of one text are indexed. Longer ones are quoted threads and pasted files.
const LONGEST: usize = 16 * 1024;

/// What changes in the index: in order of rowid, since the index begins a new part of itself at each
/// rowid that is smaller than the one before.
#[derive(Default)]
pub(super) struct Words(BTreeMap<i64, (bool, Option<String>)>);

impl Words {
    /// Notes the text of a row before and after.
    pub(super) fn note(
        &mut self,
        (shelf, number): (i64, i64),
        before: Option<String>,
        after: Option<String>,
    ) {
        if before != after {
            self.0.insert(shelf << NUMBER_BITS | number, (before.is_some(), after));
        }
    }

    /// Writes it all.
    pub(super) fn write(self, connection: &Connection) -> rusqlite::Result<()> {
        let mut gone = connection.prepare_cached("DELETE FROM record_text WHERE rowid = ?1")?;
        let mut new =
            connection.prepare_cached("INSERT INTO record_text (rowid, text) VALUES (?1, ?2)")?;
        for (rowid, (was_there, text)) in self.0 {
            if was_there {
                gone.execute([rowid])?;
            }
            if let Some(text) = text {
                new.execute((rowid, text))?;
            }
        }
        Ok(())
    }
}

/// The fields by whose words a record is found.
fn indexed(entity: Entity) -> &'static [&'static str] {
    match entity {
        Entity::Contact => &["first_name", "last_name", "name", "company_name", "email", "phone"],
        Entity::Message => &["subject", "body"],
        Entity::Note => &["title", "body"],
        _ => &[],
    }
}

/// The text by whose words a record is found; none where there is none.
pub(super) fn text_of(entity: Entity, fields: &Fields) -> Option<String> {
    let mut texts: Vec<&str> = Vec::new();
    for text in
        indexed(entity).iter().filter_map(|name| fields.get(*name)).filter_map(Value::as_str)
    {
        // First and last name are mostly the name.
        texts.retain(|known| !text.contains(known));
        texts.push(text);
    }
    let text = plain(&texts.join(" "));
    (!text.is_empty()).then_some(text)
}

/// A text without what stands between angle brackets: the tags of HTML are no words.
fn plain(text: &str) -> String {
    let (mut plain, mut is_tag) = (String::new(), false);
    let mut rest = text.chars().peekable();
    for _ in 0..LONGEST {
        let Some(next) = rest.next() else { break };
        let opens = next == '<' && rest.peek().is_some_and(|c| c.is_alphabetic() || *c == '/');
        match (next, is_tag) {
            (_, false) if opens => is_tag = true,
            ('>', true) => {
                is_tag = false;
                plain.push(' ');
            }
            (_, true) => {}
            (character, false) => plain.push(character),
        }
    }
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(entity: Entity, fields: &[(&str, Value)]) -> Option<String> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        text_of(entity, &fields.collect())
    }

    #[test]
    fn a_name_is_indexed_once_and_tags_of_html_are_no_words() {
        let person = [
            ("first_name", json!("Ada")),
            ("last_name", json!("Byron")),
            ("name", json!("Ada Byron")),
            ("phone", json!(null)),
        ];
        assert_eq!(text(Entity::Contact, &person).as_deref(), Some("Ada Byron"));
        let mail = [("body", json!("<p class=\"x\">2 < 3</p><br/>yes"))];
        assert_eq!(text(Entity::Message, &mail).as_deref(), Some("2 < 3  yes"));
        assert_eq!(text(Entity::Task, &[("body", json!("x"))]), None);
        assert_eq!(text(Entity::Note, &[("body", json!(" "))]), None);
    }
}
