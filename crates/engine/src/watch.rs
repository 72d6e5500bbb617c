//! Reads the rows that people changed in a mapping's table, writes those that say something new.
//!
//! A table is read from time to time, and a single row at once when the counterpart hints at it. What
//! differs from what is known of a row comes in through the journal like everything else. Reading twice
//! changes nothing: the same news is the same event.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::{
    Appended, Bookmark, Clock, Entity, Event, Lease, LeaseClaim, LeaseReply, Link, LinkEnd,
    LinkStanding, ListError, Mapping, Row, RowReader, Storage, StorageError, Tenant,
};
use jiff::{SignedDuration, Timestamp};
use policy::sync::news::{self, Known, News};
use tokio::{
    sync::{Notify, broadcast, watch},
    time::Instant,
};

/// How far behind the newest row that was seen the next reading begins: counterparts keep minutes, and
/// their lists may lag behind (`facts/notion.md` 4.2).
const OVERLAP: SignedDuration = SignedDuration::from_mins(2);

/// How far the counterpart's clock may be from ours. A table that nobody edits is read from this long
/// ago, and not for ever from its last edit.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

/// How long a turn at a table lasts; it is renewed with each page.
const TURN: SignedDuration = SignedDuration::from_mins(5);

/// The first wait after a reading that failed; it doubles until it is as long as the usual one.
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// From how many hinted rows on the table is read instead: a page of it shows a hundred of them.
const FEW: usize = 5;

/// How many hints wait for a mapping that is busy; of one that falls further behind the table is read.
const HINTS: usize = 1_024;

/// What is watched, and how.
pub struct Watching {
    /// The mappings, each with whoever reads its table.
    pub mappings: Vec<(Arc<Mapping>, Arc<dyn RowReader>)>,
    /// How often each table is read.
    pub every: Duration,
    /// Names this process among all on the store.
    pub process: String,
}

/// Nothing is watched.
impl Default for Watching {
    fn default() -> Self {
        let (mappings, process) = (Vec::new(), String::new());
        Self { mappings, every: Duration::from_secs(300), process }
    }
}

/// Tells the stages of hints, as they come in. Cheap to clone; where nobody listens it does nothing.
#[derive(Clone)]
pub(crate) struct Hints(broadcast::Sender<Arc<Event>>);

impl Default for Hints {
    fn default() -> Self {
        Self(broadcast::channel(HINTS).0)
    }
}

impl Hints {
    /// Tells of an event that is on stable storage.
    pub(crate) fn tell(&self, event: &Event) {
        // It fails where nobody listens.
        let _ = self.0.send(Arc::new(event.clone()));
    }

    /// Whether anybody listens.
    pub(crate) fn are_wanted(&self) -> bool {
        self.0.receiver_count() > 0
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<Event>> {
        self.0.subscribe()
    }
}

/// The stage: one for each mapping, so that none waits for another's table.
pub(crate) struct Watch<S> {
    pub(crate) store: S,
    pub(crate) mapping: Arc<Mapping>,
    pub(crate) reader: Arc<dyn RowReader>,
    pub(crate) every: Duration,
    pub(crate) process: String,
    pub(crate) clock: Arc<dyn Clock>,
    /// Woken when events were written.
    pub(crate) next: Arc<Notify>,
}

/// Why a reading was not finished.
#[derive(Debug)]
enum Unread {
    Table(ListError),
    Store(StorageError),
    /// Another process has the turn, until then.
    Elsewhere(Timestamp),
}

impl From<ListError> for Unread {
    fn from(error: ListError) -> Self {
        Self::Table(error)
    }
}

impl From<StorageError> for Unread {
    fn from(error: StorageError) -> Self {
        Self::Store(error)
    }
}

impl<S: Storage> Watch<S> {
    /// Runs until shutdown.
    pub(crate) async fn run(
        self,
        mut hints: broadcast::Receiver<Arc<Event>>,
        mut shutdown: watch::Receiver<bool>,
    ) {
        let (mut due, mut wait, mut turn) = (Instant::now(), FIRST_WAIT, None);
        while !*shutdown.borrow() {
            let hinted = tokio::select! {
                () = tokio::time::sleep_until(due) => None,
                hint = hints.recv() => Some(self.gather(hint, &mut hints)),
                _ = shutdown.changed() => continue,
            };
            let is_hinted = matches!(hinted, Some(Some(_)));
            let reading = async {
                match hinted {
                    Some(Some(rows)) => self.read_rows(&rows).await.map(|()| false),
                    Some(None) | None => self.read_table(&mut turn).await.map(|()| true),
                }
            };
            let read = tokio::select! {
                read = reading => read,
                _ = shutdown.changed() => break,
            };
            match read {
                Ok(false) => {}
                Ok(true) => (due, wait) = (Instant::now() + self.every, FIRST_WAIT),
                Err(unread) => {
                    let again = Instant::now() + self.wait(&unread, wait);
                    // A hint that cannot be followed brings the table's turn nearer and never puts it
                    // off: where hints keep failing, the table would not be read at all.
                    due = if is_hinted { due.min(again) } else { again };
                    if !is_hinted {
                        wait = (wait * 2).min(self.every);
                    }
                }
            }
        }
        // A reading that was cut off leaves its turn to the next process at once.
        if let Some(lease) = turn
            && let Err(error) = self.store.release_lease(&lease).await
        {
            tracing::warn!(%error, "the turn at a table ends by itself in a few minutes");
        }
    }

    /// The rows of this mapping that hints name, with whatever else has come meanwhile; none where so
    /// many are named, or were missed, that the table has to be read.
    fn gather(
        &self,
        first: Result<Arc<Event>, broadcast::error::RecvError>,
        hints: &mut broadcast::Receiver<Arc<Event>>,
    ) -> Option<BTreeSet<String>> {
        use broadcast::error::{RecvError, TryRecvError};
        let mut rows = BTreeSet::new();
        let mut next = first;
        loop {
            match next {
                Ok(event) => rows.extend(self.row_of(&event)),
                Err(RecvError::Lagged(_)) => return None,
                Err(RecvError::Closed) => return Some(rows),
            }
            next = match hints.try_recv() {
                Ok(event) => Ok(event),
                Err(TryRecvError::Lagged(missed)) => Err(RecvError::Lagged(missed)),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            };
        }
        (rows.len() <= FEW).then_some(rows)
    }

    fn row_of(&self, event: &Event) -> Option<String> {
        if event.tenant.as_ref() != Some(&self.tenant()) {
            return None;
        }
        let hint = self.reader.hint(event)?;
        hint.table.is_none_or(|table| table == self.mapping.table).then_some(hint.row)
    }

    /// Reads single rows. One that is not there any more is gone.
    async fn read_rows(&self, rows: &BTreeSet<String>) -> Result<(), Unread> {
        for id in rows {
            let read_at = self.clock.now();
            let row = self.reader.row(&self.mapping, id).await?;
            let row = row.unwrap_or_else(|| Row {
                id: id.clone(),
                fields: domain::Fields::new(),
                changed_at: read_at,
                record: None,
                gone: true,
            });
            self.take(row, read_at).await?;
        }
        Ok(())
    }

    /// Reads what was edited since the last reading, in this process or another one.
    async fn read_table(&self, turn: &mut Option<Lease>) -> Result<(), Unread> {
        let lease = turn.insert(self.turn().await?);
        let read = self.read_pages(lease).await;
        self.store.release_lease(lease).await?;
        *turn = None;
        read
    }

    async fn read_pages(&self, lease: &Lease) -> Result<(), Unread> {
        let (tenant, list) = (self.tenant(), self.list());
        let began_at = self.clock.now();
        let stands = self.store.watermark(&tenant, &list).await?;
        let since = stands.map(|stands| stands.saturating_sub(OVERLAP).unwrap_or(Timestamp::MIN));
        let mut bookmark = Bookmark { since, ..Bookmark::default() };
        let quiet = began_at.saturating_sub(CLOCKS_DIFFER).unwrap_or(began_at);
        let (mut newest, mut seen, mut told) = (quiet, BTreeSet::new(), 0_u64);
        loop {
            let read_at = self.clock.now();
            let page = self.reader.changed(&self.mapping, &bookmark).await?;
            for row in page.rows {
                newest = newest.max(row.changed_at);
                if seen.insert(row.id.clone()) && self.take(row, read_at).await? {
                    told += 1;
                }
            }
            let Some(next) = page.next else { break };
            bookmark.cursor = Some(next);
            let until = self.clock.now() + TURN;
            if !self.store.renew_lease(lease, until).await? {
                return Err(Unread::Elsewhere(until));
            }
        }
        // What was told is on stable storage, so the next reading may begin behind it.
        self.store.raise_watermark(&tenant, &list, newest).await?;
        tracing::debug!(mapping = self.mapping.name, rows = seen.len(), told, "a table is read");
        Ok(())
    }

    /// Brings a row in where it tells something; whether it does.
    async fn take(&self, row: Row, read_at: Timestamp) -> Result<bool, Unread> {
        let link = self.link(LinkEnd::Row(&row.id)).await?;
        let claimed = match &row.record {
            Some(record) => self.link(LinkEnd::Record(record)).await?,
            None => None,
        };
        let known = Known { link: link.as_ref(), claimed: claimed.as_ref() };
        match news::of(&self.mapping, known, &row) {
            News::Nothing => Ok(false),
            News::Refused(reason) => self.refuse(row, reason).await.map(|()| false),
            News::Told => {
                let event = row.into_event(&self.mapping, Entity::Page, read_at);
                let is_new = matches!(self.store.append(event).await?, Appended::New(_));
                if is_new {
                    let mapping = self.mapping.name.clone();
                    metrics::counter!("highwire_rows_told_total", "mapping" => mapping)
                        .increment(1);
                    self.next.notify_one();
                }
                Ok(is_new)
            }
        }
    }

    /// Notes that nothing follows from a row, and why. Nothing of it is kept, so that it counts as soon as
    /// the reason is gone.
    async fn refuse(&self, row: Row, reason: String) -> Result<(), Unread> {
        let (organization, mapping) = (&self.mapping.tenant.organization, &self.mapping.name);
        tracing::warn!(mapping, row = row.id, reason, "a row is passed over");
        let link = Link {
            row: Some(row.id),
            standing: LinkStanding::Refused { reason },
            ..Link::new(organization.clone(), mapping)
        };
        // Where somebody else stored a link of it meanwhile, that one counts.
        self.store.put_link(link, Vec::new()).await?;
        Ok(())
    }

    async fn link(&self, end: LinkEnd<'_>) -> Result<Option<Link>, StorageError> {
        self.store.link(&self.mapping.tenant.organization, &self.mapping.name, end).await
    }

    /// Takes the turn at the table.
    async fn turn(&self) -> Result<Lease, Unread> {
        let now = self.clock.now();
        let claim = LeaseClaim {
            name: format!("{}/{}", self.tenant().organization, self.list()),
            holder: self.process.clone(),
            now,
            until: now + TURN,
        };
        match self.store.take_lease(claim).await? {
            LeaseReply::Granted(lease) => Ok(lease),
            LeaseReply::HeldUntil(until) => Err(Unread::Elsewhere(until)),
        }
    }

    /// How long to wait after a reading that was not finished; it is told once, here.
    fn wait(&self, unread: &Unread, usual: Duration) -> Duration {
        let mapping = &self.mapping.name;
        let wait = match unread {
            Unread::Elsewhere(until) => {
                let left = until.duration_since(self.clock.now());
                return Duration::try_from(left).unwrap_or_default().min(self.every);
            }
            Unread::Store(error) => {
                tracing::error!(mapping, %error, "what a table tells cannot be kept");
                usual
            }
            Unread::Table(error @ ListError::Later(_)) => {
                tracing::warn!(mapping, %error, "a table cannot be read at the moment");
                usual
            }
            Unread::Table(error) => {
                tracing::error!(mapping, %error, "a table cannot be read");
                self.every
            }
        };
        metrics::counter!("highwire_table_failures_total", "mapping" => mapping.clone())
            .increment(1);
        wait
    }

    /// The connection to the counterpart.
    fn tenant(&self) -> Tenant {
        let organization = self.mapping.tenant.organization.clone();
        Tenant { organization, connection: self.mapping.counterpart.clone() }
    }

    /// The list whose watermark it is.
    fn list(&self) -> String {
        format!("rows/{}", self.mapping.name)
    }
}

#[cfg(test)]
mod tests;
