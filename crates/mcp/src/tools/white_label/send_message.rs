//! `…_send_message`: sends a contact an SMS or an e-mail.

use domain::crm::{Channel, MessageDraft};
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::person::Person;
use crate::{
    ToolError,
    desk::Desk,
    plan::{Plan, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// Sends a message.
pub(super) struct SendMessage;

/// By which way a message goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) enum MessageType {
    #[default]
    #[serde(rename = "SMS")]
    Sms,
    Email,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    contact_id: String,
    #[schemars(length(min = 1))]
    message: String,
    #[serde(default)]
    r#type: MessageType,
    /// Of an e-mail, which needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_from: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    message_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<String>,
}

impl TypedTool for SendMessage {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "send_message";
    const ABOUT: &'static str = "Sends a contact an SMS or an e-mail, which nobody can take back: \
                                 first tell the person whom it goes to and its exact text.";
    const KIND: Kind = Kind::Send;
    const IS_IDEMPOTENT: bool = false;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        check(&input)?;
        let person = Person::read(desk, &input.contact_id).await?;
        let (what, address, missing) = match input.r#type {
            MessageType::Sms => ("an SMS", &person.phone, "phone number"),
            MessageType::Email => ("an e-mail", &person.email, "e-mail address"),
        };
        let Some(address) = address else {
            return Err(ToolError::new(
                "no_address",
                format!("this contact has no {missing}"),
                "use the other type, or add it to the contact first",
            ));
        };
        let subject = input.subject.as_deref();
        let subject = subject.map_or(String::new(), |subject| format!("\"{subject}\": "));
        let question =
            format!("Send {what} to {} ({address}): {subject}\"{}\"", person.name, input.message);
        let target = person.target();
        Ok(Act::Plan(Plan {
            kind: Kind::Send,
            title: Self::NAME.to_owned(),
            question,
            targets: vec![target],
            count: 1,
            must_type: None,
            calls: vec![PlannedCall {
                operation: "conversations.send-a-new-message".to_owned(),
                request: None,
                body: json!(input),
                scopes: Vec::new(),
            }],
            run: Box::new(move |desk| Box::pin(sent(desk, input))),
        }))
    }
}

fn check(input: &Input) -> Result<(), ToolError> {
    let is_email = input.r#type == MessageType::Email;
    if input.message.trim().is_empty() {
        return Err(ToolError::argument("the message is empty", "give its text in message"));
    }
    if is_email && input.subject.as_deref().unwrap_or_default().trim().is_empty() {
        return Err(ToolError::argument("the e-mail has no subject", "give one in subject"));
    }
    if !is_email && (input.subject.is_some() || input.email_from.is_some()) {
        let fix = "leave subject and email_from out, or give type Email";
        return Err(ToolError::argument("an SMS has no subject and no e-mail sender", fix));
    }
    Ok(())
}

/// The body of an e-mail: HTML as it is, and plain text with its lines kept.
fn as_html(message: String) -> String {
    match message.contains('<') {
        true => message,
        false => message.replace('&', "&amp;").replace('\n', "<br>\n"),
    }
}

async fn sent(desk: Desk, input: Input) -> Result<Answer, ToolError> {
    let (text, html) = match input.r#type {
        MessageType::Sms => (Some(input.message), None),
        MessageType::Email => (None, Some(as_html(input.message))),
    };
    let channel = match input.r#type {
        MessageType::Sms => Channel::Sms,
        MessageType::Email => Channel::Email,
    };
    let draft = MessageDraft {
        channel,
        text,
        html,
        subject: input.subject,
        from: input.email_from,
        attachments: Vec::new(),
    };
    let sent = desk.crm().await?.send_message(&desk.behalf(), &input.contact_id, &draft).await?;
    Answer::of(&Output { message_id: sent.id, conversation_id: sent.conversation })
}
