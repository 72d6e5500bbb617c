//! Code units of UTF-16: how lengths are counted where Notion limits "characters".
//!
//! Notion does not say what it counts. A text has at least as many code units as code points, so a
//! limit that holds for code units holds either way (`facts/notion.md` 3).

/// Stands for what was cut off. One code unit.
const ELLIPSIS: char = '…';

/// The length in bytes of the longest prefix of `text` with at most `limit` code units.
///
/// It ends between characters, so no surrogate pair is split.
pub(super) fn fitting(text: &str, limit: usize) -> usize {
    let mut units = 0;
    for (start, character) in text.char_indices() {
        units += character.len_utf16();
        if units > limit {
            return start;
        }
    }
    text.len()
}

/// `text` where it has at most `limit` code units, else its beginning and an ellipsis.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    match fitting(text, limit) == text.len() {
        true => text.to_owned(),
        false => with_ellipsis(text, limit),
    }
}

/// The beginning of `text` and an ellipsis, together at most `limit` code units.
pub(super) fn with_ellipsis(text: &str, limit: usize) -> String {
    let kept = fitting(text, limit.saturating_sub(ELLIPSIS.len_utf16()));
    format!("{}{ELLIPSIS}", &text[..kept])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_that_does_not_fit_whole_stays_out() {
        assert_eq!(fitting("a😀b", 2), 1);
        assert_eq!(fitting("a😀b", 3), 5);
        assert_eq!(fitting("", 3), 0);
    }

    #[test]
    fn only_what_is_too_long_is_shortened() {
        assert_eq!(shortened("abcd", 4), "abcd");
        assert_eq!(shortened("abcde", 4), "abc…");
        assert_eq!(shortened("ab😀de", 4), "ab…");
    }
}
