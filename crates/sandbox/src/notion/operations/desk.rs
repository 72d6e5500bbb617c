//! Calls operations without HTTP, for tests.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::notion::{
    call::Call,
    operation::{self, read_segments},
    refusal::Refusal,
    version::Version,
    workspace::Workspace,
};

/// A workspace at hand.
pub(super) struct Desk {
    pub(super) workspace: Workspace,
    pub(super) version: Version,
    pub(super) now: Timestamp,
}

impl Desk {
    pub(super) fn new() -> Self {
        let now = "2026-03-05T12:00:30Z".parse().unwrap();
        Self { workspace: Workspace::new(1, 10_000, now), version: Version::V2026_03_11, now }
    }

    pub(super) fn advance(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// Calls what a method and a path with its query mean.
    pub(super) fn call(&mut self, line: &str, body: Value) -> Result<Value, Refusal> {
        let (method, target) = line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (operation, segments) = operation::find(method, path).unwrap();
        let (ids, name) = read_segments(&segments)?;
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let call = Call {
            version: self.version,
            ids,
            name,
            query: pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            body,
            by: self.workspace.bot,
            now: self.now,
        };
        (operation.act)(&mut self.workspace, &call)
    }

    pub(super) fn ok(&mut self, line: &str, body: Value) -> Value {
        self.call(line, body).unwrap()
    }

    /// The message of what must be refused.
    pub(super) fn refused(&mut self, line: &str, body: Value) -> String {
        self.call(line, body).unwrap_err().message
    }

    /// A database on the shared page; returns its id and that of its data source.
    pub(super) fn database(&mut self, properties: Value) -> (String, String) {
        let body = json!({
            "parent": { "page_id": self.workspace.shared_page.to_string() },
            "title": [{ "text": { "content": "Log" } }],
            "initial_data_source": { "properties": properties },
        });
        let database = self.ok("POST /v1/databases", body);
        (id(&database), id(&database["data_sources"][0]))
    }

    /// A row of a data source.
    pub(super) fn row(&mut self, source: &str, properties: Value) -> Value {
        let body = json!({ "parent": { "data_source_id": source }, "properties": properties });
        self.ok("POST /v1/pages", body)
    }
}

/// The id of an object.
pub(super) fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// A title or rich text of one run.
pub(super) fn text(content: &str) -> Value {
    json!([{ "text": { "content": content } }])
}
