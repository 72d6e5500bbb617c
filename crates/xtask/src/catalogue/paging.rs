//! How a list continues, by the names of its parameters (`facts/highlevel.md` 5).

use endpoint::catalogue::{PageStyle, Place};

use super::draft::{Edition, Pagination};
use super::envelope;
use super::schemas::{Graph, NodeId, Shape};

/// Lists that are a span of time, which no name tells apart from a filter.
const WINDOWS: [(&str, [&str; 2]); 3] = [
    ("calendars.get-calendar-events", ["startTime", "endTime"]),
    ("calendars.get-blocked-slots", ["startTime", "endTime"]),
    ("calendars.get-slots", ["startDate", "endDate"]),
];

/// A style, the names that it is known by, and the names that its size can have. The first row
/// whose names are all there decides.
struct Row {
    style: PageStyle,
    positions: &'static [&'static str],
    sizes: &'static [&'static str],
}

const fn row(
    style: PageStyle,
    positions: &'static [&'static str],
    sizes: &'static [&'static str],
) -> Row {
    Row { style, positions, sizes }
}

const IN_QUERY: [Row; 13] = [
    row(PageStyle::PageOrKeysetPair, &["page", "startAfter", "startAfterId"], &["limit"]),
    row(PageStyle::KeysetPair, &["startAfter", "startAfterId"], &["limit"]),
    row(PageStyle::Token, &["pageToken"], &["pageSize"]),
    row(PageStyle::SortValue, &["startAfterDate"], &["limit"]),
    row(PageStyle::LastId, &["lastMessageId"], &["limit"]),
    row(PageStyle::LastId, &["lastFaqId"], &["limit"]),
    row(PageStyle::Cursor, &["cursor"], &["limit"]),
    row(PageStyle::SkipLimit, &["skip"], &["limit"]),
    row(PageStyle::OffsetLimit, &["offset"], &["limit"]),
    row(PageStyle::Cursor, &["startAfter"], &["limit"]),
    row(PageStyle::Cursor, &["next"], &["limit"]),
    row(PageStyle::Page, &["page"], &["pageSize", "limit"]),
    row(PageStyle::Page, &["pageNumber"], &["pageSize", "limit"]),
];

const IN_BODY: [Row; 5] = [
    row(PageStyle::SearchAfter, &["page", "searchAfter"], &["pageLimit", "limit"]),
    row(PageStyle::SkipLimit, &["skip"], &["limit"]),
    row(PageStyle::OffsetLimit, &["offset"], &["limit"]),
    row(PageStyle::Page, &["page"], &["pageLimit", "pageSize", "limit"]),
    row(PageStyle::Cursor, &["cursor"], &["limit"]),
];

/// How the operation's reply continues.
pub(super) fn pagination(graph: &Graph, id: &str, edition: &Edition, reads: bool) -> Pagination {
    if !reads {
        return Pagination::none();
    }
    let mut found = in_window(id).or_else(|| in_query(graph, edition));
    found = found.or_else(|| in_body(graph, edition));
    let mut pagination = found.unwrap_or_else(Pagination::none);
    if pagination.style != PageStyle::None {
        pagination.rows = envelope::rows(graph, edition);
    }
    pagination
}

fn in_window(id: &str) -> Option<Pagination> {
    let (_, names) = WINDOWS.iter().find(|(window, _)| *window == id)?;
    let positions = names.iter().map(|name| (*name).to_owned()).collect();
    Some(Pagination { style: PageStyle::Window, positions, ..Pagination::none() })
}

fn in_query(graph: &Graph, edition: &Edition) -> Option<Pagination> {
    let named = |name: &str| {
        let in_query = |it: &&super::draft::Parameter| it.place == Place::Query && it.name == name;
        edition.parameters.iter().find(in_query).map(|it| it.schema)
    };
    by_names(graph, &IN_QUERY, Place::Query, named)
}

fn in_body(graph: &Graph, edition: &Edition) -> Option<Pagination> {
    let body = edition.body.as_ref()?;
    let Shape::Object { fields, .. } = &graph.get(body.schema).shape else { return None };
    let named = |name: &str| fields.iter().find(|it| it.name == name).map(|it| it.schema);
    by_names(graph, &IN_BODY, Place::Body, named)
}

fn by_names(
    graph: &Graph,
    rows: &[Row],
    place: Place,
    named: impl Fn(&str) -> Option<NodeId>,
) -> Option<Pagination> {
    let is_there = |name: &&&str| named(name).is_some();
    let row = rows.iter().find(|row| row.positions.iter().all(|name| is_there(&name)))?;
    let size = row.sizes.iter().find(is_there);
    // Rows to pass over without a size are a filter of something else.
    if size.is_none() && matches!(row.style, PageStyle::SkipLimit | PageStyle::OffsetLimit) {
        return None;
    }
    let is_numbered = row.positions.first().is_some_and(|name| name.starts_with("page"));
    let first = u32::from(is_numbered && row.style != PageStyle::Token);
    Some(Pagination {
        style: row.style,
        place,
        size: size.map(|name| (*name).to_owned()),
        largest: size.and_then(|name| largest(graph, named(name)?)),
        positions: row.positions.iter().map(|name| (*name).to_owned()).collect(),
        first,
        rows: None,
    })
}

fn largest(graph: &Graph, size: NodeId) -> Option<u32> {
    match &graph.get(size).shape {
        Shape::Number { maximum: Some(maximum), .. } => maximum.parse().ok(),
        _ => None,
    }
}
