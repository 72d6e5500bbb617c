//! The version of an answer, and the conditions that a request puts on it.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::problem::{Kind, Problem};

/// What a request wants of the version.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    /// One of these; otherwise nothing was asked for.
    only: Option<Vec<String>>,
    /// None of these; otherwise the caller has it already.
    unless: Option<Vec<String>>,
}

/// Whether the answer is sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// Whole.
    Whole,
    /// The caller has it: 304.
    NotModified,
}

impl Conditions {
    /// Reads them; an operation without versions has none.
    pub(super) fn read(headers: &HeaderMap) -> Self {
        Self { only: list(headers, header::IF_MATCH), unless: list(headers, header::IF_NONE_MATCH) }
    }

    /// What becomes of an answer of this version.
    ///
    /// # Errors
    /// Where the caller wanted another one.
    pub(super) fn check(&self, tag: &HeaderValue) -> Result<Sent, Problem> {
        let tag = tag.to_str().unwrap_or_default();
        let holds = |tags: &[String]| tags.iter().any(|known| known == "*" || known == tag);
        if self.only.as_deref().is_some_and(|only| !holds(only)) {
            let hint = "read it again without `If-Match`, and use the `ETag` that comes with it";
            return Err(Problem::new(Kind::PreconditionFailed, "its version is another one", hint));
        }
        // A proxy that packs answers marks their versions as weak; what they stand for is the same.
        let has = |tags: &[String]| {
            tags.iter()
                .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
        };
        match self.unless.as_deref().is_some_and(has) {
            true => Ok(Sent::NotModified),
            false => Ok(Sent::Whole),
        }
    }
}

/// The version of an answer: equal bytes, equal versions.
pub(super) fn of(body: &[u8]) -> HeaderValue {
    let hash = digest(&SHA256, body);
    let digits: String = hash.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::try_from(format!("\"{digits}\"")).expect("hexadecimal digits fit into a header")
}

/// The version that a handler gave.
///
/// # Errors
/// Where it does not fit into a header, which is a bug.
pub(super) fn named(version: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::try_from(format!("\"{version}\"")).map_err(|error| {
        tracing::error!(%error, "a version does not fit into a header; report this as a bug");
        Problem::new(Kind::Internal, "the answer cannot be written", "report this as a bug")
    })
}

/// The one version that a change is conditional on; none where it is on none, or on any.
///
/// # Errors
/// Where there are several: a thing has one version.
pub(super) fn condition(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    match list(headers, header::IF_MATCH).as_deref() {
        None => Ok(None),
        Some([any]) if any == "*" => Ok(None),
        Some([one]) => Ok(Some(one.trim_matches('"').to_owned())),
        Some(_) => {
            let hint = "give the one `ETag` of the answer that you have read";
            Err(Problem::bad_request("`If-Match` names several versions", hint))
        }
    }
}

/// The tags of a header, however many lines it has; none where it is not there.
fn list(headers: &HeaderMap, name: HeaderName) -> Option<Vec<String>> {
    let mut lines = headers.get_all(name).iter().peekable();
    lines.peek()?;
    let texts = lines.filter_map(|line| line.to_str().ok());
    Some(texts.flat_map(|text| text.split(',')).map(|tag| tag.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(HeaderName, &str)]) -> Result<Sent, Kind> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        Conditions::read(&headers).check(&of(b"body")).map_err(|problem| problem.kind())
    }

    #[test]
    fn a_version_follows_from_the_bytes() {
        assert_eq!(of(b"a"), of(b"a"));
        assert_ne!(of(b"a"), of(b"b"));
    }

    #[test]
    fn conditions_hold_or_not() {
        let tag = of(b"body");
        let tag = tag.to_str().unwrap();
        let (only, unless) = (header::IF_MATCH, header::IF_NONE_MATCH);
        let weak = format!("\"x\", W/{tag}");
        for (pairs, wanted) in [
            (vec![], Ok(Sent::Whole)),
            (vec![(unless.clone(), tag)], Ok(Sent::NotModified)),
            (vec![(unless.clone(), weak.as_str())], Ok(Sent::NotModified)),
            (vec![(unless.clone(), "*")], Ok(Sent::NotModified)),
            (vec![(unless.clone(), "\"x\"")], Ok(Sent::Whole)),
            (vec![(unless, "\"x\""), (only.clone(), tag)], Ok(Sent::Whole)),
            (vec![(only.clone(), "*")], Ok(Sent::Whole)),
            (vec![(only.clone(), weak.as_str())], Err(Kind::PreconditionFailed)),
            (vec![(only, "\"x\"")], Err(Kind::PreconditionFailed)),
        ] {
            assert_eq!(sent(&pairs), wanted, "{pairs:?}");
        }
    }
}
