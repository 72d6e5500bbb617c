//! `GET /conversations/messages/export`: all messages of a location, by cursor.

use std::ops::RangeInclusive;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    super::{answer::Answer, call::Call, refusal::Refusal, world::World},
    message::Message,
};

/// The bounds of a page, and the page that is given unasked.
const PAGE: RangeInclusive<usize> = 10..=500;
const USUAL: usize = 100;

/// Where a row stands: its moment in milliseconds, then its id.
type Key = (i64, String);

/// Without a channel everything but e-mail (`facts/highlevel.md` 6.2).
pub(super) fn export(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let limit = call.number("limit", USUAL, PAGE)?;
    let ascending = call.query("sortOrder") == Some("asc");
    let by_update = call.query("sortBy") == Some("updatedAt");
    let after = call.query("cursor").map(read_cursor).transpose()?;
    let from = moment(call, "startDate", 0)?.unwrap_or(i64::MIN);
    let until = moment(call, "endDate", 86_399_999)?.unwrap_or(i64::MAX);
    let account = world.account(call)?;
    let is = |name: &str, found: &str| call.query(name).is_none_or(|wanted| wanted == found);
    let wanted = |message: &&Message| {
        let channel = match call.query("channel") {
            Some(channel) => message.kind.channel == channel,
            None => !message.kind.is_email(),
        };
        channel
            && is("conversationId", &message.conversation)
            && is("contactId", &message.contact)
            && (from..=until).contains(&message.added.as_millisecond())
    };
    let key = |message: &Message| -> Key {
        let moment = if by_update { message.updated } else { message.added };
        (moment.as_millisecond(), message.id.clone())
    };
    let found = account.conversations.messages().filter(wanted);
    let mut rows: Vec<(Key, &Message)> = found.map(|message| (key(message), message)).collect();
    rows.sort_by(|(one, _), (other, _)| match ascending {
        true => one.cmp(other),
        false => other.cmp(one),
    });
    let total = rows.len();
    let is_after = |key: &Key| match &after {
        None => true,
        Some(after) if ascending => key > after,
        Some(after) => key < after,
    };
    let rest: Vec<(Key, &Message)> = rows.into_iter().filter(|(key, _)| is_after(key)).collect();
    let page = &rest[..limit.min(rest.len())];
    let next = page.last().filter(|_| rest.len() > page.len()).map(|(key, _)| write_cursor(key));
    let shown: Vec<Value> = page.iter().map(|(_, message)| message.show(&account.id)).collect();
    Ok(json!({ "messages": shown, "nextCursor": next, "total": total }).into())
}

fn write_cursor((moment, id): &Key) -> String {
    URL_SAFE_NO_PAD.encode(json!({ "lastSort": [moment, id] }).to_string())
}

fn read_cursor(text: &str) -> Result<Key, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let cursor = bytes.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let sort = cursor.map(|cursor| cursor["lastSort"].clone()).unwrap_or_default();
    match (sort[0].as_i64(), sort[1].as_str()) {
        (Some(moment), Some(id)) => Ok((moment, id.to_owned())),
        _ => Err(Refusal::bad_request("The cursor is invalid; pass nextCursor as it was given.")),
    }
}

/// A moment in milliseconds since 1970: written so, in ISO 8601, or a day with `of_day` of it.
fn moment(call: &Call, name: &str, of_day: i64) -> Result<Option<i64>, Refusal> {
    let Some(text) = call.query(name) else {
        return Ok(None);
    };
    let whole = text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond);
    let day = format!("{text}T00:00:00Z").parse::<Timestamp>().ok();
    let day = day.map(|day| day.as_millisecond() + of_day);
    let complaint =
        || Refusal::unprocessable(vec![format!("{name} must be a valid ISO 8601 date string")]);
    let found = text.parse::<i64>().ok().or(whole).or(day);
    found.map(Some).ok_or_else(complaint)
}
