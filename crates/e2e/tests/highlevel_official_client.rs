//! HighLevel's official client accepts the simulated HighLevel, so that the hub's client and the
//! simulation cannot share one wrong belief.
//!
//! Needs Node.js and npm, as `./test` does.

use anyhow::{Result, ensure};
use e2e::OfficialClient;
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits};
use serde_json::json;

/// More than the script needs in ten seconds, and few enough for it to reach them.
const BURST: u32 = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_client_accepts_the_simulated_highlevel() -> Result<()> {
    let client = OfficialClient::install("highlevel-client", "@gohighlevel/api-client").await?;
    let settings = HighLevelSettings {
        rate_limits: RateLimits { burst: BURST, ..RateLimits::default() },
        ..HighLevelSettings::default()
    };
    let highlevel = HighLevelSandbox::start(settings, e2e::clock()).await?;
    let contacts = highlevel.contact_count();
    let described = json!({
        "url": highlevel.url(),
        "token": highlevel.token(),
        "other_token": highlevel.other_token(),
        "agency_token": highlevel.agency_token(),
        "location_id": highlevel.location_id(),
        "other_location_id": highlevel.other_location_id(),
        "company_id": highlevel.company_id(),
        "client_id": highlevel.client_id(),
        "client_secret": highlevel.client_secret(),
        "version_id": highlevel.version_id(),
        "redirect_uri": highlevel.redirect_uri(),
        "webhook_public_keys": highlevel.webhook_public_keys(),
        "burst": BURST,
    });
    client.conform([("HIGHLEVEL_SANDBOX", described.to_string())]).await?;
    ensure!(highlevel.contact_count() > contacts, "the script wrote to another HighLevel");
    highlevel.stop().await;
    Ok(())
}
