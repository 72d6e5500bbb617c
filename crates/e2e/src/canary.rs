//! Canaries: secrets that are planted everywhere, and then looked for where none may be.
//!
//! A canary is looked for as it is and in the forms that programs give to bytes: base64 at any
//! offset, hexadecimal and percent-encoded digits, and the list of numbers that `Debug` prints.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anyhow::Result;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// Shorter values could stand somewhere by chance.
const SHORTEST: usize = 8;

/// How much is shown of what stands before a canary, in bytes.
const BEFORE: usize = 120;

/// What a canary stands for, and so where it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// A credential: it may be nowhere.
    Secret,
    /// People's data: it may be where the hub keeps and shows data, and nowhere else.
    Personal,
}

/// What is found at a place, and so what may stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The hub's talk: logs, errors, metrics, replies.
    Talk,
    /// The CRM's data: the database, and what is asked of it.
    Data,
}

/// Planted values, and what was found where.
#[derive(Default)]
pub struct Canaries {
    planted: Vec<Canary>,
    places: Vec<Place>,
}

struct Canary {
    name: String,
    nature: Nature,
    forms: Vec<(&'static str, Vec<u8>)>,
}

struct Place {
    name: String,
    holds: Holds,
    bytes: Vec<u8>,
}

impl Canaries {
    /// Plants a value: from here on it is looked for.
    ///
    /// # Panics
    /// When it is so short that it could stand anywhere.
    pub fn plant(&mut self, nature: Nature, name: &str, value: impl AsRef<[u8]>) {
        let value = value.as_ref();
        assert!(value.len() >= SHORTEST, "the canary `{name}` is too short to be told apart");
        self.planted.push(Canary { name: name.to_owned(), nature, forms: forms(value) });
    }

    /// Adds what stands at a place.
    pub fn see(&mut self, holds: Holds, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.places.push(Place { name: name.into(), holds, bytes: bytes.into() });
    }

    /// Adds every file below a folder, but for those of this name.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn see_files(&mut self, holds: Holds, folder: &Path, but: &str) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.see_files(holds, &path, but)?;
            } else if path.is_file() && !path.ends_with(but) {
                let bytes = fs::read(&path)?;
                self.see(holds, path.display().to_string(), bytes);
            }
        }
        Ok(())
    }

    /// How many places were seen.
    #[must_use]
    pub fn places(&self) -> usize {
        self.places.len()
    }

    /// Whether some place whose name contains this text was seen and is not empty.
    #[must_use]
    pub fn has_seen(&self, name: &str) -> bool {
        self.places.iter().any(|place| place.name.contains(name) && !place.bytes.is_empty())
    }

    /// Every canary that stands where it may not, one sentence for each place.
    #[must_use]
    pub fn escaped(&self) -> Vec<String> {
        let index = Index::of(&self.planted);
        self.places.iter().flat_map(|place| self.escaped_to(place, &index)).collect()
    }

    fn escaped_to(&self, place: &Place, index: &Index<'_>) -> Vec<String> {
        let mut escaped = BTreeMap::new();
        for (at, sighting) in index.sightings(&place.bytes) {
            let canary = &self.planted[sighting.canary];
            if canary.nature == Nature::Secret || place.holds == Holds::Talk {
                escaped.entry(sighting.canary).or_insert_with(|| {
                    let before = &place.bytes[at.saturating_sub(BEFORE)..at];
                    let (canary, place, form) = (&canary.name, &place.name, sighting.form);
                    let before = String::from_utf8_lossy(before);
                    format!("{canary} stands in {place} ({form}), after {before:?}")
                });
            }
        }
        escaped.into_values().collect()
    }
}

/// One form of one canary.
#[derive(Clone, Copy)]
struct Form<'a> {
    canary: usize,
    form: &'static str,
    bytes: &'a [u8],
}

/// All forms by their first two bytes, so that a place is gone through once.
struct Index<'a> {
    by_beginning: Vec<Vec<Form<'a>>>,
}

impl<'a> Index<'a> {
    fn of(planted: &'a [Canary]) -> Self {
        let mut by_beginning = vec![Vec::new(); usize::from(u16::MAX) + 1];
        for (canary, planted) in planted.iter().enumerate() {
            for (form, bytes) in &planted.forms {
                let beginning = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
                by_beginning[beginning].push(Form { canary, form, bytes });
            }
        }
        Self { by_beginning }
    }

    /// Where a form begins, and which.
    fn sightings(&self, bytes: &[u8]) -> Vec<(usize, Form<'a>)> {
        let mut sightings = Vec::new();
        for (at, pair) in bytes.windows(2).enumerate() {
            let forms = &self.by_beginning[usize::from(u16::from_be_bytes([pair[0], pair[1]]))];
            let here = forms.iter().filter(|form| bytes[at..].starts_with(form.bytes));
            sightings.extend(here.map(|form| (at, *form)));
        }
        sightings
    }
}

/// A value in every form that it is looked for in.
fn forms(value: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let digits = |pattern: fn(&mut String, u8)| {
        let mut text = String::new();
        value.iter().for_each(|byte| pattern(&mut text, *byte));
        text
    };
    let hex = digits(|text, byte| _ = write!(text, "{byte:02x}"));
    let percent = digits(|text, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            text.push(char::from(byte));
        }
        _ => _ = write!(text, "%{byte:02X}"),
    });
    let percent_all = digits(|text, byte| _ = write!(text, "%{byte:02X}"));
    let list = digits(|text, byte| _ = write!(text, "{byte}, "));
    let mut forms = vec![
        ("as it is", value.to_vec()),
        ("in hexadecimal digits", hex.to_uppercase().into_bytes()),
        ("in hexadecimal digits", hex.into_bytes()),
        ("percent-encoded", percent.into_bytes()),
        ("percent-encoded", percent_all.into_bytes()),
        ("as a list of numbers", list.trim_end_matches(", ").as_bytes().to_vec()),
    ];
    for offset in 0..3 {
        // Three bytes are four letters; those that the neighbors have a part in are left out.
        let padded = [vec![0; offset], value.to_vec()].concat();
        let (first, last) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
        for (name, text) in [
            ("in base64", STANDARD_NO_PAD.encode(&padded)),
            ("in base64 for addresses", URL_SAFE_NO_PAD.encode(&padded)),
        ] {
            forms.push((name, text.as_bytes()[first..last].to_vec()));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escapes(nature: Nature, holds: Holds, bytes: impl Into<Vec<u8>>) -> bool {
        let mut canaries = Canaries::default();
        canaries.plant(nature, "a token", "pit-canary/%\u{e9}7");
        canaries.see(holds, "a place", bytes);
        !canaries.escaped().is_empty()
    }

    #[test]
    fn a_canary_is_found_in_every_form() {
        let value = "pit-canary/%\u{e9}7";
        for around in ["", "a", "ab", "abc"] {
            let text = format!("{around}{value}{around}");
            for form in [
                text.clone(),
                STANDARD_NO_PAD.encode(&text),
                URL_SAFE_NO_PAD.encode(&text),
                text.bytes().map(|byte| format!("{byte:02x}")).collect(),
                text.bytes().map(|byte| format!("{byte:02X}")).collect(),
                text.bytes().map(|byte| format!("%{byte:02X}")).collect(),
                format!("{:?}", text.as_bytes()),
                "Bearer pit-canary%2F%25%C3%A97".to_owned(),
            ] {
                assert!(escapes(Nature::Secret, Holds::Data, form.clone()), "{form}");
            }
        }
        assert!(!escapes(Nature::Secret, Holds::Talk, "pit-canary/% 7"));
    }

    #[test]
    fn peoples_data_may_be_where_data_is() {
        let value = "pit-canary/%\u{e9}7";
        assert!(escapes(Nature::Personal, Holds::Talk, value));
        assert!(!escapes(Nature::Personal, Holds::Data, value));
    }
}
