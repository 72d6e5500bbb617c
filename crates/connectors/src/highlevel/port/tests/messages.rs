//! Messages and notes: people win, and what is sent is sent once.

use domain::{
    Outcome,
    crm::{Channel, CrmError, CrmMessages, CrmNotes, MessageDraft, NoteDraft},
};
use highlevel::{
    ContactId,
    models::{ContactFields, DndSettings},
    resources::UpdateContact,
};
use serde_json::json;

use super::{Bench, bench, pointers};

fn draft(channel: Channel) -> MessageDraft {
    MessageDraft {
        channel,
        text: Some("Your table is ready.".to_owned()),
        html: None,
        subject: (channel == Channel::Email).then(|| "Tonight".to_owned()),
        from: None,
        attachments: Vec::new(),
    }
}

/// Lets the contact wish not to be disturbed.
async fn close(bench: &Bench, id: &str, fields: ContactFields) {
    let at = bench.port.connected(&bench.alpha).await.unwrap();
    at.client.call(&UpdateContact::new(ContactId::new(id), fields)).await.unwrap();
}

#[tokio::test]
async fn a_message_is_sent_where_it_is_wanted() {
    let bench = bench().await;
    let id = bench.person("ada@example.com", "+15550109001").await.contact.item.id;
    for channel in [Channel::Sms, Channel::Email] {
        let sent = bench.port.send_message(&bench.alpha, &id, &draft(channel)).await.unwrap();
        assert!(!sent.id.is_empty() && sent.conversation.is_some());
    }
    let settings: DndSettings =
        serde_json::from_value(json!({"SMS": {"status": "permanent", "code": "STOP_KEYWORD"}}))
            .unwrap();
    let stop = ContactFields { dnd_settings: Some(settings), ..ContactFields::default() };
    close(&bench, &id, stop).await;
    let calls = bench.vendor.request_count();
    let refused = bench.port.send_message(&bench.alpha, &id, &draft(Channel::Sms)).await;
    assert!(matches!(refused, Err(CrmError::OptedOut(Channel::Sms))), "{refused:?}");
    assert_eq!(bench.vendor.request_count(), calls + 1, "it was not even tried");
    let noted = bench.audit().await.remove(0).noted;
    assert_eq!((noted.act.as_str(), noted.outcome), ("message.sent", Outcome::Refused));
    assert!(bench.port.send_message(&bench.alpha, &id, &draft(Channel::Email)).await.is_ok());
    close(&bench, &id, ContactFields { dnd: Some(true), ..ContactFields::default() }).await;
    let refused = bench.port.send_message(&bench.alpha, &id, &draft(Channel::Email)).await;
    assert!(matches!(refused, Err(CrmError::OptedOut(Channel::Email))), "{refused:?}");
}

#[tokio::test]
async fn a_message_that_makes_no_sense_or_meets_nobody_is_not_sent() {
    let bench = bench().await;
    let id = bench.person("ada@example.com", "").await.contact.item.id;
    let empty = MessageDraft { text: None, html: Some("<p>".to_owned()), ..draft(Channel::Call) };
    let refused = bench.port.send_message(&bench.alpha, &id, &empty).await.unwrap_err();
    assert_eq!(pointers(&refused), ["/channel", "/html"]);
    let mut bare = draft(Channel::Email);
    (bare.subject, bare.text) = (None, Some(" ".to_owned()));
    let refused = bench.port.send_message(&bench.alpha, &id, &bare).await.unwrap_err();
    assert_eq!(pointers(&refused), ["/text", "/subject"]);
    for (behalf, id) in [(&bench.beta, id.as_str()), (&bench.alpha, "nobody"), (&bench.alpha, "..")]
    {
        let refused = bench.port.send_message(behalf, id, &draft(Channel::Sms)).await;
        assert!(matches!(refused, Err(CrmError::NotFound("contact"))), "{id}: {refused:?}");
    }
    let mut nobody = bench.alpha.clone();
    nobody.tenant = domain::contract::sample::tenant("gamma");
    let refused = bench.port.send_message(&nobody, &id, &draft(Channel::Sms)).await;
    assert!(matches!(refused, Err(CrmError::NotConnected { .. })), "{refused:?}");
}

#[tokio::test]
async fn notes_are_written_and_listed() {
    let bench = bench().await;
    let id = bench.person("ada@example.com", "").await.contact.item.id;
    let note = NoteDraft { body: " Likes tea. ".to_owned(), title: None };
    let written = bench.port.add_note(&bench.alpha, &id, &note).await.unwrap();
    assert_eq!(written.body, "Likes tea.");
    assert_eq!(bench.port.notes(&bench.alpha, &id).await.unwrap(), [written]);
    let empty = NoteDraft { body: " ".to_owned(), title: None };
    let refused = bench.port.add_note(&bench.alpha, &id, &empty).await.unwrap_err();
    assert_eq!(pointers(&refused), ["/body"]);
    assert!(matches!(bench.port.notes(&bench.beta, &id).await, Err(CrmError::NotFound(_))));
}
