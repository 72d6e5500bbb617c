//! Every type of column: what is written, what is read, and that both agree.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest},
};

use super::*;

fn wire(kind: &str, value: Value) -> Value {
    serde_json::to_value(write(kind, &value).unwrap()).unwrap()
}

fn read_wire(kind: &str, value: Value) -> Value {
    let property = json!({ "id": "p", "type": kind, kind: value });
    read(&serde_json::from_value(property).unwrap())
}

#[test]
fn every_type_takes_the_hubs_values() {
    for (kind, value, expected) in [
        ("title", json!(" Ada "), json!([{ "type": "text", "text": { "content": "Ada" } }])),
        (
            "rich_text",
            json!(["a", "b"]),
            json!([{ "type": "text", "text": { "content": "a, b" } }]),
        ),
        ("rich_text", json!(""), json!([])),
        ("number", json!("12.5"), json!(12.5)),
        ("number", json!("twelve"), json!(null)),
        ("select", json!("Smith, John"), json!({ "name": "Smith; John" })),
        ("multi_select", json!(["a", "b", "a"]), json!([{ "name": "a" }, { "name": "b" }])),
        ("multi_select", json!("a"), json!([{ "name": "a" }])),
        ("status", json!(null), json!(null)),
        ("date", json!("2026-12-01"), json!({ "start": "2026-12-01" })),
        (
            "date",
            json!("2026-12-01T10:30:00+01:00"),
            json!({ "start": "2026-12-01T09:30:00.000Z" }),
        ),
        ("date", json!(1_796_117_400_000_i64), json!({ "start": "2026-12-01T09:30:00.000Z" })),
        (
            "date",
            json!({ "start": "2026-12-01", "end": "2026-12-03" }),
            json!({ "start": "2026-12-01", "end": "2026-12-03" }),
        ),
        ("date", json!("soon"), json!(null)),
        ("checkbox", json!("yes"), json!(true)),
        ("checkbox", json!(null), json!(false)),
        ("url", json!("https://e.test"), json!("https://e.test")),
        ("email", json!(""), json!(null)),
        ("phone_number", json!("1".repeat(201)), json!(null)),
        ("people", json!(["u"]), json!([{ "object": "user", "id": "u" }])),
        ("relation", json!(["p"]), json!([{ "id": "p" }])),
    ] {
        assert_eq!(wire(kind, value.clone())[kind], expected, "{kind} {value}");
    }
    assert!(WRITABLE.iter().all(|kind| write(kind, &Value::Null).is_some()));
    assert_eq!(write("formula", &json!(1)), None);
}

#[test]
fn every_type_is_read_into_the_hubs_form() {
    for (kind, value, expected) in [
        ("rich_text", json!([{ "plain_text": "a" }, { "plain_text": "b" }]), json!("ab")),
        ("title", json!([]), json!(null)),
        ("number", json!(5.0), json!(5)),
        ("number", json!(0.5), json!(0.5)),
        ("checkbox", json!(true), json!(true)),
        ("select", json!({ "id": "1", "name": "Won", "color": "red" }), json!("Won")),
        ("status", json!(null), json!(null)),
        ("multi_select", json!([{ "name": "a" }, { "name": "b" }]), json!(["a", "b"])),
        ("multi_select", json!([]), json!(null)),
        (
            "date",
            json!({ "start": "2026-12-01", "end": null, "time_zone": null }),
            json!("2026-12-01"),
        ),
        (
            "date",
            json!({ "start": "2026-12-01T10:30:00.000+01:00" }),
            json!("2026-12-01T09:30:00.000Z"),
        ),
        (
            "date",
            json!({ "start": "2026-12-01T10:30:00", "time_zone": "Europe/Paris" }),
            json!("2026-12-01T09:30:00.000Z"),
        ),
        ("people", json!([{ "object": "user", "id": "u" }]), json!(["u"])),
        (
            "files",
            json!([{ "type": "file", "file": { "url": "https://f.test" } }]),
            json!(["https://f.test"]),
        ),
        ("unique_id", json!({ "prefix": "HUB", "number": 7 }), json!("HUB-7")),
        ("unique_id", json!({ "prefix": null, "number": 7 }), json!(7)),
        ("formula", json!({ "type": "number", "number": 2.0 }), json!(2)),
        ("rollup", json!({ "type": "array", "array": [] }), json!(null)),
        ("last_edited_by", json!({ "object": "user", "id": "u" }), json!("u")),
        ("button", json!({}), json!(null)),
    ] {
        assert_eq!(read_wire(kind, value.clone()), expected, "{kind} {value}");
    }
}

#[test]
fn what_is_lost_is_told() {
    let many: Vec<String> = (0..101).map(|number| number.to_string()).collect();
    for (kind, value, lost) in [
        ("rich_text", json!("a".repeat(200_000)), true),
        ("rich_text", json!("a".repeat(2_500)), false),
        ("title", json!("it ends so…"), false),
        ("select", json!("a".repeat(101)), true),
        ("number", json!("twelve"), true),
        ("number", json!(null), false),
        ("date", json!("soon"), true),
        ("email", json!("a".repeat(201)), true),
        ("url", json!("a".repeat(2_001)), true),
        ("phone_number", json!(""), false),
        ("multi_select", json!(many), true),
        ("multi_select", json!(["a", "a"]), false),
        ("checkbox", json!(null), false),
    ] {
        assert_eq!(loses(kind, &value), lost, "{kind} of {} bytes", value.to_string().len());
    }
}

#[test]
fn references_beyond_what_a_page_shows_are_told() {
    let relation = |count: usize| -> Property {
        let pages = vec![json!({ "id": "p" }); count];
        serde_json::from_value(json!({ "id": "r", "type": "relation", "relation": pages })).unwrap()
    };
    assert!(!is_cut(&relation(24)) && is_cut(&relation(25)));
}

/// Values as the mirror may hold them.
fn values() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,6}",
        Just("2026-12-01".to_owned()),
        Just("2026-12-01T09:30:00+05:30".to_owned()),
        Just("true".to_owned()),
        Just("17".to_owned()),
        Just("😀".repeat(120)),
    ];
    let word = word.prop_map(Value::String).boxed();
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        word.clone(),
        vec(word, 0..130).prop_map(Value::Array),
    ]
}

proptest! {
    #[test]
    fn what_reads_back_is_written_and_read_as_the_same(value in values()) {
        for kind in WRITABLE {
            let shown = face(kind, &value);
            prop_assert_eq!(face(kind, &shown), shown, "{} of {}", kind, value);
        }
    }
}
