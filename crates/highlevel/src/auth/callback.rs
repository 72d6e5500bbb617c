//! What the consent page hands back in the address that it leads to: a code, or why there is none.

use std::borrow::Cow;

use endpoint::Secret;
use percent_encoding::percent_decode_str;

/// The longest value that is read: a code has 40 characters, a state what we gave it.
const LONGEST: usize = 2_048;

/// The longest word for an error; none that is defined is longer.
const LONGEST_ERROR: usize = 64;

/// What came back. `Debug` prints neither code nor state.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The code or the refusal.
    pub outcome: CallbackOutcome,
    /// The state of the consent that was asked for; none where a person began in the marketplace
    /// (`facts/highlevel.md` 2.2).
    pub state: Option<Secret>,
}

/// The code, or why there is none.
#[derive(Clone, Debug)]
pub enum CallbackOutcome {
    /// To be exchanged once, soon.
    Code(Secret),
    /// The person, or the page, refused: a word such as `access_denied`.
    Refused(String),
}

/// What an address led here with is no answer of a consent page.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CallbackError {
    /// Neither a code nor an error.
    #[error("the address holds no code; begin again with `highwire connect highlevel`")]
    Empty,
    /// A value stands twice, so that two readers may see different ones.
    #[error("the address holds a value twice; begin again with `highwire connect highlevel`")]
    Repeated,
    /// A value is longer than any that HighLevel gives, or no text.
    #[error(
        "the address holds a value that cannot be read; begin again with `highwire connect highlevel`"
    )]
    Unreadable,
}

impl Callback {
    /// Reads the query of the address, with or without its question mark.
    ///
    /// # Errors
    /// Where it is no answer of a consent page.
    pub fn parse(query: &str) -> Result<Self, CallbackError> {
        let code = value(query, "code")?.filter(|code| !code.is_empty());
        let state = value(query, "state")?.filter(|state| !state.is_empty());
        let error = value(query, "error")?.filter(|error| !error.is_empty());
        let outcome = match (code, error) {
            (_, Some(error)) => CallbackOutcome::Refused(word(&error)),
            (Some(code), None) => CallbackOutcome::Code(Secret::new(&code)),
            (None, None) => return Err(CallbackError::Empty),
        };
        Ok(Self { outcome, state: state.map(|state| Secret::new(&state)) })
    }
}

/// The only value with this name.
fn value<'a>(query: &'a str, name: &str) -> Result<Option<Cow<'a, str>>, CallbackError> {
    let pairs = query.trim_start_matches('?').split('&');
    let mut found = pairs.filter_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then_some(value)
    });
    let Some(value) = found.next() else { return Ok(None) };
    if found.next().is_some() {
        return Err(CallbackError::Repeated);
    }
    if value.len() > LONGEST {
        return Err(CallbackError::Unreadable);
    }
    let decoded = percent_decode_str(value).decode_utf8();
    decoded.map(Some).map_err(|_| CallbackError::Unreadable)
}

/// The error as one word, so that it can be shown and logged: whoever makes somebody open an address
/// chooses what stands in it.
fn word(error: &str) -> String {
    let is_plain = |char: &char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | '-');
    let word: String = error.chars().take(LONGEST_ERROR).filter(is_plain).collect();
    if word.is_empty() { "unknown".to_owned() } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> (Result<String, String>, Option<String>) {
        let callback = Callback::parse(query).unwrap();
        let outcome = match callback.outcome {
            CallbackOutcome::Code(code) => Ok(code.expose().to_owned()),
            CallbackOutcome::Refused(error) => Err(error),
        };
        (outcome, callback.state.map(|state| state.expose().to_owned()))
    }

    #[test]
    fn a_code_comes_with_the_state_of_whoever_asked() {
        let state = Some("s 1".to_owned());
        assert_eq!(read("?code=a%2Fb&state=s%201"), (Ok("a/b".to_owned()), state));
        assert_eq!(read("code=c"), (Ok("c".to_owned()), None));
        assert_eq!(read("code=c&state="), (Ok("c".to_owned()), None));
    }

    #[test]
    fn a_refusal_is_one_word() {
        let denied = (Err("access_denied".to_owned()), Some("s".to_owned()));
        assert_eq!(read("error=access_denied&error_description=no&state=s"), denied);
        assert_eq!(read("error=error.noversionid&code=c").0, Err("error.noversionid".to_owned()));
        let injected = read("error=%3Cscript%3Ealert(1)%3C/script%3E").0;
        assert_eq!(injected, Err("scriptalert1script".to_owned()));
        assert_eq!(read("error=%0A").0, Err("unknown".to_owned()));
    }

    #[test]
    fn what_two_readers_could_see_differently_is_refused() {
        let refused = |query: &str| Callback::parse(query).unwrap_err();
        assert_eq!(refused(""), CallbackError::Empty);
        assert_eq!(refused("state=s"), CallbackError::Empty);
        assert_eq!(refused("code=a&code=b"), CallbackError::Repeated);
        assert_eq!(refused("code=a&state=1&state=2"), CallbackError::Repeated);
        assert_eq!(refused("code=%ff"), CallbackError::Unreadable);
        assert_eq!(
            refused(&format!("code={}", "c".repeat(LONGEST + 1))),
            CallbackError::Unreadable
        );
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let printed = format!("{:?}", Callback::parse("code=hidden&state=hidden").unwrap());
        assert!(!printed.contains("hidden"), "{printed}");
    }
}
