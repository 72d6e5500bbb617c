//! Phone numbers: what looks North American becomes E.164, what has a plus keeps its digits.

/// The stored form of a number (`facts/highlevel.md` 9.3); none of an empty one.
pub(crate) fn normalize(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    Some(match digits.len() {
        0 => text.to_owned(),
        _ if text.starts_with('+') => format!("+{digits}"),
        10 => format!("+1{digits}"),
        11 if digits.starts_with('1') => format!("+{digits}"),
        _ => text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_get_their_country() {
        let cases = [
            ("(555) 010-0142", "+15550100142"),
            ("1-555-010-0142", "+15550100142"),
            ("+44 20 7946 0000", "+442079460000"),
            ("12345", "12345"),
            ("ext. seven", "ext. seven"),
        ];
        for (given, stored) in cases {
            assert_eq!(normalize(given).as_deref(), Some(stored), "{given}");
        }
        assert_eq!(normalize("  "), None);
    }
}
