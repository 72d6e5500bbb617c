//! `highwire retention`: what is kept, on how much disk, and what would go by the limits now.

use domain::{HeldSummary, QUARANTINE_DAYS, Quarantine, Retained, Retention, Space};
use engine::{Holding, IDENTITIES, Limit};
use jiff::Timestamp;
use serde_json::json;
use store::Sqlite;

use crate::{clock, failure::Failure, printer, settings::Settings};

/// Looks and tells; removes nothing. Works beside a running hub.
pub(crate) async fn run(settings: &Settings, json: bool) -> Result<(), Failure> {
    let store = Sqlite::open_to_read(&settings.data_dir)?;
    let limits = settings.retention.limits();
    let holdings = engine::holdings(&store, &limits, clock::now()).await?;
    let files = store.space().await?;
    let waiting = Waiting::of(&store.held().await?, settings.webhook.quarantine_bytes());
    if json {
        let kinds = holdings.iter().map(|holding| line(holding, limits.of(holding.kind)));
        let kinds = kinds.chain([waiting.line()]);
        kinds.chain(files.iter().map(file_line)).for_each(printer::data);
        return Ok(());
    }
    let rows = holdings.iter().map(|holding| row(holding, limits.of(holding.kind)));
    let rows = rows.chain([waiting.row()]);
    let head = ["what", "kept", "MB", "since", "limits", "would go now", "MB"];
    printer::data(printer::table(&head, rows));
    let rows = files.iter().map(file_row);
    printer::data(format!("\n{}", printer::table(&["file", "MB", "free in it"], rows)));
    for file in files.iter().filter(|file| !file.shrinks) {
        printer::talk(format!(
            "\n{} was made by an earlier version: what becomes free in it is used again, but not given \
             back to the disk. A backup that is restored is made anew.",
            file.file
        ));
    }
    printer::talk(format!(
        "\nEvents are kept for {} days at least, and while something needs them. A running hub removes \
         what may go by itself.",
        IDENTITIES.as_hours() / 24
    ));
    Ok(())
}

/// What waits for its account to be connected.
struct Waiting {
    events: u64,
    bytes: u64,
    oldest: Option<Timestamp>,
    limit: Option<u64>,
}

impl Waiting {
    fn of(held: &[HeldSummary], limit: Option<u64>) -> Self {
        Self {
            events: held.iter().map(|group| group.events).sum(),
            bytes: held.iter().map(|group| group.bytes).sum(),
            oldest: held.iter().map(|group| group.first_at).min(),
            limit,
        }
    }

    fn line(&self) -> String {
        json!({
            "kind": "quarantine", "count": self.events, "bytes": self.bytes,
            "oldest": self.oldest, "limit_days": QUARANTINE_DAYS, "limit_bytes": self.limit,
        })
        .to_string()
    }

    fn row(&self) -> Vec<String> {
        let size = self.limit.map(|size| format!(", {} MB", size / 1_000_000));
        vec![
            "waiting for their account".to_owned(),
            self.events.to_string(),
            megabytes(self.bytes),
            self.oldest.map(|at| at.to_string()).unwrap_or_default(),
            format!("{QUARANTINE_DAYS} days{}", size.unwrap_or_default()),
            String::new(),
            String::new(),
        ]
    }
}

fn line(holding: &Holding, limit: Limit) -> String {
    json!({
        "kind": holding.kind.name(),
        "count": holding.kept.count,
        "bytes": holding.kept.size,
        "oldest": holding.oldest,
        "limit_days": limit.age.map(|age| age.as_hours() / 24),
        "limit_bytes": limit.size,
        "going_count": holding.going.count,
        "going_bytes": holding.going.size,
    })
    .to_string()
}

fn file_line(file: &Space) -> String {
    json!({
        "file": file.file, "bytes": file.size, "free_bytes": file.free, "shrinks": file.shrinks,
    })
    .to_string()
}

fn row(holding: &Holding, limit: Limit) -> Vec<String> {
    let what = match holding.kind {
        Retained::Bytes => "raw bytes",
        Retained::Events => "events",
        Retained::Attempts => "finished actions",
        Retained::Audit => "audit",
        Retained::Changes => "change sets",
    };
    let days = limit.age.map(|age| format!("{} days", age.as_hours() / 24));
    let size = limit.size.map(|size| format!("{} MB", size / 1_000_000));
    let limits = [days, size].into_iter().flatten().collect::<Vec<_>>().join(", ");
    vec![
        what.to_owned(),
        holding.kept.count.to_string(),
        megabytes(holding.kept.size),
        holding.oldest.map(|at| at.to_string()).unwrap_or_default(),
        if limits.is_empty() { "none".to_owned() } else { limits },
        holding.going.count.to_string(),
        megabytes(holding.going.size),
    ]
}

fn file_row(file: &Space) -> Vec<String> {
    vec![file.file.to_owned(), megabytes(file.size), megabytes(file.free)]
}

/// Bytes in MB, for people.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}
