//! What the command line says of words that it does not understand, without the words that may be secrets.

use std::process::ExitCode;

use clap::Error;

/// What stands in place of a word that is not repeated.
const LEFT_OUT: &str = "…";

/// The longest word that is repeated where it looks like a name.
const LONGEST: usize = 24;

/// Shorter words are no secrets.
const SHORTEST_VALUE: usize = 6;

/// Prints what clap says of these words, and gives its exit code.
pub(crate) fn tell(error: &Error, words: impl Iterator<Item = String>) -> ExitCode {
    if !error.use_stderr() {
        // Help and version: somebody asked for them, and nothing of the command line is in them.
        let printed = error.print();
        return if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    crate::printer::talk(without_values(&error.render().to_string(), words).trim_end());
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The text without those words that may be more than a mistyped name: a token in the wrong place
/// would stand on the screen, and in whatever keeps what programs say.
fn without_values(text: &str, words: impl Iterator<Item = String>) -> String {
    let mut values: Vec<String> = words.flat_map(parts).filter(|word| !is_name(word)).collect();
    // The longest first, so that no part of one is left of another.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values.iter().fold(text.to_owned(), |text, value| text.replace(value.as_str(), LEFT_OUT))
}

/// A word, and where it is a flag with its value, that value.
fn parts(word: String) -> Vec<String> {
    match word.split_once('=') {
        Some((flag, value)) if flag.starts_with('-') => vec![flag.to_owned(), value.to_owned()],
        _ => vec![word],
    }
}

/// Whether it looks like the name of a command or a flag, which is worth repeating.
fn is_name(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-' || byte == b'_';
    word.len() < SHORTEST_VALUE || (word.len() <= LONGEST && word.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn said(words: &[&str]) -> String {
        let error = Cli::command().try_get_matches_from(words).expect_err("it is no command");
        without_values(&error.to_string(), words.iter().map(|&word| word.to_owned()))
    }

    #[test]
    fn a_name_is_repeated_and_a_value_is_not() {
        let mistyped = said(&["highwire", "evnets"]);
        assert!(mistyped.contains("evnets") && mistyped.contains("events"), "{mistyped}");
        let flag = said(&["highwire", "events", "list", "--lmit"]);
        assert!(flag.contains("--lmit"), "{flag}");
        let secret = "hwk_0123456789abcdef_CANARY";
        for words in [
            vec!["highwire", secret],
            vec!["highwire", "events", "list", secret],
            vec!["highwire", "events", "list", "--limit", secret],
            vec!["highwire", "events", "list", "--lmit=hwk_0123456789abcdef_CANARY"],
            vec!["highwire", "api-keys", "create", "--name", "x", "--role", secret],
            vec!["highwire", "api-keys", "create", "--name", "x", "--scope", secret],
        ] {
            let text = said(&words);
            assert!(!text.contains("CANARY") && !text.contains("0123456789"), "{text}");
        }
    }
}
