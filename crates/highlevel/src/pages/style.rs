//! How a list continues after a page, in each style that the catalogue knows (`facts/highlevel.md` 5).
//!
//! Nothing here sends anything: a page goes in, and what the next call changes comes out. What a
//! reply says outright (`hasMore`, `nextPage`, a total) counts more than the length of its page,
//! since a server may give fewer rows than were asked for.

#[cfg(test)]
mod tests;

use endpoint::catalogue::{Edition, PageStyle, Pagination, Place, Shape};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Members in which replies tell about their pages.
const ABOUT_PAGES: [&str; 5] = ["meta", "pagination", "metadata", "paging", "cursors"];

/// Members that stand around a whole reply.
const WRAPPERS: [&str; 2] = ["data", "results"];

/// Where the rows of a reply are, as JSON pointers (RFC 6901).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A list.
    Rows(String),
    /// No list: one thing.
    One(String),
    /// The list is left out.
    Nothing,
}

/// A page that arrived, and what was asked for it.
pub(super) struct Page<'a> {
    edition: Edition<'static>,
    list: Pagination<'static>,
    asked: Option<&'a Map<String, Value>>,
    reply: &'a Value,
    /// What holds the rows.
    around: &'a Value,
    rows: &'a [Value],
}

/// What the next call changes; `null` takes a value out.
type Changes = Vec<(&'static str, Value)>;

/// The way on from a page.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// There is no more.
    Last,
    /// By number: a server that forgets the number gives the same rows again.
    Numbered(Changes),
    /// By a position that the page named.
    Cursored(Changes),
}

/// Finds the rows: where the catalogue says, or the only list that there is. A reply that does not
/// continue is a list only where the catalogue says so: a single record has lists as well.
pub(super) fn find_rows(edition: Edition<'_>, reply: &Value) -> Found {
    if reply.is_array() {
        return Found::Rows(String::new());
    }
    let list = edition.pagination();
    let is_paged = list.style() != PageStyle::None;
    let Some(name) = list.rows().or(edition.envelope()) else {
        let rows = rows_inside(reply, "").filter(|_| is_paged);
        return rows.map_or(Found::One(String::new()), Found::Rows);
    };
    let pointer = format!("/{}", escaped(name));
    match reply.get(name) {
        Some(Value::Array(_)) => Found::Rows(pointer),
        Some(Value::Object(_)) if !is_paged => Found::One(pointer),
        _ if !is_paged => Found::One(String::new()),
        Some(inner @ Value::Object(fields)) => match fields.get(name) {
            Some(Value::Array(_)) => Found::Rows(format!("{pointer}/{}", escaped(name))),
            _ => rows_inside(inner, &pointer).map_or(Found::One(pointer), Found::Rows),
        },
        _ => rows_inside(reply, "").map_or(Found::Nothing, Found::Rows),
    }
}

/// The only list among the members, or among those of what stands around the reply.
fn rows_inside(value: &Value, at: &str) -> Option<String> {
    let fields = value.as_object()?;
    let mut lists = fields.iter().filter(|(_, value)| value.is_array());
    match (lists.next(), lists.next()) {
        (Some((name, _)), None) => Some(format!("{at}/{}", escaped(name))),
        (Some(_), Some(_)) => None,
        (None, _) => WRAPPERS
            .iter()
            .find_map(|name| rows_inside(fields.get(*name)?, &format!("{at}/{name}"))),
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The way on from a page.
pub(super) fn step(page: &Page<'_>) -> Step {
    if page.rows.is_empty() {
        return Step::Last;
    }
    match page.list.style() {
        PageStyle::None | PageStyle::Window => Step::Last,
        PageStyle::SkipLimit | PageStyle::OffsetLimit => page.skip(),
        PageStyle::Page => page.next_number(),
        PageStyle::KeysetPair => page.keyset(0).unwrap_or(Step::Last),
        PageStyle::PageOrKeysetPair => page.number_or_keyset(),
        PageStyle::SortValue => page.sort_value(),
        PageStyle::LastId => page.last_id(),
        PageStyle::Cursor => page.cursor(),
        PageStyle::SearchAfter => page.search_after(),
        PageStyle::Token => page.token(),
    }
}

impl<'a> Page<'a> {
    /// The page whose rows are at `pointer`.
    pub(super) fn of(
        edition: Edition<'static>,
        asked: Option<&'a Map<String, Value>>,
        reply: &'a Value,
        pointer: &str,
    ) -> Option<Self> {
        let rows = reply.pointer(pointer)?.as_array()?;
        let outside = pointer.rsplit_once('/').map_or("", |(outside, _)| outside);
        let around = reply.pointer(outside)?;
        Some(Self { edition, list: edition.pagination(), asked, reply, around, rows })
    }

    fn skip(&self) -> Step {
        let Some(name) = self.position(0) else { return Step::Last };
        let begin = self.asked(name).and_then(whole).unwrap_or(0);
        let end = begin + self.rows.len() as u64;
        let total = ["total", "totalCount"].iter().find_map(|name| whole(self.told(name)?));
        if !self.goes_on(total.is_some_and(|total| total > end)) {
            return Step::Last;
        }
        Step::Numbered(vec![(name, self.number(name, end))])
    }

    fn next_number(&self) -> Step {
        let Some(name) = self.position(0) else { return Step::Last };
        let named = self.told("nextPage").and_then(whole);
        if named.is_none() && !self.goes_on(false) {
            return Step::Last;
        }
        let current = ["currentPage", "page"].iter().find_map(|name| whole(self.told(name)?));
        let current = current.or_else(|| self.asked(name).and_then(whole));
        let next = named.unwrap_or(current.unwrap_or(self.list.first().into()) + 1);
        Step::Numbered(vec![(name, self.number(name, next))])
    }

    /// Two values of the last row, which the reply or the row itself names. None where neither
    /// does. `at` is the place of the first among the positions.
    fn keyset(&self, at: usize) -> Option<Step> {
        let (value, id) = (self.position(at)?, self.position(at + 1)?);
        let told = self.told(value).zip(self.told(id));
        let (after, after_id) =
            told.or_else(|| match self.rows.last()?.get(value)?.as_array()? {
                pair if pair.len() == 2 => Some((&pair[0], &pair[1])),
                _ => None,
            })?;
        Some(match self.goes_on(false) {
            true => Step::Cursored(vec![(value, after.clone()), (id, after_id.clone())]),
            false => Step::Last,
        })
    }

    /// By number where the caller began so, or where the reply names no pair.
    fn number_or_keyset(&self) -> Step {
        let is_given = |at| self.position(at).and_then(|name| self.asked(name)).is_some();
        match self.keyset(1) {
            Some(step) if is_given(1) || !is_given(0) => step,
            _ => self.next_number(),
        }
    }

    fn sort_value(&self) -> Step {
        let order = match self.asked("sortBy").and_then(Value::as_str) {
            Some("last_manual_message_date") => "lastManualMessageDate",
            _ => "lastMessageDate",
        };
        let last = self.rows.last();
        let sorted = last.and_then(|row| row.get("sort")?.as_array()?.first());
        let value = sorted.or_else(|| last?.get(order)).and_then(milliseconds);
        match (self.position(0), value) {
            (Some(name), Some(value)) if self.goes_on(false) => {
                Step::Cursored(vec![(name, value.into())])
            }
            _ => Step::Last,
        }
    }

    fn last_id(&self) -> Step {
        let Some(name) = self.position(0) else { return Step::Last };
        let id = self.told(name).or_else(|| row_id(self.rows.last()?));
        match id {
            Some(id) if self.goes_on(false) => Step::Cursored(vec![(name, id.clone())]),
            _ => Step::Last,
        }
    }

    /// A cursor that is named leads on from a short page as well: rows may have been left out.
    fn cursor(&self) -> Step {
        let Some(name) = self.position(0) else { return Step::Last };
        let next = capitalized(name);
        let names = [next.as_str(), "nextCursor", "after", name];
        if let Some(cursor) = names.into_iter().find_map(|name| self.told(name)) {
            return Step::Cursored(vec![(name, cursor.clone())]);
        }
        // A position after a row, in a reply that names none: the row's id.
        match self.rows.last().and_then(row_id) {
            Some(id) if name.starts_with("startAfter") && self.goes_on(false) => {
                Step::Cursored(vec![(name, id.clone())])
            }
            _ => Step::Last,
        }
    }

    fn search_after(&self) -> Step {
        let (Some(page), Some(name)) = (self.position(0), self.position(1)) else {
            return Step::Last;
        };
        let of_row = |member: &str| self.rows.last()?.get(member).filter(|it| it.is_array());
        let Some(after) = of_row(name).or_else(|| of_row("sort")) else {
            return self.next_number();
        };
        if !self.goes_on(false) {
            return Step::Last;
        }
        // Beside a position a number is superfluous, but some operations insist on one.
        let body = self.edition.body().map(|body| body.schema());
        let insists = body.and_then(|it| it.field(page)).is_some_and(|it| it.is_required());
        let number = if insists { self.list.first().into() } else { Value::Null };
        Step::Cursored(vec![(name, after.clone()), (page, number)])
    }

    fn token(&self) -> Step {
        let token = ["nextPageToken", "nextToken"].iter().find_map(|name| self.told(name));
        match (self.position(0), token) {
            (Some(name), Some(token)) => Step::Cursored(vec![(name, token.clone())]),
            _ => Step::Last,
        }
    }

    /// Whether there is more: what the reply says outright, and else whether the page is as long
    /// as was asked for. A page of which nobody knows how long it could be is followed by another.
    fn goes_on(&self, total_says_so: bool) -> bool {
        let flag = |name: &str| self.told_or_null(name).and_then(truth);
        if let Some(more) = flag("hasMore").or_else(|| flag("nextPage")) {
            return more;
        }
        let size = self.list.size().and_then(|name| self.asked(name)).and_then(whole);
        total_says_so || size.is_none_or(|size| self.rows.len() as u64 >= size)
    }

    fn position(&self, at: usize) -> Option<&'static str> {
        self.list.positions().nth(at)
    }

    fn asked(&self, name: &str) -> Option<&'a Value> {
        self.asked?.get(name)
    }

    /// What the reply says under this name: beside the rows, at its top, or about its pages.
    fn told(&self, name: &str) -> Option<&'a Value> {
        self.told_or_null(name).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            _ => true,
        })
    }

    fn told_or_null(&self, name: &str) -> Option<&'a Value> {
        [self.around, self.reply].into_iter().find_map(|at| {
            at.get(name).or_else(|| {
                let about = ABOUT_PAGES.iter().find_map(|about| at.get(about)?.get(name));
                about.or_else(|| at.get("paging")?.get("cursors")?.get(name))
            })
        })
    }

    /// A number, or its text where the body wants texts.
    fn number(&self, name: &str, number: u64) -> Value {
        let body = self.edition.body().filter(|_| self.list.place() == Place::Body);
        let field = body.and_then(|body| body.schema().field(name));
        match field.map(|field| field.schema().shape()) {
            Some(Shape::String { .. }) => number.to_string().into(),
            _ => number.into(),
        }
    }
}

/// A flag, or a next page that is named or not.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::Null => Some(false),
        Value::Number(_) => Some(true),
        _ => None,
    }
}

fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn milliseconds(value: &Value) -> Option<i64> {
    let from_text = || {
        let text = value.as_str()?;
        text.parse().ok().or_else(|| Some(text.parse::<Timestamp>().ok()?.as_millisecond()))
    };
    value.as_i64().or_else(from_text)
}

fn row_id(row: &Value) -> Option<&Value> {
    row.get("id").or_else(|| row.get("_id"))
}

/// `cursor` as replies spell the next one: `nextCursor`.
fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("next{}{}", first.to_uppercase(), letters.as_str())
    })
}
