//! What is listed, and that what is listed can be called.

use anyhow::Result;
use mcp::{Mode, Profile};
use serde_json::json;

use crate::house::{House, caller};

#[tokio::test]
async fn a_caller_is_told_who_they_are() -> Result<()> {
    let house = House::open(caller(Mode::Default, Profile::Default)).await?;
    let told = house.call("whoami", json!({})).await?;
    assert_eq!(told["locations"][0]["id"], house.vendor.location_id());
    assert_eq!(told["mode"], "default");
    assert_eq!(house.vendor.request_count(), 0, "nobody was called for it");
    Ok(())
}
