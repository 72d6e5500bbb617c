//! What an application is told of a row, and what it may answer.

use domain::{Fields, Mapping, ROW_ID_COLUMN, Row, RowWrite, digest16};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of what a message says, in `data.version`.
const VERSION: u32 = 1;

/// A message, ready to be signed.
pub(super) struct Message {
    /// Its name: the same write under the same cause has the same one.
    pub(super) id: String,
    /// Its body.
    pub(super) body: String,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    version: u32,
    mapping: &'a str,
    /// The application's id of the row; null where it has none yet.
    external_id: Option<&'a str>,
    /// The CRM's record; null where only the row is known.
    record: Option<CrmRecord<'a>>,
    /// The application's `updated_at` of the state that the change rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    based_on: Option<Timestamp>,
    /// The values that change; null clears.
    #[serde(skip_serializing_if = "Fields::is_empty")]
    fields: &'a Fields,
}

#[derive(Serialize)]
struct CrmRecord<'a> {
    entity: &'static str,
    id: &'a str,
    account: Option<&'a str>,
}

/// What an application may answer: its row as it is then. All of it may be left out.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Reply {
    external_id: Option<String>,
    updated_at: Option<Timestamp>,
    fields: Option<Fields>,
}

/// The message that makes or changes a row.
pub(super) fn put(mapping: &Mapping, write: &RowWrite) -> Message {
    let kind = match write.row {
        Some(_) => "row.updated",
        None => "row.created",
    };
    let data = Data {
        version: VERSION,
        mapping: &mapping.name,
        external_id: write.row.as_deref(),
        record: Some(CrmRecord {
            entity: write.record.entity.name(),
            id: &write.record.id,
            account: write.account.as_deref(),
        }),
        based_on: write.seen_at,
        fields: &write.fields,
    };
    // Without its cause, a value that went there and back would be taken for a repetition.
    message(kind, write.now, data, write.correlation.as_str())
}

/// The message that removes a row.
pub(super) fn remove(mapping: &Mapping, row: &str, now: Timestamp) -> Message {
    let nothing = Fields::new();
    let data = Data {
        version: VERSION,
        mapping: &mapping.name,
        external_id: Some(row),
        record: None,
        based_on: None,
        fields: &nothing,
    };
    message("row.removed", now, data, "")
}

impl Reply {
    /// The answer in a body; nothing where it is none, since many answer "ok".
    pub(super) fn of(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// The row of an application that did not take a write, where it tells it whole.
    pub(super) fn changed(self, write: &RowWrite) -> Option<Row> {
        self.updated_at?;
        self.fields.as_ref()?;
        let row = self.row(write);
        Some(Row { record: None, ..row })
    }

    /// The row after a write. What the answer does not tell is as it was written; a row without an id
    /// of its own has the record's.
    pub(super) fn row(self, write: &RowWrite) -> Row {
        let own = self.external_id.filter(|id| Row::is_id(id));
        let id = write.row.clone().or(own).unwrap_or_else(|| write.record.id.clone());
        let mut fields = self.fields.unwrap_or_else(|| write.fields.clone());
        fields.insert(ROW_ID_COLUMN.to_owned(), id.clone().into());
        Row {
            id,
            fields,
            // Without the application's own time, whatever it tells next is newer.
            changed_at: self.updated_at.or(write.seen_at).unwrap_or(Timestamp::UNIX_EPOCH),
            record: Some(write.record.id.clone()),
            gone: false,
        }
    }
}

fn message(kind: &'static str, now: Timestamp, data: Data<'_>, cause: &str) -> Message {
    let content = serde_json::to_string(&data).expect("fields have text keys only");
    let digest = digest16(&[kind, cause, &content].map(str::as_bytes));
    let id = format!("msg_{:032x}", u128::from_be_bytes(digest));
    let body = Body { r#type: kind, timestamp: now, data };
    let body = serde_json::to_string(&body).expect("fields have text keys only");
    Message { id, body }
}
