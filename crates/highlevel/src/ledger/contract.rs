//! What every ledger must do, as cases that each ledger runs on itself.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{Admission, Allowance, CallLedger, News};
use crate::{LocationId, Tenant};

/// Three calls in ten seconds, and seven a day.
const FEW: Allowance =
    Allowance { calls_per_window: 3, window: Duration::from_secs(10), calls_per_day: 7 };

/// Runs every case, each on a ledger that `open` makes and that is empty.
///
/// # Panics
/// When the ledger does not keep the contract, in the words of what it breaks.
pub async fn check<L: CallLedger + 'static>(open: impl Fn() -> Arc<L>) {
    no_window_holds_more_than_is_allowed(&Case::of(open())).await;
    tenants_do_not_see_each_other(&Case::of(open())).await;
    a_day_holds_no_more_than_is_allowed(&Case::of(open())).await;
    a_named_pause_holds_and_no_shorter_one_ends_it(&Case::of(open())).await;
    an_unnamed_pause_lasts_to_the_end_of_the_window(&Case::of(open())).await;
    a_lower_limit_counts_from_now_on(&Case::of(open())).await;
    what_others_spent_counts_as_spent(&Case::of(open())).await;
    a_day_that_is_over_is_over_for_all(&Case::of(open())).await;
}

/// A ledger, and questions to it in few words.
struct Case {
    ledger: Arc<dyn CallLedger>,
    tenant: Tenant,
}

impl Case {
    fn of<L: CallLedger + 'static>(ledger: Arc<L>) -> Self {
        Self { ledger, tenant: LocationId::new("ledger-contract").into() }
    }

    async fn ask(&self, second: i64) -> Admission {
        let asked = self.ledger.reserve(&self.tenant, FEW, at(second)).await;
        asked.expect("the ledger answers")
    }

    /// How many of so many calls are granted at once.
    async fn granted(&self, second: i64, calls: usize) -> usize {
        let mut granted = 0;
        for _ in 0..calls {
            granted += usize::from(self.ask(second).await == Admission::Granted);
        }
        granted
    }

    async fn tell(&self, second: i64, news: News) {
        let told = self.ledger.note(&self.tenant, FEW, &[news], at(second)).await;
        told.expect("the ledger takes news");
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_000_000 + second)
}

fn wait_until(second: i64) -> Admission {
    Admission::WaitUntil(at(second))
}

async fn no_window_holds_more_than_is_allowed(case: &Case) {
    assert_eq!(case.ask(0).await, Admission::Granted, "the first call leaves");
    assert_eq!(case.granted(4, 3).await, 2, "three calls fill the window");
    assert_eq!(case.ask(5).await, wait_until(10), "the first call leaves the window");
    assert_eq!(case.granted(10, 2).await, 1, "one place is free again");
    assert_eq!(case.ask(10).await, wait_until(14), "the window slides");
}

async fn tenants_do_not_see_each_other(case: &Case) {
    assert_eq!(case.granted(0, 4).await, 3);
    let tenant = LocationId::new("ledger-contract-2").into();
    let other = Case { ledger: Arc::clone(&case.ledger), tenant };
    assert_eq!(other.granted(0, 4).await, 3, "another tenant has its own limit");
}

async fn a_day_holds_no_more_than_is_allowed(case: &Case) {
    for second in [0, 20, 40] {
        case.granted(second, 3).await;
    }
    let Admission::DayOver(until) = case.ask(60).await else { panic!("seven calls fill the day") };
    let free = at(24 * 3600)..=at(24 * 3600 + 300);
    assert!(free.contains(&until), "the first calls leave the day at {until}");
    let second = until.duration_since(at(0)).as_secs();
    assert_eq!(case.ask(second).await, Admission::Granted, "some calls left the day");
}

async fn a_named_pause_holds_and_no_shorter_one_ends_it(case: &Case) {
    case.tell(0, News::Throttled { until: Some(at(30)) }).await;
    case.tell(1, News::Throttled { until: Some(at(5)) }).await;
    case.tell(2, News::LowerLimit { calls_per_window: 2 }).await;
    assert_eq!(case.ask(2).await, wait_until(30), "the longer pause holds");
    assert_eq!(case.ask(30).await, Admission::Granted);
}

async fn an_unnamed_pause_lasts_to_the_end_of_the_window(case: &Case) {
    case.ask(0).await;
    case.ask(4).await;
    case.tell(5, News::Throttled { until: None }).await;
    assert_eq!(case.ask(5).await, wait_until(10), "the window began with the first call");
    assert_eq!(case.ask(10).await, Admission::Granted);
}

async fn a_lower_limit_counts_from_now_on(case: &Case) {
    case.granted(0, 1).await;
    case.granted(4, 1).await;
    case.tell(5, News::LowerLimit { calls_per_window: 1 }).await;
    case.tell(5, News::LowerLimit { calls_per_window: 2 }).await;
    assert_eq!(case.ask(10).await, wait_until(14), "the latest call still counts");
    assert_eq!(case.granted(14, 2).await, 1, "one call in a window");
}

async fn what_others_spent_counts_as_spent(case: &Case) {
    case.ask(0).await;
    case.tell(0, News::Remaining { sent: at(0), left: 1 }).await;
    assert_eq!(case.granted(2, 2).await, 1, "one was ours, one was theirs");
    case.tell(2, News::Remaining { sent: at(2), left: 3 }).await;
    assert_eq!(case.ask(3).await, wait_until(10), "nothing is given back");
}

async fn a_day_that_is_over_is_over_for_all(case: &Case) {
    case.tell(0, News::DayOver { until: at(100) }).await;
    assert_eq!(case.ask(99).await, Admission::DayOver(at(100)));
    assert_eq!(case.ask(100).await, Admission::Granted);
}
