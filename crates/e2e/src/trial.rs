//! What the trials of limits and faults share: accounts under a limit, and the classes of faults.

use std::{path::Path, sync::Arc};

use anyhow::Result;
use connectors::highlevel::SharedLedger;
use highlevel::ledger::CallLedger;
use sandbox::{
    fault::{Fault, FaultAction},
    highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits},
};
use store::SqliteBudgets;

use crate::Account;

/// A simulated HighLevel without contacts, whose location takes duplicates, so that a write that
/// lands twice shows.
///
/// # Errors
/// When it cannot listen.
pub async fn empty_account(rate_limits: RateLimits) -> Result<(HighLevelSandbox, Account)> {
    let settings = HighLevelSettings {
        rate_limits,
        contacts: 0,
        opportunities: 0,
        allow_duplicate_contacts: true,
        ..HighLevelSettings::default()
    };
    let highlevel = HighLevelSandbox::start(settings, crate::clock()).await?;
    let account = Account {
        url: highlevel.url(),
        token: highlevel.token().to_owned(),
        location_id: highlevel.location_id().to_owned(),
    };
    Ok((highlevel, account))
}

/// The ledger of private tokens in a data folder, as a process of the hub opens it.
///
/// # Errors
/// When the folder cannot be used.
pub fn ledger(folder: &Path) -> Result<Arc<dyn CallLedger>> {
    Ok(Arc::new(SharedLedger::for_private_tokens(SqliteBudgets::open(folder)?)))
}

/// One fault of each class that a request can meet, which befalls one of five.
#[must_use]
pub fn fault_classes() -> Vec<(&'static str, Fault)> {
    let status = |status, retry_after| FaultAction::Status {
        status,
        retry_after,
        reason: None,
        committed: false,
    };
    let done_but =
        |status| FaultAction::Status { status, retry_after: None, reason: None, committed: true };
    let page = |status| FaultAction::HtmlPage { status, retry_after: None, committed: false };
    let classes = [
        ("latency", FaultAction::Latency { milliseconds: 50 }),
        ("429", status(429, None)),
        ("429 with Retry-After", status(429, Some(0))),
        ("500", status(500, None)),
        ("500 after the commit", done_but(500)),
        ("502", status(502, None)),
        ("503", status(503, None)),
        ("504 after the commit", done_but(504)),
        ("HTML page with 503", page(503)),
        ("HTML page with 200", page(200)),
        ("reset before the commit", FaultAction::Reset { committed: false }),
        ("reset after the commit", FaultAction::Reset { committed: true }),
        ("truncated body", FaultAction::Truncate),
        ("empty body", FaultAction::EmptyBody { status: Some(201) }),
        ("wrong content type", FaultAction::WrongContentType),
        ("slow body", FaultAction::SlowBody { milliseconds: 50 }),
    ];
    let fault = |action| Fault { operation: None, action, count: None, probability: 0.2 };
    classes.into_iter().map(|(name, action)| (name, fault(action))).collect()
}
