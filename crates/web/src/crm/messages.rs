//! `POST /v1/contacts/{id}/messages`: sends a message to a person who wants it.

use domain::crm::{MessageDraft, SentMessage};

use super::{Service, Where, Which, reach_to_write};
use crate::{
    api::{Answer, Call, Method, Operation, Tag},
    problem::{Kind, Problem},
};

/// `POST /v1/contacts/{id}/messages`.
pub(crate) const SEND: Operation = Operation {
    id: "messages.send",
    method: Method::Post,
    path: "/v1/contacts/{id}/messages",
    tag: Tag::Contacts,
    summary: "Send a message to a contact",
    description: "It reaches a person. Who opted out of the channel, or of everything, gets none, \
                  whoever asks for it; the CRM is asked each time. A message of which nobody knows \
                  whether it was sent is not repeated.",
    errors: &[
        (Kind::NotFound, "There is no such connection."),
        (Kind::OptedOut, "The contact wants no messages on this channel."),
        (Kind::ConnectionUnready, "The connection cannot be used as it stands."),
        (Kind::InDoubt, "Nobody knows whether it was sent: look before sending it again."),
    ],
    takes_idempotency_key: true,
    takes_change_set: true,
    ..Operation::COMMON
};

/// Sends a message.
pub(crate) async fn send(
    call: Call<Service, Which, Where, MessageDraft>,
) -> Result<Answer<SentMessage, 201>, Problem> {
    let asker = (&call.caller, call.change_set);
    let (crm, behalf) = reach_to_write(call.state, asker, call.query).await?;
    Ok(Answer(crm.send_message(&behalf, call.path.id.as_str(), &call.body).await?))
}
