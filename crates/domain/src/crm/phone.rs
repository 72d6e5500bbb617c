//! A phone number in E.164: `+`, the country's code and the number, at most fifteen digits.
//!
//! A number without its country is refused, not guessed at: which digits lead inside of a country
//! differs by country and changes, and a wrong guess sends a person's messages to somebody else.

/// What people put between digits.
const SEPARATORS: [char; 7] = [' ', '-', '.', '/', '(', ')', '\u{a0}'];

/// The number in E.164, without what stood between its digits; none where it has no country's code,
/// or is no number. `00` counts as `+`, which it stands for in most of the world.
#[must_use]
pub fn e164(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = text.strip_prefix('+').or_else(|| text.strip_prefix("00"))?;
    // "+44 (0) 20": the zero in parentheses is dialed inside of the country only.
    let rest = rest.replace("(0)", "");
    let digits: String = rest.chars().filter(|it| !SEPARATORS.contains(it)).collect();
    let is_number = digits.bytes().all(|digit| digit.is_ascii_digit())
        && (7..=15).contains(&digits.len())
        && !digits.starts_with('0');
    is_number.then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_its_country_is_written_in_one_way() {
        for given in ["+15550100142", "+1 (555) 010-0142", "001 555.010.0142", " +1/555 0100142 "] {
            assert_eq!(e164(given).as_deref(), Some("+15550100142"), "{given}");
        }
        assert_eq!(e164("+44 (0)20 7946 0000").as_deref(), Some("+442079460000"));
    }

    #[test]
    fn nothing_is_guessed() {
        for given in [
            "",
            "+",
            "5550100142",
            "(555) 010-0142",
            "030 123456",
            "+0155501001",
            "+1555",
            "+1555010014212345",
            "+1555010014x",
            "+1 555 0100142 ext 3",
        ] {
            assert_eq!(e164(given), None, "{given}");
        }
    }
}
