//! The texts of a catalogue, each stored once.

use super::OpenError;
use super::wire::{Input, Wire, wire};

/// Texts, each stored once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// All texts without anything between them.
    all: String,
    /// Where each text ends in `all`.
    ends: Vec<u32>,
}

/// The place of a text among the [`Texts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub u32);

impl Texts {
    /// Appends a text; the caller sees to it that none stands twice.
    pub fn push(&mut self, text: &str) -> Text {
        self.all.push_str(text);
        let place = self.ends.len();
        self.ends.push(self.all.len() as u32);
        Text(place as u32)
    }

    /// The text at a place of this table.
    #[must_use]
    pub fn get(&self, text: Text) -> &str {
        let place = text.0 as usize;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.all[start..self.ends[place] as usize]
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(super) fn check(&self) -> Result<(), OpenError> {
        let in_order = self.ends.is_sorted();
        let on_characters = self.ends.iter().all(|end| self.all.is_char_boundary(*end as usize));
        if in_order && on_characters {
            Ok(())
        } else {
            Err(OpenError::new("its texts are cut in wrong places"))
        }
    }
}

wire!(Texts { all, ends });

impl Wire for Text {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, OpenError> {
        u32::take(input).map(Self)
    }
}
