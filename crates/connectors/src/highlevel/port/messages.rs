//! Messages to contacts: sent through HighLevel, unless the contact wants none.

use domain::{
    Audit, ChangeSets, Entity, Journal, Mirror, RecordKey,
    crm::{
        Answer, Behalf, Channel, CrmError, CrmMessages, FieldProblem, MessageDraft, SentMessage,
    },
};
use endpoint::{Timer, Transport};
use highlevel::{
    ContactId, models,
    resources::{GetContact, SendMessage},
};

use super::{
    Port,
    changes::{Ended, Plan, made_of},
    checked,
    contacts::told::disturbance,
    refusal::refusal,
};

impl<S, T, C> CrmMessages for Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    fn send_message<'a>(
        &'a self,
        behalf: &'a Behalf,
        contact: &'a str,
        draft: &'a MessageDraft,
    ) -> Answer<'a, SentMessage> {
        Box::pin(async move {
            let contact = checked(contact, "contact")?;
            let message = message(contact, draft)?;
            let result = self.send(behalf, message, draft.channel).await;
            self.note(behalf, "message.sent", contact, &result).await;
            result
        })
    }
}

impl<S, T, C> Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    /// People win: what the contact says itself is read at HighLevel first, since the mirror may
    /// be behind by the STOP of a second ago, or may never have been told of an older one.
    async fn send(
        &self,
        behalf: &Behalf,
        message: SendMessage,
        channel: Channel,
    ) -> Result<SentMessage, CrmError> {
        let at = self.connected(behalf).await?;
        let get = GetContact { contact_id: message.contact_id.clone() };
        let found = at.client.call(&get).await.map_err(|error| refusal(&error, "contact"))?;
        if disturbance(&found.contact).forbids(channel) {
            return Err(CrmError::OptedOut(channel));
        }
        // The text is the conversation's to keep.
        let made = made_of(&[("channel".to_owned(), channel.name().into())].into());
        let plan = Plan::send("message.sent", message.contact_id.as_str(), made);
        let told = |sent: &Option<models::SentMessage>| {
            let id = sent.as_ref().and_then(|sent| sent.message_id.as_ref());
            let record = id.map(|id| RecordKey::new(Entity::Message, id.as_str()));
            Ended { record, difference: None }
        };
        let sent = self.write(behalf, (plan, "contact"), at.client.call(&message), told).await;
        let sent = sent.map_err(|error| match error {
            CrmError::OptedOut(_) => CrmError::OptedOut(channel),
            other => other,
        })?;
        // A success without a body says nothing (`facts/highlevel.md` 4).
        let sent = sent.ok_or(CrmError::InDoubt)?;
        Ok(SentMessage {
            id: sent.message_id.ok_or(CrmError::InDoubt)?.to_string(),
            conversation: sent.conversation_id.map(|id| id.to_string()),
            channel,
        })
    }
}

/// HighLevel's name of a channel, where messages can be sent by it.
fn kind(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Call | Channel::Google => None,
        Channel::Email => Some("Email"),
        Channel::Facebook => Some("FB"),
        Channel::Instagram => Some("IG"),
        Channel::LiveChat => Some("Live_Chat"),
        Channel::Rcs => Some("RCS"),
        Channel::Sms => Some("SMS"),
        Channel::Whatsapp => Some("WhatsApp"),
    }
}

fn message(contact: &str, draft: &MessageDraft) -> Result<SendMessage, CrmError> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let is_email = draft.channel == Channel::Email;
    let mut problems = Vec::new();
    let kind = kind(draft.channel).unwrap_or_else(|| {
        let message = "nothing can be sent by this channel; choose another, such as sms or email";
        problems.push(FieldProblem::new("/channel", message));
        ""
    });
    let (text, html) = (given(&draft.text), given(&draft.html));
    if text.is_none() && html.is_none() && draft.attachments.is_empty() {
        problems.push(FieldProblem::new("/text", "give a text, or an attachment"));
    }
    if !is_email && html.is_some() {
        problems.push(FieldProblem::new("/html", "only an e-mail has it; give `text`"));
    }
    if !is_email && draft.subject.is_some() {
        problems.push(FieldProblem::new("/subject", "only an e-mail has one; leave it out"));
    }
    if is_email && given(&draft.subject).is_none() {
        problems.push(FieldProblem::new("/subject", "an e-mail needs one"));
    }
    // HighLevel drops them without a word (`facts/highlevel.md` 9.6).
    if draft.channel == Channel::Whatsapp && !draft.attachments.is_empty() {
        problems.push(FieldProblem::new("/attachments", "WhatsApp takes none from here"));
    }
    if !problems.is_empty() {
        return Err(CrmError::Invalid(problems));
    }
    let mut message = SendMessage {
        message: text,
        html,
        subject: draft.subject.clone().filter(|_| is_email),
        attachments: draft.attachments.clone(),
        ..SendMessage::empty(kind, ContactId::new(contact))
    };
    if let Some(from) = given(&draft.from) {
        let name = if is_email { "emailFrom" } else { "fromNumber" };
        message.extra.insert(name.to_owned(), from.into());
    }
    Ok(message)
}
