//! The journal of a data folder, as a reader beside the hub sees it.

use std::path::Path;

use anyhow::Result;
use domain::{Entry, Journal, Sequence};
use store::Sqlite;

/// Every entry, in order.
///
/// # Errors
/// Where there is no data folder, or it cannot be read.
pub async fn journal(data: &Path) -> Result<Vec<Entry>> {
    let store = Sqlite::open_to_read(data)?;
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let after = entries.last().map_or(Sequence(0), |entry| entry.sequence);
        let page = store.entries_after(after, 500).await?;
        if page.is_empty() {
            return Ok(entries);
        }
        entries.extend(page);
    }
}
