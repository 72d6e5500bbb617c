//! The ids of records: the same seed gives the same ones, in the forms of `facts/highlevel.md` 9.7.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A sequence of ids.
#[derive(Clone, Debug)]
pub(crate) struct RecordIds {
    state: u64,
}

impl RecordIds {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A number of the sequence (splitmix64).
    pub(crate) fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `items`, which are not none.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX).max(1);
        let index = usize::try_from(self.number() % count).unwrap_or_default();
        items[index]
    }

    /// 20 letters and digits: contacts, notes, tasks, fields, opportunities.
    pub(crate) fn record(&mut self) -> String {
        let mut left = u128::from(self.number()) << 64 | u128::from(self.number());
        let mut id = String::with_capacity(20);
        for _ in 0..20 {
            let digit = usize::try_from(left % 62).unwrap_or_default();
            id.push(char::from(DIGITS[digit]));
            left /= 62;
        }
        id
    }

    /// 24 hexadecimal digits: plans, refresh token ids.
    pub(crate) fn object(&mut self) -> String {
        format!("{:016x}{:08x}", self.number(), self.number() >> 32)
    }

    /// A UUID of version 4: stages, workflows, secrets.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.number(), self.number());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_the_seed_and_have_their_forms() {
        let (mut one, mut same) = (RecordIds::new(7), RecordIds::new(7));
        let (record, uuid) = (one.record(), one.uuid());
        assert_eq!((record.as_str(), uuid.as_str()), (&*same.record(), &*same.uuid()));
        assert_eq!((record.len(), uuid.len(), one.object().len()), (20, 36, 24));
        assert_eq!(&uuid[14..15], "4");
        assert_ne!(record, one.record());
    }
}
