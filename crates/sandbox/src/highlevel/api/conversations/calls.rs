//! Recordings and transcriptions of calls: the same words for every call that was held.

use serde_json::{Value, json};

use super::{
    super::{
        answer::{Answer, Content},
        call::Call,
        refusal::Refusal,
        specimen,
        world::World,
    },
    messages::holder_of_message,
};

/// How long every call takes, in seconds.
pub(super) const DURATION: u32 = 9;

/// Who speaks, from and to which millisecond, and what.
const SENTENCES: [(u8, u32, u32, &str); 3] = [
    (1, 0, 2_400, "Northwind Harbor, how can we help?"),
    (2, 2_600, 6_100, "The printer at the front desk is offline again."),
    (1, 6_300, 9_000, "We send somebody this afternoon."),
];

/// Refuses what is no call, or one that nobody held.
fn check(world: &mut World, call: &Call) -> Result<(), Refusal> {
    let id = call.segment("messageId");
    let account = holder_of_message(world, call, id)?;
    let talk = account.conversations.message(id).and_then(|message| message.talk.as_ref());
    match talk.is_some_and(super::message::Talk::is_recorded) {
        true => Ok(()),
        false => Err(Refusal::not_found("Recording of the message", id)),
    }
}

pub(super) fn recording(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check(world, call)?;
    let kind = "audio/x-wav".to_owned();
    let bytes = specimen::file(&kind);
    Ok(Answer { status: 200, content: Content::Bytes { kind, bytes } })
}

/// A list, although the specification writes one sentence (`facts/highlevel.md` 6.2).
pub(super) fn transcription(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check(world, call)?;
    let all = SENTENCES.iter().enumerate().map(|(index, (channel, from, until, words))| {
        json!({
            "mediaChannel": channel,
            "sentenceIndex": index,
            "startTime": from,
            "endTime": until,
            "transcript": words,
            "confidence": 0.94,
        })
    });
    let all: Vec<Value> = all.collect();
    Ok(json!(all).into())
}

pub(super) fn download(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check(world, call)?;
    let lines = SENTENCES.iter().map(|(channel, from, _, words)| {
        format!("[00:{:02}] Speaker {channel}: {words}\n", from / 1_000)
    });
    let bytes = lines.collect::<String>().into_bytes();
    Ok(Answer { status: 200, content: Content::Bytes { kind: "text/plain".to_owned(), bytes } })
}
