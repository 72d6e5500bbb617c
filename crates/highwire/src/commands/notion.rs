//! `highwire notion init`: makes the activity log below a page, and prints what to set.

use serde_json::json;

use crate::{failure::Failure, printer, settings::Settings, wiring};

/// Makes the activity log.
pub(crate) async fn init(settings: &Settings, parent: &str, json: bool) -> Result<(), Failure> {
    if settings.notion.token.is_empty() {
        return Err(Failure::user(
            "prepare Notion: notion.token is not set",
            "set NOTION_TOKEN to the secret of your Notion connection",
        ));
    }
    let client = wiring::notion_client(&settings.notion)?;
    let data_source = connectors::notion::create_activity_log(&client, parent)
        .await
        .map_err(|failure| Failure::user("make the activity log", failure.reason))?;
    match json {
        true => printer::data(json!({ "activity_log": data_source }).to_string()),
        false => printer::data(&data_source),
    }
    printer::talk("Set it as notion.activity_log, or HIGHWIRE_NOTION_ACTIVITY_LOG.");
    Ok(())
}
