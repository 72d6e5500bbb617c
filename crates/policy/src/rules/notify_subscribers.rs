//! When anything happens in the CRM, then each subscription that asked for it is told.
//!
//! Two events that tell one change are told once ([`pair`]) to whoever hears of both of their kinds.

use domain::{
    Action, ActionId, Event, EventKind, Intent, Notification, Subscription, TEST_MESSAGE, Tenant,
    Verb,
};
use jiff::Timestamp;

use super::{Outlets, Rule};
use crate::{View, message, pair};

/// The rule.
pub const RULE: Rule = Rule {
    name: "notify_subscribers",
    sentence: "When anything happens in the CRM, then each subscription that asked for it is told.",
    is_on,
    concerns,
    decide,
};

/// The notification that only says that notifications arrive, under this event id of its own.
#[must_use]
pub fn test(subscription: &Subscription, event: domain::EventId, now: Timestamp) -> Action {
    let organization = subscription.organization.clone();
    let connection = match &subscription.connection {
        Some(bound) => bound.clone(),
        None => subscription.destination(),
    };
    let told = Told {
        event,
        correlation: domain::CorrelationId::of(&event),
        tenant: Tenant { organization, connection },
        kind: TEST_MESSAGE.to_owned(),
        lane: TEST_MESSAGE.to_owned(),
        body: message::test_body(subscription, now),
    };
    told.action(subscription, now)
}

fn is_on(outlets: &Outlets) -> bool {
    !outlets.subscriptions.is_empty()
}

fn concerns(event: &Event, outlets: &Outlets) -> bool {
    is_news(event) && outlets.subscriptions.iter().any(|one| one.wants(event))
}

/// A hint says that something is to be read again, not that it happened, and the hub's own pages in
/// Notion bring hints: whoever answered each with a change would never end.
fn is_news(event: &Event) -> bool {
    let is_told = event.kind != EventKind::UNREADABLE && event.kind.verb != Verb::Hinted;
    // A run of the hub is no record of the CRM; `highwire sync status` tells of it.
    is_told && event.origin.is_news() && event.kind.entity != domain::Entity::SyncRun
}

fn decide(event: &Event, view: &View, now: Timestamp) -> Vec<Action> {
    let Some(tenant) = event.tenant.as_ref().filter(|_| is_news(event)) else {
        return Vec::new();
    };
    let sibling = view.sibling.as_ref().filter(|one| pair::is_told(event, &view.changes, one));
    let was_told = |one: &Subscription| sibling.is_some_and(|sibling| one.hears(sibling.kind));
    let subscriptions = view.outlets.subscriptions.iter();
    let wanting: Vec<_> = subscriptions.filter(|one| one.wants(event) && !was_told(one)).collect();
    if wanting.is_empty() {
        return Vec::new();
    }
    let told = Told {
        event: event.id,
        correlation: event.correlation.clone(),
        tenant: tenant.clone(),
        kind: event.kind.to_string(),
        lane: super::lane(event),
        body: message::body(event, tenant, view),
    };
    wanting.into_iter().map(|one| told.action(one, now)).collect()
}

/// What every subscription is told alike.
struct Told {
    event: domain::EventId,
    correlation: domain::CorrelationId,
    tenant: Tenant,
    kind: String,
    lane: String,
    body: String,
}

impl Told {
    /// One action, at a destination of the subscription's own: nobody waits for another's receiver.
    fn action(&self, subscription: &Subscription, now: Timestamp) -> Action {
        Action {
            id: ActionId::of(&self.event, &format!("{}.{}", RULE.name, subscription.id)),
            event: self.event,
            correlation: self.correlation.clone(),
            tenant: self.tenant.clone(),
            destination: subscription.destination(),
            lane: self.lane.clone(),
            rule: RULE.name.to_owned(),
            intent: Intent::Notify(Notification {
                subscription: subscription.id.clone(),
                message: self.event.to_string(),
                kind: self.kind.clone(),
                body: self.body.clone(),
            }),
            decided_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Applied, Change, Entity, FieldChange,
        contract::sample::{at, event, event_id, record, subscription, tenant},
    };
    use serde_json::json;

    use super::*;
    use crate::pair::Sibling;

    fn view(subscriptions: Vec<Subscription>) -> View {
        let outlets = Outlets { subscriptions: subscriptions.into(), ..Outlets::default() };
        View { outlets, ..View::default() }
    }

    fn asking(number: u64, kinds: &str) -> Subscription {
        Subscription { kinds: kinds.parse().unwrap(), ..subscription("alpha", number) }
    }

    #[test]
    fn everybody_who_asked_is_told_the_same_at_a_place_of_their_own() {
        let subscriptions =
            vec![asking(1, "*"), asking(2, "opportunity.*"), asking(3, "contact.created")];
        let actions = decide(&event(1), &view(subscriptions), at(9));
        let told: Vec<_> = actions.iter().map(|one| one.destination.as_str()).collect();
        assert_eq!(told, ["con_sub_0000000000000001", "con_sub_0000000000000003"]);
        assert_ne!(actions[0].id, actions[1].id);
        assert_eq!(actions[0].id.event(), Some(event_id(1)));
        let bodies: Vec<_> = actions
            .iter()
            .map(|one| match &one.intent {
                Intent::Notify(told) => (told.message.clone(), told.body.clone()),
                _ => panic!("it notifies nobody"),
            })
            .collect();
        assert_eq!(bodies[0], bodies[1]);
        assert_eq!(bodies[0].0, event_id(1).to_string());
    }

    #[test]
    fn notifications_of_one_record_share_a_lane_and_others_do_not() {
        let lane =
            |number| decide(&event(number), &view(vec![asking(1, "*")]), at(9)).remove(0).lane;
        let mut updated = event(1);
        updated.kind.verb = Verb::Updated;
        let other = decide(&updated, &view(vec![asking(1, "*")]), at(9)).remove(0).lane;
        assert_eq!(lane(1), other);
        assert_ne!(lane(1), lane(2));
    }

    #[test]
    fn hints_unreadable_ones_and_nobodys_events_are_not_told() {
        let (mut nobodys, mut unreadable, mut hint) = (event(1), event(2), event(3));
        nobodys.tenant = None;
        unreadable.kind = EventKind::UNREADABLE;
        hint.kind = EventKind { entity: Entity::Page, verb: Verb::Hinted };
        let view = view(vec![asking(1, "*")]);
        for silent in [nobodys, unreadable, hint] {
            assert!(!concerns(&silent, &view.outlets), "{silent:?}");
            assert_eq!(decide(&silent, &view, at(9)), []);
        }
        assert!(concerns(&event(4), &view.outlets));
        assert!(!concerns(&event(4), &Outlets::default()));
    }

    #[test]
    fn a_pair_is_told_once_to_who_hears_of_both() {
        let kind = |verb| EventKind { entity: Entity::Opportunity, verb };
        let mut first = record(&tenant("alpha"), "deal-1", 1);
        first.key.entity = Entity::Opportunity;
        let status = FieldChange { before: json!("open"), after: json!("won") };
        let made = Change {
            event: event_id(1),
            tenant: tenant("alpha"),
            key: first.key.clone(),
            applied: Applied::Updated,
            version: 2,
            fields: [("status".to_owned(), status)].into(),
            found: None,
        };
        let mut second = event(2);
        second.kind = kind(Verb::StatusChanged);
        second.record = Some(first.key);
        let unchanged = Change {
            event: event_id(2),
            applied: Applied::Unchanged,
            fields: Default::default(),
            found: Some(event_id(1)),
            ..made.clone()
        };
        let sibling =
            Sibling { kind: kind(Verb::Updated), occurred_at: second.occurred_at, change: made };
        let subscriptions = vec![asking(1, "*"), asking(2, "opportunity.status_changed")];
        let view = View { changes: vec![unchanged], sibling: Some(sibling), ..view(subscriptions) };
        let told = decide(&second, &view, at(9));
        assert_eq!(told.len(), 1, "the first event said nothing to who asked for the other only");
        assert!(told[0].destination.as_str().ends_with('2'));
    }
}
