//! Operations are found by what people want to do.

use highlevel::catalogue::catalogue;

#[test]
fn everyday_wishes_find_their_operation_among_the_first_three() {
    for (wish, id) in [
        ("create contact", "contacts.create-contact"),
        ("upsert a contact", "contacts.upsert-contact"),
        ("add tags to a contact", "contacts.add-tags"),
        ("free slots", "calendars.get-slots"),
        ("book appointment", "calendars.create-appointment"),
        ("send message", "conversations.send-a-new-message"),
        ("list pipelines", "opportunities.get-pipelines"),
        ("record payment of invoice", "invoices.record-invoice"),
        ("upload file", "medias.upload-media-content"),
        ("add contact to workflow", "contacts.add-contact-to-workflow"),
        ("search users", "users.search-users"),
    ] {
        let found: Vec<_> =
            catalogue().search(wish, 3).into_iter().map(|found| found.id()).collect();
        assert!(found.contains(&id), "{wish}: {found:?}");
    }
}

#[test]
fn words_that_say_nothing_find_nothing() {
    for wish in ["", "the of a", "qwertyuiop", "--"] {
        assert!(catalogue().search(wish, 3).is_empty(), "{wish:?}");
    }
}

#[test]
fn an_operation_that_has_every_word_comes_before_all_that_lack_one() {
    let found = catalogue().search("contact tags bulk", 50);
    let has_all = |text: &str| text.contains("bulk") && text.contains("tag");
    assert!(found.iter().all(|operation| has_all(operation.id()) || has_all(operation.path())));
    assert!(!found.is_empty());
}
