//! How the lists of an API continue: every style that vendors use, as data.

use super::place::Place;
use super::rows::{PaginationRow, Table};
use super::wire::wire_enum;

/// How to ask a list for what comes next.
///
/// Whatever the style, a short page, an absent position or a repeated one ends the list: totals
/// are often missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PageStyle {
    /// One reply holds everything.
    None,
    /// Rows to pass over, and a size: `skip` and `limit`.
    SkipLimit,
    /// The same under other names: `offset` and `limit`.
    OffsetLimit,
    /// The number of a page, with or without a size.
    Page,
    /// Two values of the last row: `startAfter` and `startAfterId`.
    KeysetPair,
    /// The number of a page, or two values of the last row.
    PageOrKeysetPair,
    /// The value of the last row by which the list is sorted.
    SortValue,
    /// The id of the last row.
    LastId,
    /// Whatever the last reply said.
    Cursor,
    /// The number of a page, or a list of values that each row carries.
    SearchAfter,
    /// A token of the last reply, beside the page's size.
    Token,
    /// A time span that the caller moves.
    Window,
}

impl PageStyle {
    /// The word for it, such as `skip-limit`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SkipLimit => "skip-limit",
            Self::OffsetLimit => "offset-limit",
            Self::Page => "page",
            Self::KeysetPair => "keyset-pair",
            Self::PageOrKeysetPair => "page-or-keyset-pair",
            Self::SortValue => "sort-value",
            Self::LastId => "last-id",
            Self::Cursor => "cursor",
            Self::SearchAfter => "search-after",
            Self::Token => "token",
            Self::Window => "window",
        }
    }

    /// Every style.
    #[must_use]
    pub fn all() -> [Self; 12] {
        [
            Self::None,
            Self::SkipLimit,
            Self::OffsetLimit,
            Self::Page,
            Self::KeysetPair,
            Self::PageOrKeysetPair,
            Self::SortValue,
            Self::LastId,
            Self::Cursor,
            Self::SearchAfter,
            Self::Token,
            Self::Window,
        ]
    }
}

wire_enum!(PageStyle {
    None,
    SkipLimit,
    OffsetLimit,
    Page,
    KeysetPair,
    PageOrKeysetPair,
    SortValue,
    LastId,
    Cursor,
    SearchAfter,
    Token,
    Window,
});

/// How one list continues: a style, and the names that it goes by here.
#[derive(Clone, Copy)]
pub struct Pagination<'a> {
    table: &'a Table,
    row: &'a PaginationRow,
}

impl<'a> Pagination<'a> {
    pub(super) fn new(table: &'a Table, row: &'a PaginationRow) -> Self {
        Self { table, row }
    }

    /// The style.
    #[must_use]
    pub fn style(self) -> PageStyle {
        self.row.style
    }

    /// Where position and size go: the query or the body.
    #[must_use]
    pub fn place(self) -> Place {
        self.row.place
    }

    /// The name of the page's size, in rows; none where the vendor fixes it.
    #[must_use]
    pub fn size(self) -> Option<&'a str> {
        self.row.size.map(|text| self.table.texts.get(text))
    }

    /// The largest size in rows, where the vendor names it.
    #[must_use]
    pub fn largest(self) -> Option<u32> {
        self.row.largest
    }

    /// The names of the position: of a pair both, of a choice the page's number first.
    pub fn positions(self) -> impl Iterator<Item = &'a str> {
        self.row.positions.iter().map(move |text| self.table.texts.get(*text))
    }

    /// The number of the first page, where pages are numbered.
    #[must_use]
    pub fn first(self) -> u32 {
        self.row.first
    }

    /// The field of the reply that holds the rows; none where the reply is the list or where the
    /// vendor does not say.
    #[must_use]
    pub fn rows(self) -> Option<&'a str> {
        self.row.rows.map(|text| self.table.texts.get(text))
    }
}
