//! Walks through the pages of a list without losing or doubling rows, as a pure function of the pages.

use std::{collections::HashSet, ops::RangeInclusive};

use crate::models::{Listed, Meta, Page};

/// Where a walk through a list is.
///
/// Page sizes differ by list and from what is documented, so a short page says nothing: the walk
/// ends where `total_pages` says so, and without that at the first page that has nothing new
/// (`facts/repairshopr.md` 3). Rows move between pages while they are read; a row that comes again
/// is left out.
#[derive(Clone, Debug)]
pub struct Paging {
    next: Option<u32>,
    seen: HashSet<u64>,
}

/// Before the first page.
impl Default for Paging {
    fn default() -> Self {
        Self { next: Some(1), seen: HashSet::new() }
    }
}

impl Paging {
    /// The page to ask for; none after the last one.
    #[must_use]
    pub fn next_page(&self) -> Option<u32> {
        self.next
    }

    /// Takes the page that was asked for and gives its rows that were not seen before.
    pub fn take<T: Listed>(&mut self, page: Page<T>) -> Vec<T> {
        let Some(number) = self.next else { return Vec::new() };
        let new: Vec<T> = page.items.into_iter().filter(|it| self.seen.insert(it.id())).collect();
        let more = match page.meta {
            Some(meta) => number < meta.total_pages,
            None => !new.is_empty(),
        };
        self.next = more.then(|| number.saturating_add(1));
        new
    }

    /// The last `count` pages of a list after its first, of which only the end has changed: where
    /// customers are sorted by their change, the newest stand last.
    #[must_use]
    pub fn tail(meta: &Meta, count: u32) -> RangeInclusive<u32> {
        let last = meta.total_pages;
        let first = last.saturating_sub(count).saturating_add(1).max(2);
        first..=last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Customer;

    fn page(ids: &[u64], total_pages: Option<u32>) -> Page<Customer> {
        let customer = |id: &u64| {
            serde_json::from_value(serde_json::json!({ "id": id })).expect("it has an id")
        };
        let meta = total_pages.map(|total_pages| Meta { total_pages, ..Meta::default() });
        Page { items: ids.iter().map(customer).collect(), unreadable: 0, meta }
    }

    fn walk(pages: &[Page<Customer>]) -> (Vec<u64>, usize) {
        let (mut paging, mut found, mut asked) = (Paging::default(), Vec::new(), 0);
        while let Some(number) = paging.next_page() {
            let page = pages.get(number as usize - 1).cloned().unwrap_or_else(|| page(&[], None));
            found.extend(paging.take(page).iter().map(|customer| customer.id.get()));
            asked += 1;
        }
        (found, asked)
    }

    #[test]
    fn the_total_decides_and_not_the_length_of_a_page() {
        let pages = [page(&[1, 2], Some(3)), page(&[3], Some(3)), page(&[4, 5], Some(3))];
        assert_eq!(walk(&pages), (vec![1, 2, 3, 4, 5], 3));
        assert_eq!(walk(&[page(&[1], Some(1)), page(&[2], Some(1))]), (vec![1], 1));
        assert_eq!(walk(&[page(&[], Some(0))]), (vec![], 1));
    }

    #[test]
    fn without_a_total_it_ends_where_nothing_is_new() {
        assert_eq!(walk(&[page(&[1, 2], None), page(&[3], None)]), (vec![1, 2, 3], 3));
        // A list that ignores the number of the page would repeat itself for ever.
        assert_eq!(walk(&[page(&[1, 2], None), page(&[1, 2], None)]), (vec![1, 2], 2));
    }

    #[test]
    fn a_row_that_moved_is_given_once_and_a_list_that_grew_is_read_to_its_end() {
        let pages = [page(&[1, 2], Some(2)), page(&[2, 3], Some(3)), page(&[3, 4], Some(3))];
        assert_eq!(walk(&pages), (vec![1, 2, 3, 4], 3));
    }

    #[test]
    fn the_tail_leaves_out_the_first_page() {
        let tail = |total_pages, count| {
            let meta = Meta { total_pages, ..Meta::default() };
            Paging::tail(&meta, count).collect::<Vec<_>>()
        };
        assert_eq!(tail(9, 3), [7, 8, 9]);
        assert_eq!(tail(3, 5), [2, 3]);
        assert_eq!(tail(1, 2), [0; 0]);
        assert_eq!(tail(0, 2), [0; 0]);
    }
}
