//! When anything happens in the CRM, then the activity log has one page that tells it.
//!
//! Two events that tell one change have one page ([`pair`]), and it is called the same whichever of
//! the two came first.

use domain::{
    Action, ActionId, ActivityEntry, Applied, Change, Entity, Event, EventKind, Fields, Intent,
    Record, Verb,
};
use jiff::Timestamp;
use serde_json::Value;

use super::{Outlets, Rule};
use crate::{
    View,
    pair::{self, Sibling},
};

/// The rule.
pub const RULE: Rule = Rule {
    name: "log_activity",
    sentence: "When anything happens in the CRM, then the activity log has one page that tells it.",
    is_on,
    concerns,
    decide,
};

/// How many changed fields the details name; the journal has them all.
const FIELDS_NAMED: usize = 12;

/// How much of a value the details show, in characters.
const VALUE_SHOWN: usize = 120;

fn is_on(outlets: &Outlets) -> bool {
    outlets.activity_log.is_some()
}

fn concerns(event: &Event, outlets: &Outlets) -> bool {
    // A hint is no news of the CRM. And the log itself is a change in Notion, which tells of it: a page
    // for each hint would never end.
    let is_told = event.kind != EventKind::UNREADABLE && event.kind.verb != Verb::Hinted;
    event.tenant.is_some() && is_on(outlets) && is_told && event.origin.is_news()
}

fn decide(event: &Event, view: &View, now: Timestamp) -> Vec<Action> {
    let (Some(tenant), Some(destination)) = (&event.tenant, &view.outlets.activity_log) else {
        return Vec::new();
    };
    if !concerns(event, &view.outlets) {
        return Vec::new();
    }
    let told = |sibling: &Sibling| pair::is_told(event, &view.changes, sibling);
    if view.sibling.as_ref().is_some_and(told) {
        return Vec::new();
    }
    vec![Action {
        id: ActionId::of(&event.id, RULE.name),
        event: event.id,
        correlation: event.correlation.clone(),
        tenant: tenant.clone(),
        destination: destination.clone(),
        lane: super::lane(event),
        rule: RULE.name.to_owned(),
        intent: Intent::LogActivity(entry(event, view)),
        decided_at: now,
    }]
}

fn entry(event: &Event, view: &View) -> ActivityEntry {
    ActivityEntry {
        event: event.id,
        entity_name: entity_name(event, view),
        event_type: event_type(event.kind, view),
        entity: event.kind.entity.label().to_owned(),
        record_id: event.record.as_ref().map(|key| key.id.clone()).unwrap_or_default(),
        action: event.kind.verb.label().to_owned(),
        occurred_at: event.occurred_at,
        link: view.link.clone(),
        details: details(view),
    }
}

/// What people call it: a won deal is a "Deal Won", not a changed status.
fn event_type(kind: EventKind, view: &View) -> String {
    // The event's own word first: the mirror may have moved on since.
    let said = || view.summary.facts.iter().find(|(label, _)| label == "Status");
    let mirrored = || text(&view.record.as_ref()?.fields, "status");
    let status = || said().map(|(_, value)| value.clone()).or_else(mirrored);
    // An update of one field is what the event of that field tells too, and may have come before it.
    let own = view.changes.iter().find(|change| change.key.entity == kind.entity);
    let verb = match (kind.entity, kind.verb) {
        (Entity::Opportunity, Verb::Updated) => own.and_then(pair::single_field),
        _ => None,
    };
    match (kind.entity, verb.unwrap_or(kind.verb)) {
        (Entity::Unknown, _) => "Unknown Event".to_owned(),
        (Entity::Opportunity, Verb::StageChanged) => "Pipeline Stage Changed".to_owned(),
        (Entity::Opportunity, Verb::StatusChanged) => match status().as_deref() {
            Some("won") => "Deal Won".to_owned(),
            Some("lost") => "Deal Lost".to_owned(),
            _ => "Deal Status Changed".to_owned(),
        },
        (Entity::SyncRun, Verb::Completed) => "Sync Complete".to_owned(),
        (entity, verb) => format!("{} {}", entity.label(), verb.label()),
    }
}

/// The name that people know the record by: its own, else that of the contact it belongs to.
fn entity_name(event: &Event, view: &View) -> String {
    let own = view.record.as_ref().and_then(record_name).or_else(|| view.summary.name.clone());
    if let Some(name) = own {
        return name;
    }
    let label = event.kind.entity.label();
    if let Some(contact) = view.contact.as_ref().and_then(record_name) {
        return format!("{label}: {contact}");
    }
    match &event.record {
        Some(key) => format!("{label} {}", key.id),
        None => label.to_owned(),
    }
}

fn record_name(record: &Record) -> Option<String> {
    let fields = &record.fields;
    let first = |names: &[&str]| names.iter().find_map(|name| text(fields, name));
    match record.key.entity {
        Entity::Contact => first(&["name"])
            .or_else(|| full_name(fields))
            .or_else(|| first(&["company_name", "email", "phone"])),
        Entity::Message => first(&["subject"]),
        Entity::Note | Entity::Conversation => None,
        _ => first(&["name", "title"]),
    }
}

fn full_name(fields: &Fields) -> Option<String> {
    let parts = ["first_name", "last_name"].map(|name| text(fields, name));
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

/// What changed where something did, else what the event says.
fn details(view: &View) -> String {
    let own = view.record.as_ref().map(|record| &record.key);
    let change = view.changes.iter().find(|change| Some(&change.key) == own);
    let mut lines = match change {
        Some(change) if change.applied == Applied::Updated => changed_lines(change),
        _ => Vec::new(),
    };
    if lines.is_empty() {
        let said = |(label, value): &(String, String)| format!("{label}: {}", shorten(value));
        lines.extend(view.summary.facts.iter().map(said));
    }
    if change.is_some_and(|change| change.applied == Applied::Stale) {
        lines.push("Arrived late: something newer was known already.".to_owned());
    }
    lines.join("\n")
}

fn changed_lines(change: &Change) -> Vec<String> {
    let line = |(name, field): (&String, &domain::FieldChange)| {
        format!("{name}: {} → {}", show(&field.before), show(&field.after))
    };
    let mut lines: Vec<_> = change.fields.iter().take(FIELDS_NAMED).map(line).collect();
    let left = change.fields.len().saturating_sub(FIELDS_NAMED);
    if left > 0 {
        lines.push(format!("and {left} more fields"));
    }
    lines
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => shorten(text),
        other => shorten(&other.to_string()),
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(VALUE_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn text(fields: &Fields, name: &str) -> Option<String> {
    let text = fields.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use domain::{
        ConnectionId, FieldChange, RecordKey, Summary,
        contract::sample::{at, event, event_id, record, tenant},
    };
    use serde_json::json;

    use super::*;

    fn notion() -> Outlets {
        Outlets { activity_log: Some(ConnectionId::new("notion")), ..Outlets::default() }
    }

    fn view() -> View {
        View { outlets: notion(), ..View::default() }
    }

    fn entry_for(event: &Event, view: &View) -> ActivityEntry {
        let mut actions = decide(event, view, at(9));
        assert_eq!(actions.len(), 1);
        match actions.remove(0).intent {
            Intent::LogActivity(entry) => entry,
            _ => panic!("it logs nothing"),
        }
    }

    #[test]
    fn a_new_contact_is_told_by_name_with_what_the_event_says() {
        let fact = ("Email".to_owned(), "person@example.com".to_owned());
        let view = View {
            record: Some(record(&tenant("alpha"), "contact-1", 1)),
            summary: Summary { name: Some("other".to_owned()), facts: vec![fact] },
            link: Some("https://app.example.com/c".to_owned()),
            ..view()
        };
        let entry = entry_for(&event(1), &view);
        assert_eq!(entry.entity_name, "Person 1");
        assert_eq!(entry.event_type, "Contact Created");
        assert_eq!((entry.entity.as_str(), entry.action.as_str()), ("Contact", "Created"));
        assert_eq!(entry.record_id, "contact-1");
        assert_eq!(entry.details, "Email: person@example.com");
        assert_eq!(entry.link.as_deref(), Some("https://app.example.com/c"));
    }

    #[test]
    fn a_changed_deal_says_what_changed_and_a_won_one_that_it_is_won() {
        let mut won = event(1);
        won.kind = EventKind { entity: Entity::Opportunity, verb: Verb::StatusChanged };
        let mut deal = record(&tenant("alpha"), "deal-1", 1);
        deal.key.entity = Entity::Opportunity;
        deal.fields.insert("status".to_owned(), "won".into());
        let change = Change {
            event: event_id(1),
            tenant: tenant("alpha"),
            key: deal.key.clone(),
            applied: Applied::Updated,
            version: 2,
            fields: [(
                "status".to_owned(),
                FieldChange { before: json!("open"), after: json!("won") },
            )]
            .into(),
            found: None,
        };
        let view = View { record: Some(deal), changes: vec![change], ..view() };
        let entry = entry_for(&won, &view);
        assert_eq!(entry.event_type, "Deal Won");
        assert_eq!(entry.details, "status: open → won");
        won.kind.verb = Verb::Updated;
        assert_eq!(entry_for(&won, &view).event_type, "Deal Won", "whichever came first");

        // The other event of the pair changes nothing any more, and has no page.
        let mut other = event(2);
        other.kind = EventKind { entity: Entity::Opportunity, verb: Verb::StatusChanged };
        other.record = Some(RecordKey::new(Entity::Opportunity, "deal-1"));
        let first = view.changes[0].clone();
        let unchanged = Change {
            event: event_id(2),
            applied: Applied::Unchanged,
            fields: Default::default(),
            found: Some(event_id(1)),
            ..first.clone()
        };
        let sibling = Sibling { kind: won.kind, occurred_at: won.occurred_at, change: first };
        let paired = View { changes: vec![unchanged], sibling: Some(sibling), ..view };
        assert_eq!(decide(&other, &paired, at(9)), []);
        assert_eq!(decide(&other, &View { sibling: None, ..paired }, at(9)).len(), 1);
    }

    #[test]
    fn a_note_goes_by_the_name_of_its_contact() {
        let mut note = event(1);
        note.kind = EventKind { entity: Entity::Note, verb: Verb::Created };
        let contact = Some(record(&tenant("alpha"), "contact-1", 1));
        let entry = entry_for(&note, &View { contact, ..view() });
        assert_eq!(entry.entity_name, "Note: Person 1");
    }

    #[test]
    fn pages_of_one_record_share_a_lane_and_others_do_not() {
        let lane = |event: &Event| decide(event, &view(), at(9)).remove(0).lane;
        let mut updated = event(1);
        updated.kind.verb = Verb::Updated;
        assert_eq!(lane(&event(1)), lane(&updated));
        assert_ne!(lane(&event(1)), lane(&event(2)));
    }

    #[test]
    fn nobodys_events_and_unreadable_ones_are_not_told() {
        let (mut nobodys, mut unreadable) = (event(1), event(2));
        nobodys.tenant = None;
        unreadable.kind = EventKind::UNREADABLE;
        assert_eq!(decide(&nobodys, &view(), at(9)), []);
        assert_eq!(decide(&unreadable, &view(), at(9)), []);
        assert_eq!(decide(&event(3), &View::default(), at(9)), []);
        assert!(concerns(&event(3), &notion()));
        let mut hint = event(4);
        hint.kind = EventKind { entity: Entity::Page, verb: Verb::Hinted };
        assert_eq!(decide(&hint, &view(), at(9)), []);
        for silent in [&nobodys, &unreadable, &hint] {
            assert!(!concerns(silent, &notion()));
        }
        assert!(!concerns(&event(3), &Outlets::default()));
    }

    #[test]
    fn an_unknown_event_is_told_as_unknown() {
        let mut unknown = event(1);
        unknown.kind = EventKind::UNKNOWN;
        unknown.record = None;
        let entry = entry_for(&unknown, &view());
        assert_eq!(
            (entry.event_type.as_str(), entry.entity_name.as_str()),
            ("Unknown Event", "Unknown")
        );
    }
}
