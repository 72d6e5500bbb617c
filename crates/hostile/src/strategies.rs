//! Bodies that are nearly events: the fields that count, with values that no vendor sends.

use proptest::prelude::*;

/// The names that somebody reads, and some that nobody does.
const NAMES: [&str; 20] = [
    "type",
    "id",
    "_id",
    "webhookId",
    "timestamp",
    "locationId",
    "companyId",
    "altType",
    "altId",
    "appointment",
    "webhookPayload",
    "contactId",
    "messageId",
    "direction",
    "customFields",
    "name",
    "tags",
    "deleted",
    "status",
    "x",
];

const TYPES: [&str; 8] = [
    "ContactUpdate",
    "OpportunityStatusUpdate",
    "AppointmentUpdate",
    "InboundMessage",
    "NoteDelete",
    "TaskComplete",
    "INSTALL",
    "SMS",
];

/// Texts in JSON that parsers disagree about.
const TEXTS: [&str; 12] = [
    r#""""#,
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    r#""\ud83d\ude00""#,
    r#""\u0000""#,
    r#""a\u0000b""#,
    r#"" ""#,
    "\"\u{feff}\"",
    "\"\u{2028}\"",
    r#""../../x""#,
    r#""location""#,
    r#""9999-12-31T23:59:59Z""#,
];

/// Numbers that parsers disagree about.
const NUMBERS: [&str; 9] = [
    "0",
    "-0",
    "1e999999",
    "-1e-999999",
    "18446744073709551616",
    "-9223372036854775809",
    "123456789012345678901234567890123456789012345678901234567890",
    "0.1e1",
    "1E400",
];

/// A body in JSON, whole or nearly so.
pub(crate) fn body() -> impl Strategy<Value = Vec<u8>> {
    (event(), damage()).prop_map(|(text, damage)| damage.of(text.into_bytes()))
}

/// The value of a header: anything that may stand in one, and much that may not.
pub(crate) fn header_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[ -~]{0,40}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..40),
    ]
}

/// The top level of an event. A name may stand in it more than once.
fn event() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(&TYPES[..]).prop_map(|name| format!("\"type\":\"{name}\""));
    let fields = prop::collection::vec(field(value()), 0..8);
    (prop::option::of(kind), fields).prop_map(|(kind, fields)| {
        let parts: Vec<_> = kind.into_iter().chain(fields).collect();
        format!("{{{}}}", parts.join(","))
    })
}

fn field(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let name = prop_oneof![
        8 => prop::sample::select(&NAMES[..]).prop_map(|name| format!("\"{name}\"")),
        1 => prop::sample::select(&TEXTS[..]).prop_map(str::to_owned),
    ];
    (name, value).prop_map(|(name, value)| format!("{name}:{value}"))
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        prop::sample::select(&NUMBERS[..]).prop_map(str::to_owned),
        prop::sample::select(&TEXTS[..]).prop_map(str::to_owned),
        "[a-z0-9]{1,12}".prop_map(|text| format!("\"{text}\"")),
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
        (1..400_usize).prop_map(|depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth))),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(field(inner), 0..4)
                .prop_map(|fields| format!("{{{}}}", fields.join(","))),
        ]
    })
}

/// What happened to a body on its way.
#[derive(Clone, Debug)]
enum Damage {
    Nothing,
    /// A byte-order mark stands before it.
    Marked,
    /// It ends before its end, in thousandths.
    Cut(usize),
    /// These bytes stand somewhere in it, at this many thousandths.
    Inserted(usize, Vec<u8>),
    /// It comes twice.
    Twice,
}

fn damage() -> impl Strategy<Value = Damage> {
    let stray = prop_oneof![
        Just(vec![0]),
        Just(vec![0xff]),
        Just(vec![0xc0, 0x80]),
        Just(vec![0xed, 0xa0, 0x80]),
        prop::collection::vec(any::<u8>(), 1..4),
    ];
    prop_oneof![
        6 => Just(Damage::Nothing),
        1 => Just(Damage::Marked),
        1 => (0..1_000_usize).prop_map(Damage::Cut),
        2 => (0..1_000_usize, stray).prop_map(|(place, bytes)| Damage::Inserted(place, bytes)),
        1 => Just(Damage::Twice),
    ]
}

impl Damage {
    fn of(&self, mut body: Vec<u8>) -> Vec<u8> {
        let place = |thousandths: usize| body.len() * thousandths / 1_000;
        match self {
            Self::Nothing => body,
            Self::Marked => [b"\xef\xbb\xbf", &body[..]].concat(),
            Self::Cut(at) => body[..place(*at)].to_vec(),
            Self::Inserted(at, bytes) => {
                let at = place(*at);
                body.splice(at..at, bytes.iter().copied());
                body
            }
            Self::Twice => body.repeat(2),
        }
    }
}
