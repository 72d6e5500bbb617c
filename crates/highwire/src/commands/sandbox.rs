//! `highwire sandbox`: runs only the simulated vendors, until it is told to stop.

use std::net::SocketAddr;

use sandbox::{
    clock::SandboxClock,
    highlevel::{HighLevelSandbox, HighLevelSettings},
    notion::{NotionSandbox, NotionSettings},
};
use serde_json::{Value, json};

use super::stop_signal;
use crate::{clock, failure::Failure, printer, settings};

/// The token of the simulated Notion: it opens nothing but the sandbox.
const NOTION_TOKEN: &str = "ntn_sandbox";

/// The simulated vendors of one process.
pub(crate) struct Vendors {
    pub(crate) highlevel: HighLevelSandbox,
    pub(crate) notion: NotionSandbox,
}

/// Starts the simulated vendors; a setting of port 0 means any free port.
pub(crate) async fn start(settings: &settings::Sandbox) -> Result<Vendors, Failure> {
    let clock = SandboxClock::new(std::sync::Arc::new(clock::now));
    let failed = |vendor: &str, listen: SocketAddr| {
        let hint = "stop what uses the address, or set another under [sandbox]";
        Failure::user(format!("start the simulated {vendor} on {listen}"), hint)
    };
    let highlevel = HighLevelSettings {
        listen: settings.highlevel_listen,
        seed: settings.seed,
        ..HighLevelSettings::default()
    };
    let notion = NotionSettings {
        listen: settings.notion_listen,
        token: NOTION_TOKEN.to_owned(),
        requests_per_minute: settings.notion_requests_per_minute,
        seed: settings.seed,
        ..NotionSettings::default()
    };
    Ok(Vendors {
        highlevel: HighLevelSandbox::start(highlevel, clock.clone())
            .await
            .map_err(|source| failed("HighLevel", settings.highlevel_listen).because(source))?,
        notion: NotionSandbox::start(notion, clock)
            .await
            .map_err(|source| failed("Notion", settings.notion_listen).because(source))?,
    })
}

impl Vendors {
    /// Everything that an outside program needs to talk to them.
    pub(crate) fn describe(&self) -> Value {
        json!({
            "highlevel": {
                "url": self.highlevel.url(),
                "token": self.highlevel.token(),
                "location_id": self.highlevel.location_id(),
                "other_location_id": self.highlevel.other_location_id(),
                "company_id": self.highlevel.company_id(),
                "client_id": self.highlevel.client_id(),
                "client_secret": self.highlevel.client_secret(),
                "redirect_uri": self.highlevel.redirect_uri(),
                "webhook_public_keys": self.highlevel.webhook_public_keys(),
            },
            "notion": {
                "url": self.notion.url(),
                "token": self.notion.token(),
                "parent_page_id": self.notion.parent_page_id(),
            },
        })
    }

    pub(crate) async fn stop(self) {
        self.highlevel.stop().await;
        self.notion.stop().await;
    }
}

/// Runs until Ctrl-C or the stop signal.
pub(crate) async fn run(settings: &settings::Settings, json: bool) -> Result<(), Failure> {
    let vendors = start(&settings.sandbox).await?;
    vendors.highlevel.subscribe(&settings.sandbox.webhook_url).map_err(|source| {
        Failure::user("use sandbox.webhook_url", "give the address of a hub").because(source)
    })?;
    match json {
        true => printer::data(vendors.describe().to_string()),
        false => printer::data(describe(&vendors, &settings.sandbox.webhook_url)),
    }
    stop_signal().await?;
    vendors.stop().await;
    Ok(())
}

fn describe(vendors: &Vendors, webhook_url: &str) -> String {
    let (highlevel, notion) = (&vendors.highlevel, &vendors.notion);
    let key = highlevel.webhook_public_keys().into_iter().next().unwrap_or_default();
    let (hl, no) = (highlevel.url(), notion.url());
    format!(
        "The simulated vendors are up until Ctrl-C.\n\n\
         HighLevel  {hl}\n  location   {}\n  company    {}\n  webhooks   to {webhook_url}\n\
         Notion     {no}\n  token      {}\n  page       {}\n\n\
         Prepare Notion, then start a hub on them:\n\
         \x20 export HIGHWIRE_NOTION_URL={no} NOTION_TOKEN={}\n\
         \x20 export HIGHWIRE_NOTION_ACTIVITY_LOG=$(highwire notion init --parent {})\n\
         \x20 export HIGHWIRE_WEBHOOK_PUBLIC_KEYS={key}\n\
         \x20 export GHL_LOCATION_ID={}\n\
         \x20 highwire up\n\n\
         Send an event:\n\
         \x20 curl -X POST '{hl}/_sandbox/webhooks?example=ContactCreate.1'",
        highlevel.location_id(),
        highlevel.company_id(),
        notion.token(),
        notion.parent_page_id(),
        notion.token(),
        notion.parent_page_id(),
        highlevel.location_id(),
    )
}
