//! HighLevel's official client works through the proxy with a key of the hub in place of a token.
//!
//! Needs Node.js and npm, as `./test` does.

use anyhow::{Result, ensure};
use e2e::OfficialClient;
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings};
use serde_json::json;

use super::house::House;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_client_needs_no_token() -> Result<()> {
    let client = OfficialClient::install("highlevel-client", "@gohighlevel/api-client").await?;
    let highlevel = HighLevelSandbox::start(HighLevelSettings::default(), e2e::clock()).await?;
    let (token, location) = (highlevel.token().to_owned(), highlevel.location_id().to_owned());
    let allow = [("HIGHWIRE_PROXY_ALLOW", "read,write")];
    let house = House::open(&highlevel.url(), (&token, &location), &allow)?;
    let (contacts, url) = (highlevel.contact_count(), format!("http://{}", house.address()));
    let described = json!({
        "url": format!("{url}/proxy/highlevel/highlevel"),
        "key": house.key("application", "proxy:read,proxy:write", &[])?,
        "reading_key": house.key("application", "proxy:read", &[])?,
        "location_id": location,
        "other_location_id": highlevel.other_location_id(),
    });
    client.run_script("proxy.mjs", [("HIGHWIRE_PROXY", described.to_string())]).await?;
    ensure!(highlevel.contact_count() > contacts, "the script wrote to another HighLevel");
    highlevel.stop().await;
    Ok(())
}
