//! Reads the fields of a path, a query and a body, and refuses what is not declared.

use std::any::TypeId;

use axum::{
    extract::{FromRequestParts, Query, RawPathParams},
    http::{HeaderMap, header, request::Parts},
};
use schemars::JsonSchema;
use serde::de::{self, DeserializeOwned, IgnoredAny, value::MapDeserializer};

use super::{Method, Nothing, Operation};
use crate::problem::{Kind, Problem};

/// What a path, a query or a body can be read into.
pub(crate) trait Fields: DeserializeOwned + JsonSchema + Send + 'static {
    /// Whether there are any.
    fn are_there() -> bool {
        TypeId::of::<Self>() != TypeId::of::<Nothing>()
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Fields for T {}

/// The parameters of the path. What cannot be one names nothing that is there.
pub(super) async fn of_path<P: Fields>(parts: &mut Parts) -> Result<P, Problem> {
    let absent = |detail: String| {
        let hint = "check the path; `/openapi.json` says what its parameters look like";
        Problem::new(Kind::NotFound, detail, hint)
    };
    let parameters = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|_| absent("the path is not encoded as UTF-8".to_owned()))?;
    let pairs = MapDeserializer::<_, serde::de::value::Error>::new(parameters.iter());
    P::deserialize(pairs).map_err(|error| absent(format!("a parameter of the path: {error}")))
}

/// The fields of the query.
pub(super) fn of_query<Q: Fields>(parts: &Parts) -> Result<Q, Problem> {
    let read = Query::<Q>::try_from_uri(&parts.uri);
    read.map(|Query(fields)| fields).map_err(|rejection| {
        let hint = match Q::are_there() {
            true => "give each parameter once, as `/openapi.json` declares it",
            false => "leave out the query: this operation takes no parameters",
        };
        let cause = std::error::Error::source(&rejection).map(ToString::to_string);
        let cause = without_values(&cause.unwrap_or_default());
        Problem::bad_request(format!("the query cannot be read: {cause}"), hint)
    })
}

/// Whether the request has the body that its operation wants, by its head.
pub(super) fn check_head<B: Fields>(headers: &HeaderMap) -> Result<(), Problem> {
    if !B::are_there() {
        return Ok(());
    }
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let only = match (types.next(), types.next()) {
        (Some(only), None) => only.to_str().ok(),
        _ => None,
    };
    match only.is_some_and(is_json) {
        true => Ok(()),
        false => {
            let hint = "send JSON with the header `Content-Type: application/json`";
            Err(Problem::new(Kind::UnsupportedMediaType, "the body is not marked as JSON", hint))
        }
    }
}

/// The fields of the body.
pub(super) fn of_body<B: Fields>(body: &[u8]) -> Result<B, Problem> {
    let body = if B::are_there() { body } else { b"{}" };
    // Serde would read a list as the fields in their order.
    let is_object = body.trim_ascii_start().first() == Some(&b'{');
    let read = match is_object {
        true => serde_json::from_slice(body),
        false => serde_json::from_slice::<IgnoredAny>(body)
            .and_then(|_| Err(de::Error::custom("it is no object"))),
    };
    read.map_err(|error| {
        let cause = without_values(&error.to_string());
        match error.classify() {
            serde_json::error::Category::Data => {
                let hint = "send the fields that `/openapi.json` declares, and no others";
                Problem::new(Kind::Invalid, format!("the body is not as declared: {cause}"), hint)
            }
            _ => {
                let hint = "send one JSON value, encoded as UTF-8";
                Problem::bad_request(format!("the body is no JSON: {cause}"), hint)
            }
        }
    })
}

/// Whether an operation with these types says what it must: reads have no body.
pub(super) fn fit<B: Fields>(operation: &Operation) -> bool {
    !(operation.method == Method::Get && B::are_there())
}

fn is_json(value: &str) -> bool {
    let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
    let parameters = parameters.trim();
    let is_utf8 = parameters.is_empty()
        || parameters.split_once('=').is_some_and(|(name, set)| {
            name.trim().eq_ignore_ascii_case("charset")
                && set.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        });
    kind.trim().eq_ignore_ascii_case("application/json") && is_utf8
}

/// Leaves out the value that a message quotes: it may be a secret in the wrong place.
fn without_values(message: &str) -> String {
    let quotes = ["invalid type: ", "invalid value: ", "invalid length "];
    let expected = message.rfind(", expected ");
    match (quotes.iter().find(|start| message.contains(**start)), expected) {
        (Some(start), Some(expected)) => {
            let begin = message.find(start).map_or(0, |at| at + start.len());
            let kind: String =
                message[begin..].chars().take_while(|c| c.is_alphanumeric() || *c == ' ').collect();
            format!("{}{}{}", &message[..begin], kind.trim_end(), &message[expected.max(begin)..])
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        name: String,
        count: Option<u8>,
    }

    fn body(text: &str) -> Result<Sample, (Kind, String)> {
        of_body(text.as_bytes())
            .map_err(|problem: Problem| (problem.kind(), format!("{problem:?}")))
    }

    #[test]
    fn a_body_has_its_fields_once_and_no_others() {
        let sample = body(r#"{"name":"a","count":3}"#).unwrap();
        assert_eq!((sample.name.as_str(), sample.count), ("a", Some(3)));
        for (text, kind) in [
            ("", Kind::Malformed),
            ("{", Kind::Malformed),
            ("{\"name\":\"a\"}x", Kind::Malformed),
            ("[]", Kind::Invalid),
            (r#" ["a",1]"#, Kind::Invalid),
            ("{}", Kind::Invalid),
            (r#"{"name":"a","other":1}"#, Kind::Invalid),
            (r#"{"name":"a","name":"b"}"#, Kind::Invalid),
            (r#"{"name":"a","count":300}"#, Kind::Invalid),
        ] {
            assert_eq!(body(text).map_err(|(kind, _)| kind).unwrap_err(), kind, "{text}");
        }
    }

    #[test]
    fn a_refusal_quotes_no_value() {
        let said = body(r#"{"name":"a","count":"hwk_secret, expected"}"#).unwrap_err().1;
        assert!(
            !said.contains("secret") && said.contains("invalid type: string, expected u8"),
            "{said}"
        );
        let said = body(r#"{"name":12345}"#).unwrap_err().1;
        assert!(!said.contains("12345") && said.contains("expected a string"), "{said}");
    }

    #[test]
    fn only_json_in_utf8_is_json() {
        for right in [
            "application/json",
            "Application/JSON ; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
        ] {
            assert!(is_json(right), "{right}");
        }
        for wrong in [
            "",
            "text/plain",
            "application/jsonx",
            "application/json; charset=latin1",
            "application/json; a",
        ] {
            assert!(!is_json(wrong), "{wrong}");
        }
    }
}
