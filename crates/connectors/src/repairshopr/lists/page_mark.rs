//! Where in a list of RepairShopr to read on, as the text of a cursor.

use domain::ListError;
use repairshopr::models::{Listed, Page};

/// No list has so many pages: one that goes on is one that ignores the number of the page.
const MOST: u32 = 20_000;

/// A page to ask for: `3`, `3 7-12` after a page with the ids from 7 to 12, or `<3` on the way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageMark {
    /// Its number; the first is 1.
    pub(super) number: u32,
    /// Whether the pages before it are read next.
    pub(super) backwards: bool,
    /// The first and the last id of the page before: some lists do not say how many pages there are,
    /// and repeat one for ever.
    before: Option<(u64, u64)>,
}

impl PageMark {
    /// The page that a cursor names; the first without one.
    pub(super) fn read(cursor: Option<&str>) -> Result<Self, ListError> {
        let Some(text) = cursor else {
            return Ok(Self { number: 1, backwards: false, before: None });
        };
        Self::parse(text).ok_or_else(|| {
            ListError::Part("the place in the list is none; begin the run again".to_owned())
        })
    }

    /// This page, and then those before it.
    pub(super) fn backwards(number: u32) -> Self {
        Self { number, backwards: true, before: None }
    }

    /// The page after this one; none where this is the last (`facts/repairshopr.md` 3).
    pub(super) fn after<R: Listed>(self, page: &Page<R>) -> Option<Self> {
        let ends = page.items.first().map(Listed::id).zip(page.items.last().map(Listed::id));
        let more = match page.meta {
            Some(meta) => self.number < meta.total_pages,
            None => ends.is_some() && ends != self.before,
        };
        let before = if page.meta.is_some() { None } else { ends };
        let next = Self { number: self.number + 1, backwards: false, before };
        (more && self.number < MOST).then_some(next)
    }

    pub(super) fn text(self) -> String {
        match (self.backwards, self.before) {
            (true, _) => format!("<{}", self.number),
            (false, None) => self.number.to_string(),
            (false, Some((first, last))) => format!("{} {first}-{last}", self.number),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some(number) = text.strip_prefix('<') {
            return Some(Self::backwards(number.parse().ok()?));
        }
        let (number, before) = match text.split_once(' ') {
            Some((number, ids)) => {
                let (first, last) = ids.split_once('-')?;
                (number, Some((first.parse().ok()?, last.parse().ok()?)))
            }
            None => (text, None),
        };
        Some(Self { number: number.parse().ok()?, backwards: false, before })
    }
}

#[cfg(test)]
mod tests {
    use repairshopr::models::{Asset, Meta};

    use super::*;

    fn page(ids: &[u64], total_pages: Option<u32>) -> Page<Asset> {
        let asset = |id: &u64| serde_json::from_value(serde_json::json!({ "id": id })).unwrap();
        let meta = total_pages.map(|total_pages| Meta { total_pages, ..Meta::default() });
        Page { items: ids.iter().map(asset).collect(), unreadable: 0, meta }
    }

    #[test]
    fn a_mark_survives_its_text() {
        for text in ["1", "12", "3 7-12", "<9"] {
            assert_eq!(PageMark::read(Some(text)).unwrap().text(), text);
        }
        for text in ["", "x", "3 7", "<", "3 a-b", "-1"] {
            assert!(PageMark::read(Some(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_list_ends_where_it_says_or_where_nothing_is_new() {
        let first = PageMark::read(None).unwrap();
        assert_eq!(first.after(&page(&[1], Some(2))).unwrap().text(), "2");
        assert_eq!(first.after(&page(&[1, 2], Some(1))), None);
        let second = first.after(&page(&[1, 2], None)).unwrap();
        assert_eq!(second.text(), "2 1-2");
        assert_eq!(second.after(&page(&[1, 2], None)), None, "it repeats itself");
        assert_eq!(second.after(&page(&[3], None)).unwrap().text(), "3 3-3");
        assert_eq!(second.after(&page(&[], None)), None);
    }
}
