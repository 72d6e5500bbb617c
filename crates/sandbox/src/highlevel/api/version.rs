//! The `Version` header (`facts/highlevel.md` 1.2): every published value is taken on every path.

use super::refusal::Refusal;

/// All published values; none has a date of retirement.
const PUBLISHED: [&str; 5] = ["v3", "2023-02-21", "2021-07-28", "2021-04-15", "legacy"];

/// Looks at the header; `wanted` tells whether the path's specification names one.
///
/// # Errors
/// 401 when it is absent or looks like a date and is none of the published, 400 for other words.
pub(crate) fn check(version: Option<&str>, wanted: bool) -> Result<(), Refusal> {
    let Some(version) = version.map(str::trim).filter(|version| !version.is_empty()) else {
        return match wanted {
            true => Err(Refusal::unauthorized("version header was not found.")),
            false => Ok(()),
        };
    };
    if PUBLISHED.contains(&version) {
        return Ok(());
    }
    if version.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(Refusal::unauthorized("version header is invalid."));
    }
    let message = format!("Invalid API version segment '{version}' at position 0");
    Err(Refusal::bad_request(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values_pass_and_others_are_refused_by_their_form() {
        for version in PUBLISHED {
            assert_eq!(check(Some(version), true), Ok(()));
        }
        let status = |version| check(version, true).unwrap_err().status;
        assert_eq!((status(None), status(Some("2021-13-45")), status(Some("v9"))), (401, 401, 400));
    }
}
