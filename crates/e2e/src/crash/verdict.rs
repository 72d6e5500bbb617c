//! What is left, held against what was promised: nothing lost, nothing twice, each record in order.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::ledger::Ledger;

/// One line of `highwire events list --all --json`.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) event: String,
    pub(super) webhook_id: String,
}

impl Line {
    /// Reads a line; none where it lacks one of its ids.
    pub(super) fn read(line: &str) -> Option<Self> {
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        Some(Self { event: text("id")?, webhook_id: text("webhook_id")? })
    }
}

/// What is wrong, by the ids of the events; nothing where all is well.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Answered with 200, and not in the journal.
    pub lost: Vec<String>,
    /// In the journal more than once.
    pub doubled: Vec<String>,
    /// In the journal, and never sent.
    pub strange: Vec<String>,
    /// Before an event of their record that was sent earlier, in the journal.
    pub misplaced: Vec<String>,
    /// In the journal, and without a page.
    pub pages_missing: Vec<String>,
    /// With more than one page.
    pub pages_doubled: Vec<String>,
    /// With a page before that of an event of their record that was journaled earlier.
    pub pages_misplaced: Vec<String>,
    /// Answers other than 200 and 429.
    pub refusals: Vec<u16>,
    /// How many entries the journal has.
    pub journaled: usize,
    /// How many pages there are.
    pub pages: usize,
}

impl Verdict {
    /// Holds the journal and the pages, both in order, against what was sent.
    pub(super) fn of(ledger: &Ledger, journal: &[Line], pages: &[String]) -> Self {
        let webhooks: Vec<&str> = journal.iter().map(|line| line.webhook_id.as_str()).collect();
        let made: Vec<&str> = pages.iter().map(String::as_str).collect();
        let (journaled_at, doubled) = places(&webhooks);
        let (made_at, pages_doubled) = places(&made);
        let sent = ledger.in_order();
        let known: BTreeSet<&str> = sent.iter().flatten().map(String::as_str).collect();
        let event_of: BTreeMap<&str, &str> =
            journal.iter().map(|line| (line.webhook_id.as_str(), line.event.as_str())).collect();
        let (mut misplaced, mut pages_misplaced) = (Vec::new(), Vec::new());
        for record in &sent {
            misplaced.extend(backward(record.iter().map(String::as_str), &journaled_at));
            let mut events: Vec<_> =
                record.iter().filter(|id| journaled_at.contains_key(id.as_str())).collect();
            events.sort_by_key(|id| journaled_at[id.as_str()]);
            let events = events.into_iter().map(|id| event_of[id.as_str()]);
            pages_misplaced.extend(backward(events, &made_at));
        }
        let owned = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect();
        let promised = ledger.promised();
        let lost = promised.iter().map(String::as_str);
        let events = journal.iter().map(|line| line.event.as_str());
        Self {
            lost: owned(lost.filter(|id| !journaled_at.contains_key(id)).collect()),
            doubled,
            strange: owned(webhooks.iter().copied().filter(|id| !known.contains(id)).collect()),
            misplaced,
            pages_missing: owned(events.filter(|id| !made_at.contains_key(id)).collect()),
            pages_doubled,
            pages_misplaced,
            refusals: ledger.refusals(),
            journaled: journal.len(),
            pages: pages.len(),
        }
    }

    /// Whether every promise was kept.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let ids = [
            &self.lost,
            &self.doubled,
            &self.strange,
            &self.misplaced,
            &self.pages_missing,
            &self.pages_doubled,
            &self.pages_misplaced,
        ];
        ids.iter().all(|ids| ids.is_empty()) && self.refusals.is_empty()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "journal: {} entries, {} lost, {} doubled, {} never sent, {} out of order\n\
             Notion:  {} pages, {} missing, {} doubled, {} out of order\n\
             answers other than 200 and 429: {:?}",
            self.journaled,
            self.lost.len(),
            self.doubled.len(),
            self.strange.len(),
            self.misplaced.len(),
            self.pages,
            self.pages_missing.len(),
            self.pages_doubled.len(),
            self.pages_misplaced.len(),
            self.refusals,
        )
    }
}

/// The first place of each id, and the ids that have more than one.
fn places<'a>(ids: &[&'a str]) -> (BTreeMap<&'a str, usize>, Vec<String>) {
    let (mut places, mut again) = (BTreeMap::new(), BTreeSet::new());
    for (place, id) in ids.iter().enumerate() {
        if places.contains_key(id) {
            again.insert((*id).to_owned());
        } else {
            places.insert(*id, place);
        }
    }
    (places, again.into_iter().collect())
}

/// Those that stand before one that comes earlier in `order`. What has no place does not count.
fn backward<'a>(
    order: impl Iterator<Item = &'a str>,
    places: &BTreeMap<&str, usize>,
) -> Vec<String> {
    let mut furthest = 0;
    let mut found = Vec::new();
    for (id, place) in order.filter_map(|id| Some((id, *places.get(id)?))) {
        match place < furthest {
            true => found.push(id.to_owned()),
            false => furthest = place,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Events, Fact};

    fn ledger(sent: &[(u64, u64)], acknowledged: &[u64]) -> Ledger {
        let (ledger, events) = (Ledger::default(), Events::new(1, 0).unwrap());
        for (number, contact) in sent {
            let fact = Fact { number: *number, contact: *contact, location: 0, bytes: 0 };
            let event = events.telling(fact).unwrap();
            ledger.leaves(&event, fact);
            if acknowledged.contains(number) {
                ledger.acknowledged(&event);
            }
        }
        ledger
    }

    fn journal(numbers: &[u64]) -> Vec<Line> {
        let line = |number: &u64| Line {
            event: format!("evt_{number}"),
            webhook_id: format!("00000000-0000-4000-8000-{number:012}"),
        };
        numbers.iter().map(line).collect()
    }

    fn pages(numbers: &[u64]) -> Vec<String> {
        journal(numbers).into_iter().map(|line| line.event).collect()
    }

    #[test]
    fn records_may_overtake_each_other_and_what_was_in_doubt_may_be_missing() {
        let ledger = ledger(&[(1, 7), (2, 7), (3, 8), (4, 8)], &[1, 3, 4]);
        let verdict = Verdict::of(&ledger, &journal(&[3, 1, 4]), &pages(&[1, 3, 4]));
        assert!(verdict.is_clean(), "{verdict:?}");
    }

    #[test]
    fn each_broken_promise_is_found() {
        let ledger = ledger(&[(1, 7), (2, 7), (3, 7), (4, 8)], &[1, 2, 3, 4]);
        let verdict = Verdict::of(&ledger, &journal(&[2, 1, 3, 3, 9]), &pages(&[3, 2, 2, 1]));
        assert_eq!(verdict.lost, ["00000000-0000-4000-8000-000000000004"]);
        assert_eq!(verdict.doubled, ["00000000-0000-4000-8000-000000000003"]);
        assert_eq!(verdict.strange, ["00000000-0000-4000-8000-000000000009"]);
        assert_eq!(verdict.misplaced, ["00000000-0000-4000-8000-000000000002"]);
        assert_eq!(verdict.pages_missing, ["evt_9"]);
        assert_eq!(verdict.pages_doubled, ["evt_2"]);
        assert!(!verdict.pages_misplaced.is_empty() && !verdict.is_clean());
    }
}
