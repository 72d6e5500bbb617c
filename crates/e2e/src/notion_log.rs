//! A simulated Notion with an activity log, and what stands in it.

use std::time::Duration;

use anyhow::{Result, anyhow};
use connectors::notion::create_activity_log;
use endpoint::{Secret, http::HttpTransport};
use notion::Client;
use sandbox::notion::{NotionSandbox, NotionSettings};
use serde_json::Value;

use crate::Runtime;

/// How often the log is looked at while a hub in another process works.
const LOOK: Duration = Duration::from_millis(25);

/// The simulated Notion and its log.
pub struct NotionLog {
    /// The vendor, for its faults.
    pub vendor: NotionSandbox,
    data_source: String,
}

impl NotionLog {
    /// Starts a Notion whose rate limit is out of the way, and makes a log in it.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn start() -> Result<Self> {
        let settings =
            NotionSettings { requests_per_minute: 1_000_000, ..NotionSettings::default() };
        let vendor = NotionSandbox::start(settings, crate::clock()).await?;
        let transport = HttpTransport::new(endpoint::http::Settings::default())?;
        let settings = notion::Settings {
            base_url: vendor.url(),
            ..notion::Settings::new(Secret::new(vendor.token()))
        };
        let client = Client::new(transport, Runtime, settings);
        let made = create_activity_log(&client, &vendor.parent_page_id()).await;
        let data_source = made.map_err(|failure| anyhow!(failure.reason))?;
        Ok(Self { vendor, data_source })
    }

    /// The settings of a hub that writes to it, as variables of the environment.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("HIGHWIRE_NOTION_URL", self.vendor.url()),
            ("HIGHWIRE_NOTION_TOKEN", self.vendor.token().to_owned()),
            ("HIGHWIRE_NOTION_ACTIVITY_LOG", self.data_source.clone()),
            ("HIGHWIRE_NOTION_REQUESTS_PER_MINUTE", "1000000".to_owned()),
        ]
    }

    /// The id of the event that each page tells, in the order in which the pages were made.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        self.vendor.pages(&self.data_source).iter().map(told_event).collect()
    }

    /// Waits until there are so many pages, or until nothing has moved for half a minute.
    pub async fn wait_for(&self, pages: usize) -> Vec<String> {
        let (mut count, mut unchanged) = (0, Duration::ZERO);
        while count < pages && unchanged < Duration::from_secs(30) {
            tokio::time::sleep(LOOK).await;
            let now = self.told().len();
            unchanged = if now == count { unchanged + LOOK } else { Duration::ZERO };
            count = now;
        }
        self.told()
    }
}

fn told_event(page: &Value) -> String {
    let details = page.pointer("/properties/Details/rich_text").and_then(Value::as_array);
    let parts = details.into_iter().flatten().filter_map(|part| part["plain_text"].as_str());
    parts.collect::<String>().lines().last().unwrap_or_default().to_owned()
}
