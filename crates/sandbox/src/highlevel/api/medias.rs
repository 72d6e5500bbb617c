//! `/medias`: the files and folders of a location.

use serde_json::{Value, json};

use super::{
    acts::Acts, answer::Answer, call::Call, moment::iso, refusal::Refusal, shelf::Shelf,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("medias.fetch-media-content", list),
    ("medias.upload-media-content", upload),
    ("medias.create-media-folder", create_folder),
    ("medias.update-media-object", rename),
    ("medias.bulk-update-media-objects", rename_many),
    ("medias.delete-media-content", remove),
    ("medias.bulk-delete-media-objects", remove_many),
];

/// The largest file that is taken, in bytes.
const LARGEST: u64 = 25 << 20;

fn missing(id: &str) -> Refusal {
    Refusal::not_found("Media", id)
}

/// What lies in one folder, or without one at the top; `fetchAll` looks into all folders.
fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (limit, offset) =
        (call.number("limit", 20, 1..=1000)?, call.number("offset", 0, 0..=usize::MAX)?);
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let (kind, folder) = (call.query("type"), call.query("parentId"));
    let everywhere = call.query("fetchAll") == Some("true");
    let wanted = |media: &&Value| {
        let name = media["name"].as_str().unwrap_or_default().to_lowercase();
        kind.is_none_or(|kind| media["type"] == kind)
            && (everywhere || media["parentId"].as_str() == folder)
            && media["status"] == "active"
            && name.contains(&query)
    };
    let mut found: Vec<&Value> = world.account(call)?.medias.iter().filter(wanted).collect();
    let field = match call.query("sortBy") {
        Some("name") => "name",
        Some("size") => "size",
        Some("updatedAt") => "updatedAt",
        _ => "createdAt",
    };
    let key = |media: &Value| (media[field].as_u64(), media[field].as_str().map(str::to_lowercase));
    found.sort_by_key(|media| key(media));
    if call.query("sortOrder").is_some_and(|order| order.eq_ignore_ascii_case("desc")) {
        found.reverse();
    }
    let page: Vec<&Value> = found.into_iter().skip(offset).take(limit).collect();
    Ok(json!({ "files": page }).into())
}

/// Either a file, or with `hosted` the address of one that lies elsewhere.
fn upload(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let file = call.body.get("file").filter(|file| file.is_object());
    let hosted =
        call.text("hosted") == Some("true") || call.body.get("hosted") == Some(&json!(true));
    let address = call.text("fileUrl").filter(|address| !address.is_empty());
    let id = world.ids.object();
    let account = world.account(call)?;
    let folder = check_folder(&account.medias, call.text("parentId"))?;
    let (own_name, size, kind, address) = match (hosted, file, address) {
        (true, _, None) => return Err(complaint("fileUrl should not be empty")),
        (true, _, Some(address)) => {
            let name = address.rsplit('/').next().unwrap_or_default();
            (name.to_owned(), 0, Value::Null, Some(address.to_owned()))
        }
        (false, None, _) => {
            return Err(Refusal::bad_request("File is required: send it as the part file"));
        }
        (false, Some(file), _) => {
            let name = file["fileName"].as_str().unwrap_or_default().to_owned();
            (name, file["size"].as_u64().unwrap_or_default(), file["contentType"].clone(), None)
        }
    };
    if size > LARGEST {
        return Err(Refusal::new(413, "File size exceeds 25 MB: send a smaller one"));
    }
    let name = call.text("name").filter(|name| !name.is_empty()).map_or(own_name, str::to_owned);
    let path = format!("location/{}/media/{id}", account.id);
    let url = address.unwrap_or_else(|| format!("https://files.northwindharbor.example/{path}"));
    let mut media = object(&account.id, (&id, "file", &name), folder, call);
    media["url"] = json!(url);
    media["path"] = json!(path);
    media["size"] = json!(size);
    media["contentType"] = kind;
    account.medias.add(&id, media);
    Ok(json!({ "fileId": id, "url": url }).into())
}

fn complaint(sentence: &str) -> Refusal {
    Refusal::unprocessable(vec![sentence.to_owned()])
}

/// The folder that something is put into; none is the top.
fn check_folder<'a>(
    medias: &Shelf<Value>,
    folder: Option<&'a str>,
) -> Result<Option<&'a str>, Refusal> {
    let Some(id) = folder.filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    match medias.get(id).is_some_and(|media| media["type"] == "folder") {
        true => Ok(Some(id)),
        false => Err(Refusal::not_found("Folder", id)),
    }
}

/// What files and folders have in common.
fn object(
    location: &str,
    (id, kind, name): (&str, &str, &str),
    folder: Option<&str>,
    call: &Call,
) -> Value {
    let mut object = json!({
        "_id": id, "id": id, "altId": location, "altType": "location", "name": name,
        "type": kind, "deleted": false, "status": "active",
        "createdAt": iso(call.now), "updatedAt": iso(call.now),
    });
    if let Some(folder) = folder {
        object["parentId"] = json!(folder);
    }
    object
}

fn create_folder(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.object();
    let account = world.account(call)?;
    let folder = check_folder(&account.medias, call.text("parentId"))?;
    let name = call.text("name").unwrap_or_default();
    let mut made = object(&account.id, (&id, "folder", name), folder, call);
    for flag in ["pendingUpload", "isPrivate", "relocatedFolder", "appFolder", "isEssential"] {
        made[flag] = json!(false);
    }
    made["migrationCompleted"] = json!(true);
    account.medias.add(&id, made.clone());
    Ok(made.into())
}

fn set_name(
    medias: &mut Shelf<Value>,
    id: &str,
    name: Option<&str>,
    call: &Call,
) -> Result<Value, Refusal> {
    let media = medias.get_mut(id).ok_or_else(|| missing(id))?;
    if let Some(name) = name {
        media["name"] = json!(name);
    }
    media["updatedAt"] = json!(iso(call.now));
    Ok(media.clone())
}

fn rename(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let medias = &mut world.account(call)?.medias;
    Ok(set_name(medias, call.segment("id"), call.text("name"), call)?.into())
}

/// The items of a list in the body with their ids; all of them must be there.
fn named<'a>(
    medias: &Shelf<Value>,
    call: &'a Call,
    (list, id): (&str, &str),
) -> Result<Vec<(&'a str, &'a Value)>, Refusal> {
    let items = call.body.get(list).and_then(Value::as_array).into_iter().flatten();
    let items = items.map(|item| (item[id].as_str().unwrap_or_default(), item));
    let check = |(id, item)| medias.get(id).map(|_| (id, item)).ok_or_else(|| missing(id));
    items.map(check).collect()
}

fn rename_many(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let medias = &mut world.account(call)?.medias;
    let mut renamed = Vec::new();
    for (id, item) in named(medias, call, ("filesToBeUpdated", "id"))? {
        renamed.push(set_name(medias, id, item["name"].as_str(), call)?);
    }
    Ok(json!({ "success": true, "files": renamed }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let medias = &mut world.account(call)?.medias;
    if medias.get(id).is_none() {
        return Err(missing(id));
    }
    remove_tree(medias, id);
    Ok(json!({ "success": true }).into())
}

/// A folder goes with everything in it.
fn remove_tree(medias: &mut Shelf<Value>, id: &str) {
    let mut doomed = vec![id.to_owned()];
    while let Some(id) = doomed.pop() {
        medias.remove(&id);
        let inside = medias.iter().filter(|media| media["parentId"] == id.as_str());
        doomed.extend(inside.filter_map(|media| media["_id"].as_str().map(str::to_owned)));
    }
}

/// What is only put into the trash is no longer listed.
fn remove_many(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let medias = &mut world.account(call)?.medias;
    let listed = named(medias, call, ("filesToBeDeleted", "_id"))?;
    for (id, _) in listed {
        match (call.text("status"), medias.get_mut(id)) {
            (Some("trashed"), Some(media)) => {
                media["status"] = json!("trashed");
                media["deleted"] = json!(true);
            }
            _ => remove_tree(medias, id),
        }
    }
    Ok(json!({ "success": true }).into())
}

#[cfg(test)]
mod tests {
    use crate::highlevel::api::desk::Desk;

    use super::*;

    #[tokio::test]
    async fn folders_hold_files_and_go_with_them() {
        let desk = Desk::open().await;
        let location = desk.sandbox.location_id().to_owned();
        let folder = json!({ "altId": location, "altType": "location", "name": "Manuals" });
        let folder = desk.ok("POST /medias/folder", folder).await;
        let id = folder["_id"].as_str().unwrap().to_owned();
        let hosted =
            json!({ "hosted": true, "fileUrl": "https://a.example/b.pdf", "parentId": id });
        let file = desk.ok("POST /medias/upload-file", hosted).await;
        let file = file["fileId"].as_str().unwrap().to_owned();
        let list = format!(
            "GET /medias/files?altId={location}&altType=location&sortBy=name&sortOrder=asc"
        );
        let inside = format!("{list}&type=file&parentId={id}");
        assert_eq!(desk.ok(&inside, Value::Null).await["files"][0]["name"], "b.pdf");
        let top = desk.ok(&format!("{list}&type=file"), Value::Null).await;
        assert_eq!(top["files"], json!([]));
        let body = json!({ "altId": location, "altType": "location", "name": "c.pdf" });
        desk.ok(&format!("POST /medias/{file}"), body).await;
        assert_eq!(desk.ok(&inside, Value::Null).await["files"][0]["name"], "c.pdf");
        let body = json!({
            "altId": location, "altType": "location", "status": "deleted",
            "filesToBeDeleted": [{ "_id": id }],
        });
        desk.ok("PUT /medias/delete-files", body.clone()).await;
        assert_eq!(desk.ok(&inside, Value::Null).await["files"], json!([]));
        assert_eq!(desk.refused("PUT /medias/delete-files", body).await.0, 404);
        let empty = desk.refused("POST /medias/upload-file", json!({ "name": "x" })).await;
        assert_eq!(empty.0, 400);
    }
}
