//! `/conversations/messages/upload`: files for messages, at once or announced and completed.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::super::{answer::Answer, call::Call, refusal::Refusal, world::World};
use super::holder_of;

/// What may be sent, by the end of the name (`facts/highlevel.md` 6.2).
const KINDS: [&str; 13] =
    ["jpg", "jpeg", "png", "mp4", "mpeg", "zip", "rar", "pdf", "doc", "docx", "txt", "mp3", "wav"];

/// The largest file in bytes, and the largest for WhatsApp.
const LARGEST: u64 = 5 << 20;
const LARGEST_WHATSAPP: u64 = 100 << 20;

/// Where the files seem to lie.
const MEDIA: &str = "https://media.northwindharbor.example";

/// How long an announced file may take.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// The files stand in parts called `fileAttachment`, or lie at `attachmentUrls`.
pub(super) fn upload(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let conversation = call.text("conversationId").unwrap_or_default();
    let files = files(call);
    if files.is_empty() {
        return Err(Refusal::brief(400, "No files are in the part fileAttachment."));
    }
    for (name, size) in &files {
        check(name, *size, LARGEST)?;
    }
    let account = world.account(call)?;
    if account.conversations.conversation(conversation).is_none() {
        // Live, a wrong conversation is not told from a broken server.
        return Err(Refusal::new(500, "Internal Server Error"));
    }
    let location = account.id.clone();
    let mut uploaded = Map::new();
    for (name, _) in files {
        let path = path(world, (&location, conversation), &name);
        uploaded.insert(name, json!(format!("{MEDIA}/{path}")));
    }
    Ok(json!({ "uploadedFiles": uploaded }).into())
}

/// Names and sizes in bytes.
fn files(call: &Call) -> Vec<(String, u64)> {
    let part = call.body.get("fileAttachment");
    let parts = match part {
        Some(Value::Array(parts)) => parts.iter().collect(),
        Some(part) => vec![part],
        None => Vec::new(),
    };
    let parts = parts.into_iter().filter_map(|part| {
        Some((part["fileName"].as_str()?.to_owned(), part["size"].as_u64().unwrap_or(0)))
    });
    let links = call.texts("attachmentUrls").into_iter();
    let links = links.map(|link| (link.rsplit('/').next().unwrap_or(link).to_owned(), 0));
    parts.chain(links).collect()
}

fn check(name: &str, size: u64, largest: u64) -> Result<(), Refusal> {
    let end = ending(name);
    if !KINDS.contains(&end.as_str()) {
        let message =
            format!("The file type {end} is not allowed; use one of {}.", KINDS.join(", "));
        return Err(Refusal::brief(415, &message));
    }
    match size > largest {
        true => {
            let message = format!("{name} is larger than {} MB.", largest >> 20);
            Err(Refusal::brief(413, &message))
        }
        false => Ok(()),
    }
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map_or("", |(_, end)| end).to_lowercase()
}

fn path(world: &mut World, (location, conversation): (&str, &str), name: &str) -> String {
    let file = world.ids.uuid();
    format!("location/{location}/conversations/{conversation}/{file}.{}", ending(name))
}

pub(super) fn initiate(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let conversation = call.text("conversationId").unwrap_or_default();
    let name = call.text("filename").unwrap_or_default();
    let largest = match call.text("channel").unwrap_or_default().eq_ignore_ascii_case("whatsapp") {
        true => LARGEST_WHATSAPP,
        false => LARGEST,
    };
    let size = call.body.get("fileSize").and_then(Value::as_u64).unwrap_or(0);
    check(name, size, largest)?;
    let location = holder_of(world, call, conversation)?.id.clone();
    let path = path(world, (&location, conversation), name);
    let id = world.ids.uuid();
    let expires = call.now.saturating_add(PATIENCE).unwrap_or(call.now);
    let upload = json!({
        "filePath": path,
        "size": size,
        "contentType": call.text("contentType"),
        "expiresAt": expires.as_millisecond(),
    });
    world.account(call)?.conversations.uploads.insert(id.clone(), upload);
    let answer = json!({
        "uploadUrl": format!("{MEDIA}/{path}?upload={id}"),
        "uploadId": id,
        "filePath": path,
        "expiresAt": expires.as_millisecond(),
        "maxFileSize": largest,
    });
    Ok(answer.into())
}

/// The file itself went elsewhere: what counts is that it was announced here, and not long ago.
pub(super) fn complete(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.text("uploadId").unwrap_or_default();
    let name = call.text("filename").unwrap_or_default();
    let uploads = &mut world.account(call)?.conversations.uploads;
    let Some(upload) = uploads.get(id).filter(|it| it["filePath"] == call.body["filePath"]) else {
        return Err(Refusal::not_found("Upload", id));
    };
    if upload["expiresAt"].as_i64().unwrap_or_default() < call.now.as_millisecond() {
        return Err(Refusal::bad_request("The upload has expired; initiate it again."));
    }
    let url = format!("{MEDIA}/{}", upload["filePath"].as_str().unwrap_or_default());
    let answer = json!({
        "uploadedFiles": { name: url },
        "metadata": { "size": upload["size"], "contentType": upload["contentType"] },
    });
    uploads.remove(id);
    Ok(answer.into())
}
