//! `/users`: the bot of the connection and the person who made it.

use serde_json::{Value, json};

use crate::notion::{
    call::Call,
    ids::Uuid,
    paging::{Paging, list as envelope},
    refusal::Refusal,
    workspace::Workspace,
};

/// `GET /users/me`: the bot that the token belongs to.
pub(crate) fn me(workspace: &mut Workspace, _call: &Call) -> Result<Value, Refusal> {
    Ok(bot(workspace))
}

/// `GET /users`: everybody in the workspace.
pub(crate) fn list(workspace: &mut Workspace, call: &Call) -> Result<Value, Refusal> {
    let everybody = [workspace.person, workspace.bot];
    let paging = Paging::of_query(&call.query)?;
    let part = paging.cut(&everybody, "users", usize::MAX, |id| id)?;
    let render = |id: &Uuid| match *id == workspace.bot {
        true => bot(workspace),
        false => person(workspace),
    };
    let results = part.items.iter().map(render).collect();
    Ok(envelope("user", &part, results))
}

fn bot(workspace: &Workspace) -> Value {
    json!({
        "object": "user",
        "id": workspace.bot.to_string(),
        "type": "bot",
        "name": "Sandbox connection",
        "avatar_url": null,
        "bot": {
            "owner": { "type": "workspace", "workspace": true },
            "workspace_id": workspace.id.to_string(),
            "workspace_name": "Sandbox",
            "workspace_limits": { "max_file_upload_size_in_bytes": 5_242_880 },
        },
    })
}

fn person(workspace: &Workspace) -> Value {
    json!({
        "object": "user",
        "id": workspace.person.to_string(),
        "type": "person",
        "name": "Sandbox owner",
        "avatar_url": null,
        "person": { "email": "owner@example.com" },
    })
}

#[cfg(test)]
mod tests {
    use crate::notion::operations::desk::{Desk, id};
    use serde_json::json;

    #[test]
    fn the_bot_is_in_the_list_of_users() {
        let mut desk = Desk::new();
        let me = desk.ok("GET /v1/users/me", json!({}));
        assert_eq!(me["type"], "bot");
        let first = desk.ok("GET /v1/users?page_size=1", json!({}));
        assert_eq!((&first["type"], &first["has_more"]), (&json!("user"), &json!(true)));
        assert_eq!(first["results"][0]["type"], "person");
        let line = format!("GET /v1/users?start_cursor={}", first["next_cursor"].as_str().unwrap());
        let second = desk.ok(&line, json!({}));
        assert_eq!(id(&second["results"][0]), id(&me));
        assert_eq!(second["next_cursor"], json!(null));
    }
}
