//! `send_message`: sends a message to a contact, unless the contact wants none.

use domain::crm::{Channel, Contact, MessageDraft};
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{find_contacts::said, told::put};
use crate::{
    ToolError,
    desk::Desk,
    plan::{Plan, PlanTarget, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// Sends a message.
pub(crate) struct SendMessage;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// id, e-mail, phone or whole name
    contact: String,
    /// sms, email, whatsapp, facebook, instagram, live_chat, rcs
    channel: String,
    #[serde(default)]
    text: Option<String>,
    /// of an e-mail
    #[serde(default)]
    html: Option<String>,
    /// of an e-mail
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    from: Option<String>,
    /// URLs
    #[serde(default)]
    attachments: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    message: Map<String, Value>,
}

impl TypedTool for SendMessage {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "send_message";
    const ABOUT: &'static str =
        "Sends a message to a contact; first tell the person whom it goes to and what it says.";
    const KIND: Kind = Kind::Send;
    const IS_IDEMPOTENT: bool = false;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let draft = draft(&input)?;
        let (id, _) = desk.contact(&input.contact).await?;
        // Whoever wants no messages is not even asked about. Sending looks again.
        let contact = desk.crm().await?.contact(&desk.behalf(), &id, true).await?.item;
        if contact.do_not_disturb.as_ref().is_some_and(|wish| wish.forbids(draft.channel)) {
            return Err(domain::crm::CrmError::OptedOut(draft.channel).into());
        }
        let name = contact.name.clone().unwrap_or_else(|| id.clone());
        Ok(Act::Plan(Plan {
            kind: Kind::Send,
            title: Self::NAME.to_owned(),
            question: question(&contact, &draft)?,
            targets: vec![PlanTarget {
                entity: "contact".to_owned(),
                id: id.clone(),
                name: Some(name),
                version: Some(contact.version),
            }],
            count: 1,
            must_type: None,
            calls: vec![PlannedCall {
                operation: "conversations.send-a-new-message".to_owned(),
                request: Some("POST /conversations/messages".to_owned()),
                body: json!({
                    "contact": id, "channel": draft.channel, "subject": draft.subject,
                    "text": draft.text, "html": draft.html, "from": draft.from,
                    "attachments": draft.attachments,
                }),
                scopes: vec!["conversations/message.write".to_owned()],
            }],
            run: Box::new(move |desk| Box::pin(send(desk, id, draft))),
        }))
    }
}

fn draft(input: &Input) -> Result<MessageDraft, ToolError> {
    let word = input.channel.trim().to_lowercase().replace([' ', '-'], "_");
    let word = match word.as_str() {
        "fb" => "facebook",
        "ig" => "instagram",
        word => word,
    };
    let sendable = |it: &Channel| !matches!(it, Channel::Call | Channel::Google);
    let channels: Vec<Channel> = Channel::ALL.into_iter().filter(sendable).collect();
    let channel = channels.iter().find(|channel| channel.name() == word).copied();
    let channel = channel.ok_or_else(|| {
        let names: Vec<&str> = channels.iter().map(|channel| channel.name()).collect();
        let fix = format!("give one of: {}", names.join(", "));
        ToolError::argument(format!("nothing can be sent by `{}`", input.channel), fix)
    })?;
    let draft = MessageDraft {
        channel,
        text: said(&input.text),
        html: said(&input.html),
        subject: said(&input.subject),
        from: said(&input.from),
        attachments: input.attachments.clone(),
    };
    if draft.text.is_none() && draft.html.is_none() && draft.attachments.is_empty() {
        return Err(ToolError::argument("the message is empty", "give its `text`"));
    }
    if channel == Channel::Email && draft.subject.is_none() {
        return Err(ToolError::argument("an e-mail needs a subject", "give its `subject`"));
    }
    Ok(draft)
}

/// Whom, by which channel, and the words: what a person has to know before they agree.
fn question(contact: &Contact, draft: &MessageDraft) -> Result<String, ToolError> {
    let (what, reached) = match draft.channel {
        Channel::Email => ("an e-mail", Some(contact.emails.first())),
        Channel::Sms => ("an SMS", Some(contact.phones.first())),
        Channel::Whatsapp => ("a WhatsApp message", Some(contact.phones.first())),
        Channel::Rcs => ("an RCS message", Some(contact.phones.first())),
        Channel::Facebook => ("a Facebook message", None),
        Channel::Instagram => ("an Instagram message", None),
        _ => ("a chat message", None),
    };
    let reached = match reached {
        Some(None) => {
            return Err(ToolError::new(
                "no_address",
                format!("the contact has nothing that {what} could go to"),
                "save its address first with save_contact, or choose another channel",
            ));
        }
        Some(Some(reached)) => format!(" ({reached})"),
        None => String::new(),
    };
    let name = contact.name.as_deref().unwrap_or(&contact.id);
    let from = draft.from.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
    let subject = draft.subject.as_ref().map(|it| format!(" \"{it}\"")).unwrap_or_default();
    let words = [draft.text.as_deref(), draft.html.as_deref()];
    let words = words.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let files = match draft.attachments.as_slice() {
        [] => String::new(),
        files => format!(" with {}", files.join(", ")),
    };
    Ok(format!("Send {what}{subject}{from} to {name}{reached}{files}: \"{words}\""))
}

async fn send(desk: Desk, contact: String, draft: MessageDraft) -> Result<Answer, ToolError> {
    let crm = desk.crm().await?;
    let sent = crm.send_message(&desk.behalf(), &contact, &draft).await?;
    let mut told = Map::new();
    put(&mut told, "id", Some(sent.id));
    put(&mut told, "conversation_id", sent.conversation);
    put(&mut told, "contact_id", Some(contact));
    put(&mut told, "channel", Some(sent.channel.name()));
    Answer::of(&Output { message: told })
}
