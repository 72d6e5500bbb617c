//! Whose value counts, field by field; and what holds for any values at all.

use domain::{
    Because, Direction, Fields, MappedField, Side, ValueKind, Wins, contract::sample::at,
};
use jiff::SignedDuration;
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

use super::{MergeInput, Merged, merge};

fn field(kind: ValueKind, direction: Direction, wins: Wins) -> MappedField {
    MappedField { field: "name".to_owned(), column: "Name".to_owned(), kind, direction, wins }
}

fn usual(wins: Wins) -> MappedField {
    field(ValueKind::Text, Direction::Both, wins)
}

fn one(name: &str, value: &Value) -> Fields {
    let value = (!value.is_null()).then(|| (name.to_owned(), value.clone()));
    value.into_iter().collect()
}

/// Merges one field; the CRM wrote at `crm_at` and the row at second 100, within 5 seconds of skew.
fn run(field: &MappedField, [agreed, crm, row]: [&Value; 3], crm_at: i64) -> Merged {
    merge(&MergeInput {
        fields: std::slice::from_ref(field),
        agreed: &one("name", agreed),
        crm: &one("name", crm),
        row: &one("Name", row),
        crm_at: at(crm_at),
        row_at: at(100),
        skew: SignedDuration::from_secs(5),
    })
}

fn written(merged: &Merged) -> (Option<&Value>, Option<&Value>) {
    (merged.to_crm.get("name"), merged.to_row.get("Name"))
}

#[test]
fn what_one_side_changed_goes_to_the_other_one() {
    let field = usual(Wins::LastWrite);
    let (old, new, none) = (json!("old"), json!("new"), Value::Null);
    let merged = run(&field, [&old, &new, &old], 0);
    assert_eq!(written(&merged), (None, Some(&new)));
    assert_eq!(merged.agreed["name"], new);
    let merged = run(&field, [&old, &old, &new], 0);
    assert_eq!(written(&merged), (Some(&new), None));
    let merged = run(&field, [&old, &none, &old], 0);
    assert_eq!((written(&merged), merged.agreed.len()), ((None, Some(&none)), 0), "it clears");
    assert!(merged.conflicts.is_empty());
}

#[test]
fn what_both_have_already_is_agreed_and_written_nowhere() {
    let merged = run(&usual(Wins::Crm), [&json!("old"), &json!("new"), &json!(" new")], 0);
    assert_eq!(written(&merged), (None, None));
    assert_eq!(merged.agreed["name"], json!("new"));
    assert!(merged.conflicts.is_empty());
}

#[test]
fn two_that_meet_fill_each_others_gaps() {
    let (some, none) = (json!("Ada"), Value::Null);
    let field = usual(Wins::LastWrite);
    assert_eq!(written(&run(&field, [&none, &some, &none], 0)), (None, Some(&some)));
    assert_eq!(written(&run(&field, [&none, &none, &some], 0)), (Some(&some), None));
}

#[test]
fn a_conflict_is_settled_as_the_field_says_and_is_noted() {
    let (agreed, crm, row) = (json!("old"), json!("crm's"), json!("row's"));
    for (wins, crm_at, kept, because) in [
        (Wins::LastWrite, 106, Side::Crm, Because::Later),
        (Wins::LastWrite, 94, Side::Row, Because::Later),
        (Wins::LastWrite, 105, Side::Crm, Because::WithinSkew),
        (Wins::LastWrite, 95, Side::Crm, Because::WithinSkew),
        (Wins::Crm, 0, Side::Crm, Because::Configured),
        (Wins::Row, 999, Side::Row, Because::Configured),
        (Wins::Union, 94, Side::Row, Because::Later),
    ] {
        let merged = run(&usual(wins), [&agreed, &crm, &row], crm_at);
        let expected = match kept {
            Side::Crm => (None, Some(&crm)),
            Side::Row => (Some(&row), None),
        };
        assert_eq!(written(&merged), expected, "{wins:?} at {crm_at}");
        let [conflict] = merged.conflicts.as_slice() else { panic!("{:?}", merged.conflicts) };
        assert_eq!((conflict.kept, conflict.because), (kept, because), "{wins:?} at {crm_at}");
        assert_eq!((&conflict.agreed, &conflict.crm, &conflict.row), (&agreed, &crm, &row));
    }
}

#[test]
fn a_union_takes_over_what_was_added_and_what_was_taken_away() {
    let field = field(ValueKind::List, Direction::Both, Wins::Union);
    let (agreed, crm, row) =
        (json!(["a", "b", "c"]), json!(["A", "c", "d"]), json!(["b", "c", "e"]));
    let merged = run(&field, [&agreed, &crm, &row], 0);
    let union = json!(["c", "d", "e"]);
    assert_eq!(written(&merged), (Some(&union), Some(&union)));
    assert_eq!(merged.agreed["name"], union);
    assert!(merged.conflicts.is_empty(), "nobody loses anything");
}

#[test]
fn a_copy_of_the_crm_is_put_right_again() {
    let field = field(ValueKind::Text, Direction::FromCrm, Wins::Row);
    let (old, new, typed) = (json!("old"), json!("new"), json!("typed"));
    assert_eq!(written(&run(&field, [&old, &new, &old], 0)), (None, Some(&new)));
    let merged = run(&field, [&old, &old, &typed], 0);
    assert_eq!(written(&merged), (None, Some(&old)));
    assert_eq!(merged.conflicts[0].row, typed, "what somebody typed is not lost without a trace");
}

#[test]
fn what_people_change_in_the_crm_stays_until_its_source_has_something_new() {
    let field = |wins| field(ValueKind::Text, Direction::ToCrm, wins);
    let (old, typed, new) = (json!("old"), json!("typed"), json!("new"));
    let kept = run(&field(Wins::LastWrite), [&old, &typed, &old], 0);
    assert_eq!((written(&kept), &kept.agreed["name"]), ((None, None), &old));
    assert!(kept.conflicts.is_empty());
    let lost = run(&field(Wins::LastWrite), [&old, &typed, &new], 0);
    assert_eq!((written(&lost), &lost.agreed["name"]), ((Some(&new), None), &new));
    let held = run(&field(Wins::Crm), [&old, &typed, &new], 0);
    assert_eq!((written(&held), &held.agreed["name"]), ((None, None), &new));
    assert_eq!(held.conflicts.len(), 1);
    let again = run(&field(Wins::Crm), [&held.agreed["name"], &typed, &new], 0);
    assert!(again.conflicts.is_empty(), "a conflict is noted once");
    let forced = run(&field(Wins::Row), [&old, &typed, &old], 0);
    assert_eq!(written(&forced), (Some(&old), None));
}

#[test]
fn a_one_way_union_leaves_what_the_other_side_added() {
    let field = |direction| field(ValueKind::List, direction, Wins::Union);
    let (agreed, source) = (json!(["a", "b"]), json!(["b", "c"]));
    let own = json!(["a", "b", "own"]);
    let into = run(&field(Direction::ToCrm), [&agreed, &own, &source], 0);
    assert_eq!(written(&into), (Some(&json!(["b", "own", "c"])), None));
    assert_eq!(into.agreed["name"], source);
    let out = run(&field(Direction::FromCrm), [&agreed, &source, &own], 0);
    assert_eq!(written(&out), (None, Some(&json!(["b", "own", "c"]))));
    let settled = json!(["b", "own", "c"]);
    let again = run(&field(Direction::FromCrm), [&source, &source, &settled], 0);
    assert_eq!(written(&again), (None, None));
}

#[test]
fn a_star_stands_for_every_name_that_no_field_before_it_names() {
    let mapped = |field: &str, column: &str, direction| MappedField {
        field: field.to_owned(),
        column: column.to_owned(),
        kind: ValueKind::Any,
        direction,
        wins: Wins::LastWrite,
    };
    let fields = [
        mapped("custom_fields.ai_*", "facts.*", Direction::FromCrm),
        mapped("custom_fields.*", "*", Direction::Both),
        mapped("custom_fields.Size", "size", Direction::Both),
    ];
    let of = |values: &[(&str, i64)]| -> Fields {
        values.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
    };
    let merged = merge(&MergeInput {
        fields: &fields,
        agreed: &of(&[("custom_fields.Gone", 1)]),
        crm: &of(&[
            ("custom_fields.ai_mood", 2),
            ("custom_fields.Size", 3),
            ("custom_fields.Color", 4),
            ("custom_fields.Gone", 1),
            ("email", 5),
        ]),
        row: &of(&[("facts.mood", 6), ("Shape", 7), ("ai_mood", 8), ("size", 3)]),
        crm_at: at(0),
        row_at: at(0),
        skew: SignedDuration::ZERO,
    });
    assert_eq!(
        merged.to_crm,
        [
            ("custom_fields.Gone".to_owned(), json!(null)),
            ("custom_fields.Shape".to_owned(), json!(7)),
        ]
        .into()
    );
    assert_eq!(merged.to_row, of(&[("facts.mood", 2), ("Color", 4)]));
}

fn values() -> impl Strategy<Value = Value> {
    select(vec![
        json!(null),
        json!(""),
        json!("a"),
        json!(" A "),
        json!("b@Example.com"),
        json!("b@example.com"),
        json!("+1 555 010 0142"),
        json!("5550100142"),
        json!("+15550100142"),
        json!(7),
        json!("7.0"),
        json!(true),
        json!("2026-03-01"),
        json!("2026-03-01T09:00:00Z"),
        json!(["a", "b"]),
        json!(["B", "c", " "]),
        json!([]),
    ])
}

fn fields() -> impl Strategy<Value = MappedField> {
    let kinds = select(vec![
        ValueKind::Text,
        ValueKind::Email,
        ValueKind::Phone,
        ValueKind::Number,
        ValueKind::Flag,
        ValueKind::Date,
        ValueKind::List,
        ValueKind::Any,
    ]);
    let directions = select(vec![Direction::Both, Direction::ToCrm, Direction::FromCrm]);
    let wins = select(vec![Wins::LastWrite, Wins::Union, Wins::Crm, Wins::Row]);
    (kinds, directions, wins).prop_map(|(kind, direction, wins)| field(kind, direction, wins))
}

proptest! {
    /// Once the writes are done, the same merge finds nothing to do and nothing to note.
    #[test]
    fn a_merge_is_done_after_its_writes(
        field in fields(),
        agreed in values(),
        crm in values(),
        row in values(),
        crm_at in 90_i64..110,
    ) {
        let merged = run(&field, [&agreed, &crm, &row], crm_at);
        let after = |given: &Value, written: Option<&Value>| written.unwrap_or(given).clone();
        let (to_crm, to_row) = written(&merged);
        let (crm, row) = (after(&crm, to_crm), after(&row, to_row));
        let agreed = merged.agreed.get("name").cloned().unwrap_or_default();
        let again = run(&field, [&agreed, &crm, &row], crm_at);
        prop_assert_eq!(written(&again), (None, None));
        prop_assert!(again.conflicts.is_empty());
        let agreed_again = again.agreed.get("name").cloned().unwrap_or_default();
        prop_assert!(super::same(field.kind, &agreed_again, &agreed), "{}", agreed_again);
    }

    /// A field goes its way only, and two-way fields end equal.
    #[test]
    fn a_field_goes_its_way_only(
        field in fields(),
        agreed in values(),
        crm in values(),
        row in values(),
    ) {
        let merged = run(&field, [&agreed, &crm, &row], 100);
        prop_assert!(field.direction.reaches_crm() || merged.to_crm.is_empty());
        prop_assert!(field.direction.reaches_row() || merged.to_row.is_empty());
        if field.direction == Direction::Both {
            let (to_crm, to_row) = written(&merged);
            let (crm, row) = (to_crm.unwrap_or(&crm), to_row.unwrap_or(&row));
            prop_assert!(super::same(field.kind, crm, row), "{} and {}", crm, row);
        }
    }
}
