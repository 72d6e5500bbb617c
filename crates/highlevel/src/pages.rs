//! Pages: goes through a list page by page, in whichever style its operation pages.

mod raw;
mod style;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use endpoint::{Timer, Transport};

use crate::{Call, Client, Error};

/// An operation that gives one page of a list, and knows how to ask for the next
/// (`facts/highlevel.md` 5).
///
/// A [`crate::RawCall`] is one for every operation: it goes on as the catalogue says, its items are
/// JSON, and what is no list is one page with one item.
pub trait Paged: Call + Sized {
    /// What the list is of.
    type Item;

    /// The items of a page, and the operation that gives the page after it.
    fn turn(&self, reply: <Self as Call>::Response) -> Turn<Self>;
}

/// One page, and the way to the next.
#[derive(Clone, Debug)]
pub struct Turn<E: Paged> {
    items: Vec<E::Item>,
    mark: String,
    next: Option<E>,
}

impl<E: Paged> Turn<E> {
    /// A page of a list whose pages are numbered or skipped to. It is the last where it is shorter
    /// than `limit`. A server that forgets the number gives the same rows again: `id` tells them.
    pub fn numbered(
        items: Vec<E::Item>,
        limit: u32,
        id: impl Fn(&E::Item) -> &str,
        next: impl FnOnce() -> E,
    ) -> Self {
        let mark = items.iter().map(id).collect::<Vec<_>>().join(" ");
        let next = is_whole(&items, limit).then(next);
        Self { items, mark, next }
    }

    /// A page of a list in which each page names where the next begins. It is the last where it
    /// names nothing, is shorter than `limit`, or is empty.
    #[must_use]
    pub fn cursored(items: Vec<E::Item>, limit: u32, next: Option<(String, E)>) -> Self {
        let next = next.filter(|_| is_whole(&items, limit));
        let (mark, next) = next.map_or_else(Default::default, |(mark, next)| (mark, Some(next)));
        Self { items, mark, next }
    }
}

impl<E: Paged> Turn<E> {
    /// The items of the page, and the operation that gives the page after it.
    #[must_use]
    pub fn into_parts(self) -> (Vec<E::Item>, Option<E>) {
        (self.items, self.next)
    }
}

fn is_whole<I>(items: &[I], limit: u32) -> bool {
    !items.is_empty() && u32::try_from(items.len()).is_ok_and(|count| count >= limit)
}

/// A list that is read page by page.
///
/// ```no_run
/// # use endpoint::{Timer, Transport};
/// # use highlevel::{Client, Error, LocationId, resources::{SearchContacts}};
/// # async fn all<T: Transport, C: Timer>(client: &Client<T, C>) -> Result<(), Error> {
/// let mut pages = client.pages(SearchContacts::new(LocationId::new("ajsQIFJLgWv9VxXPLEUh")));
/// while let Some(page) = pages.next().await {
///     for contact in page? {
///         println!("{}", contact.full_name());
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Pages<'c, T, C, E> {
    client: &'c Client<T, C>,
    next: Option<E>,
    seen: HashSet<String>,
}

impl<T: Transport, C: Timer> Client<T, C> {
    /// All pages of a list, from the page that `first` asks for. Nothing is sent yet.
    pub fn pages<E: Paged>(&self, first: E) -> Pages<'_, T, C, E> {
        Pages { client: self, next: Some(first), seen: HashSet::new() }
    }
}

impl<T: Transport, C: Timer, E: Paged> Pages<'_, T, C, E> {
    /// The items of the next page; none after the last.
    ///
    /// After a failed call the same page can be asked for again. A list that comes back to where
    /// it was ends with an error instead of going on for ever.
    pub async fn next(&mut self) -> Option<Result<Vec<E::Item>, Error>> {
        let operation = self.next.take()?;
        let reply = match self.client.call(&operation).await {
            Ok(reply) => reply,
            Err(error) => {
                self.next = Some(operation);
                return Some(Err(error));
            }
        };
        let Turn { items, mark, next } = operation.turn(reply);
        if items.is_empty() {
            return None;
        }
        if next.is_some() && !self.seen.insert(mark) {
            return Some(Err(Error::repeated_page(operation.profile().operation)));
        }
        self.next = next;
        Some(Ok(items))
    }
}
