//! What an operation of the API answers.

use serde_json::Value;

/// A success.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content: Content,
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Json(Value),
    Html(String),
    /// A file, or text that is none of the API's JSON.
    Bytes {
        kind: String,
        bytes: Vec<u8>,
    },
    /// The address that it leads to.
    Redirect(String),
}

impl Answer {
    /// 201, as most operations that create something answer.
    pub(crate) fn created(body: Value) -> Self {
        Self { status: 201, content: Content::Json(body) }
    }

    pub(crate) fn page(status: u16, html: String) -> Self {
        Self { status, content: Content::Html(html) }
    }

    pub(crate) fn redirect(address: String) -> Self {
        Self { status: 302, content: Content::Redirect(address) }
    }
}

impl From<Value> for Answer {
    fn from(body: Value) -> Self {
        Self { status: 200, content: Content::Json(body) }
    }
}
