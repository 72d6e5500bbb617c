//! The steps of the state: what the stages made of the journal, and who owns it.

use super::{
    Schema,
    audit::{AUDIT, REPEATABLE_REQUESTS},
    change_sets::{CHANGE_SETS, PLACES},
    connections::{CONSENT_REQUESTS, CREDENTIALS, PROFILES},
    first::FIRST,
    leases::{LEASES, RESTORED},
    mirror::{FOUND, ORIGINS, PERSON_INDEXES, SHELVES, SHORT_EVENTS},
    outbox::{DEAD_LETTERS, PARKED, TURNS},
    owners::{KEY_REVISIONS, ORGANIZATIONS, OWNERS},
    subscriptions::SUBSCRIPTIONS,
    sync::{LINKS, RUNS, WATERMARKS},
};

/// Mirror and outbox, how far each follows the journal, the sealed credentials, and who owns it all.
/// A new step comes last; its words stand in the file of their noun.
pub(in crate::sqlite) const STATE: Schema = Schema {
    cache_kib: 8 * 1024,
    page_bytes: 4_096,
    steps: &[
        FIRST,
        CREDENTIALS,
        OWNERS,
        ORGANIZATIONS,
        RESTORED,
        KEY_REVISIONS,
        DEAD_LETTERS,
        TURNS,
        PARKED,
        FOUND,
        PROFILES,
        AUDIT,
        LEASES,
        PERSON_INDEXES,
        SUBSCRIPTIONS,
        CONSENT_REQUESTS,
        REPEATABLE_REQUESTS,
        ORIGINS,
        LINKS,
        WATERMARKS,
        RUNS,
        CHANGE_SETS,
        SHELVES,
        PLACES,
        SHORT_EVENTS,
    ],
};
