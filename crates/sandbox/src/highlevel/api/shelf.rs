//! Records of one kind: found by id in constant time, listed in the order in which they came.

use std::collections::{BTreeMap, HashMap};

/// Records by id and by order.
#[derive(Clone, Debug)]
pub(crate) struct Shelf<T> {
    places: HashMap<Box<str>, u64>,
    records: BTreeMap<u64, T>,
    next: u64,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { places: HashMap::new(), records: BTreeMap::new(), next: 0 }
    }
}

impl<T> Shelf<T> {
    /// Puts a record behind all others; one of the same id makes room.
    pub(crate) fn add(&mut self, id: &str, record: T) {
        if let Some(old) = self.places.insert(id.into(), self.next) {
            self.records.remove(&old);
        }
        self.records.insert(self.next, record);
        self.next += 1;
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.records.get(self.places.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.records.get_mut(self.places.get(id)?)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        self.records.remove(&self.places.remove(id)?)
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.records.values()
    }

    /// Those that came before the record of this id, latest first; none where it is gone.
    pub(crate) fn before(&self, id: &str) -> Option<impl Iterator<Item = &T>> {
        let place = self.places.get(id)?;
        Some(self.records.range(..place).rev().map(|(_, record)| record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_keep_their_order_and_are_found_by_id() {
        let mut shelf = Shelf::default();
        for id in ["a", "b", "c", "b"] {
            shelf.add(id, id.to_owned());
        }
        assert_eq!(shelf.iter().collect::<Vec<_>>(), ["a", "c", "b"]);
        assert_eq!(shelf.before("b").unwrap().collect::<Vec<_>>(), ["c", "a"]);
        assert_eq!(shelf.remove("c"), Some("c".to_owned()));
        assert!(shelf.before("c").is_none());
        assert_eq!((shelf.len(), shelf.get("b")), (2, Some(&"b".to_owned())));
    }
}
