//! Reads phone numbers that a shop keeps as digits, by the numbering plan of the shop's country.
//!
//! A number is told apart from others by its length and by how calls inside of the country begin. What
//! fits in no way, or in two, is left out: a wrong number reaches somebody else
//! ([`domain::crm::e164`] guesses nothing either).

use std::ops::RangeInclusive;

use domain::crm::e164;

/// How numbers of a country are written inside of it.
struct Plan {
    /// The country's two letters.
    country: &'static str,
    /// The digits that lead to the country.
    code: &'static str,
    /// What is dialed before a number inside of the country, and is no part of it.
    trunk: &'static str,
    /// Whether people write that before every number.
    always: bool,
    /// How many digits a whole number has, without code and trunk.
    digits: RangeInclusive<usize>,
}

const fn plan(
    country: &'static str,
    code: &'static str,
    (trunk, always): (&'static str, bool),
    digits: RangeInclusive<usize>,
) -> Plan {
    Plan { country, code, trunk, always, digits }
}

/// In order of country: those whose plan the International Telecommunication Union publishes, and in
/// which a number is told from a local one by its length (E.164, national numbering plans).
const PLANS: [Plan; 20] = [
    plan("AT", "43", ("0", true), 7..=13),
    plan("AU", "61", ("0", true), 9..=9),
    plan("BE", "32", ("0", true), 8..=9),
    plan("CA", "1", ("1", false), 10..=10),
    plan("CH", "41", ("0", true), 9..=9),
    plan("DE", "49", ("0", true), 6..=11),
    plan("DK", "45", ("", false), 8..=8),
    plan("ES", "34", ("", false), 9..=9),
    plan("FR", "33", ("0", true), 9..=9),
    plan("GB", "44", ("0", true), 9..=10),
    plan("IE", "353", ("0", true), 8..=9),
    plan("IT", "39", ("", false), 9..=11),
    plan("NL", "31", ("0", true), 9..=9),
    plan("NO", "47", ("", false), 8..=8),
    plan("NZ", "64", ("0", true), 8..=10),
    plan("PR", "1", ("1", false), 10..=10),
    plan("PT", "351", ("", false), 9..=9),
    plan("SE", "46", ("0", true), 7..=9),
    plan("US", "1", ("1", false), 10..=10),
    plan("ZA", "27", ("0", true), 9..=9),
];

/// The countries whose numbers can be told, in order.
pub fn countries() -> impl Iterator<Item = &'static str> {
    PLANS.iter().map(|plan| plan.country)
}

/// The number in E.164; none where it cannot be told. A number that names its country needs none.
#[must_use]
pub fn told(text: &str, country: Option<&str>) -> Option<String> {
    let text = text.trim();
    if text.starts_with('+') {
        return e164(text);
    }
    let country = country?;
    let plan = PLANS.iter().find(|plan| plan.country.eq_ignore_ascii_case(country))?;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_number = text.chars().all(|it| it.is_ascii_digit() || " -./()\u{a0}".contains(it));
    if !is_number {
        return None;
    }
    e164(&format!("+{}{}", plan.code, plan.national(&digits)?))
}

impl Plan {
    /// The digits after the country's code.
    fn national<'a>(&self, digits: &'a str) -> Option<&'a str> {
        let is_whole = |rest: &str| self.digits.contains(&rest.len()) && self.begins_well(rest);
        if let Some(rest) = digits.strip_prefix("00").and_then(|it| it.strip_prefix(self.code)) {
            return Some(rest).filter(|rest| is_whole(rest));
        }
        let with_trunk = match self.trunk {
            "" => None,
            trunk => digits.strip_prefix(trunk).filter(|rest| is_whole(rest)),
        };
        let bare = Some(digits).filter(|rest| !self.always && is_whole(rest));
        let with_code = digits.strip_prefix(self.code).filter(|rest| is_whole(rest));
        let mut all: Vec<&str> = [with_trunk, bare, with_code].into_iter().flatten().collect();
        all.dedup();
        match all.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Numbers begin with no zero, except in Italy, and in North America with no one.
    fn begins_well(&self, rest: &str) -> bool {
        match self.code {
            "39" => true,
            "1" => !rest.starts_with(['0', '1']),
            _ => !rest.starts_with('0'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_by_its_length_and_how_it_begins() {
        for (text, country, expected) in [
            ("5550100142", "US", Some("+15550100142")),
            ("(555) 010-0142", "us", Some("+15550100142")),
            ("15550100142", "CA", Some("+15550100142")),
            ("1-555-010-0142", "US", Some("+15550100142")),
            ("02079460000", "GB", Some("+442079460000")),
            ("442079460000", "GB", Some("+442079460000")),
            ("0044 20 7946 0000", "GB", Some("+442079460000")),
            ("0412345678", "AU", Some("+61412345678")),
            ("612345678", "ES", Some("+34612345678")),
            ("0612345678", "IT", Some("+390612345678")),
            ("+49 30 123456", "US", Some("+4930123456")),
        ] {
            assert_eq!(told(text, Some(country)).as_deref(), expected, "{text} in {country}");
        }
        assert_eq!(told("+15550100142", None).as_deref(), Some("+15550100142"));
    }

    #[test]
    fn what_cannot_be_told_is_left_out() {
        for (text, country) in [
            ("", "US"),
            ("0100142", "US"),
            ("0550100142", "US"),
            ("1550100142", "US"),
            ("555010014299", "US"),
            ("5550100142 x12", "US"),
            ("5550100142 or 5550100143", "US"),
            ("2079460000", "GB"),
            ("79460000", "GB"),
            ("5550100142", "XX"),
            // A number of eleven digits, or one of nine behind the country's code.
            ("39023456789", "IT"),
        ] {
            assert_eq!(told(text, Some(country)), None, "{text} in {country}");
        }
        assert_eq!(told("5550100142", None), None);
    }

    #[test]
    fn what_is_told_is_e164_and_stays_it() {
        for country in countries() {
            for length in 5..16 {
                for lead in ["", "0", "1", "2", "00", "49"] {
                    let digits = format!("{lead}{}", &"2345678923456789"[..length]);
                    let Some(number) = told(&digits, Some(country)) else { continue };
                    assert_eq!(e164(&number).as_ref(), Some(&number));
                    assert_eq!(told(&number, Some(country)).as_ref(), Some(&number));
                }
            }
        }
    }
}
