//! Who takes an appointment: the one who is asked for, everybody, or the one with the least to do.

use jiff::Timestamp;
use serde_json::Value;

use super::{account::Account, calendar_slots::Slots, refusal::Refusal};

/// An appointment that somebody wants.
#[derive(Debug)]
pub(crate) struct Wish<'a> {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// Who is asked for.
    pub(crate) user: Option<&'a str>,
    /// Whether slots do not count.
    pub(crate) any_time: bool,
    /// Whether notice and booking window do not count.
    pub(crate) any_date: bool,
    /// The appointment that moves.
    pub(crate) moving: Option<&'a str>,
    pub(crate) now: Timestamp,
}

/// When an appointment ends of which only the beginning is known.
pub(crate) fn end(account: &Account, calendar: &Value, start: Timestamp) -> Timestamp {
    let slots = Slots { account, calendar, now: start, any_date: true, moving: None };
    start.saturating_add(slots.duration()).unwrap_or(start)
}

/// The people of an appointment, its owner first; none where the calendar has no team.
///
/// # Errors
/// 422 when who is asked for is not of the team, 400 when the slot is not free.
pub(crate) fn people(
    account: &Account,
    calendar: &Value,
    wish: &Wish<'_>,
) -> Result<Vec<String>, Refusal> {
    let slots =
        Slots { account, calendar, now: wish.now, any_date: wish.any_date, moving: wish.moving };
    let time = (wish.start, wish.end);
    let team = slots.team();
    let asked: Vec<&str> = wish.user.into_iter().collect();
    if team.is_empty() {
        return match wish.any_time || slots.takes(time) {
            true => Ok(asked.into_iter().map(str::to_owned).collect()),
            false => Err(taken()),
        };
    }
    if asked.iter().any(|user| !team.contains(user)) {
        let complaint = "The user id not part of calendar team.";
        return Err(Refusal::unprocessable(vec![complaint.to_owned()]));
    }
    let candidates = match slots.is_collective() || asked.is_empty() {
        true => team,
        false => asked.clone(),
    };
    let mut takers = match wish.any_time {
        true => candidates.clone(),
        false => slots.takers(time, &candidates),
    };
    let is_short = slots.is_collective() && takers.len() < candidates.len();
    if takers.is_empty() || is_short {
        return Err(taken());
    }
    // Sorting is stable: among equals the order of the team decides.
    match slots.is_collective() {
        true => takers.sort_by_key(|user| !asked.contains(user)),
        false => {
            takers.sort_by_key(|user| load(account, calendar, user));
            takers.truncate(1);
        }
    }
    Ok(takers.into_iter().map(str::to_owned).collect())
}

fn taken() -> Refusal {
    Refusal::bad_request("The slot you have selected is no longer available.")
}

/// How many appointments of a calendar somebody has.
fn load(account: &Account, calendar: &Value, user: &str) -> usize {
    let id = calendar["id"].as_str().unwrap_or_default();
    let counts = |event: &&super::appointments::Event| {
        event.text("calendarId") == id && event.takes_time() && event.is_of(user)
    };
    account.calendars.events.iter().filter(counts).count()
}
