//! Retention: the oldest goes first, and what is needed never.

use domain::contract::sample::{at, event_id};
use proptest::{collection::vec, prelude::*};

use super::*;

const DAY: i64 = 24 * 60 * 60;

fn thing(place: u64, days: i64) -> Kept {
    let event = event_id(u128::from(place));
    Kept { place, since: at(days * DAY), size: 10, event }
}

fn days(days: i64) -> Option<SignedDuration> {
    Some(SignedDuration::from_hours(24 * days))
}

fn grounds<'a>(now: i64, needs: &'a BTreeMap<EventId, Need>) -> Grounds<'a> {
    let all = Sequence(u64::MAX);
    Grounds { now: at(now * DAY), journaled: all, projected: all, decided: all, needs }
}

fn places(things: &[Kept]) -> Vec<u64> {
    things.iter().map(|thing| thing.place).collect()
}

#[test]
fn what_is_old_goes_and_then_what_takes_too_much() {
    let page: Vec<_> = (1..=6).map(|place| thing(place, place as i64)).collect();
    let needs = BTreeMap::new();
    let grounds = grounds(10, &needs);
    let choose = |limit, total| {
        let mut cut = Cut::new(limit, grounds.now, total);
        places(&choose(Retained::Bytes, &page, &mut cut, &grounds).going)
    };
    assert_eq!(choose(Limit::default(), 60), [0; 0], "without a limit all stays");
    assert_eq!(choose(Limit { age: days(7), size: None }, 60), [1, 2]);
    assert_eq!(choose(Limit { age: None, size: Some(35) }, 60), [1, 2, 3]);
    assert_eq!(choose(Limit { age: days(5), size: Some(55) }, 60), [1, 2, 3, 4]);
    assert_eq!(choose(Limit { age: None, size: Some(60) }, 60), [0; 0], "the limit itself is room");
}

#[test]
fn the_excess_is_counted_over_all_pages() {
    let needs = BTreeMap::new();
    let grounds = grounds(10, &needs);
    let mut cut = Cut::new(Limit { age: None, size: Some(70) }, grounds.now, 100);
    let mut went = Vec::new();
    for page in [[thing(1, 1), thing(2, 1)], [thing(3, 1), thing(4, 1)]] {
        went.extend(choose(Retained::Bytes, &page, &mut cut, &grounds).going);
    }
    assert_eq!(places(&went), [1, 2, 3]);
}

#[test]
fn an_event_keeps_its_identities_for_two_weeks_whatever_the_limits_say() {
    let page = [thing(1, 0), thing(2, 1), thing(3, 2)];
    let needs = BTreeMap::new();
    let grounds = grounds(15, &needs);
    let strict = Limit { age: days(1), size: Some(0) };
    let went = |kind| {
        places(&choose(kind, &page, &mut Cut::new(strict, grounds.now, 1_000), &grounds).going)
    };
    assert_eq!(went(Retained::Events), [1, 2], "the third is 13 days old");
    assert_eq!(went(Retained::Bytes), [1, 2, 3]);
}

#[test]
fn bytes_go_no_later_than_their_events() {
    let limit = |age| Limit { age, size: None };
    let limits =
        |bytes, events| Limits { bytes: limit(bytes), events: limit(events), ..Limits::default() };
    let age = |limits: Limits| limits.of(Retained::Bytes).age;
    assert_eq!(age(limits(days(30), days(180))), days(30));
    assert_eq!(age(limits(days(300), days(180))), days(180));
    assert_eq!(age(limits(None, days(180))), days(180));
    assert_eq!(age(limits(days(30), None)), days(30));
    assert_eq!(age(limits(None, None)), None);
}

#[test]
fn what_is_needed_is_passed_and_what_is_not_due_is_not() {
    let page: Vec<_> =
        [1, 1, 9, 1].iter().zip(1..).map(|(day, place)| thing(place, *day)).collect();
    let needs = [(event_id(2), Need::Whole)].into();
    let limit = Limit { age: days(5), size: None };
    let choose = |decided| {
        let grounds = Grounds { decided: Sequence(decided), ..grounds(10, &needs) };
        let choice = choose(Retained::Bytes, &page, &mut Cut::new(limit, grounds.now, 0), &grounds);
        (places(&choice.going), choice.passed)
    };
    assert_eq!(choose(9), (vec![1, 4], Some(2)), "the third is young, whatever comes after it");
    assert_eq!(choose(1), (vec![1], Some(1)));
    assert_eq!(choose(0), (vec![], None));
}

fn any_kind() -> impl Strategy<Value = Retained> {
    prop::sample::select(Retained::ALL.to_vec())
}

fn any_limit() -> impl Strategy<Value = Limit> {
    (prop::option::of(0_i64..40), prop::option::of(0_u64..2_000)).prop_map(|(age, size)| Limit {
        age: age.map(|age| SignedDuration::from_hours(24 * age)),
        size,
    })
}

fn any_need() -> impl Strategy<Value = Option<Need>> {
    prop::sample::select(vec![None, Some(Need::Entry), Some(Need::Whole)])
}

proptest! {
    /// Whatever the limits, the cursors and the clock: what goes is followed, not needed, and where
    /// its identities go with it, no longer sent again.
    #[test]
    fn nothing_that_is_needed_ever_goes(
        kind in any_kind(),
        limit in any_limit(),
        things in vec((-5_i64..40, any_need(), 0_u64..200), 1..40),
        (projected, decided) in (0_u64..45, 0_u64..45),
        now in -20_i64..60,
    ) {
        let page: Vec<Kept> = things.iter().zip(1..)
            .map(|((since, _, size), place)| Kept { size: *size, ..thing(place, *since) })
            .collect();
        let needs: BTreeMap<_, _> = page.iter().zip(&things)
            .filter_map(|(kept, (_, need, _))| Some((kept.event, (*need)?)))
            .collect();
        let journaled = Sequence(page.len() as u64);
        let now = at(now * DAY);
        let grounds = Grounds {
            now, journaled, projected: Sequence(projected), decided: Sequence(decided), needs: &needs,
        };
        let total: u64 = page.iter().map(|kept| kept.size).sum();
        let went = choose(kind, &page, &mut Cut::new(limit, now, total), &grounds).going;
        for kept in &went {
            if matches!(kind, Retained::Bytes | Retained::Events) {
                prop_assert!(kept.place <= projected && kept.place <= decided);
                prop_assert!(needs.get(&kept.event) != Some(&Need::Whole));
            }
            if kind == Retained::Events {
                prop_assert!(!needs.contains_key(&kept.event));
                prop_assert!(kept.place < journaled.0);
                prop_assert!(kept.since + IDENTITIES <= now);
            }
        }
        // And nothing goes that no limit asks for.
        let mut gone = 0;
        for kept in &went {
            let is_old = limit.age.is_some_and(|age| kept.since + age < now);
            let is_too_much = limit.size.is_some_and(|size| total - gone > size);
            prop_assert!(is_old || is_too_much);
            gone += kept.size;
        }
    }
}
