//! Bodies without end, without sense, and without mercy.

use std::sync::Arc;

use domain::{Entry, Journal, Sequence};
use proptest::prelude::*;
use store::Sqlite;

use super::*;
use crate::{corpus, strategies};

const LEVELS: usize = 100_000;

/// Far less than a thread of the hub has.
const STACK_BYTES: usize = 256 * 1024;

fn read(body: &[u8]) -> Event {
    check(body);
    let delivery = Delivery {
        headers: Vec::new(),
        body: Bytes::copy_from_slice(body),
        correlation: None,
        received_at: house::beginning(),
    };
    house::source(PublicKeys::published()).read(delivery).event
}

proptest! {
    #[test]
    fn whatever_is_nearly_an_event_is_read(body in strategies::body()) {
        check(&body);
    }

    #[test]
    fn whatever_is_no_event_is_read(body in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&body);
    }
}

#[test]
fn what_the_fuzzer_found_is_read() {
    corpus::inputs("event").iter().for_each(|body| check(body));
}

#[test]
fn depth_costs_no_stack_and_is_kept() {
    let (arrays, ends) = ("[".repeat(LEVELS), "]".repeat(LEVELS));
    let objects = "{\"a\":".repeat(LEVELS);
    let bodies = [
        (format!("{arrays}{ends}"), true),
        (arrays.clone(), true),
        (objects.clone(), true),
        (format!("{{\"type\":\"ContactUpdate\",\"id\":\"c\",\"deep\":{arrays}"), true),
        (format!("{objects}1{}", "}".repeat(LEVELS)), false),
        (format!("{{\"type\":\"ContactUpdate\",\"id\":\"c\",\"deep\":{arrays}{ends}}}"), false),
        (format!("{{\"type\":\"AppointmentUpdate\",\"appointment\":{arrays}{ends}}}"), false),
    ];
    let shallow = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        for (body, is_unreadable) in bodies {
            let event = read(body.as_bytes());
            assert_eq!(event.kind == EventKind::UNREADABLE, is_unreadable, "{}", &body[..60]);
        }
    });
    shallow.unwrap().join().unwrap();
}

#[test]
fn a_record_too_deep_to_mirror_says_so() {
    let deep = format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    let event =
        read(format!("{{\"type\":\"ContactUpdate\",\"id\":\"c\",\"x\":{deep}}}").as_bytes());
    let refusal = house::source(PublicKeys::published()).updates(&event).unwrap_err();
    assert!(refusal.contains("depth"), "{refusal}");
}

#[test]
fn what_is_no_text_is_unreadable_and_what_is_odd_is_not() {
    let unreadable: [&[u8]; 7] = [
        b"\xef\xbb\xbf{\"type\":\"ContactCreate\",\"id\":\"c\"}",
        b"{\"type\":\"ContactCreate\",\"id\":\"\xff\"}",
        b"{\"type\":\"Contact\x00Create\"}",
        b"{\"type\":\"ContactCreate\"}\x00",
        b"\x00{\"type\":\"ContactCreate\"}",
        b"{\"id\":\"\xed\xa0\x80\"}",
        b"{\"\\ud800\":1}",
    ];
    for body in unreadable {
        assert_eq!(read(body).kind, EventKind::UNREADABLE, "{}", body.escape_ascii());
    }
    let odd = br#"{"type":"TaskCreate","type":"ContactCreate","id":"a","id":"c\u0000","webhookId":"\ud800","n":1e999999}"#;
    let event = read(odd);
    assert_eq!(event.kind.to_string(), "contact.created");
    assert_eq!(event.record.map(|key| key.id).as_deref(), Some("c\0"), "the last one counts");
    assert_eq!(event.webhook_id, None, "half a character is no text");
}

#[test]
fn what_was_read_is_in_the_journal_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = Sqlite::open(folder.path(), Arc::new(house::beginning)).unwrap();
    proptest!(ProptestConfig::with_cases(128), |(body in strategies::body())| {
        let event = read(&body);
        let before = runtime.block_on(store.last()).unwrap();
        runtime.block_on(store.append(event.clone())).unwrap();
        let entry: Option<Entry> = runtime.block_on(store.entry(event.id)).unwrap();
        let kept = entry.expect("an event that was appended");
        // The same event may have come before with other bytes.
        if kept.sequence > before {
            // The alias is an index that nobody reads back.
            let sent = Event { alias: None, ..event };
            prop_assert!(kept.event == sent, "an event changed on its way");
        }
    });
    assert!(runtime.block_on(store.last()).unwrap() > Sequence(60), "nearly all bodies differ");
}
