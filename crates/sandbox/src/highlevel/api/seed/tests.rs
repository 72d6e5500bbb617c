//! Tests: the data of the start follows from the seed, and is what the settings ask for.

use super::*;

fn shown(settings: &HighLevelSettings) -> (Vec<Value>, Vec<Value>) {
    let (world, _) = world(settings, jiff::Timestamp::UNIX_EPOCH);
    let account = &world.accounts[&settings.location_id];
    let contacts = account.contacts().iter().map(|contact| contact.show(&account.id)).collect();
    (contacts, account.opportunities.iter().cloned().collect())
}

fn small(seed: u64) -> HighLevelSettings {
    HighLevelSettings { seed, contacts: 40, opportunities: 30, ..HighLevelSettings::default() }
}

#[test]
fn the_same_seed_has_the_same_data() {
    assert_eq!(shown(&small(5)), shown(&small(5)));
    assert_ne!(shown(&small(5)), shown(&small(6)));
}

#[test]
fn there_is_as_much_as_asked_for_and_everything_can_be_found() {
    let settings = small(5);
    let (contacts, opportunities) = shown(&settings);
    assert_eq!((contacts.len(), opportunities.len()), (40, 30));
    let (world, _) = world(&settings, jiff::Timestamp::UNIX_EPOCH);
    let account = &world.accounts[&settings.location_id];
    for contact in &contacts {
        let id = contact["id"].as_str().unwrap();
        let by_email = account.by_email(contact["email"].as_str().unwrap()).unwrap();
        let by_phone = account.by_phone(contact["phone"].as_str().unwrap()).unwrap();
        assert_eq!((&*by_email.id, &*by_phone.id), (id, id));
    }
    assert_eq!(world.accounts[&settings.other_location_id].contacts().len(), 50);
}

#[test]
fn a_seeded_contact_has_its_field_and_tags() {
    let (contacts, _) = shown(&small(5));
    for (index, contact) in contacts.iter().enumerate() {
        assert_eq!(contact["customFields"][0]["value"], 3 + index % 40);
        assert_eq!(contact["tags"].as_array().unwrap().len(), 2);
        assert_eq!((&contact["country"], &contact["type"]), (&json!("US"), &json!("lead")));
    }
}
