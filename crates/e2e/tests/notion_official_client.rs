//! Notion's official client accepts the simulated Notion, so that the hub's client and the
//! simulation cannot share one wrong belief.
//!
//! Needs Node.js and npm, as `./test` does.

use anyhow::{Result, ensure};
use e2e::OfficialClient;
use sandbox::notion::{NotionSandbox, NotionSettings};

/// Small, so that the script can write more rows than one query gives out.
const QUERY_ROW_CAP: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_client_accepts_the_simulated_notion() -> Result<()> {
    let client = OfficialClient::install("notion-client", "@notionhq/client").await?;
    let settings = NotionSettings {
        requests_per_minute: 1_000_000,
        query_row_cap: QUERY_ROW_CAP,
        ..NotionSettings::default()
    };
    let notion = NotionSandbox::start(settings, e2e::clock()).await?;
    client
        .conform([
            ("NOTION_URL", notion.url()),
            ("NOTION_TOKEN", notion.token().to_owned()),
            ("NOTION_PARENT_PAGE_ID", notion.parent_page_id()),
            ("NOTION_QUERY_ROW_CAP", QUERY_ROW_CAP.to_string()),
        ])
        .await?;
    ensure!(notion.page_count() > QUERY_ROW_CAP, "the script wrote to another Notion");
    notion.stop().await;
    Ok(())
}
