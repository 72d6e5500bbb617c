//! The free slots of a calendar: its hours, less what its people are busy with (`facts/highlevel.md` 6.3).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Span, Timestamp, ToSpan as _, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    appointments::Event,
    calendar_hours::{Hours, zone},
    calendars,
    call::Call,
    refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[("calendars.get-slots", free)];

/// The longest range that can be asked for.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);

/// One calendar, looked at by somebody who wants to book.
pub(crate) struct Slots<'a> {
    pub(crate) account: &'a Account,
    pub(crate) calendar: &'a Value,
    pub(crate) now: Timestamp,
    /// Whether notice and booking window do not count.
    pub(crate) any_date: bool,
    /// The appointment that is about to move, which is in nobody's way.
    pub(crate) moving: Option<&'a str>,
}

impl<'a> Slots<'a> {
    /// The length of an appointment.
    pub(crate) fn duration(&self) -> SignedDuration {
        self.length("slotDuration", 30)
    }

    pub(crate) fn team(&self) -> Vec<&'a str> {
        team(self.calendar)
    }

    /// Whether all people of the team take part in each appointment.
    pub(crate) fn is_collective(&self) -> bool {
        self.calendar["calendarType"] == "collective"
    }

    /// When an appointment can begin within `window`, both ends included, with one of `people` (all
    /// of them where the calendar is collective).
    fn starts(&self, window: (Timestamp, Timestamp), people: &[&str]) -> BTreeSet<Timestamp> {
        let each = people.iter().map(|user| self.starts_of(window, Some(user)));
        match people.is_empty() {
            true if self.team().is_empty() => self.starts_of(window, None),
            true => BTreeSet::new(),
            false if self.is_collective() => {
                each.reduce(|all, one| &all & &one).unwrap_or_default()
            }
            false => each.flatten().collect(),
        }
    }

    /// Those of `people` who can take an appointment of this time; the calendar must offer its
    /// beginning.
    pub(crate) fn takers<'b>(
        &self,
        (start, end): (Timestamp, Timestamp),
        people: &[&'b str],
    ) -> Vec<&'b str> {
        let offers = |user: Option<&str>| {
            self.starts_of((start, start), user).contains(&start)
                && self.is_free((start, end), &self.busy(user))
        };
        people.iter().filter(|user| offers(Some(user))).copied().collect()
    }

    /// As [`Self::takers`], for a calendar of no team.
    pub(crate) fn takes(&self, (start, end): (Timestamp, Timestamp)) -> bool {
        self.starts_of((start, start), None).contains(&start)
            && self.is_free((start, end), &self.busy(None))
    }

    fn starts_of(&self, window: (Timestamp, Timestamp), user: Option<&str>) -> BTreeSet<Timestamp> {
        let mut found = BTreeSet::new();
        if self.calendar["isActive"] == false {
            return found;
        }
        let (earliest, latest) = self.bounds();
        let (from, until) = (window.0.max(earliest), window.1.min(latest));
        let hours = Hours::of(self.account, self.calendar, user);
        let busy = self.busy(user);
        let full = self.full_days();
        let date = |moment: Timestamp| moment.to_zoned(hours.zone.clone()).date();
        // A day's hours may end on the next.
        let first = date(window.0).yesterday().unwrap_or(date(window.0));
        let days = first.series(1.day()).take_while(|day| *day <= date(window.1));
        let interval = self.length("slotInterval", 30).max(SignedDuration::from_mins(1));
        for (open, close) in days.flat_map(|day| hours.spans(day)) {
            let mut start = open;
            while let Ok(end) = start.checked_add(self.duration())
                && end <= close
            {
                let is_wanted = from <= start && start <= until;
                if is_wanted
                    && !full.contains(&self.day(start))
                    && self.is_free((start, end), &busy)
                {
                    found.insert(start);
                }
                let Ok(next) = start.checked_add(interval) else { break };
                start = next;
            }
        }
        found
    }

    /// A length in one of the units of the wire; minutes where none is named.
    fn length(&self, name: &str, default: i64) -> SignedDuration {
        let number = self.calendar[name].as_f64().filter(|number| *number >= 0.0);
        let unit = if self.calendar[format!("{name}Unit")] == "hours" { 3600.0 } else { 60.0 };
        let given = number.and_then(|number| SignedDuration::try_from_secs_f64(number * unit).ok());
        given.unwrap_or(SignedDuration::from_mins(default))
    }

    /// The first and the last moment that can be booked.
    fn bounds(&self) -> (Timestamp, Timestamp) {
        if self.any_date {
            return (Timestamp::MIN, Timestamp::MAX);
        }
        let here = self.now.to_zoned(zone(self.account));
        let later = |name: &str| {
            let number =
                self.calendar[name].as_i64().filter(|number| (0..10_000).contains(number))?;
            let span = match self.calendar[format!("{name}Unit")].as_str() {
                Some("mins") => Span::new().minutes(number),
                Some("days") => number.days(),
                Some("weeks") => number.weeks(),
                Some("months") => number.months(),
                _ if name == "allowBookingFor" => number.days(),
                _ => number.hours(),
            };
            Some(here.checked_add(span).ok()?.timestamp())
        };
        let last = later("allowBookingFor").filter(|last| *last > self.now);
        (later("allowBookingAfter").unwrap_or(self.now), last.unwrap_or(Timestamp::MAX))
    }

    /// What keeps a person, or a calendar of no team, from an appointment.
    fn busy(&self, user: Option<&str>) -> Vec<&'a Event> {
        let id = self.calendar["id"].as_str().unwrap_or_default();
        let concerns = |event: &&Event| {
            let here = event.text("calendarId") == id;
            event.takes_time()
                && Some(event.text("id")) != self.moving
                && match user {
                    Some(user) => event.is_of(user) || (here && event.is_block),
                    None => here,
                }
        };
        self.account.calendars.events.iter().filter(concerns).collect()
    }

    /// Appointments of the same slot share it up to `appoinmentPerSlot`; everything else keeps the
    /// buffers' distance.
    fn is_free(&self, (start, end): (Timestamp, Timestamp), busy: &[&Event]) -> bool {
        let id = self.calendar["id"].as_str().unwrap_or_default();
        let distance = self.length("slotBuffer", 0).max(self.length("preBuffer", 0));
        let mut seats = self.calendar["appoinmentPerSlot"].as_u64().unwrap_or(1).max(1);
        for event in busy {
            let shares = !event.is_block
                && event.text("calendarId") == id
                && (event.start, event.end) == (start, end);
            let apart = if event.is_block { SignedDuration::ZERO } else { distance };
            let touches =
                start.duration_since(event.end) < apart && event.start.duration_since(end) < apart;
            if shares {
                seats -= 1;
            }
            if seats == 0 || (touches && !shares) {
                return false;
            }
        }
        true
    }

    fn day(&self, moment: Timestamp) -> String {
        moment.to_zoned(zone(self.account)).date().to_string()
    }

    /// The days that have all the appointments they may have.
    fn full_days(&self) -> BTreeSet<String> {
        let Some(most) = self.calendar["appoinmentPerDay"].as_u64().filter(|most| *most > 0) else {
            return BTreeSet::new();
        };
        let id = self.calendar["id"].as_str().unwrap_or_default();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for event in self.account.calendars.events.iter() {
            let counts_here =
                event.text("calendarId") == id && event.takes_time() && !event.is_block;
            if counts_here && Some(event.text("id")) != self.moving {
                *counts.entry(self.day(event.start)).or_default() += 1;
            }
        }
        counts.into_iter().filter(|(_, count)| *count >= most).map(|(day, _)| day).collect()
    }
}

/// The people of a calendar.
pub(crate) fn team(calendar: &Value) -> Vec<&str> {
    let members = calendar["teamMembers"].as_array().map(Vec::as_slice).unwrap_or_default();
    members.iter().filter_map(|member| member["userId"].as_str()).collect()
}

/// A moment as a zone's clocks show it.
pub(crate) fn local(moment: Timestamp, zone: &TimeZone) -> String {
    moment.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A moment of the query in milliseconds.
///
/// # Errors
/// 422 when it is none.
pub(crate) fn milliseconds(call: &Call, name: &str) -> Result<Timestamp, Refusal> {
    let number = call.query(name).and_then(|text| text.parse::<i64>().ok());
    number.and_then(|number| Timestamp::from_millisecond(number).ok()).ok_or_else(|| {
        Refusal::unprocessable(vec![format!("{name} must be a number string in milliseconds")])
    })
}

/// Slots by day, written with the offset of the zone that is asked for.
fn free(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let calendar = calendars::named(world, call)?.clone();
    let window = (milliseconds(call, "startDate")?, milliseconds(call, "endDate")?);
    if window.1 < window.0 {
        return Err(Refusal::bad_request("endDate must not be before startDate."));
    }
    if window.1.duration_since(window.0) > LONGEST {
        return Err(Refusal::bad_request("Date range cannot be more than 31 days."));
    }
    let account = world.account(call)?;
    let zone = match call.query("timezone") {
        Some(name) => TimeZone::get(name).map_err(|_| {
            Refusal::unprocessable(vec!["timezone must be a valid IANA time zone".to_owned()])
        })?,
        None => zone(account),
    };
    let slots =
        Slots { account, calendar: &calendar, now: call.now, any_date: false, moving: None };
    let named: Vec<&str> = named_users(call);
    let mut people = slots.team();
    let is_named = |user: &&str| named.is_empty() || named.contains(user);
    people.retain(is_named);
    let mut days: Map<String, Value> = Map::new();
    for start in slots.starts(window, &people) {
        let text = local(start, &zone);
        let day = days.entry(text[..10].to_owned()).or_insert_with(|| json!({ "slots": [] }));
        if let Some(list) = day["slots"].as_array_mut() {
            list.push(json!(text));
        }
    }
    Ok(Value::Object(days).into())
}

/// A list of the query may be written `userIds`, `userIds[]` or with commas.
fn named_users(call: &Call) -> Vec<&str> {
    let is_list = |key: &str| key == "userIds" || key.starts_with("userIds[");
    let given = call.query.iter().filter(|(key, _)| key == "userId" || is_list(key));
    given.flat_map(|(_, text)| text.split(',')).filter(|text| !text.is_empty()).collect()
}
