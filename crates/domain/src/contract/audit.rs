//! What every store of the audit must do.

use super::sample::{at, tenant};
use crate::{
    Actor, ApiKeyId, AuditId, ConnectionId, NewAudit, Outcome, Realm, Retained, Storage, Tenant,
};

fn noted(owner: Option<&Tenant>, act: &str, second: i64) -> NewAudit {
    NewAudit {
        at: at(second),
        organization: owner.map(|owner| owner.organization.clone()),
        connection: owner.map(|owner| owner.connection.clone()),
        actor: Actor::Key(ApiKeyId::new("key_1")),
        act: act.to_owned(),
        outcome: Outcome::Refused,
        subject: Some("contacts.get-contact".to_owned()),
        detail: None,
    }
}

/// Each realm sees its own entries, the newest first and in pages; every value survives.
pub async fn a_realm_sees_its_own_audit<S: Storage>(store: S) {
    let (alpha, beta) = (tenant("alpha"), tenant("beta"));
    let other = Tenant { connection: ConnectionId::new("con_other"), ..alpha.clone() };
    let entries = vec![
        noted(Some(&alpha), "token.refreshed", 1),
        noted(Some(&beta), "token.refreshed", 2),
        noted(None, "master_key.rotated", 3),
        noted(Some(&other), "proxy.called", 4),
        NewAudit { actor: Actor::Hub, ..noted(Some(&alpha), "token.failed", 5) },
    ];
    store.note_audit(entries.clone()).await.expect("note");
    store.note_audit(Vec::new()).await.expect("note nothing");
    let seen = async |realm: Realm, acts: &str, before, limit| {
        let page = store.audit(&realm, acts, before, limit).await.expect("list");
        page.into_iter().map(|entry| (entry.id, entry.noted)).collect::<Vec<_>>()
    };
    let all = seen(Realm::Installation, "", None, 9).await;
    let mut newest_first = entries.clone();
    newest_first.reverse();
    assert_eq!(all.iter().map(|(_, noted)| noted.clone()).collect::<Vec<_>>(), newest_first);
    assert!(all.is_sorted_by(|(one, _), (other, _)| one > other));
    let seconds = |page: &[(AuditId, NewAudit)]| {
        page.iter().map(|(_, noted)| noted.at.as_second() - at(0).as_second()).collect::<Vec<_>>()
    };
    let organization = || Realm::Organization(alpha.organization.clone());
    assert_eq!(seconds(&seen(organization(), "", None, 9).await), [5, 4, 1]);
    assert_eq!(seconds(&seen(organization(), "token.", None, 9).await), [5, 1]);
    assert_eq!(seconds(&seen(Realm::Connection(alpha.clone()), "", None, 9).await), [5, 1]);
    let first = seen(organization(), "", None, 2).await;
    assert_eq!(seconds(&first), [5, 4]);
    let last = first.last().map(|(id, _)| *id);
    assert_eq!(seconds(&seen(organization(), "", last, 2).await), [1]);
    // What looks like a pattern is none.
    assert_eq!(seen(organization(), "token_", None, 9).await, []);
    assert_eq!(seen(organization(), "%", None, 9).await, []);
}

/// What is old goes from the audit, and places are counted on.
pub async fn old_entries_of_the_audit_go<S: Storage>(store: S) {
    let alpha = tenant("alpha");
    let entries = (1..=3).map(|second| noted(Some(&alpha), "token.refreshed", second)).collect();
    store.note_audit(entries).await.expect("note");
    let kept = store.kept_after(Retained::Audit, 0, 9).await.expect("kept");
    let told: Vec<_> = kept.iter().map(|it| (it.place, it.since)).collect();
    assert_eq!(told, [(1, at(1)), (2, at(2)), (3, at(3))]);
    assert!(kept.iter().all(|it| it.size > 0));
    assert_eq!(store.kept_after(Retained::Audit, 1, 1).await.expect("kept"), kept[1..2]);
    assert_eq!(store.remove(Retained::Audit, &kept[..2]).await.expect("remove"), 2);
    store.note_audit(vec![noted(Some(&alpha), "token.failed", 4)]).await.expect("note");
    let left = store.audit(&Realm::Installation, "", None, 9).await.expect("list");
    assert_eq!(left.iter().map(|entry| entry.id).collect::<Vec<_>>(), [AuditId(4), AuditId(3)]);
}
