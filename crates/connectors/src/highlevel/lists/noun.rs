//! A noun: how one list of HighLevel is asked for and read, as values.

use domain::{Fields, ListPage, ListPart, Listed, RecordKey};
use highlevel::RawCall;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::row;

/// What a row tells, in the hub's words.
pub(super) type Told = fn(&mut Map<String, Value>) -> Fields;

/// How a list is read.
pub(super) struct Noun {
    pub(super) part: ListPart,
    /// The call that reads the page which is asked for.
    pub(super) ask: fn(&Ask<'_>) -> RawCall,
    /// The rows of its reply, and where the next page begins.
    pub(super) turn: fn(&Ask<'_>, Value) -> Turned,
    /// What a row tells.
    pub(super) fields: Told,
    /// The names of the moment of a row's last change, the best first.
    pub(super) changed: &'static [&'static str],
    pub(super) single: Single,
}

/// How one record is read.
pub(super) enum Single {
    /// By its id in a location.
    ById(ById),
    /// By its id and that of its contact.
    OfContact(ById),
    /// There is a list without pages, and nothing else.
    InList,
}

/// The call that reads one record.
pub(super) struct ById {
    /// The operation.
    pub(super) operation: &'static str,
    /// Its parameter for the record's id.
    pub(super) id: &'static str,
    /// Its parameters for the location, with what else it needs.
    pub(super) location: &'static [(&'static str, Given)],
    /// The member of the reply that holds the record; none where the reply is the record.
    pub(super) envelope: Option<&'static str>,
    /// What the record tells, where it is shown otherwise than in the list.
    pub(super) fields: Option<Told>,
}

/// The value of a parameter.
pub(super) enum Given {
    Location,
    Contact,
    Text(&'static str),
}

/// Which page is asked for.
pub(super) struct Ask<'a> {
    pub(super) location: &'a str,
    pub(super) cursor: Option<Value>,
    pub(super) since: Option<Timestamp>,
    /// The record whose list it is.
    pub(super) of: Option<&'a str>,
    pub(super) now: Timestamp,
}

/// What a reply says.
#[derive(Default)]
pub(super) struct Turned {
    pub(super) rows: Vec<Value>,
    pub(super) next: Option<Value>,
    pub(super) total: Option<u64>,
}

impl Ask<'_> {
    /// A number of the cursor; zero at the beginning.
    pub(super) fn skipped(&self) -> u64 {
        self.cursor.as_ref().and_then(Value::as_u64).unwrap_or(0)
    }
}

impl Turned {
    /// The rows of a reply that has no pages.
    pub(super) fn whole(mut reply: Value, name: &str) -> Self {
        Self { rows: row::rows(&mut reply, name), next: None, total: None }
    }

    /// The rows of a page that is skipped to; it is the last where it is not full.
    pub(super) fn skipped(ask: &Ask<'_>, mut reply: Value, name: &str, limit: u64) -> Self {
        let rows = row::rows(&mut reply, name);
        let next = ask.skipped() + rows.len() as u64;
        let next = (rows.len() as u64 >= limit).then_some(next.into());
        let total = reply.get("total").or_else(|| reply.get("count")).and_then(Value::as_u64);
        Self { rows, next, total }
    }
}

impl Noun {
    /// The call that reads a page.
    pub(super) fn page_call(&self, ask: &Ask<'_>) -> RawCall {
        (self.ask)(ask)
    }

    /// What a page says.
    pub(super) fn page(&self, ask: &Ask<'_>, reply: Value) -> ListPage {
        let Turned { rows, next, total } = (self.turn)(ask, reply);
        let next = next.map(|next| next.to_string());
        let mut page = ListPage { next, total, calls: 1, ..ListPage::default() };
        for row in rows {
            match self.listed(row, ask.location, self.fields) {
                Ok(Some(listed)) => page.records.push(listed),
                Ok(None) => {}
                Err(failed) => page.failed.push(failed),
            }
        }
        page
    }

    /// The call that reads one record; `of` is its contact, where that is asked for.
    pub(super) fn one_call(&self, (location, id, of): (&str, &str, &str)) -> RawCall {
        let by_id = match &self.single {
            Single::ById(by_id) | Single::OfContact(by_id) => by_id,
            Single::InList => {
                let (cursor, since, of) = (None, None, None);
                let now = Timestamp::UNIX_EPOCH;
                return (self.ask)(&Ask { location, cursor, since, of, now });
            }
        };
        let call = call(by_id.operation).with(by_id.id, id);
        by_id.location.iter().fold(call, |call, (name, given)| {
            let value = match given {
                Given::Location => location,
                Given::Contact => of,
                Given::Text(text) => text,
            };
            call.with(name, value)
        })
    }

    /// What the reply says of one record; none where it has been removed, or is another location's.
    pub(super) fn one(&self, reply: Value, key: &RecordKey, location: &str) -> Option<Listed> {
        let (row, fields) = match &self.single {
            Single::ById(by_id) | Single::OfContact(by_id) => {
                let row = match by_id.envelope.and_then(|name| reply.get(name)) {
                    Some(row) => row.clone(),
                    None => reply,
                };
                (row, by_id.fields.unwrap_or(self.fields))
            }
            Single::InList => {
                let (cursor, since, of) = (None, None, None);
                let now = Timestamp::UNIX_EPOCH;
                let turned = (self.turn)(&Ask { location, cursor, since, of, now }, reply);
                let own = |row: &Value| row::id(row) == Some(key.id.as_str());
                (turned.rows.into_iter().find(own)?, self.fields)
            }
        };
        let listed = self.listed(row, location, fields).ok().flatten()?;
        (listed.key == *key).then_some(listed)
    }

    /// What a row says; none where it says that the record was removed or is elsewhere.
    fn listed(
        &self,
        row: Value,
        location: &str,
        fields: Told,
    ) -> Result<Option<Listed>, (String, String)> {
        let Some(id) = row::id(&row).map(str::to_owned) else {
            return Err(("unknown".to_owned(), "the row has no id".to_owned()));
        };
        let Value::Object(mut row) = row else {
            return Err((id, "the row is no object".to_owned()));
        };
        let is_elsewhere =
            row.get("locationId").and_then(Value::as_str).is_some_and(|own| own != location);
        if is_elsewhere || row.get("deleted") == Some(&Value::Bool(true)) {
            return Ok(None);
        }
        let occurred_at = self.changed.iter().find_map(|name| row::moment(row.get(*name)?));
        let fields = fields(&mut row);
        Ok(Some(Listed { key: RecordKey::new(self.part.entity, id), fields, occurred_at }))
    }
}

/// A call of an operation that the catalogue has.
pub(super) fn call(operation: &str) -> RawCall {
    RawCall::new(operation).expect("a test asks the catalogue for every operation")
}
