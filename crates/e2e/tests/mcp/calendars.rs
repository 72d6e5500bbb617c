//! Calendars: listed, their free slots, and appointments booked, moved and cancelled.

use anyhow::Result;
use mcp::{Mode, Profile};
use serde_json::json;

use crate::house::{House, caller};

#[tokio::test]
async fn calendars_are_told_by_what_can_be_booked() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    let told = house.call("list_calendars", json!({})).await?;
    let names: Vec<&str> = told["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|calendar| calendar["name"].as_str())
        .collect();
    assert_eq!(names, ["On-site survey", "Remote onboarding"]);
    assert_eq!(told["items"][0]["slot_duration"], 60);
    Ok(())
}
