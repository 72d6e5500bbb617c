//! When a row is seen, then this is whether it tells something that its link does not know.
//!
//! The hub's own writes are seen again in the rows that they changed, and end here: a link knows how its
//! row was seen last, and who wrote it does not count.

use domain::{Link, LinkStanding, MappedField, Mapping, NewRows, Row};
use serde_json::Value;

use super::value::same;

/// What is known of a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Its link.
    pub link: Option<&'a Link>,
    /// The link of the record that the row says it belongs to, where it says so.
    pub claimed: Option<&'a Link>,
}

/// What a row tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Nothing new.
    Nothing,
    /// Something that its link has to be told.
    Told,
    /// Something that nothing can follow from, and what a person can do about it.
    Refused(String),
}

/// What a row of this mapping tells somebody who knows this of it.
#[must_use]
pub fn of(mapping: &Mapping, known: Known<'_>, row: &Row) -> News {
    let is_copy = known
        .claimed
        .is_some_and(|claimed| claimed.row.as_ref().is_some_and(|other| *other != row.id));
    let told = |is_told| if is_told { News::Told } else { News::Nothing };
    match (known.link, known.claimed) {
        // It was refused as a copy, and still is one.
        (Some(link), _) if is_copy && link.record.is_none() => News::Nothing,
        (Some(link), _) => told(is_news(mapping, link, row)),
        (None, _) if row.gone => News::Nothing,
        (None, _) if is_copy => News::Refused(
            "another row stands for the same record, as after a row was duplicated; delete this row, \
             or empty its column of the record's id to make a new record of it"
                .to_owned(),
        ),
        // It was made a moment ago, and its id is about to be kept.
        (None, Some(_)) => News::Nothing,
        // It was made before, and its link was lost, or it comes from another hub.
        (None, None) => told(row.record.is_some() || makes_records(mapping)),
    }
}

/// Whether rows that belong to no record make one.
fn makes_records(mapping: &Mapping) -> bool {
    mapping.new_rows == NewRows::Create && mapping.direction.reaches_crm()
}

fn is_news(mapping: &Mapping, link: &Link, row: &Row) -> bool {
    let was_gone = link.standing == LinkStanding::RowGone;
    if row.gone || was_gone {
        return row.gone != was_gone;
    }
    mapping.fields.iter().any(|field| differs(field, link, row))
}

/// Whether a column says something else than it did. One that is not told says nothing.
fn differs(field: &MappedField, link: &Link, row: &Row) -> bool {
    let known = link.row_fields.get(&field.column).unwrap_or(&Value::Null);
    let Some(now) = row.fields.get(&field.column) else { return false };
    // A counterpart may spell what was written otherwise, which is no edit.
    let spelling = link.spelled.get(&field.column).and_then(Value::as_array).map(Vec::as_slice);
    let is_spelling = matches!(spelling, Some([written, spelled])
        if same(field.kind, written, known) && spelled == now);
    !is_spelling && !same(field.kind, known, now)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{
        ConnectionId, Direction, Entity, Fields, OnDelete, Only, OrganizationId, Tenant, ValueKind,
        Wins,
    };
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn mapping(direction: Direction, new_rows: NewRows) -> Mapping {
        let field = |name: &str, kind| MappedField {
            field: name.to_owned(),
            column: format!("{name} column"),
            kind,
            direction: Direction::Both,
            wins: Wins::LastWrite,
        };
        let organization = OrganizationId::new("default");
        Mapping {
            name: "contacts".to_owned(),
            tenant: Tenant { organization, connection: ConnectionId::new("highlevel") },
            account: None,
            counterpart: ConnectionId::new("notion"),
            vendor: "notion".to_owned(),
            table: "table".to_owned(),
            entity: Entity::Contact,
            direction,
            fields: vec![field("email", ValueKind::Email), field("tags", ValueKind::List)],
            only: Only::default(),
            new_rows,
            on_delete: OnDelete::Keep,
            skew_seconds: 60,
            settings: BTreeMap::new(),
        }
    }

    fn row(fields: &[(&str, Value)]) -> Row {
        Row {
            id: "row-1".to_owned(),
            fields: fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            changed_at: Timestamp::UNIX_EPOCH,
            record: None,
            gone: false,
        }
    }

    fn link(standing: LinkStanding) -> Link {
        let row_fields: Fields =
            [("email column".to_owned(), json!("ada@example.com"))].into_iter().collect();
        Link {
            row: Some("row-1".to_owned()),
            row_fields,
            standing,
            ..Link::new(OrganizationId::new("default"), "contacts")
        }
    }

    fn told(link: Option<&Link>, claimed: Option<&Link>, row: &Row) -> News {
        of(&mapping(Direction::Both, NewRows::Create), Known { link, claimed }, row)
    }

    #[test]
    fn a_row_as_it_was_seen_tells_nothing() {
        let link = link(LinkStanding::Live);
        for fields in [
            vec![("email column", json!("ada@example.com")), ("tags column", json!(null))],
            vec![("email column", json!("Ada@Example.com"))],
            vec![("tags column", json!([])), ("another column", json!("x"))],
            vec![],
        ] {
            assert_eq!(told(Some(&link), None, &row(&fields)), News::Nothing, "{fields:?}");
        }
        for fields in [
            vec![("email column", json!("grace@example.com"))],
            vec![("email column", json!(null))],
            vec![("tags column", json!(["vip"]))],
        ] {
            assert_eq!(told(Some(&link), None, &row(&fields)), News::Told, "{fields:?}");
        }
    }

    #[test]
    fn how_a_counterpart_spells_a_value_is_no_edit() {
        let link = Link {
            row_fields: [("tags column".to_owned(), json!(["b, c"]))].into(),
            spelled: [("tags column".to_owned(), json!([["b, c"], ["b; c"]]))].into(),
            ..link(LinkStanding::Live)
        };
        let says = |tags| told(Some(&link), None, &row(&[("tags column", tags)]));
        assert_eq!(says(json!(["b; c"])), News::Nothing);
        assert_eq!(says(json!(["b; d"])), News::Told);
    }

    #[test]
    fn a_row_goes_once_and_comes_back_once() {
        let (live, gone) = (link(LinkStanding::Live), link(LinkStanding::RowGone));
        let there = row(&[("email column", json!("ada@example.com"))]);
        let thrown = Row { gone: true, ..there.clone() };
        assert_eq!(told(Some(&live), None, &thrown), News::Told);
        assert_eq!(told(Some(&gone), None, &thrown), News::Nothing);
        assert_eq!(told(Some(&gone), None, &there), News::Told);
        assert_eq!(told(None, None, &thrown), News::Nothing);
    }

    #[test]
    fn a_new_row_counts_where_the_mapping_makes_records_of_rows() {
        let new = row(&[]);
        let of = |direction, new_rows| of(&mapping(direction, new_rows), Known::default(), &new);
        assert_eq!(of(Direction::Both, NewRows::Create), News::Told);
        assert_eq!(of(Direction::ToCrm, NewRows::Create), News::Told);
        assert_eq!(of(Direction::FromCrm, NewRows::Create), News::Nothing);
        assert_eq!(of(Direction::Both, NewRows::Ignore), News::Nothing);
    }

    #[test]
    fn a_copy_of_a_row_is_no_second_one() {
        let copy = Row { record: Some("contact-1".to_owned()), ..row(&[]) };
        let other = Link { row: Some("row-2".to_owned()), ..link(LinkStanding::Live) };
        let refused = told(None, Some(&other), &copy);
        assert!(matches!(&refused, News::Refused(reason) if reason.contains("; delete")));
        let making = Link { row: None, ..link(LinkStanding::Making) };
        assert_eq!(told(None, Some(&making), &copy), News::Nothing);
        assert_eq!(told(None, None, &copy), News::Told);
        // Of a copy that was refused nothing is kept, so that it counts once its id is emptied.
        let reason = "a copy".to_owned();
        let kept = Link { row_fields: Fields::new(), ..link(LinkStanding::Refused { reason }) };
        let filled = Row { ..row(&[("tags column", json!(["vip"]))]) };
        let still = Row { record: copy.record, ..filled.clone() };
        assert_eq!(told(Some(&kept), Some(&other), &still), News::Nothing);
        assert_eq!(told(Some(&kept), None, &filled), News::Told);
    }
}
