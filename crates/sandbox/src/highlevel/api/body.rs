//! Bodies as they come: JSON, a form, or parts with files.

use std::borrow::Cow;

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Query, Request},
    http::{HeaderMap, Uri, header},
};
use endpoint::catalogue::{Edition, Schema, Shape};
use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// The body of a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    /// No bytes.
    Empty,
    Json(Value),
    /// Every value a text.
    Form(Map<String, Value>),
    /// Texts, and of each file its name, its content type and its size in bytes; a list where a
    /// name comes again.
    Parts(Map<String, Value>),
    /// Sentences about what cannot be read.
    Unreadable(String),
}

impl Body {
    /// Reads a body by its content type; what names none is JSON.
    pub(crate) async fn read(headers: &HeaderMap, bytes: &Bytes) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        match kind.unwrap_or_default() {
            kind if kind.starts_with("application/x-www-form-urlencoded") => {
                Self::Form(read_form(bytes))
            }
            kind if kind.starts_with("multipart/form-data") => read_parts(kind, bytes).await,
            _ => match serde_json::from_slice(bytes) {
                Ok(value) => Self::Json(value),
                Err(error) => Self::Unreadable(format!("the body is not valid JSON: {error}")),
            },
        }
    }

    /// What counts of the body for an operation: a form only where the specification names one,
    /// and nothing there that it does not name.
    ///
    /// # Errors
    /// 400 when it cannot be read, or is no object where an object is asked for.
    pub(crate) fn of(self, edition: Option<Edition<'static>>) -> Result<Self, Refusal> {
        let body = edition.and_then(Edition::body);
        let takes = |kind| body.is_some_and(|body| body.content_types().any(|it| it == kind));
        let is_form = takes("application/x-www-form-urlencoded");
        let is_form_alone = is_form && !takes("application/json");
        let listed = |fields| body.map_or_else(Map::new, |body| as_lists(body.schema(), fields));
        match self {
            Self::Form(fields) if is_form => Ok(Self::Form(listed(fields))),
            Self::Parts(fields) if takes("multipart/form-data") => Ok(Self::Parts(listed(fields))),
            Self::Json(_) | Self::Parts(_) | Self::Unreadable(_) if is_form_alone => {
                Ok(Self::Empty)
            }
            Self::Unreadable(problem) => Err(Refusal::bad_request(problem)),
            Self::Json(Value::Object(fields)) => Ok(Self::Json(Value::Object(fields))),
            Self::Json(_) if body.is_some_and(|body| body.schema().fields().len() > 0) => {
                Err(Refusal::bad_request("the body must be a JSON object"))
            }
            other => Ok(other),
        }
    }

    /// The body as one value; an empty one is an empty object.
    pub(crate) fn whole(&self) -> Cow<'_, Value> {
        match self {
            Self::Json(value) if !value.is_null() => Cow::Borrowed(value),
            Self::Form(fields) | Self::Parts(fields) => Cow::Owned(Value::Object(fields.clone())),
            Self::Json(_) | Self::Empty | Self::Unreadable(_) => Cow::Owned(json!({})),
        }
    }

    /// The items of a list; none of what is no list.
    pub(crate) fn items(&self) -> Vec<Value> {
        match self {
            Self::Json(Value::Array(items)) => items.clone(),
            Self::Json(_) | Self::Form(_) | Self::Parts(_) | Self::Empty | Self::Unreadable(_) => {
                Vec::new()
            }
        }
    }

    /// The fields; none of what is no object.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        match self {
            Self::Json(Value::Object(fields)) | Self::Form(fields) | Self::Parts(fields) => {
                fields.clone()
            }
            Self::Json(_) | Self::Empty | Self::Unreadable(_) => Map::new(),
        }
    }

    pub(crate) fn is_multipart(&self) -> bool {
        matches!(self, Self::Parts(_))
    }
}

/// A form and parts cannot say that a name stands once in a list; an empty text is an empty list.
fn as_lists(schema: Schema<'static>, mut fields: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in &mut fields {
        let field = schema.field(name).map(|field| field.schema());
        if field.is_some_and(|field| matches!(field.shape(), Shape::Array { .. }))
            && value.is_string()
        {
            *value = match value.as_str() {
                Some("") => json!([]),
                _ => json!([value.take()]),
            };
        }
    }
    fields
}

fn read_form(body: &[u8]) -> Map<String, Value> {
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    let uri = format!("/?{text}").parse::<Uri>();
    let pairs = uri.map(|uri| read_query(&uri)).unwrap_or_default();
    pairs.into_iter().map(|(key, value)| (key, Value::String(value))).collect()
}

/// The pairs of a query, decoded, in their order.
pub(crate) fn read_query(uri: &Uri) -> Vec<(String, String)> {
    if uri.query().is_none() {
        return Vec::new();
    }
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
    pairs.map(|Query(pairs)| pairs).unwrap_or_default()
}

async fn read_parts(kind: &str, bytes: &Bytes) -> Body {
    let unreadable =
        |error: &dyn std::fmt::Display| Body::Unreadable(format!("Multipart: {error}"));
    let request = Request::builder().header(header::CONTENT_TYPE, kind).body(bytes.clone().into());
    let parts = match request {
        Ok(mut request) => {
            // The whole body was held to the server's limit before.
            DefaultBodyLimit::disable().apply(&mut request);
            Multipart::from_request(request, &()).await
        }
        Err(error) => return unreadable(&error),
    };
    let mut parts = match parts {
        Ok(parts) => parts,
        Err(error) => return unreadable(&error),
    };
    let mut fields = Map::new();
    loop {
        let part = match parts.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => return Body::Parts(fields),
            Err(error) => return unreadable(&error),
        };
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let kind = part.content_type().map(str::to_owned);
        let content = match part.bytes().await {
            Ok(content) => content,
            Err(error) => return unreadable(&error),
        };
        let value = match file {
            Some(file) => json!({ "fileName": file, "contentType": kind, "size": content.len() }),
            None => Value::String(String::from_utf8_lossy(&content).into_owned()),
        };
        match fields.get_mut(&name) {
            Some(Value::Array(values)) => values.push(value),
            Some(one) => *one = json!([one.take(), value]),
            None => {
                fields.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(kind: &str, body: &str) -> Body {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        Body::read(&headers, &Bytes::from(body.to_owned())).await
    }

    #[tokio::test]
    async fn bodies_are_read_by_their_content_type() {
        let form = read("application/x-www-form-urlencoded", "a=b%20c&d=").await;
        assert_eq!(*form.whole(), json!({ "a": "b c", "d": "" }));
        assert_eq!(read("application/json", r#"{"a":1}"#).await.fields()["a"], 1);
        assert_eq!(read("application/json", "").await, Body::Empty);
        assert!(matches!(read("application/json", "{").await, Body::Unreadable(_)));
    }

    #[tokio::test]
    async fn parts_are_texts_and_files() {
        let body = "--b\r\ncontent-disposition: form-data; name=\"id\"\r\n\r\n7\r\n--b\r\n\
                    content-disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\n\
                    content-type: text/plain\r\n\r\nhello\r\n--b--\r\n";
        let parts = read("multipart/form-data; boundary=b", body).await;
        let expected = json!({
            "id": "7",
            "f": { "fileName": "x.txt", "contentType": "text/plain", "size": 5 },
        });
        assert_eq!(parts, Body::Parts(expected.as_object().unwrap().clone()));
        let cut = read("multipart/form-data; boundary=b", &body[..60]).await;
        assert!(matches!(cut, Body::Unreadable(_)));
    }
}
