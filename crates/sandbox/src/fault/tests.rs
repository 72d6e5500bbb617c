//! Tests: which request a fault befalls, and which faults make no sense.

use super::*;

fn reset() -> FaultAction {
    FaultAction::Reset { committed: false }
}

fn with(faults: Vec<Fault>) -> Faults {
    let all = Faults::new(7);
    all.set(faults).unwrap();
    all
}

#[test]
fn a_fault_befalls_its_operation_as_often_as_it_says() {
    let faults = with(vec![Fault::always(reset()).on("pages.create").times(2)]);
    assert_eq!(faults.befall("pages.retrieve"), Mishap::default());
    assert_eq!(faults.befall("pages.create").action, Some(reset()));
    assert_eq!(faults.befall("pages.create").action, Some(reset()));
    assert_eq!(faults.befall("pages.create"), Mishap::default());
    assert_eq!(faults.list(), []);
}

#[test]
fn the_first_fault_wins_and_latencies_add_up() {
    let slow = |milliseconds| Fault::always(FaultAction::Latency { milliseconds }).times(1);
    let faults = with(vec![
        slow(10),
        Fault::always(FaultAction::status(500)).times(1),
        Fault::always(reset()).times(1),
        slow(5),
    ]);
    let first = faults.befall("x");
    assert_eq!(first.latency, Duration::from_millis(15));
    assert_eq!(first.action, Some(FaultAction::status(500)));
    assert_eq!(faults.befall("x").action, Some(reset()));
    assert_eq!(faults.befall("x"), Mishap::default());
}

#[test]
fn an_outage_lasts_until_it_is_cleared() {
    let faults = with(vec![Fault::always(FaultAction::Outage)]);
    for _ in 0..100 {
        assert_eq!(faults.befall("x").action, Some(FaultAction::Outage));
    }
    faults.clear();
    assert_eq!(faults.befall("x"), Mishap::default());
}

#[test]
fn chances_follow_from_the_seed() {
    let likely = Fault { probability: 0.3, ..Fault::always(reset()) };
    let run = |seed| -> Vec<bool> {
        let faults = Faults::new(seed);
        faults.set(vec![likely.clone()]).unwrap();
        (0..1000).map(|_| faults.befall("x").action.is_some()).collect()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    let hits = run(1).into_iter().filter(|hit| *hit).count();
    assert!((250..350).contains(&hits), "{hits}");
}

#[test]
fn a_missed_chance_does_not_use_a_fault_up() {
    let never = Fault { probability: 0.0, ..Fault::always(reset()).times(1) };
    let faults = with(vec![never.clone()]);
    assert_eq!(faults.befall("x"), Mishap::default());
    assert_eq!(faults.list(), [never]);
}

#[test]
fn faults_are_read_from_json_and_wrong_ones_are_refused() {
    let json = r#"[{"operation":"pages.create","action":{"kind":"status","status":503,"committed":true}},
        {"action":{"kind":"latency","milliseconds":20},"count":3,"probability":0.5},
        {"action":{"kind":"outage"}}]"#;
    let faults: Vec<Fault> = serde_json::from_str(json).unwrap();
    assert_eq!(faults.len(), 3);
    assert_eq!(faults[1].probability, 0.5);
    let all = with(faults.clone());
    assert_eq!(all.list(), faults);

    for json in [
        r#"{"action":{"kind":"explode"}}"#,
        r#"{"action":{"kind":"reset","commited":true}}"#,
        r#"{"action":{"kind":"outage"},"often":1}"#,
    ] {
        assert!(serde_json::from_str::<Fault>(json).is_err(), "{json}");
    }
    let wrong = vec![Fault::always(FaultAction::status(200))];
    assert_eq!(all.set(wrong), Err(FaultError::Status(200)));
    let wrong = Fault { probability: 2.0, ..Fault::always(reset()) };
    assert_eq!(all.add(vec![wrong]), Err(FaultError::Probability(2.0)));
    assert_eq!(all.list(), faults);
}

#[test]
fn every_kind_is_told_by_an_example_that_is_accepted() {
    for (example, _) in FaultAction::kinds() {
        let action: FaultAction = serde_json::from_str(example).unwrap();
        let told = serde_json::to_value(&action).unwrap();
        let given: serde_json::Value = serde_json::from_str(example).unwrap();
        assert_eq!(told["kind"], given["kind"]);
        with(vec![Fault::always(action)]);
    }
    let unknown = serde_json::from_str::<FaultAction>(r#"{"kind":"x"}"#).unwrap_err().to_string();
    let kinds = unknown.matches('`').count() / 2 - 1; // The unknown kind is quoted too.
    assert_eq!(FaultAction::kinds().len(), kinds, "{unknown}");
}

#[test]
fn statuses_that_a_kind_cannot_have_are_refused() {
    let faults = Faults::new(7);
    let page = |status| FaultAction::HtmlPage { status, retry_after: None, committed: false };
    let empty = |status| FaultAction::EmptyBody { status };
    for good in [page(200), page(400), page(599), empty(None), empty(Some(201))] {
        assert_eq!(faults.add(vec![Fault::always(good)]), Ok(()));
    }
    for (wrong, error) in [
        (page(204), FaultError::Page(204)),
        (page(600), FaultError::Page(600)),
        (empty(Some(302)), FaultError::Empty(302)),
    ] {
        assert_eq!(faults.add(vec![Fault::always(wrong)]), Err(error));
    }
}

#[test]
fn a_vendor_refuses_faults_of_operations_that_it_does_not_have() {
    let faults = Faults::new(7).checking(|name| match name {
        "pages.create" => Ok(()),
        _ => Err("did you mean `pages.create`?".to_owned()),
    });
    let wrong = vec![Fault::always(reset()).on("pages.create"), Fault::always(reset()).on("pages")];
    let refused = faults.set(wrong).unwrap_err().to_string();
    assert!(refused.ends_with("did you mean `pages.create`?"), "{refused}");
    assert_eq!(faults.list(), []);
}
