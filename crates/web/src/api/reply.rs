//! What an operation answers when all went well.

use axum::{body::Bytes, http::StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::problem::{Kind, Problem};

/// Something to answer with.
pub(crate) trait Reply: Send {
    /// Each status that it can have.
    fn outcomes(generator: &mut SchemaGenerator) -> Vec<Outcome>;

    /// Writes it down.
    ///
    /// # Errors
    /// Where it is no JSON, which is a bug.
    fn render(self) -> Result<Rendered, Problem>;
}

/// A status, with the shape of its body.
pub(crate) struct Outcome {
    pub(crate) status: StatusCode,
    /// None where there is no body.
    pub(crate) schema: Option<Schema>,
}

/// An answer as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) status: StatusCode,
    /// JSON; empty where there is no body.
    pub(crate) body: Bytes,
    /// Its version, where that does not follow from the body alone.
    pub(crate) version: Option<String>,
}

/// JSON with one status: 200, or what stands as second parameter, such as `Answer<Key, 201>`. With
/// 204 the body is left out, and `T` is [`super::Nothing`].
pub(crate) struct Answer<T, const STATUS: u16 = 200>(pub(crate) T);

impl<T: Serialize + JsonSchema + Send, const STATUS: u16> Reply for Answer<T, STATUS> {
    fn outcomes(generator: &mut SchemaGenerator) -> Vec<Outcome> {
        let status = status::<STATUS>();
        let schema = (status != StatusCode::NO_CONTENT).then(|| generator.subschema_for::<T>());
        vec![Outcome { status, schema }]
    }

    fn render(self) -> Result<Rendered, Problem> {
        let status = status::<STATUS>();
        let body = match status {
            StatusCode::NO_CONTENT => Bytes::new(),
            _ => json(&self.0)?,
        };
        Ok(Rendered { status, body, version: None })
    }
}

/// JSON with a version of its own, in letters, digits, dots and dashes. What a later request names
/// as `If-Match` is then the version of the thing, and not of how it was told.
pub(crate) struct Versioned<T>(pub(crate) T, pub(crate) String);

impl<T: Serialize + JsonSchema + Send> Reply for Versioned<T> {
    fn outcomes(generator: &mut SchemaGenerator) -> Vec<Outcome> {
        Answer::<T>::outcomes(generator)
    }

    fn render(self) -> Result<Rendered, Problem> {
        let Self(value, version) = self;
        Ok(Rendered { version: Some(version), ..Answer::<T>(value).render()? })
    }
}

/// A value as JSON.
///
/// # Errors
/// Where it is none: a map whose keys are no texts.
pub(crate) fn json(value: &impl Serialize) -> Result<Bytes, Problem> {
    serde_json::to_vec(value).map(Bytes::from).map_err(|error| {
        tracing::error!(%error, "an answer is no JSON; report this as a bug");
        Problem::new(Kind::Internal, "the answer cannot be written", "report this as a bug")
    })
}

fn status<const STATUS: u16>() -> StatusCode {
    StatusCode::from_u16(STATUS).expect("operations answer with a status of three digits")
}
