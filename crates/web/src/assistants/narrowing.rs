//! What the headers of a request take away from what its caller may (`facts/mcp.md` 4.2).

use std::collections::BTreeSet;

use axum::http::{HeaderMap, HeaderName};

/// Nothing is changed, whatever the caller may.
const READ_ONLY: HeaderName = HeaderName::from_static("x-mcp-readonly");
/// Only these products, with a comma between.
const TOOLSETS: HeaderName = HeaderName::from_static("x-mcp-toolsets");
/// These tools are not there, with a comma between.
const EXCLUDED: HeaderName = HeaderName::from_static("x-mcp-exclude-tools");
/// Texts of strangers are held back.
const LOCKDOWN: HeaderName = HeaderName::from_static("x-mcp-lockdown");

/// What the headers of a request take away. None of them can give anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// Whether nothing may be changed.
    pub is_read_only: bool,
    /// The only toolsets that are wanted; none where none is named.
    pub toolsets: Option<BTreeSet<String>>,
    /// The tools that are not to be there.
    pub without: BTreeSet<String>,
    /// Whether texts that strangers wrote are held back.
    pub is_locked_down: bool,
}

impl Narrowing {
    /// What these headers take away.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let toolsets = headers.contains_key(TOOLSETS).then(|| names(headers, &TOOLSETS));
        Self {
            is_read_only: is_on(headers, &READ_ONLY),
            toolsets,
            without: names(headers, &EXCLUDED),
            is_locked_down: is_on(headers, &LOCKDOWN),
        }
    }
}

/// Whether a header is there and does not say no: a value that nobody knows takes away too.
fn is_on(headers: &HeaderMap, name: &HeaderName) -> bool {
    let says_no = |text: &str| ["false", "0"].iter().any(|no| text.trim().eq_ignore_ascii_case(no));
    headers.get_all(name).iter().any(|value| !value.to_str().is_ok_and(says_no))
}

/// The names of a list, over all lines of the header.
fn names(headers: &HeaderMap, name: &HeaderName) -> BTreeSet<String> {
    let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let names = lines.flat_map(|line| line.split(',')).map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(lines: &[(&'static str, &'static str)]) -> Narrowing {
        let lines = lines
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        Narrowing::of(&lines.collect())
    }

    #[test]
    fn no_header_takes_nothing_away() {
        assert_eq!(of(&[]), Narrowing::default());
    }

    #[test]
    fn what_nobody_knows_takes_away_too() {
        for on in ["true", "1", "yes", "", "tru"] {
            assert!(of(&[("x-mcp-readonly", on)]).is_read_only, "{on}");
            assert!(of(&[("x-mcp-lockdown", on)]).is_locked_down, "{on}");
        }
        for off in ["false", "FALSE", "0", " false "] {
            assert!(!of(&[("x-mcp-readonly", off)]).is_read_only, "{off}");
        }
        let mut twice = HeaderMap::new();
        for value in ["false", "true"] {
            twice.append(READ_ONLY, HeaderValue::from_static(value));
        }
        assert!(Narrowing::of(&twice).is_read_only, "one line is enough");
    }

    #[test]
    fn lists_are_names_with_commas() {
        let read = of(&[
            ("x-mcp-toolsets", "Contacts, calendars,,"),
            ("x-mcp-exclude-tools", "send_message"),
        ]);
        let toolsets: BTreeSet<_> = ["calendars", "contacts"].map(str::to_owned).into();
        assert_eq!(read.toolsets, Some(toolsets));
        assert_eq!(read.without, ["send_message".to_owned()].into());
        assert_eq!(of(&[("x-mcp-toolsets", "")]).toolsets, Some(BTreeSet::new()));
    }
}
