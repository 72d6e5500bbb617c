//! What an application is told when the CRM refuses, and which records a path can name.

use std::time::Duration;

use domain::crm::{Channel, CrmError};

use super::RecordId;
use crate::problem::{Kind, Problem};

#[test]
fn every_refusal_has_its_kind() {
    let ids = || vec!["a".to_owned()];
    let two = || CrmError::TwoContacts { by_email: "a".to_owned(), by_phone: "b".to_owned() };
    for (error, kind) in [
        (CrmError::NotFound("contact"), Kind::NotFound),
        (two(), Kind::TwoContacts),
        (CrmError::Exists { what: "contact", ids: ids() }, Kind::Conflict),
        (CrmError::Ambiguous { what: "open opportunities", ids: ids() }, Kind::Conflict),
        (CrmError::SlotTaken, Kind::SlotTaken),
        (CrmError::OptedOut(Channel::Sms), Kind::OptedOut),
        (CrmError::Changed { version: "v".to_owned() }, Kind::PreconditionFailed),
        (CrmError::invalid("/email", "wrong"), Kind::Invalid),
        (CrmError::NotPermitted { scope: None }, Kind::ConnectionUnready),
        (CrmError::NeedsConsent { link: None }, Kind::ConnectionUnready),
        (CrmError::NotConnected { hint: "connect".to_owned() }, Kind::ConnectionUnready),
        (CrmError::UsedUp { wait: Duration::from_secs(3) }, Kind::TooMany),
        (CrmError::InDoubt, Kind::InDoubt),
        (CrmError::Unavailable { wait: None }, Kind::Unavailable),
    ] {
        let (said, hint) = (error.to_string(), error.hint());
        let problem = Problem::from(error);
        assert_eq!(problem.kind(), kind, "{said}");
        let told = format!("{problem:?}");
        assert!(told.contains(&said) && told.contains(&hint) && !hint.is_empty(), "{told}");
    }
    let told = format!("{:?}", Problem::from(two()));
    assert!(told.contains(r#"records: ["a", "b"]"#), "{told}");
    let told = format!("{:?}", Problem::from(CrmError::invalid("/email", "wrong")));
    assert!(told.contains("/email") && told.contains("wrong"), "{told}");
}

#[test]
fn a_record_is_named_by_letters_digits_and_dashes() {
    let read = |text: &str| serde_json::from_value::<RecordId>(text.into()).is_ok();
    assert!(read("VAWW8HFcwkvapZHr2bIe") && read("6a-b_c"));
    let long = "a".repeat(65);
    for wrong in ["", "..", "a/b", "a b", "ä", &long] {
        assert!(!read(wrong), "{wrong}");
    }
}
