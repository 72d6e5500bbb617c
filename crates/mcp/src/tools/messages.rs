//! A message as tools tell it: which way it went, by which channel, when, and what it says.

use serde_json::{Map, Value};

use super::{
    rows::text,
    told::{moment, put},
};
use crate::{ToolError, desk::Desk};

/// How many e-mails of one list are read. A message of the list holds none of an e-mail's words, and
/// each is a call of its own (`facts/highlevel.md` 6.2).
const EMAILS: usize = 10;

/// The channel of a message, as the arguments name it: `TYPE_SMS` is `sms`.
pub(crate) fn channel(kind: &str) -> String {
    let word = kind.strip_prefix("TYPE_").unwrap_or(kind).to_lowercase();
    match word.as_str() {
        "fb" | "fb_messenger" => "facebook".to_owned(),
        "ig" => "instagram".to_owned(),
        _ => word,
    }
}

/// Messages in their order, with the words of the first e-mails among them.
///
/// # Errors
/// Where an e-mail cannot be read.
pub(crate) async fn messages(desk: &Desk, rows: &[Value]) -> Result<Vec<Value>, ToolError> {
    let (mut items, mut emails) = (Vec::with_capacity(rows.len()), 0);
    for row in rows {
        let mut item = message(row);
        if let Some(email) = email(row)
            && emails < EMAILS
        {
            emails += 1;
            read(desk, email, &mut item).await?;
        }
        items.push(Value::Object(item));
    }
    Ok(items)
}

/// The id of the newest e-mail that a message stands for.
fn email(row: &Value) -> Option<&str> {
    row.pointer("/meta/email/messageIds")?.as_array()?.last()?.as_str()
}

async fn read(desk: &Desk, id: &str, item: &mut Map<String, Value>) -> Result<(), ToolError> {
    let call = desk.raw("conversations.get-email-by-id")?.with("id", id);
    let reply = match desk.read(call).await {
        Ok(reply) => reply,
        // An e-mail that is gone does not hide the others.
        Err(error) if error.http_status == Some(404) => return Ok(()),
        Err(error) => return Err(error),
    };
    let email = reply.json();
    put(item, "subject", text(email, "/subject"));
    put(item, "text", text(email, "/body"));
    put(item, "from", text(email, "/from"));
    Ok(())
}

fn message(row: &Value) -> Map<String, Value> {
    let mut told = Map::new();
    put(&mut told, "id", text(row, "/id"));
    put(&mut told, "at", moment(&row["dateAdded"]));
    put(&mut told, "direction", text(row, "/direction"));
    put(&mut told, "channel", text(row, "/messageType").map(channel));
    put(&mut told, "text", text(row, "/body"));
    put(&mut told, "status", text(row, "/status"));
    let attachments = row["attachments"].as_array().filter(|it| !it.is_empty());
    put(&mut told, "attachments", attachments.cloned());
    for (pointer, name) in [("/meta/call/duration", "seconds"), ("/meta/call/status", "call")] {
        put(&mut told, name, row.pointer(pointer).filter(|it| !it.is_null()).cloned());
    }
    put(&mut told, "error", row.get("error").filter(|it| !it.is_null()).cloned());
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_told_as_they_are_asked_for() {
        let told = ["TYPE_SMS", "TYPE_EMAIL", "TYPE_FACEBOOK", "FB", "TYPE_LIVE_CHAT"].map(channel);
        assert_eq!(told, ["sms", "email", "facebook", "facebook", "live_chat"]);
    }
}
