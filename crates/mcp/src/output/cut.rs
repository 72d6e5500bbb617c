//! Cuts an answer to a size: at the end of a record where it has a list, and else of a text.
//!
//! Assistants pay for every token of a result, so that no result is longer than [`MOST_BYTES`]; what
//! is cut off is kept under a handle, from which `get_more` tells it piece by piece.

use serde_json::{Map, Value, json};

use super::handles::{Handles, Keepsake, Owner, Remainder};
use crate::{ToolError, tool::Answer};

/// The longest result, as compact JSON: 8,000 tokens of four bytes.
pub(super) const MOST_BYTES: usize = 32_000;

/// What [`Cut`] itself adds to a result at most.
const NOTE_BYTES: usize = 300;

/// The longest piece of JSON that is told as a text: in there every quote is two bytes.
const MOST_TEXT: usize = (MOST_BYTES - NOTE_BYTES) / 2;

/// How large a result is, counted by writing it nowhere.
struct Count(usize);

/// Cuts the answers to one owner.
#[derive(Clone, Copy)]
pub(crate) struct Cut<'a> {
    /// Where the rest is kept.
    pub(crate) handles: &'a Handles,
    /// Who may fetch it.
    pub(crate) owner: &'a Owner,
    /// Now.
    pub(crate) now: jiff::Timestamp,
}

impl Cut<'_> {
    /// The answer as it was where it is small enough. Otherwise its longest list ends early, or,
    /// where that is not enough, its JSON does as a text; `more` then tells the handle of the rest.
    pub(crate) fn answer(self, answer: Answer) -> Answer {
        let size = size_of(&answer.value);
        if size <= MOST_BYTES {
            return answer;
        }
        match heaviest(&answer.value) {
            Some((list, weight)) if size - weight + NOTE_BYTES <= MOST_BYTES / 2 => {
                self.cut_list(answer, &list, MOST_BYTES - NOTE_BYTES - (size - weight))
            }
            _ => self.cut_text(answer),
        }
    }

    /// What is kept under a handle, from where the handle points; or, with a JSON Pointer, one
    /// value of what is kept.
    ///
    /// # Errors
    /// Where there is nothing under the handle for this owner.
    pub(crate) fn more(self, handle: &str, pointer: Option<&str>) -> Result<Answer, ToolError> {
        let (remainder, from) = self.handles.find(handle, self.owner, self.now)?;
        if let Some(pointer) = pointer {
            let value = remainder.at(pointer)?;
            let untrusted = remainder.untrusted_all("/value");
            return Ok(self.answer(Answer { value: json!({ "value": value }), untrusted }));
        }
        Ok(match &remainder.keepsake {
            // One record can be longer than a result: then it is told as a text.
            Keepsake::List(items) => self.answer(piece_of_list(handle, &remainder, items, from)),
            Keepsake::Text(text) => piece_of_text(handle, &remainder, text, from),
        })
    }

    fn cut_list(self, mut answer: Answer, list: &str, room: usize) -> Answer {
        let Some(Value::Array(items)) = answer.value.pointer_mut(list) else { return answer };
        let texts: Vec<Box<str>> =
            items.iter().map(|item| item.to_string().into_boxed_str()).collect();
        let shown = count_within(&texts, room);
        if shown == 0 {
            return self.cut_text(answer);
        }
        let total = texts.len();
        items.truncate(shown);
        let inner = format!("{list}/*");
        let below = answer.untrusted.iter().filter_map(|pointer| pointer.strip_prefix(&inner));
        let remainder = Remainder {
            keepsake: Keepsake::List(texts),
            untrusted: below.map(str::to_owned).collect(),
        };
        let handle = self.handles.keep(remainder, shown, self.owner, self.now);
        note(&mut answer.value, handle, &format!("{} of {total} in {list}", total - shown));
        answer
    }

    /// The JSON as a text: nothing in it is a list that could end early.
    fn cut_text(self, answer: Answer) -> Answer {
        let text = answer.value.to_string();
        let end = boundary(&text, MOST_TEXT);
        let is_untrusted = !answer.untrusted.is_empty();
        let untrusted = |pointer: &str| match is_untrusted {
            true => vec![pointer.to_owned()],
            false => Vec::new(),
        };
        let mut value = json!({ "json": &text[..end] });
        let left = text.len() - end;
        let remainder =
            Remainder { keepsake: Keepsake::Text(text.into_boxed_str()), untrusted: untrusted("") };
        let handle = self.handles.keep(remainder, end, self.owner, self.now);
        note(&mut value, handle, &format!("{left} bytes of the JSON"));
        Answer { value, untrusted: untrusted("/json") }
    }
}

/// Says in an answer where the rest is.
fn note(value: &mut Value, handle: Option<String>, left: &str) {
    let Value::Object(members) = value else { return };
    let more = match handle {
        Some(handle) => json!({ "handle": handle, "left": left, "next": "get_more" }),
        None => json!({ "left": left, "next": "ask for less: `fields`, `limit` or a filter" }),
    };
    members.insert("more".to_owned(), more);
}

fn piece_of_list(handle: &str, remainder: &Remainder, items: &[Box<str>], from: usize) -> Answer {
    let texts = items.get(from..).unwrap_or_default();
    let shown = count_within(texts, MOST_BYTES - NOTE_BYTES).max(1).min(texts.len());
    let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    let told: Vec<Value> = texts[..shown].iter().map(|text| read(text)).collect();
    let mut value = json!({ "items": told });
    let left = texts.len() - shown;
    if left > 0 {
        let handle = Handles::name(handle, from + shown);
        note(&mut value, Some(handle), &format!("{left} of {}", items.len()));
    }
    let untrusted = remainder.untrusted.iter().map(|inner| format!("/items/*{inner}")).collect();
    Answer { value, untrusted }
}

fn piece_of_text(handle: &str, remainder: &Remainder, text: &str, from: usize) -> Answer {
    let rest = text.get(from..).unwrap_or_default();
    let end = boundary(rest, MOST_TEXT);
    let mut value = Value::Object(Map::from_iter([("json".to_owned(), json!(&rest[..end]))]));
    if end < rest.len() {
        let left = rest.len() - end;
        let handle = Handles::name(handle, from + end);
        note(&mut value, Some(handle), &format!("{left} bytes of the JSON"));
    }
    Answer { value, untrusted: remainder.untrusted_all("/json") }
}

/// How many of the texts, from the first, have room together.
fn count_within(texts: &[Box<str>], room: usize) -> usize {
    let mut used = 0;
    let sizes = texts.iter().map(|text| text.len() + 1);
    let fits = |size: &usize| {
        used += size;
        used <= room
    };
    sizes.take_while(fits).count()
}

/// The last place at or before `wanted` where a text can be cut.
fn boundary(text: &str, wanted: usize) -> usize {
    (0..=wanted.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The list with the most bytes that is in no other list: its JSON Pointer and its size.
fn heaviest(value: &Value) -> Option<(String, usize)> {
    let Value::Object(members) = value else { return None };
    let inside = |(name, member): (&String, &Value)| {
        let step = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        match member {
            Value::Array(items) if items.len() > 1 => Some((step, size_of(member))),
            _ => heaviest(member).map(|(rest, weight)| (step + &rest, weight)),
        }
    };
    members.iter().filter_map(inside).max_by_key(|(_, weight)| *weight)
}

/// The bytes of a value as compact JSON.
pub(super) fn size_of(value: &Value) -> usize {
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).expect("counting does not fail");
    count.0
}

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
