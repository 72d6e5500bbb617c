//! What is found on the disks that power cuts leave: what was promised, or what is missing.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use domain::{Journal, Mirror, Outbox, Sequence};
use store::Sqlite;
use tempfile::TempDir;

use super::{Disk, Leaves, Step};
use crate::Random;

/// How many of the last calls before a cut are looked up: earlier ones are long on the disk.
const CALLS: usize = 12;

/// What was found on so many disks.
#[derive(Debug, Default)]
pub struct Report {
    /// How often the power was cut.
    pub cuts: usize,
    /// Disks that could not be opened or read to the end.
    pub unopened: usize,
    /// What the first of them said.
    pub refusal: Option<String>,
    /// Disks on which SQLite found damage.
    pub damaged: usize,
    /// Disks that lacked a promised event.
    pub lost: usize,
    /// How many of them one disk lacked at most.
    pub most_lost: usize,
    /// Disks whose state was ahead of their journal.
    pub ahead: usize,
    /// Disks that knew nothing of a call that had left, so that it would be made again.
    pub forgotten: usize,
}

impl Report {
    /// Whether every disk held what was promised.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let bad = [self.unopened, self.damaged, self.lost, self.ahead, self.forgotten];
        bad.iter().all(|count| *count == 0)
    }

    /// Both together.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.cuts += other.cuts;
        self.unopened += other.unopened;
        self.refusal = self.refusal.or(other.refusal);
        self.damaged += other.damaged;
        self.lost += other.lost;
        self.most_lost = self.most_lost.max(other.most_lost);
        self.ahead += other.ahead;
        self.forgotten += other.forgotten;
        self
    }
}

/// Cuts the power at random steps after the first promise, each kind of cut in turn and every other
/// time a kind for each file. Keeps every `keep`th disk, in its folder `data`.
///
/// # Errors
/// Where nothing was promised, or a disk cannot be rebuilt.
pub async fn cut_everywhere(
    steps: &[Step],
    cuts: usize,
    keep: usize,
    mut random: Random,
) -> Result<(Report, Vec<TempDir>)> {
    let first = steps.iter().position(|step| matches!(step, Step::Promise(_)));
    let first = first.context("a promise")?;
    let mut moments: Vec<usize> =
        (0..cuts).map(|_| first + random.below(steps.len() - first)).collect();
    moments.sort_unstable();
    let (mut disk, mut taken) = (Disk::default(), 0);
    let (mut report, mut kept) = (Report::default(), Vec::new());
    for (index, moment) in moments.into_iter().enumerate() {
        steps[taken..taken.max(moment + 1)].iter().for_each(|step| disk.take(step));
        taken = taken.max(moment + 1);
        let folder = tempfile::tempdir_in(fast_folder())?;
        let data = folder.path().join("data");
        std::fs::create_dir(&data)?;
        let alike = index.is_multiple_of(2);
        let kind = alike.then(|| Leaves::ALL[index / 2 % Leaves::ALL.len()]);
        disk.cut(kind, &mut random, &data)?;
        report.note(examine(&data, &disk).await);
        if index % keep == keep - 1 {
            kept.push(folder);
        }
    }
    Ok((report, kept))
}

/// What is wrong with one disk.
#[derive(Debug, Default)]
struct Finding {
    damage: usize,
    lost: usize,
    is_ahead: bool,
    forgotten: usize,
}

impl Report {
    fn note(&mut self, finding: Result<Finding>) {
        self.cuts += 1;
        let finding = match finding {
            Ok(finding) => finding,
            Err(error) => {
                self.unopened += 1;
                self.refusal.get_or_insert(format!("{error:#}"));
                return;
            }
        };
        self.damaged += usize::from(finding.damage > 0);
        self.lost += usize::from(finding.lost > 0);
        self.most_lost = self.most_lost.max(finding.lost);
        self.ahead += usize::from(finding.is_ahead);
        self.forgotten += usize::from(finding.forgotten > 0);
    }
}

async fn examine(data: &Path, disk: &Disk) -> Result<Finding> {
    let store = Sqlite::open_to_read(data)?;
    let (mut end, mut kept) = (Sequence(0), std::collections::BTreeSet::new());
    loop {
        let page = store.entries_after(end, 500).await?;
        let Some(last) = page.last() else { break };
        end = last.sequence;
        kept.extend(page.iter().map(|entry| entry.event.id.to_string()));
    }
    let (projected, decided) = (store.projected().await?, store.decided().await?);
    let mut forgotten = 0;
    for event in disk.called.iter().rev().take(CALLS) {
        let actions = store.actions(event.parse()?).await?;
        forgotten += usize::from(actions.iter().all(|action| action.attempts.is_empty()));
    }
    Ok(Finding {
        damage: store.damage().await?.len(),
        lost: disk.promised.difference(&kept).count(),
        is_ahead: projected > end || decided > projected,
        forgotten,
    })
}

/// Memory where there is some: the rebuilt disks need no disk.
fn fast_folder() -> PathBuf {
    match Path::new("/dev/shm") {
        memory if memory.is_dir() => memory.to_owned(),
        _ => std::env::temp_dir(),
    }
}
