//! Pages of a list: `page_size`, opaque cursors, and the cap on rows per query.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{field::Field, ids::Uuid, refusal::Refusal};

/// `facts/notion.md` 5; also the default.
const MAX_PAGE_SIZE: usize = 100;

/// Which part of a list a request wants.
#[derive(Debug)]
pub(crate) struct Paging {
    size: usize,
    /// Whether parts may hold fewer than that although more follows.
    short: bool,
    cursor: Option<String>,
}

/// Part of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_cursor: Option<String>,
    /// Whether more would follow if the cap did not cut the list off.
    pub(crate) capped: bool,
}

impl Paging {
    /// Reads `page_size` and `start_cursor` of a body.
    ///
    /// # Errors
    /// When the size is no whole number from 1 to 100, or the cursor no string.
    pub(crate) fn of_body(body: &Field) -> Result<Self, Refusal> {
        let field = body.key("page_size");
        let size = match field.value() {
            None => MAX_PAGE_SIZE,
            Some(size) => {
                let whole = size.as_u64().and_then(|size| usize::try_from(size).ok());
                let size = whole.ok_or_else(|| field.should_be("a number"))?;
                if size == 0 {
                    return Err(field.should_be("≥ `1`"));
                }
                if size > MAX_PAGE_SIZE {
                    return Err(field.should_be(&format!("≤ `{MAX_PAGE_SIZE}`")));
                }
                size
            }
        };
        let cursor = match body.key("start_cursor").filled() {
            Some(cursor) => Some(cursor.string()?.to_owned()),
            None => None,
        };
        Ok(Self { size, short: false, cursor })
    }

    /// The same in parts that may hold fewer objects than asked for (`facts/notion.md` 4).
    pub(crate) fn shortened(self, short: bool) -> Self {
        Self { short, ..self }
    }

    /// The same of a query string.
    ///
    /// # Errors
    /// As [`Self::of_body`].
    pub(crate) fn of_query(query: &[(String, String)]) -> Result<Self, Refusal> {
        let find = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let mut body = json!({});
        if let Some(size) = find("page_size") {
            body["page_size"] = size.parse().map_or_else(|_| json!(size), |size: u64| json!(size));
        }
        if let Some(cursor) = find("start_cursor") {
            body["start_cursor"] = json!(cursor);
        }
        Self::of_body(&Field::body(&body)).map_err(|mut refusal| {
            refusal.message = refusal
                .message
                .replace("body failed validation: body.", "query failed validation: query.");
            refusal
        })
    }

    /// Cuts the wanted part out of `all`, of which no more than `cap` can be had. A cursor belongs
    /// to its `scope`: what was asked for when it was given out.
    ///
    /// # Errors
    /// When the cursor is none of ours, or belongs to another question.
    pub(crate) fn cut<T: Copy>(
        &self,
        all: &[T],
        scope: impl Hash,
        cap: usize,
        id_of: impl Fn(T) -> Uuid,
    ) -> Result<Part<T>, Refusal> {
        let scope = fingerprint(scope);
        let start = match &self.cursor {
            None => 0,
            Some(cursor) => {
                let cursor = Cursor::decode(cursor).filter(|cursor| cursor.scope == scope);
                let cursor = cursor.ok_or_else(|| self.bad_cursor())?;
                cursor.position(all, &id_of)
            }
        };
        let available = all.len().min(cap);
        let start = start.min(available);
        let size = match self.short {
            true => 1 + start.wrapping_mul(7).wrapping_add(self.size / 2) % self.size,
            false => self.size,
        };
        let end = (start + size).min(available);
        let next =
            (end < available).then(|| Cursor { scope, offset: end as u64, next: id_of(all[end]) });
        Ok(Part {
            items: all[start..end].to_vec(),
            next_cursor: next.map(|cursor| cursor.encode()),
            capped: end == available && all.len() > cap,
        })
    }

    fn bad_cursor(&self) -> Refusal {
        let cursor = self.cursor.as_deref().unwrap_or_default();
        Refusal::validation(format!("The start_cursor provided is invalid: {cursor}"))
    }
}

/// The envelope of a list (`facts/notion.md` 4); `kind` is what it is a list of.
pub(crate) fn list<T>(kind: &str, part: &Part<T>, results: Vec<Value>) -> Value {
    json!({
        "object": "list",
        "type": kind,
        kind: {},
        "results": results,
        "has_more": part.next_cursor.is_some(),
        "next_cursor": part.next_cursor,
    })
}

fn fingerprint(scope: impl Hash) -> u64 {
    // Its keys are fixed, so cursors survive as long as the program does.
    let mut hasher = DefaultHasher::new();
    scope.hash(&mut hasher);
    hasher.finish()
}

/// Where the next part begins.
struct Cursor {
    scope: u64,
    offset: u64,
    next: Uuid,
}

impl Cursor {
    fn encode(&self) -> String {
        let text = format!("{:016x}{:016x}{}", self.scope, self.offset, self.next.undashed());
        URL_SAFE_NO_PAD.encode(text)
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text =
            String::from_utf8(bytes).ok().filter(|text| text.is_ascii() && text.len() == 64)?;
        Some(Self {
            scope: u64::from_str_radix(&text[..16], 16).ok()?,
            offset: u64::from_str_radix(&text[16..32], 16).ok()?,
            next: Uuid::parse(&text[32..])?,
        })
    }

    /// Where the list goes on: at the item that was next, or where it was if it is gone.
    fn position<T: Copy>(&self, all: &[T], id_of: impl Fn(T) -> Uuid) -> usize {
        let offset = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let is_next = |item: &T| id_of(*item) == self.next;
        if all.get(offset).is_some_and(is_next) {
            return offset;
        }
        all.iter().position(is_next).unwrap_or(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ids::Ids;
    use super::*;

    fn rows(count: usize) -> Vec<Uuid> {
        let mut ids = Ids::new(1);
        (0..count).map(|_| ids.uuid()).collect()
    }

    fn paging(size: usize, cursor: Option<String>) -> Paging {
        Paging { size, short: false, cursor }
    }

    fn walk(all: &[Uuid], size: usize, cap: usize) -> (Vec<usize>, bool) {
        let (mut sizes, mut cursor) = (Vec::new(), None);
        loop {
            let part = paging(size, cursor).cut(all, "q", cap, |id| id).unwrap();
            sizes.push(part.items.len());
            cursor = part.next_cursor;
            if cursor.is_none() {
                return (sizes, part.capped);
            }
            assert!(!part.capped);
        }
    }

    #[test]
    fn a_list_is_walked_to_its_end_or_to_the_cap() {
        assert_eq!(walk(&rows(250), 100, 10_000), (vec![100, 100, 50], false));
        assert_eq!(walk(&rows(200), 100, 10_000), (vec![100, 100], false));
        assert_eq!(walk(&rows(0), 100, 10_000), (vec![0], false));
        assert_eq!(walk(&rows(7), 2, 5), (vec![2, 2, 1], true));
        assert_eq!(walk(&rows(5), 2, 5), (vec![2, 2, 1], false));
    }

    #[test]
    fn short_parts_lead_to_the_same_end() {
        let all = rows(250);
        let (mut seen, mut sizes, mut cursor) = (Vec::new(), Vec::new(), None);
        loop {
            let part = paging(100, cursor).shortened(true).cut(&all, "q", 10_000, |id| id).unwrap();
            sizes.push(part.items.len());
            seen.extend(part.items);
            cursor = part.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
        assert!(sizes.len() > 3 && sizes.iter().all(|size| *size > 0), "{sizes:?}");
    }

    #[test]
    fn a_cursor_follows_its_item_when_rows_come_and_go() {
        let mut all = rows(10);
        let first = paging(4, None).cut(&all, "q", 100, |id| id).unwrap();
        let next = all[4];
        all.remove(0);
        let second = paging(4, first.next_cursor.clone()).cut(&all, "q", 100, |id| id).unwrap();
        assert_eq!(second.items[0], next);
        all.retain(|id| *id != next);
        let third = paging(4, first.next_cursor).cut(&all, "q", 100, |id| id).unwrap();
        assert_eq!(third.items[0], all[4]);
    }

    #[test]
    fn a_cursor_of_another_question_is_refused() {
        let all = rows(10);
        let cursor = paging(4, None).cut(&all, "q", 100, |id| id).unwrap().next_cursor;
        for (cursor, scope) in [(cursor, "other"), (Some("rubbish".to_owned()), "q")] {
            let message = paging(4, cursor).cut(&all, scope, 100, |id| id).unwrap_err().message;
            assert!(message.starts_with("The start_cursor provided is invalid: "), "{message}");
        }
    }

    #[test]
    fn sizes_out_of_bounds_are_refused() {
        let of_body = |size: Value| {
            let body = json!({ "page_size": size });
            Paging::of_body(&Field::body(&body)).map(|paging| paging.size).map_err(|r| r.message)
        };
        assert_eq!(of_body(json!(100)), Ok(100));
        for (size, expected) in [
            (
                json!(101),
                "body failed validation: body.page_size should be ≤ `100`, instead was `101`.",
            ),
            (json!(0), "body failed validation: body.page_size should be ≥ `1`, instead was `0`."),
            (
                json!("10"),
                "body failed validation: body.page_size should be a number, instead was `\"10\"`.",
            ),
        ] {
            assert_eq!(of_body(size).unwrap_err(), expected);
        }
        let query = [("page_size".to_owned(), "101".to_owned())];
        let message = Paging::of_query(&query).unwrap_err().message;
        assert_eq!(
            message,
            "query failed validation: query.page_size should be ≤ `100`, instead was `101`."
        );
    }
}
