//! UUIDs that follow from a seed and a counter: the same run has the same ones.

use std::fmt;

/// The id of anything in the simulated Notion.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Uuid(u128);

impl Uuid {
    /// Reads a UUID with or without dashes (`facts/notion.md` 1).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        const DASHES: [usize; 4] = [8, 13, 18, 23];
        let bytes = text.as_bytes();
        let dashed = bytes.len() == 36 && DASHES.iter().all(|at| bytes[*at] == b'-');
        let digits: String = match bytes.len() {
            32 => text.to_owned(),
            36 if dashed => text.split('-').collect(),
            _ => return None,
        };
        // `from_str_radix` also takes a sign.
        let hexadecimal = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u128::from_str_radix(&digits, 16).ok()?;
        hexadecimal.then_some(Self(number))
    }

    /// The 32 digits, as they end addresses of pages.
    pub(crate) fn undashed(self) -> String {
        format!("{:032x}", self.0)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.undashed();
        let (first, second, third) = (&digits[..8], &digits[8..12], &digits[12..16]);
        let (fourth, fifth) = (&digits[16..20], &digits[20..]);
        write!(f, "{first}-{second}-{third}-{fourth}-{fifth}")
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What comes out of Notion besides UUIDs: ids of four characters for properties.
const PROPERTY_CHARACTERS: &[u8] =
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:;<>=?@[]^_`{|}~";

/// Gives out ids.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    seed: u64,
    given: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, given: 0 }
    }

    /// The next UUID, of version 4 in form (RFC 9562, 5.4).
    pub(crate) fn uuid(&mut self) -> Uuid {
        let number = u128::from(self.draw()) << 64 | u128::from(self.draw());
        let number = number & !(0xf << 76) | (4 << 76);
        Uuid(number & !(0b11 << 62) | (0b10 << 62))
    }

    /// The next id of a property or of an option: four characters, some of which an address must
    /// encode, as Notion's have.
    pub(crate) fn short(&mut self) -> String {
        let mut drawn = self.draw();
        let count = PROPERTY_CHARACTERS.len() as u64;
        let mut id = String::new();
        for _ in 0..4 {
            let index = usize::try_from(drawn % count).unwrap_or_default();
            id.push(char::from(PROPERTY_CHARACTERS[index]));
            drawn /= count;
        }
        id
    }

    /// A different number each time: the counter is spread by a function that loses nothing
    /// (splitmix64).
    fn draw(&mut self) -> u64 {
        self.given += 1;
        let mut mixed = self.seed.wrapping_add(self.given.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Encodes what JavaScript's `encodeURIComponent` would: property ids are given out in this form.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_follow_from_the_seed_and_differ() {
        let first = |seed| {
            let mut ids = Ids::new(seed);
            (0..10_000).map(|_| ids.uuid()).collect::<BTreeSet<_>>()
        };
        assert_eq!(first(1), first(1));
        assert_eq!(first(1).len(), 10_000);
        assert!(first(1).is_disjoint(&first(2)));
    }

    #[test]
    fn a_uuid_is_read_with_and_without_dashes() {
        let id = Ids::new(1).uuid();
        assert_eq!(Uuid::parse(&id.to_string()), Some(id));
        assert_eq!(Uuid::parse(&id.undashed()), Some(id));
        assert_eq!(Uuid::parse(&id.to_string().to_uppercase()), Some(id));
        assert_eq!(&id.to_string()[14..15], "4");
        for wrong in [
            "",
            "abc",
            "+0000000000000000000000000000000",
            "00000000_0000-4000-8000-000000000000",
            "0000000-00000-4000-8000-000000000000",
            "éé000000-0000-4000-8000-000000000000",
            "zzzzzzzz-0000-4000-8000-000000000000",
        ] {
            assert_eq!(Uuid::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn some_short_ids_need_encoding() {
        let mut ids = Ids::new(1);
        let short: Vec<String> = (0..100).map(|_| ids.short()).collect();
        assert!(short.iter().all(|id| id.len() == 4));
        assert!(short.iter().any(|id| percent_encoded(id) != *id));
        assert_eq!(percent_encoded(":UPp"), "%3AUPp");
    }
}
