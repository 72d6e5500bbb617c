//! How much a caller may send, take away, pay and change in bulk, in an hour and in a day.
//!
//! A cap holds in every mode and whatever a person confirmed: it bounds what a caller that is led
//! astray can do before somebody looks.

use std::fmt;

use domain::{Actor, Budget, BudgetKey};
use endpoint::catalogue::Kind;
use jiff::{SignedDuration, Timestamp};

use crate::{ToolError, desk::Desk, plan::Plan};

/// The short window.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The long window.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What one caller may do, counted in records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Messages and whatever else reaches a person.
    pub sends: Cap,
    /// What is taken away.
    pub deletes: Cap,
    /// What moves money.
    pub money: Cap,
    /// Records that are changed together with others.
    pub bulk: Cap,
}

/// How much in an hour, and how much in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// In any hour.
    pub per_hour: u32,
    /// In any 24 hours.
    pub per_day: u32,
}

/// Why nothing more may be spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Full {
    /// Of how many.
    pub most: u32,
    /// In which window.
    pub window: Window,
    /// How many were made in it.
    pub made: u32,
    /// After how long there is room; none where there never is, because one call wants more than
    /// the window has.
    pub wait: Option<SignedDuration>,
}

/// A window in which is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// An hour.
    Hour,
    /// 24 hours.
    Day,
}

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    Sends,
    Deletes,
    Money,
    Bulk,
}

/// What a plan takes of its caps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bill {
    items: Vec<(Counted, Cap)>,
    amount: u32,
}

impl Default for Caps {
    fn default() -> Self {
        let cap = |per_hour, per_day| Cap { per_hour, per_day };
        Self {
            sends: cap(60, 500),
            deletes: cap(30, 200),
            money: cap(20, 100),
            bulk: cap(1_000, 5_000),
        }
    }
}

impl Caps {
    /// What a plan takes.
    pub(crate) fn bill(&self, plan: &Plan) -> Bill {
        let amount = plan.count.max(plan.targets.len()).max(1);
        let mut items = match plan.kind {
            Kind::Read | Kind::Write => Vec::new(),
            Kind::Send => vec![(Counted::Sends, self.sends)],
            Kind::Delete => vec![(Counted::Deletes, self.deletes)],
            Kind::Money => vec![(Counted::Money, self.money)],
        };
        if plan.is_bulk() {
            items.push((Counted::Bulk, self.bulk));
        }
        Bill { items, amount: u32::try_from(amount).unwrap_or(u32::MAX) }
    }
}

impl Bill {
    /// Whether there is room for it; nothing is taken.
    pub(crate) async fn check(&self, desk: &Desk) -> Result<(), ToolError> {
        self.on(desk, room).await
    }

    /// Takes it.
    pub(crate) async fn pay(&self, desk: &Desk) -> Result<(), ToolError> {
        self.check(desk).await?;
        self.on(desk, spend).await
    }

    /// Gives back what was taken for that of which nothing came.
    pub(crate) async fn refund(&self, desk: &Desk) -> Result<(), ToolError> {
        self.on(desk, |budget, _, amount, _| {
            give_back(budget, amount);
            Ok(())
        })
        .await
    }

    async fn on(
        &self,
        desk: &Desk,
        change: fn(&mut Budget, Cap, u32, Timestamp) -> Result<(), Full>,
    ) -> Result<(), ToolError> {
        for (counted, cap) in self.items.iter().copied() {
            let (amount, now) = (self.amount, desk.now());
            let spending = Box::new(move |budget: &mut Budget| change(budget, cap, amount, now));
            let key = key(&desk.caller().actor, counted);
            let done = desk.books().await?.spend(key, now, spending).await?;
            done.map_err(|full| refused(counted, &full))?;
        }
        Ok(())
    }
}

impl Counted {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sends => "sends",
            Self::Deletes => "deletes",
            Self::Money => "money",
            Self::Bulk => "bulk",
        }
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sends => "messages",
            Self::Deletes => "deletions",
            Self::Money => "movements of money",
            Self::Bulk => "records changed in bulk",
        })
    }
}

fn key(actor: &Actor, counted: Counted) -> BudgetKey {
    BudgetKey { app: format!("mcp/{}", counted.as_str()), tenant: actor.to_string() }
}

/// Takes an amount, where both windows have room for it.
fn spend(budget: &mut Budget, cap: Cap, amount: u32, now: Timestamp) -> Result<(), Full> {
    budget.day.retain(|(at, _)| now.duration_since(*at) < DAY);
    room(budget, cap, amount, now)?;
    budget.day.push((now, amount));
    Ok(())
}

fn room(budget: &mut Budget, cap: Cap, amount: u32, now: Timestamp) -> Result<(), Full> {
    for (window, length, most) in
        [(Window::Hour, HOUR, cap.per_hour), (Window::Day, DAY, cap.per_day)]
    {
        let counts: Vec<_> =
            budget.day.iter().filter(|(at, _)| now.duration_since(*at) < length).collect();
        let made = counts.iter().fold(0_u32, |sum, (_, count)| sum.saturating_add(*count));
        if made.saturating_add(amount) <= most {
            continue;
        }
        // The first moment at which enough of what was made no longer counts.
        let mut left = made;
        let wait = counts.iter().find_map(|(at, count)| {
            left = left.saturating_sub(*count);
            let is_enough = left.saturating_add(amount) <= most;
            is_enough.then(|| length.saturating_sub(now.duration_since(*at)))
        });
        return Err(Full { most, window, made, wait });
    }
    Ok(())
}

fn give_back(budget: &mut Budget, amount: u32) {
    if let Some(last) = budget.day.iter().rposition(|(_, count)| *count == amount) {
        budget.day.remove(last);
    }
}

fn refused(counted: Counted, full: &Full) -> ToolError {
    let window = match full.window {
        Window::Hour => "an hour",
        Window::Day => "24 hours",
    };
    let message =
        format!("{} {counted} were made in {window}, and {} are the most", full.made, full.most);
    match full.wait {
        Some(wait) => {
            let fix = "tell the person; wait, or have the owner of the hub raise the cap";
            ToolError::new("cap_reached", message, fix).later(wait.try_into().ok())
        }
        None => {
            let fix = "do it for fewer records, or have the owner of the hub raise the cap";
            ToolError::new("cap_reached", message, fix)
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::contract::sample::at;

    use super::*;

    const CAP: Cap = Cap { per_hour: 3, per_day: 5 };

    fn full(result: Result<(), Full>) -> (Window, u32, Option<i64>) {
        let full = result.unwrap_err();
        (full.window, full.made, full.wait.map(|wait| wait.as_secs()))
    }

    #[test]
    fn an_hour_has_room_again_when_enough_of_it_is_over() {
        let mut budget = Budget::default();
        assert_eq!(spend(&mut budget, CAP, 2, at(0)), Ok(()));
        assert_eq!(spend(&mut budget, CAP, 1, at(600)), Ok(()));
        assert_eq!(full(spend(&mut budget, CAP, 1, at(600))), (Window::Hour, 3, Some(3000)));
        assert_eq!(full(spend(&mut budget, CAP, 3, at(600))), (Window::Hour, 3, Some(3600)));
        assert_eq!(full(spend(&mut budget, CAP, 4, at(600))), (Window::Hour, 3, None));
        assert_eq!(full(spend(&mut budget, CAP, 1, at(3599))), (Window::Hour, 3, Some(1)));
        assert_eq!(spend(&mut budget, CAP, 2, at(3600)), Ok(()));
    }

    #[test]
    fn a_day_has_fewer_than_its_hours() {
        let mut budget = Budget::default();
        assert_eq!(spend(&mut budget, CAP, 3, at(0)), Ok(()));
        assert_eq!(spend(&mut budget, CAP, 2, at(3600)), Ok(()));
        let told = full(spend(&mut budget, CAP, 1, at(7200)));
        assert_eq!(told, (Window::Day, 5, Some(24 * 3600 - 7200)));
        assert_eq!(spend(&mut budget, CAP, 1, at(24 * 3600)), Ok(()));
        assert_eq!(budget.day.len(), 2, "what no longer counts is gone");
    }

    #[test]
    fn what_came_to_nothing_is_given_back() {
        let mut budget = Budget::default();
        spend(&mut budget, CAP, 2, at(0)).unwrap();
        spend(&mut budget, CAP, 1, at(1)).unwrap();
        give_back(&mut budget, 1);
        assert_eq!(budget.day, [(at(0), 2)]);
        assert!(room(&mut budget, CAP, 1, at(2)).is_ok());
    }
}
