//! Deals: their pipelines, found, moved by names and taken back.

use anyhow::Result;
use mcp::{Mode, Profile};
use serde_json::json;

use crate::house::{House, caller};

#[tokio::test]
async fn pipelines_are_told_with_their_stages_in_order() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    let told = house.call("list_pipelines", json!({})).await?;
    let sales = &told["items"][0];
    assert_eq!(sales["name"], "Sales");
    let stages: Vec<&str> = sales["stages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|stage| stage["name"].as_str())
        .collect();
    assert_eq!(stages, ["New", "Qualified", "Proposal sent", "Decision"]);
    Ok(())
}
