//! Tests of what follows for a contact: who typed what, and when, and what the shop says now.

use domain::{
    Entity, RecordKey,
    crm::{Address, Disturbance},
};

use super::*;

fn person() -> ShopPerson {
    ShopPerson {
        row: RecordKey::new(Entity::Customer, "7"),
        customer: "7".to_owned(),
        first_name: Some("Ada".to_owned()),
        last_name: Some("Baker".to_owned()),
        company: Some("Baker Dental".to_owned()),
        email: Some("ada@example.com".to_owned()),
        phone: Some("+15550100142".to_owned()),
        address: Address { city: Some("Mesa".to_owned()), ..Address::default() },
        tags: ["repairshopr".to_owned(), "tier-gold".to_owned()].into(),
        closed: [Channel::Email].into(),
        left_out: Vec::new(),
    }
}

/// The contact as it is right after the person was brought, with the lower case of the CRM.
fn contact() -> Contact {
    Contact {
        id: "c1".to_owned(),
        first_name: Some("ada".to_owned()),
        last_name: Some("baker".to_owned()),
        emails: vec!["ada@example.com".to_owned()],
        phones: vec!["+15550100142".to_owned()],
        address: person().address,
        tags: person().tags,
        custom_fields: [(ID_FIELD.to_owned(), json!("7"))].into(),
        do_not_disturb: Some(Disturbance { all: false, channels: [Channel::Email].into() }),
        ..Contact::default()
    }
}

#[test]
fn what_was_brought_is_brought_once() {
    let settled = wanted(&person(), &contact(), &said(&person()));
    assert!(settled.is_nothing(), "{settled:?}");
    assert!(is_settled(&person(), &settled.agreed) && !is_settled(&person(), &Fields::new()));
    assert_eq!((settled.agreed, settled.conflicts), (said(&person()), vec![]));
    // Also where the link was lost, as in a crash between the write and the link.
    let found = wanted(&person(), &contact(), &Fields::new());
    assert!(found.is_nothing(), "{found:?}");
    assert_eq!(found.agreed, said(&person()));
}

#[test]
fn what_somebody_typed_stays_while_the_shop_says_the_same() {
    let typed = Contact {
        last_name: Some("Baker-Chase".to_owned()),
        phones: vec![],
        tags: ["vip".to_owned()].into(),
        do_not_disturb: Some(Disturbance::default()),
        ..contact()
    };
    let settled = wanted(&person(), &typed, &said(&person()));
    assert!(settled.is_nothing(), "{settled:?}");
    assert_eq!(settled.agreed, said(&person()));
}

#[test]
fn what_the_shop_says_anew_goes_to_the_contact_where_nobody_typed_there() {
    let mut moved = person();
    moved.first_name = Some("Augusta".to_owned());
    moved.last_name = Some("Chase".to_owned());
    moved.address.city = Some("Tempe".to_owned());
    moved.tags = ["repairshopr".to_owned(), "tier-silver".to_owned()].into();
    moved.closed.insert(Channel::Sms);
    let mut typed = contact();
    typed.emails = vec!["Ada@Example.com".to_owned()];
    typed.last_name = Some("Baker-Chase".to_owned());
    typed.tags.insert("vip".to_owned());
    let settled = wanted(&moved, &typed, &said(&person()));
    assert_eq!(
        settled.patch.first_name,
        Some(Some("Augusta".to_owned())),
        "only the case differed"
    );
    assert_eq!(settled.patch.last_name, None, "somebody typed it");
    assert_eq!(settled.patch.address.as_ref().unwrap().city, Some(Some("Tempe".to_owned())));
    assert_eq!(
        (settled.add_tags, settled.remove_tags),
        (vec!["tier-silver".to_owned()], vec!["tier-gold".to_owned()])
    );
    assert_eq!(settled.close, [Channel::Sms].into());
    assert_eq!(settled.conflicts[0].field, "last_name");
    assert_eq!(settled.agreed, said(&moved));
}

#[test]
fn who_is_there_already_keeps_what_they_have_and_gets_what_they_lack() {
    let known = Contact {
        first_name: Some("Augusta".to_owned()),
        last_name: None,
        phones: vec![],
        address: Address::default(),
        tags: ["VIP".to_owned()].into(),
        custom_fields: [].into(),
        do_not_disturb: None,
        source: Some("web site".to_owned()),
        ..contact()
    };
    let settled = wanted(&person(), &known, &Fields::new());
    assert_eq!((settled.patch.first_name, settled.patch.source), (None, None));
    assert_eq!(settled.patch.last_name, Some(Some("Baker".to_owned())));
    assert_eq!(settled.patch.phone, Some(Some("+15550100142".to_owned())));
    assert_eq!(settled.patch.custom_fields, [(ID_FIELD.to_owned(), json!("7"))].into());
    assert_eq!(settled.add_tags, ["repairshopr", "tier-gold"]);
    assert_eq!(settled.remove_tags, [""; 0]);
    assert_eq!(settled.close, [Channel::Email].into());
}

#[test]
fn what_the_shop_no_longer_says_takes_nothing_away_and_opens_nothing() {
    let silent = ShopPerson {
        last_name: None,
        phone: None,
        address: Address::default(),
        closed: [].into(),
        ..person()
    };
    let settled = wanted(&silent, &contact(), &said(&person()));
    assert!(settled.is_nothing(), "{settled:?}");
    assert!(is_settled(&silent, &settled.agreed));
    assert_eq!(settled.agreed["phone"], "+15550100142", "what it said last is remembered");
    // Closed again later, it is closed again.
    let again = wanted(&person(), &Contact { do_not_disturb: None, ..contact() }, &settled.agreed);
    assert_eq!(again.close, [Channel::Email].into());
}

#[test]
fn whoever_is_new_is_told_from_whoever_was_there() {
    let new = draft(&person());
    assert_eq!(new.source.as_deref(), Some("repairshopr-sync"));
    assert_eq!((new.name, new.company.as_deref()), (None, Some("Baker Dental")));
    assert_eq!(new.closed, [Channel::Email].into());
    let house = ShopPerson { first_name: None, last_name: None, ..person() };
    assert_eq!(draft(&house).name.as_deref(), Some("Baker Dental"));
}
