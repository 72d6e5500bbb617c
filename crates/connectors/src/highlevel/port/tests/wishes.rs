//! Wishes and the account: channels are closed and never opened, a field is made once.

use std::collections::BTreeSet;

use domain::crm::{Channel, ContactDraft, CrmAccount, CrmContacts, CrmError, CrmWishes, Outcome};

use super::{bench, draft};

#[tokio::test]
async fn a_channel_is_closed_beside_the_others_and_none_is_opened() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let closed = BTreeSet::from([Channel::Email]);
    let wish = ContactDraft { closed: closed.clone(), ..draft("ada@example.com", "") };
    let made = port.upsert_contact(alpha, &wish).await.unwrap().contact.item;
    assert_eq!(made.do_not_disturb.unwrap().channels, closed, "from its first moment");

    let both = BTreeSet::from([Channel::Email, Channel::Sms]);
    let open = port.close_channels(alpha, &made.id, &both).await.unwrap();
    assert_eq!(open, [Channel::Sms].into());
    let read = port.contact(alpha, &made.id, true).await.unwrap().item;
    assert_eq!(read.do_not_disturb.unwrap().channels, both);

    let calls = bench.vendor.request_count();
    let none = port.close_channels(alpha, &made.id, &closed).await.unwrap();
    assert_eq!((none, bench.vendor.request_count()), ([].into(), calls + 1), "it only looks");
    let elsewhere = port.close_channels(&bench.beta, &made.id, &both).await;
    assert!(matches!(elsewhere, Err(CrmError::NotFound(_))), "{elsewhere:?}");
}

#[tokio::test]
async fn a_field_is_made_where_it_is_missing_and_only_there() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    assert_eq!(port.ensure_contact_field(alpha, "shop_id").await.unwrap(), Outcome::Created);
    for name in ["shop_id", "Support plan"] {
        assert_eq!(
            port.ensure_contact_field(alpha, name).await.unwrap(),
            Outcome::Updated,
            "{name}"
        );
    }
    let draft = ContactDraft {
        custom_fields: [("shop_id".to_owned(), "7".into())].into(),
        ..draft("ada@example.com", "")
    };
    let made = port.upsert_contact(alpha, &draft).await.unwrap().contact.item;
    assert_eq!(made.custom_fields["shop_id"], "7");
    assert_eq!(port.account_profile(alpha).await.unwrap().country.as_deref(), Some("US"));
}
