//! Checks a connection to RepairShopr with calls that only read: the key, each permission, the filter by change.

#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;

use domain::Finding;
use endpoint::{Timer, Transport};
use jiff::{SignedDuration, Timestamp};
use repairshopr::{
    Client, Error, Kind,
    models::{
        Appointment, Asset, Contact, Contract, Customer, Estimate, Invoice, Lead, Listed, Me, Page,
        Schedule, Ticket,
    },
    resources::{GetMe, List},
};

/// What people call the key.
const KEY: &str = "key";

/// How far ahead nothing can have changed.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Whether the hub is of use without a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// It is not.
    Must,
    /// It is, and does less.
    May,
}

/// Checks the account of this client, in at most 13 calls that each read one page. `now` is the
/// caller's clock.
///
/// Where the key does not count or RepairShopr cannot be reached, nothing more is asked: every other
/// call would end in the same way.
pub async fn check<T: Transport, C: Timer>(client: &Client<T, C>, now: Timestamp) -> Vec<Finding> {
    let me = match client.call(&GetMe).await {
        Ok(me) => me,
        Err(error) => return vec![key_trouble(&error)],
    };
    let mut check = Check { client, findings: vec![Finding::good(KEY, whose(&me))], over: false };
    check.list::<Customer>("customers", Need::Must).await;
    check.list::<Contact>("contacts", Need::May).await;
    let tickets = check.list::<Ticket>("tickets", Need::May).await;
    let invoices = check.list::<Invoice>("invoices", Need::May).await;
    check.list::<Estimate>("estimates", Need::May).await;
    check.list::<Contract>("contracts", Need::May).await;
    check.list::<Schedule>("recurring invoices", Need::May).await;
    check.list::<Asset>("assets", Need::May).await;
    check.list::<Appointment>("appointments", Need::May).await;
    check.list::<Lead>("leads", Need::May).await;
    let future = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    if tickets.is_some_and(|page| !page.items.is_empty()) {
        let later = List::<Ticket>::page(1).changed_since(future);
        check.filter("changes of tickets", &later).await;
    }
    if invoices.is_some_and(|page| !page.items.is_empty()) {
        let later = List::<Invoice>::page(1).changed_since(future);
        check.filter("changes of invoices", &later).await;
    }
    check.findings
}

/// A check under way.
struct Check<'a, T, C> {
    client: &'a Client<T, C>,
    findings: Vec<Finding>,
    /// Whether a call failed as all others would: nothing more is asked.
    over: bool,
}

impl<T: Transport, C: Timer> Check<'_, T, C> {
    /// Reads the first page of a list and notes what came of it.
    async fn list<R: Listed>(&mut self, subject: &'static str, need: Need) -> Option<Page<R>> {
        if self.over {
            let why = "not asked: it would end in the same way";
            self.findings.push(Finding::skipped(subject, why));
            return None;
        }
        match self.client.call(&List::<R>::page(1)).await {
            Ok(page) => {
                self.findings.push(listed(subject, &page));
                Some(page)
            }
            Err(error) => {
                self.over = is_of_everything(error.kind());
                self.findings.push(trouble(subject, need, &error));
                None
            }
        }
    }

    /// Asks for what will have changed in a year: whoever answers with records ignores the question.
    async fn filter<R: Listed>(&mut self, subject: &'static str, later: &List<R>) {
        if self.over {
            return;
        }
        self.findings.push(match self.client.call(later).await {
            Ok(page) if page.items.is_empty() => Finding::good(subject, "can be asked for"),
            Ok(_) => Finding::warning(
                subject,
                "RepairShopr ignores the question since when",
                "nothing has to be done: all of them are read each time",
            ),
            Err(error) => trouble(subject, Need::May, &error),
        });
    }
}

fn whose(me: &Me) -> String {
    match &me.subdomain {
        Some(subdomain) => format!("it counts, in the account \"{subdomain}\""),
        None => "it counts".to_owned(),
    }
}

fn listed<R>(subject: &str, page: &Page<R>) -> Finding {
    let found = match page.meta {
        Some(meta) => match (meta.total_entries, meta.total_pages) {
            (Some(1), _) => "can be read: 1 record".to_owned(),
            (Some(records), _) => format!("can be read: {records} records"),
            (None, 1) => "can be read: 1 page".to_owned(),
            (None, pages) => format!("can be read: {pages} pages"),
        },
        None => "can be read".to_owned(),
    };
    if page.unreadable > 0 {
        let found = format!("{found}, of which {} on the first page have no id", page.unreadable);
        return Finding::warning(subject, found, "report this as a bug: the shape is unknown");
    }
    Finding::good(subject, found)
}

/// Why nothing can be asked with this key.
fn key_trouble(error: &Error) -> Finding {
    match error.kind() {
        Kind::Unauthorized | Kind::MissingPermission => Finding::bad(
            KEY,
            "RepairShopr does not know the key, or it has expired",
            "make an API token under Admin, API Tokens, and give that",
        ),
        Kind::NotFound | Kind::Unreadable => Finding::bad(
            KEY,
            "no RepairShopr answers at this address",
            "take the subdomain from the address that you see in the browser when you are logged in",
        ),
        _ => Finding::bad(KEY, found(error), error.hint()),
    }
}

fn trouble(subject: &str, need: Need, error: &Error) -> Finding {
    let found = match error.kind() {
        Kind::MissingPermission | Kind::Unauthorized => "the key may not read them".to_owned(),
        Kind::NotFound => "the account has none: its plan may lack them".to_owned(),
        _ => found(error),
    };
    let hint = match error.kind() {
        // The key counts, so what is missing is the permission, whatever the words.
        Kind::Unauthorized => match repairshopr::permission(error.operation()) {
            Some(permission) => {
                format!(
                    "give the API token the permission \"{permission}\" under Admin, API Tokens"
                )
            }
            None => error.hint(),
        },
        Kind::NotFound => "nothing has to be done where you do not use them".to_owned(),
        _ => error.hint(),
    };
    match need {
        Need::Must => Finding::bad(subject, found, hint),
        Need::May => Finding::warning(subject, found, hint),
    }
}

/// What happened, without words of the reply.
fn found(error: &Error) -> String {
    match (error.kind(), error.status()) {
        (Kind::Unreachable, _) => "no connection could be made".to_owned(),
        (Kind::Interrupted, _) => "the connection broke before the answer".to_owned(),
        (Kind::Throttled, _) => "too many calls come from this internet address".to_owned(),
        (Kind::Unreadable, _) => "the answer is none of RepairShopr's".to_owned(),
        (_, Some(status)) => format!("RepairShopr answered with status {status}"),
        (_, None) => "RepairShopr answered with a web page".to_owned(),
    }
}

/// Whether every further call would end in the same way.
fn is_of_everything(kind: Kind) -> bool {
    matches!(kind, Kind::Unreachable | Kind::Interrupted | Kind::Throttled | Kind::Failed)
}
