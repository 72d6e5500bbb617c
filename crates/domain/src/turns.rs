//! Turns: a queue in which everybody's first waits behind nobody's second.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Bound,
};

/// Items of many owners: each owner's in their order, the owners in turn, so that one who has a
/// thousand waiting delays another's single one by one item and not by a thousand.
#[derive(Clone, Debug)]
pub struct Turns<K, T> {
    waiting: BTreeMap<K, VecDeque<T>>,
    last: Option<K>,
    count: usize,
}

impl<K, T> Default for Turns<K, T> {
    fn default() -> Self {
        Self { waiting: BTreeMap::new(), last: None, count: 0 }
    }
}

impl<K: Ord + Clone, T> Turns<K, T> {
    /// Queues an item behind its owner's others.
    pub fn push(&mut self, owner: K, item: T) {
        self.waiting.entry(owner).or_default().push_back(item);
        self.count += 1;
    }

    /// The item whose turn it is, of the owners whose first item may go, with its owner.
    pub fn take_of(&mut self, may_go: impl Fn(&K, &T) -> bool) -> Option<(K, T)> {
        let ready = |(owner, items): &(&K, &VecDeque<T>)| {
            items.front().is_some_and(|first| may_go(owner, first))
        };
        let behind = self.last.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let owner = self
            .waiting
            .range::<K, _>((behind, Bound::Unbounded))
            .find(ready)
            .or_else(|| self.waiting.iter().find(ready))
            .map(|(owner, _)| owner.clone())?;
        let items = self.waiting.get_mut(&owner)?;
        let item = items.pop_front()?;
        if items.is_empty() {
            self.waiting.remove(&owner);
        }
        self.count -= 1;
        self.last = Some(owner.clone());
        Some((owner, item))
    }

    /// The item whose turn it is.
    pub fn take(&mut self) -> Option<T> {
        self.take_of(|_, _| true).map(|(_, item)| item)
    }

    /// Each owner's first item.
    pub fn firsts(&self) -> impl Iterator<Item = (&K, &T)> {
        self.waiting.iter().filter_map(|(owner, items)| Some((owner, items.front()?)))
    }

    /// How many items wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_turn_and_keeps_the_own_order() {
        let mut turns = Turns::default();
        for number in 0..6 {
            turns.push("noisy", number);
        }
        turns.push("quiet", 10);
        turns.push("calm", 20);
        turns.push("quiet", 11);
        let taken: Vec<_> = std::iter::from_fn(|| turns.take()).collect();
        assert_eq!(taken, [20, 0, 10, 1, 11, 2, 3, 4, 5]);
        assert!(turns.is_empty());
    }

    #[test]
    fn who_comes_late_has_the_next_turn() {
        let mut turns = Turns::default();
        for number in 0..1_000 {
            turns.push("noisy", number);
        }
        assert_eq!(turns.take(), Some(0));
        turns.push("quiet", -1);
        assert_eq!(turns.take(), Some(-1));
        assert_eq!((turns.take(), turns.len()), (Some(1), 998));
    }

    #[test]
    fn who_may_not_go_stops_nobody() {
        let mut turns = Turns::default();
        turns.push("a", 1);
        turns.push("b", 2);
        turns.push("a", 3);
        assert_eq!(turns.take_of(|owner, _| *owner != "a"), Some(("b", 2)));
        assert_eq!(turns.take_of(|owner, _| *owner != "a"), None);
        assert_eq!(turns.firsts().collect::<Vec<_>>(), [(&"a", &1)]);
        assert_eq!(turns.take(), Some(1));
    }
}
