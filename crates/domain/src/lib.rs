//! The nouns of the hub and, beside each stored noun, its storage contract.
//!
//! In the order in which an event meets them: a [`Delivery`] is read by a [`Source`] into an
//! [`Event`], the [`Connections`] say whose it is, the [`Journal`] keeps it, or the [`Quarantine`]
//! until that is known. The [`Mirror`] shows what the CRM looks like after it, the [`Outbox`] holds
//! the [`Action`]s that follow from it, and a [`Destination`] carries them out, within what the
//! [`Budgets`] have left. [`Retention`] lets go of what is old and no longer needed, and
//! [`Credentials`] keeps what the calls outside need, sealed. [`Leases`] give processes turns at what
//! only one may do at a time.
//! [`Credentials`] keeps what the calls outside need, sealed. [`Subscriptions`] are the webhooks of the
//! user's own applications, [`Notifications`] what they are told, and [`Replays`] what they are told again.
//! [`SyncRuns`] are walks through a vendor's lists, for what no event told.
//!
//! All of it belongs to [`Organizations`]: people are their [`Members`], programs hold their
//! [`ApiKeys`], each with a [`Role`], and a [`Realm`] says how far somebody sees. A connection's
//! [`Profiles`] say how its vendor is reached, a [`Finding`] what a look at it showed, and the
//! [`Audit`] who did what with its keys. [`Consents`] lead whoever agreed at a vendor back to the
//! connection that was to be made.
//! [`Audit`] who did what with its keys. [`RepeatableRequests`] lets a sender repeat itself.
//! [`ChangeSets`] keep what was there before each write outside, so that it can be undone.
//!
//! Must not know: a vendor's models, SQL, HTTP, the clock.

mod account;
mod activity;
mod api_key;
mod audit;
mod budget;
mod change_set;
mod clock;
mod connection;
mod connection_profile;
mod consent_request;
#[cfg(feature = "contract")]
pub mod contract;
mod credentials;
pub mod crm;
mod dead_letter;
mod delivery;
mod destination;
mod entity;
mod event;
mod finding;
mod ids;
mod installation;
mod journal;
mod lanes;
mod lease;
mod link;
mod lists;
mod mapping;
mod member;
mod memory;
mod mirror;
mod notification;
mod organization;
mod outbox;
mod parked;
mod proxy;
mod quarantine;
mod query;
mod realm;
mod record;
mod record_query;
mod repeatable_request;
mod replay;
mod retention;
mod role;
mod row;
mod row_reader;
mod scope;
mod sealer;
mod sender;
mod shop_lead;
mod snapshot;
mod source;
mod storage;
mod subscription;
mod sync_run;
mod turns;
mod undo_report;
mod watermark;
mod webhook_secret;

pub use self::{
    account::{Account, AccountKey},
    activity::ActivityEntry,
    api_key::{ApiKey, ApiKeySecret, ApiKeys, KeyHash, KeyState},
    audit::{Actor, Audit, AuditEntry, AuditId, NewAudit, Outcome, UnknownActor, UnknownOutcome},
    budget::{Budget, BudgetKey, Budgets},
    change_set::{
        ChangeSet, ChangeSets, Difference, NewChangeSet, TagChange, UnknownWrite, Write,
        WriteEffect, WriteEnd, WriteIntent, WriteState, WrittenField,
    },
    clock::Clock,
    connection::{Connection, Connections, Listing, Revision},
    connection_profile::{Access, ConnectionProfile, Profiles, Standing, UnknownAccess},
    consent_request::{
        CONSENT_LIFETIME, CONSENT_MEMORY, ConsentOutcome, ConsentRequest, Consents, NoConsent,
    },
    credentials::{Credential, CredentialKey, CredentialSummary, Credentials, SealedContent},
    dead_letter::{Backlog, DeadLetter, DeadLetters, Dropped},
    delivery::Delivery,
    destination::{BoxFuture, Destination, Failure, Next, Receipt},
    entity::Entity,
    event::{Event, EventKind, Origin, Verb},
    finding::{Finding, Verdict},
    ids::{
        ActionId, ApiKeyId, ChangeSetId, ConnectionId, CorrelationId, EventId, IdError, MemberId,
        OrganizationId, SubscriptionId, SyncRunId, Tenant, TokenHolderId, digest16,
    },
    installation::{Installation, InstallationChange, InstallationKey, InstallationStep},
    journal::{Appended, Entry, Journal, Part, Sequence},
    lanes::{Lane, LaneStep, Lanes},
    lease::{Epoch, Lease, LeaseClaim, LeaseReply, Leases},
    link::{Link, LinkEnd, LinkStanding, Links, SyncConflict},
    lists::{Bookmark, ListError, ListPage, ListPart, ListScope, Listed, Lists, Upkeep},
    mapping::{
        Because, CRM_ID_COLUMN, DEFAULT_SKEW_SECONDS, Direction, FieldConflict, MappedField,
        Mapping, NewRows, OnDelete, Only, ROW_ID_COLUMN, Side, ValueKind, Wins,
    },
    member::{Member, MemberChange, Members},
    memory::Memory,
    mirror::{Mirror, Projection},
    notification::{
        LONGEST_MESSAGE, MESSAGE_VERSION, Message, MessageData, Notification, NotificationPage,
        Notifications, TEST_MESSAGE, TestData,
    },
    organization::{Added, Holdings, Organization, Organizations, Removal},
    outbox::{
        Action, ActionState, Attempt, Claimed, Decisions, Intent, Outbox, Settlement, SyncLink,
        Tracked,
    },
    parked::{Parked, ParkedKey, Parking, Stop},
    proxy::{
        BodyError, Pieces, Proxy, ProxyBody, ProxyCall, ProxyFault, ProxyRefusal, ProxyReply,
        ProxyRights,
    },
    quarantine::{Held, HeldGroup, HeldSummary, QUARANTINE_DAYS, Quarantine, Reason},
    query::{
        Queries, Query, QueryAnswer, QueryCut, QueryError, QueryLimits, RecordTest, View,
        ViewColumn, WordSearch,
    },
    realm::Realm,
    record::{Applied, Change, FieldChange, Fields, Record, RecordKey, RecordUpdate},
    record_query::{RecordCondition, RecordPage, RecordPlace, RecordQuery},
    repeatable_request::{
        KeptReply, KnownRequest, NewRequest, RepeatableRequests, RequestKey, RequestMark,
    },
    replay::{Replay, ReplayStep, Replays},
    retention::{Kept, Need, Retained, Retention, Space},
    role::{Role, UnknownRole},
    row::{Counterpart, Offered, ROWS_SUFFIX, Row, RowWrite},
    row_reader::{RowHint, RowPage, RowReader},
    scope::{Scope, Scopes, UnknownScope},
    sealer::SecretSealer,
    sender::Sender,
    shop_lead::{ShopLead, ShopLeadError, ShopLeads},
    snapshot::{SNAPSHOT_SUFFIX, Snapshot},
    source::{Reading, Refusal, Source, Summary},
    storage::{Storage, StorageError},
    subscription::{
        Forbearance, FormerSecret, KindFilter, KindPattern, ROTATION_HOURS, SecretVersions,
        Subscription, SubscriptionNotary, SubscriptionState, Subscriptions, UnknownKind,
    },
    sync_run::{
        KEPT_FAILURES, KEPT_RUNS, PartStep, RUNS_SOURCE, RunFailure, RunKind, RunPart, RunQuery,
        RunScope, RunState, RunStep, RunTally, SyncRun, SyncRuns, Unseen,
    },
    turns::Turns,
    undo_report::{UndoConflict, UndoCounts, UndoItem, UndoOutcome, UndoReport},
    watermark::Watermarks,
    webhook_secret::WebhookSecret,
};
