//! What comes back, what is left alone, and what cannot be helped.

use domain::{Actor, Entity, Write, WriteEffect, WriteIntent, WriteState, contract::sample::at};
use serde_json::json;

use super::*;

fn write(number: u64, effect: WriteEffect, fields: &[(&str, Value, Value)]) -> Write {
    let fields = fields.iter().map(|(key, before, after)| {
        ((*key).to_owned(), WrittenField::new(before.clone(), after.clone()))
    });
    Write {
        number,
        intent: WriteIntent {
            at: at(0),
            actor: Actor::Installation,
            act: "contact.patched".to_owned(),
            effect,
            record: Some(RecordKey::new(Entity::Contact, "c1")),
            parent: None,
            account: None,
            difference: Difference { fields: fields.collect(), tags: TagChange::default() },
        },
        state: WriteState::Done,
        ended_at: Some(at(1)),
        detail: None,
    }
}

fn changed(number: u64, fields: &[(&str, Value, Value)]) -> Write {
    write(number, WriteEffect::Changed, fields)
}

fn tagged(number: u64, added: &[&str], removed: &[&str]) -> Write {
    let set = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
    let mut write = changed(number, &[]);
    write.intent.difference.tags = TagChange { added: set(added), removed: set(removed) };
    write
}

fn unsure(write: Write) -> Write {
    Write { state: WriteState::Intended, ended_at: None, ..write }
}

fn standing(fields: Value, tags: &[&str]) -> Standing {
    Standing {
        fields: serde_json::from_value(fields).unwrap(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        attached: BTreeSet::new(),
    }
}

fn step(writes: &[Write], standing: Option<&Standing>) -> Step {
    let traces = traces(writes);
    assert_eq!(traces.len(), 1, "{traces:?}");
    Step::of(&traces[0], standing, &BTreeSet::new())
}

fn fields(step: Step) -> Vec<(String, Value, Value)> {
    let Step::Restore(difference) = step else { panic!("{step:?}") };
    difference.fields.into_iter().map(|(key, it)| (key, it.before, it.after)).collect()
}

#[test]
fn what_the_set_left_goes_back_to_what_was_before() {
    let writes = [
        changed(1, &[("city", json!("Bonn"), json!("Ulm")), ("source", json!(null), json!("x"))]),
        changed(2, &[("city", json!("Ulm"), json!("Kiel"))]),
    ];
    let now = standing(json!({"city": "Kiel", "source": "x", "website": "typed since"}), &["vip"]);
    let expected = [
        ("city".to_owned(), json!("Kiel"), json!("Bonn")),
        ("source".to_owned(), json!("x"), json!(null)),
    ];
    assert_eq!(fields(step(&writes, Some(&now))), expected);
}

#[test]
fn a_third_value_is_a_persons_and_stays() {
    let writes =
        [changed(1, &[("city", json!("Bonn"), json!("Ulm")), ("source", json!(null), json!("x"))])];
    let now = standing(json!({"city": "Berlin", "source": "x"}), &[]);
    let conflict = UndoConflict {
        field: "city".to_owned(),
        name: None,
        left: json!("Ulm"),
        found: json!("Berlin"),
    };
    assert_eq!(step(&writes, Some(&now)), Step::Refuse(vec![conflict]));
    let emptied = standing(json!({"source": "x"}), &[]);
    assert!(matches!(step(&writes, Some(&emptied)), Step::Refuse(_)));
}

#[test]
fn what_is_back_already_counts_as_undone() {
    let writes = [
        changed(1, &[("city", json!("Bonn"), json!("Ulm")), ("source", json!(null), json!("x"))]),
        tagged(2, &["New"], &["old"]),
    ];
    let undone = standing(json!({"city": " Bonn", "source": ""}), &["old"]);
    assert_eq!(step(&writes, Some(&undone)), Step::Nothing);
    let half = standing(json!({"city": "Bonn", "source": "x"}), &["old", "new"]);
    let Step::Restore(difference) = step(&writes, Some(&half)) else { panic!() };
    assert_eq!(difference.fields.keys().collect::<Vec<_>>(), ["source"]);
    assert_eq!(difference.tags.removed, ["New".to_owned()].into());
    assert!(difference.tags.added.is_empty());
}

#[test]
fn tags_of_others_are_not_the_sets() {
    let writes = [tagged(1, &["new", "both"], &["old"]), tagged(2, &["again"], &["both"])];
    let now = standing(json!({}), &["new", "again", "a person's"]);
    let Step::Restore(difference) = step(&writes, Some(&now)) else { panic!() };
    assert_eq!(difference.tags.removed, ["again".to_owned(), "new".to_owned()].into());
    assert_eq!(difference.tags.added, ["old".to_owned()].into());
}

#[test]
fn a_write_that_may_not_have_been_made_is_judged_by_the_record() {
    let writes = [
        changed(1, &[("city", json!("Bonn"), json!("Ulm"))]),
        unsure(changed(2, &[("city", json!("Ulm"), json!("Kiel"))])),
    ];
    for left in ["Ulm", "Kiel"] {
        let now = standing(json!({"city": left}), &[]);
        let expected = [("city".to_owned(), json!(left), json!("Bonn"))];
        assert_eq!(fields(step(&writes, Some(&now))), expected);
    }
    let refused = Write { state: WriteState::Refused, ..writes[1].clone() };
    let kiel = standing(json!({"city": "Kiel"}), &[]);
    assert!(matches!(step(&[writes[0].clone(), refused], Some(&kiel)), Step::Refuse(_)));
    let first = unsure(changed(1, &[("city", json!("Bonn"), json!("Ulm"))]));
    assert_eq!(step(&[first], Some(&standing(json!({"city": "Bonn"}), &[]))), Step::Nothing);
}

#[test]
fn what_was_made_goes_only_where_nobody_touched_it() {
    let made = write(1, WriteEffect::Created, &[("first_name", json!(null), json!("Ada"))]);
    let writes = [made, tagged(2, &["new"], &[])];
    let as_left = standing(json!({"first_name": "ada", "city": null}), &["New"]);
    assert_eq!(step(&writes, Some(&as_left)), Step::Delete);
    assert_eq!(step(&writes, None), Step::Nothing);
    for touched in [
        standing(json!({"first_name": "Ada", "city": "Bonn"}), &["new"]),
        standing(json!({"first_name": "Augusta"}), &["new"]),
        standing(json!({"first_name": "Ada"}), &["new", "vip"]),
        standing(json!({"first_name": "Ada"}), &[]),
    ] {
        assert!(matches!(step(&writes, Some(&touched)), Step::Refuse(_)), "{touched:?}");
    }
    let note = RecordKey::new(Entity::Note, "n1");
    let noted = Standing { attached: [note.clone()].into(), ..as_left };
    assert!(matches!(step(&writes, Some(&noted)), Step::Refuse(_)));
    let own = [note].into();
    assert_eq!(Step::of(&traces(&writes)[0], Some(&noted), &own), Step::Delete);
}

#[test]
fn a_booked_appointment_is_cancelled() {
    let mut booked = write(1, WriteEffect::Created, &[("status", json!(null), json!("confirmed"))]);
    booked.intent.record = Some(RecordKey::new(Entity::Appointment, "a1"));
    let now = standing(json!({"status": "confirmed"}), &[]);
    let expected = [("status".to_owned(), json!("confirmed"), json!("cancelled"))];
    assert_eq!(fields(step(&[booked.clone()], Some(&now))), expected);
    let off = standing(json!({"status": "cancelled"}), &[]);
    assert_eq!(step(&[booked.clone()], Some(&off)), Step::Nothing);
    let held = standing(json!({"status": "showed"}), &[]);
    assert!(matches!(step(&[booked], Some(&held)), Step::Refuse(_)));
}

#[test]
fn what_cannot_be_helped_is_said() {
    let sent = write(1, WriteEffect::Sent, &[]);
    assert_eq!(step(&[sent], None), Step::Impossible(Obstacle::Sent));
    let mut lost = unsure(write(1, WriteEffect::Created, &[]));
    lost.intent.record = None;
    assert_eq!(step(&[lost.clone()], None), Step::Impossible(Obstacle::Unknown));
    assert_eq!(traces(&[lost.clone(), Write { number: 2, ..lost }]).len(), 2);
    let wish = changed(1, &[("do_not_disturb.sms", json!(false), json!(true))]);
    assert_eq!(step(std::slice::from_ref(&wish), None), Step::Impossible(Obstacle::Wish));
    let both = [wish, changed(2, &[("city", json!("Bonn"), json!("Ulm"))])];
    assert_eq!(fields(step(&both, Some(&standing(json!({"city": "Ulm"}), &[])))).len(), 1);
    let mut field = write(1, WriteEffect::Created, &[]);
    field.intent.record = Some(RecordKey::new(Entity::CustomField, "f1"));
    assert_eq!(step(&[field], None), Step::Impossible(Obstacle::Shared));
    let change = changed(1, &[("city", json!("Bonn"), json!("Ulm"))]);
    assert_eq!(step(std::slice::from_ref(&change), None), Step::Impossible(Obstacle::Gone));
    let gone = write(2, WriteEffect::Deleted, &[("city", json!("Ulm"), json!(null))]);
    assert_eq!(step(&[change, gone.clone()], None), Step::Impossible(Obstacle::Deleted));
    let kept = unsure(gone);
    assert_eq!(step(&[kept], Some(&standing(json!({"city": "Ulm"}), &[]))), Step::Nothing);
    let made = write(1, WriteEffect::Created, &[]);
    let passing = [made, write(2, WriteEffect::Deleted, &[])];
    assert_eq!(step(&passing, None), Step::Nothing);
}

#[test]
fn what_hangs_on_a_new_contact_is_looked_at_before_it() {
    let on = |entity, id: &str, write: Write| {
        let record = Some(RecordKey::new(entity, id));
        Write { intent: WriteIntent { record, ..write.intent }, ..write }
    };
    let writes = [
        write(1, WriteEffect::Created, &[]),
        on(Entity::Note, "n1", write(2, WriteEffect::Created, &[])),
        on(Entity::Contact, "c2", changed(3, &[])),
        tagged(4, &["new"], &[]),
    ];
    let order = traces(&writes).into_iter().map(|it| it.target.unwrap().key.id);
    assert_eq!(order.collect::<Vec<_>>(), ["c2", "n1", "c1"]);
}

#[test]
fn a_value_in_the_crms_own_spelling_is_the_same() {
    for (key, one, other) in [
        ("email", json!("Ada@Example.com"), json!("ada@example.com ")),
        ("phone", json!("+1 555 0100142"), json!("+15550100142")),
        ("date_of_birth", json!("1984-07-19"), json!("1984-07-19T00:00:00.000Z")),
        ("custom_fields.f1", json!(7), json!("7")),
        ("custom_fields.f1", json!(["b", "a"]), json!(["a", "b"])),
        ("custom_fields.f1", json!([]), json!("")),
        ("value", json!(null), json!(0.0)),
        ("value", json!(12), json!(12.0)),
    ] {
        assert!(is_same(key, &one, &other), "{key}: {one} {other}");
    }
    for (key, one, other) in [
        ("city", json!("bonn"), json!("Bonn")),
        ("address.postal_code", json!("01234"), json!("1234")),
        ("custom_fields.f1", json!(0), json!(null)),
        ("custom_fields.f1", json!(["a"]), json!(["a", "b"])),
        ("email", json!("ada@example.com"), json!(null)),
    ] {
        assert!(!is_same(key, &one, &other), "{key}: {one} {other}");
    }
}
