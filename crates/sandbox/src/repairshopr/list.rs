//! Lists: filters, order, pages of a size that each list has, and an envelope that each list has.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    account::Account,
    call::Call,
    nouns::Noun,
    record::{Record, flag, text},
    reply::Reply,
};

/// How one list is answered.
pub(crate) struct List {
    pub(crate) noun: Noun,
    /// The member that holds the records.
    pub(crate) key: &'static str,
    /// How many records a page has, as measured and as documented.
    pub(crate) size: (usize, usize),
    pub(crate) meta: Meta,
    /// What stands around each record.
    pub(crate) wrapper: Option<&'static str>,
    pub(crate) filters: &'static [Filter],
    /// What a list leaves out of each record.
    pub(crate) hidden: &'static [&'static str],
}

/// What a list says of itself (`facts/repairshopr.md` 2, 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meta {
    /// How many pages and records there are, and how long pages are.
    Whole,
    /// How many pages there are.
    Pages,
    /// Nothing.
    Nothing,
    /// Everything, although nothing is documented.
    WholeUndocumented,
}

/// A parameter that a list knows. All others are ignored without a word.
pub(crate) enum Filter {
    /// The member equals the parameter.
    Is(&'static str, &'static str),
    /// The member contains the parameter.
    Like(&'static str, &'static str),
    /// Any of the members contains the parameter.
    Any(&'static str, &'static [&'static str]),
    /// The id is one of `id[]`, and none of `not_id[]`.
    Ids,
    /// The member is at that moment or later.
    Since(&'static str, &'static str),
    /// The member is on that day or earlier.
    Until(&'static str, &'static str),
    /// The member is true where the parameter is.
    Yes(&'static str, &'static str),
    /// The member is false where the parameter is true.
    No(&'static str, &'static str),
    /// Disabled records are left out, unless they are asked for.
    Enabled,
}

/// Answers a list.
pub(crate) fn answer(list: &List, account: &Account, call: &Call) -> Reply {
    let mut rows: Vec<&Record> = account
        .rows(list.noun)
        .values()
        .filter(|row| list.filters.iter().all(|filter| filter.lets(row, call)))
        .collect();
    sort(&mut rows, call.parameter("sort"));
    page(list, &rows, call)
}

/// The page of `rows` that is asked for.
pub(crate) fn page(list: &List, rows: &[&Record], call: &Call) -> Reply {
    let size = if call.strict_spec { list.size.1 } else { list.size.0 };
    let number: usize =
        call.parameter("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1);
    let shown = rows.iter().skip((number - 1).saturating_mul(size)).take(size);
    let shown: Vec<Value> = shown.map(|row| list.show(row)).collect();
    let total_pages = rows.len().div_ceil(size).max(1);
    let mut body = json!({ list.key: shown });
    match (list.meta, call.strict_spec) {
        (Meta::Whole, _) | (Meta::WholeUndocumented, false) => {
            body["meta"] = json!({
                "total_pages": total_pages,
                "total_entries": rows.len(),
                "per_page": size,
                "page": number,
            });
        }
        (Meta::Pages, _) => body["meta"] = json!({ "total_pages": total_pages, "page": number }),
        (Meta::Nothing, _) | (Meta::WholeUndocumented, true) => {}
    }
    Reply::Ok(body)
}

/// `field ASC` or `field DESC`; the newest record first where nothing is asked for, so that rows
/// move to later pages while somebody reads them.
fn sort(rows: &mut [&Record], wanted: Option<&str>) {
    rows.reverse();
    let Some(wanted) = wanted else { return };
    let (field, direction) = wanted.split_once(' ').unwrap_or((wanted, "ASC"));
    rows.reverse();
    rows.sort_by_key(|row| key(row, field));
    if direction.eq_ignore_ascii_case("desc") {
        rows.reverse();
    }
}

fn key(row: &Record, field: &str) -> String {
    match row.get(field) {
        Some(Value::String(text)) => text.clone(),
        // Numbers in the order of numbers.
        Some(other) => format!("{other:>20}"),
        None => String::new(),
    }
}

impl List {
    fn show(&self, row: &Record) -> Value {
        let mut row = row.clone();
        for member in self.hidden {
            row.remove(*member);
        }
        match self.wrapper {
            Some(wrapper) => json!({ wrapper: row }),
            None => Value::Object(row),
        }
    }
}

impl Filter {
    fn lets(&self, row: &Record, call: &Call) -> bool {
        let asked = |name: &str| call.parameter(name);
        match *self {
            Self::Is(name, member) => asked(name).is_none_or(|wanted| plain(row, member) == wanted),
            Self::Like(name, member) => asked(name).is_none_or(|it| contains(row, member, it)),
            Self::Any(name, members) => {
                asked(name).is_none_or(|wanted| members.iter().any(|it| contains(row, it, wanted)))
            }
            Self::Ids => {
                let id = plain(row, "id");
                let (wanted, unwanted) = (call.parameters("id[]"), call.parameters("not_id[]"));
                (wanted.is_empty() || wanted.contains(&id.as_str()))
                    && !unwanted.contains(&id.as_str())
            }
            Self::Since(name, member) => asked(name)
                .and_then(moment)
                .is_none_or(|since| moment(text(row, member)).is_some_and(|it| it >= since)),
            // A day is written as its date, which is the beginning of the moments in it.
            Self::Until(name, member) => asked(name)
                .is_none_or(|until| text(row, member).get(..10).is_some_and(|day| day <= until)),
            Self::Yes(name, member) => asked(name) != Some("true") || flag(row, member),
            Self::No(name, member) => asked(name) != Some("true") || !flag(row, member),
            Self::Enabled => asked("include_disabled") == Some("true") || !flag(row, "disabled"),
        }
    }
}

fn plain(row: &Record, member: &str) -> String {
    match row.get(member) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn contains(row: &Record, member: &str, wanted: &str) -> bool {
    plain(row, member).to_lowercase().contains(&wanted.to_lowercase())
}

/// A moment, or the beginning of a day.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| format!("{text}T00:00:00Z").parse().ok())
}
