//! When a record or its row changes, then both are made equal.
//!
//! The action names the pair and not the values: what they are is seen when it is done. So a burst of
//! events of one record is one write, and whatever was lost is made good by the next one.

use domain::{Action, ActionId, Event, EventKind, Intent, Mapping, Row, SyncLink, Verb};
use jiff::Timestamp;

use super::{Outlets, Rule};
use crate::View;

/// The rule.
pub const RULE: Rule = Rule {
    name: "sync_links",
    sentence: "When a record or its row changes, then both are made equal.",
    is_on,
    concerns,
    decide,
};

fn is_on(outlets: &Outlets) -> bool {
    !outlets.mappings.is_empty()
}

fn concerns(event: &Event, outlets: &Outlets) -> bool {
    event.kind != EventKind::UNREADABLE
        && event.kind.verb != Verb::Hinted
        && outlets
            .mappings
            .iter()
            .any(|mapping| record_of(event, mapping) || row_of(event, mapping))
}

fn decide(event: &Event, view: &View, now: Timestamp) -> Vec<Action> {
    if event.kind == EventKind::UNREADABLE || event.kind.verb == Verb::Hinted {
        return Vec::new();
    }
    let told = Row::of(event);
    let pair = |mapping: &Mapping| {
        if record_of(event, mapping) {
            let record = Some(event.record.as_ref()?.id.clone());
            return Some(SyncLink { mapping: mapping.name.clone(), record, row: None });
        }
        let (name, row) = told.clone().filter(|_| row_of(event, mapping))?;
        let pair = SyncLink { mapping: name, record: row.record.clone(), row: Some(row) };
        (pair.mapping == mapping.name).then_some(pair)
    };
    let action = |mapping: &Mapping| {
        let pair = pair(mapping)?;
        let end = match (&pair.record, &pair.row) {
            (Some(record), _) => format!("record/{record}"),
            (None, Some(row)) => format!("row/{}", row.id),
            (None, None) => return None,
        };
        Some(Action {
            id: ActionId::of(&event.id, &format!("{}.{}", RULE.name, mapping.name)),
            event: event.id,
            correlation: event.correlation.clone(),
            tenant: event.tenant.clone()?,
            destination: mapping.destination(),
            lane: format!("{}/{end}", mapping.name),
            rule: RULE.name.to_owned(),
            intent: Intent::SyncLink(pair),
            decided_at: now,
        })
    };
    view.outlets.mappings.iter().filter_map(action).collect()
}

/// Whether the event is of a record that the mapping is about.
fn record_of(event: &Event, mapping: &Mapping) -> bool {
    event.tenant.as_ref() == Some(&mapping.tenant)
        && event.record.as_ref().is_some_and(|key| key.entity == mapping.entity)
        && mapping.account.as_ref().is_none_or(|own| event.account.as_ref() == Some(own))
}

/// Whether the event is of a row of the mapping's counterpart.
fn row_of(event: &Event, mapping: &Mapping) -> bool {
    event.origin == domain::Origin::Row
        && event.tenant.as_ref().is_some_and(|tenant| {
            tenant.organization == mapping.tenant.organization
                && tenant.connection == mapping.counterpart
        })
}

#[cfg(test)]
mod tests {
    use domain::{
        Entity, Origin,
        contract::sample::{at, event, mapping, tenant},
    };
    use serde_json::json;

    use super::*;

    fn view() -> View {
        let outlets = Outlets { mappings: [mapping("alpha")].into(), ..Outlets::default() };
        View { outlets, ..View::default() }
    }

    fn row(record: Option<&str>) -> Row {
        Row {
            id: "row-1".to_owned(),
            fields: [("E-mail".to_owned(), json!("a@example.com"))].into(),
            changed_at: at(3),
            record: record.map(str::to_owned),
            gone: false,
        }
    }

    #[test]
    fn a_record_and_a_row_that_names_it_share_a_lane() {
        let of_record = decide(&event(1), &view(), at(9)).remove(0);
        assert_eq!(of_record.destination, mapping("alpha").destination());
        let told = row(Some("contact-1")).into_event(&mapping("alpha"), Entity::Page, at(4));
        let of_row = decide(&told, &view(), at(9)).remove(0);
        assert_eq!(of_record.lane, of_row.lane);
        let new = row(None).into_event(&mapping("alpha"), Entity::Page, at(4));
        assert_ne!(decide(&new, &view(), at(9))[0].lane, of_row.lane);
        let Intent::SyncLink(pair) = &of_row.intent else { panic!("{:?}", of_row.intent) };
        assert_eq!(
            (pair.record.as_deref(), &pair.row),
            (Some("contact-1"), &Some(row(Some("contact-1"))))
        );
    }

    #[test]
    fn others_records_accounts_entities_and_rows_are_left_alone() {
        let mut own = event(1);
        assert!(concerns(&own, &view().outlets));
        own.account = Some("location-2".to_owned());
        assert_eq!(decide(&own, &view(), at(9)), []);
        let mut other = event(1);
        other.tenant = Some(tenant("beta"));
        assert!(!concerns(&other, &view().outlets));
        let mut note = event(1);
        note.record.as_mut().unwrap().entity = Entity::Note;
        assert_eq!(decide(&note, &view(), at(9)), []);
        let foreign = row(None).into_event(&mapping("beta"), Entity::Page, at(4));
        assert_eq!(decide(&foreign, &view(), at(9)), []);
        let mut forged = row(None).into_event(&mapping("alpha"), Entity::Page, at(4));
        forged.origin = Origin::Keyed;
        assert_eq!(decide(&forged, &view(), at(9)), [], "only the hub itself tells of rows");
    }
}
