//! Reads the journal for a stage, so that no organization waits behind another one's backlog.
//!
//! A stage that has nearly caught up reads what comes next. One that is behind looks ahead over
//! whose the entries are, and takes of every organization in turn: the cursor of all stands before
//! the first entry that it has not taken, and a lane says how far it is with whoever is beyond.

use domain::{Entry, Journal, Lane, LaneStep, Lanes, Sequence, StorageError, Turns};

/// How many events one transaction takes.
pub(crate) const STRETCH: usize = 512;

/// From how many entries behind on a stage takes turns: less is done within a few hundred
/// milliseconds, whoever's it is.
const BACKLOG: u64 = 2_048;

/// Over how many entries it looks ahead at once, and in all: places take 60 bytes each at most.
const LOOK: usize = 4_096;
const WINDOW: usize = 131_072;

/// How far a stage has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// With all organizations.
    pub(crate) cursor: Sequence,
    /// With single ones.
    pub(crate) lanes: Lanes,
}

impl Position {
    /// Whether the stage has done an entry of a lane.
    pub(crate) fn covers(&self, lane: &Lane, sequence: Sequence) -> bool {
        sequence <= self.cursor || self.lanes.cover(lane, sequence)
    }
}

/// What a stage takes next.
#[derive(Debug, PartialEq)]
pub(crate) struct Stretch {
    /// The entries, in order.
    pub(crate) entries: Vec<Entry>,
    /// Where the cursor of all stands after them.
    pub(crate) to: Sequence,
    /// How the lanes move.
    pub(crate) lanes: LaneStep,
    /// Whether more is waiting.
    pub(crate) is_behind: bool,
}

impl Stretch {
    /// One entry alone, the first that is not done of its lane.
    pub(crate) fn alone(entry: Entry, stands: Position) -> Self {
        let (mut to, mut lanes) = (stands.cursor, stands.lanes.clone());
        match entry.sequence.0 == to.0 + 1 {
            true => to = entry.sequence,
            false => drop(lanes.0.insert(lane_of(&entry), entry.sequence)),
        }
        lanes.0.retain(|_, done| *done > to);
        let lanes = LaneStep { from: stands.lanes, to: lanes };
        Self { entries: vec![entry], to, lanes, is_behind: true }
    }
}

/// The lane of an entry.
pub(crate) fn lane_of(entry: &Entry) -> Lane {
    entry.event.tenant.as_ref().map(|tenant| tenant.organization.clone())
}

/// Reads for one stage. What it holds in memory can be lost at any time.
#[derive(Default)]
pub(crate) struct Reader {
    ahead: Option<Ahead>,
}

/// What was seen of the journal beyond what was taken.
struct Ahead {
    /// Where the stage stands if its last transaction was written.
    stands: Position,
    waiting: Turns<Lane, Sequence>,
    seen_to: Sequence,
}

impl Reader {
    /// The next stretch for a stage that stands here and may go as far as `limit`, where it follows
    /// another one; none where there is nothing that it may take.
    pub(crate) async fn next(
        &mut self,
        journal: &impl Journal,
        stands: Position,
        limit: Option<&Position>,
    ) -> Result<Option<Stretch>, StorageError> {
        let turns_go_on = |at: &Position| !at.lanes.0.is_empty();
        let looks_ahead = self.ahead.as_ref().is_some_and(|ahead| ahead.is_open_at(&stands));
        if !looks_ahead && !turns_go_on(&stands) && !limit.is_some_and(turns_go_on) {
            let mut entries = journal.entries_after(stands.cursor, STRETCH).await?;
            let is_full = entries.len() >= STRETCH;
            entries.retain(|entry| limit.is_none_or(|limit| entry.sequence <= limit.cursor));
            let Some(last) = entries.last() else { return Ok(None) };
            if !is_full || journal.last().await?.0 - stands.cursor.0 <= BACKLOG {
                let (to, lanes) = (last.sequence, LaneStep::default());
                return Ok(Some(Stretch { to, lanes, is_behind: is_full, entries }));
            }
        }
        self.take_turns(journal, stands, limit).await
    }

    async fn take_turns(
        &mut self,
        journal: &impl Journal,
        stands: Position,
        limit: Option<&Position>,
    ) -> Result<Option<Stretch>, StorageError> {
        // A window that stands elsewhere belongs to a transaction that was not written.
        let known = self.ahead.take().filter(|ahead| ahead.stands == stands);
        let mut ahead = known.unwrap_or_else(|| Ahead {
            seen_to: stands.cursor,
            waiting: Turns::default(),
            stands: stands.clone(),
        });
        ahead.look(journal).await?;
        let places = ahead.take(limit);
        let entries = journal.entries_at(&places).await?;
        let left = &places[entries.len().min(places.len())..];
        let to = ahead.position_after(&entries, left);
        if left.is_empty() {
            ahead.stands = to.clone();
            self.ahead = Some(ahead);
        }
        if entries.is_empty() && to == stands {
            return Ok(None);
        }
        let lanes = LaneStep { from: stands.lanes, to: to.lanes };
        Ok(Some(Stretch { entries, to: to.cursor, lanes, is_behind: true }))
    }
}

impl Ahead {
    /// Whether it was left here, with something to do.
    fn is_open_at(&self, stands: &Position) -> bool {
        self.stands == *stands && !self.waiting.is_empty()
    }

    /// Looks at whose the next entries are.
    async fn look(&mut self, journal: &impl Journal) -> Result<(), StorageError> {
        if self.waiting.len() >= WINDOW {
            return Ok(());
        }
        for (sequence, lane) in journal.owners_after(self.seen_to, LOOK).await? {
            self.seen_to = sequence;
            if !self.stands.covers(&lane, sequence) {
                self.waiting.push(lane, sequence);
            }
        }
        Ok(())
    }

    /// Takes places in turn, of every lane as far as the limit goes, and puts them in order.
    fn take(&mut self, limit: Option<&Position>) -> Vec<Sequence> {
        let may_go =
            |lane: &Lane, place: &Sequence| limit.is_none_or(|limit| limit.covers(lane, *place));
        let taken = std::iter::from_fn(|| self.waiting.take_of(may_go));
        let mut places: Vec<_> = taken.take(STRETCH).map(|(_, place)| place).collect();
        places.sort_unstable();
        places
    }

    /// Where the stage stands after these entries, while what is `left` of its places still waits.
    fn position_after(&self, entries: &[Entry], left: &[Sequence]) -> Position {
        let first_waiting = self.waiting.firsts().map(|(_, place)| place).chain(left).min();
        let cursor = first_waiting.map_or(self.seen_to, |place| Sequence(place.0 - 1));
        let mut lanes = self.stands.lanes.clone();
        for entry in entries {
            lanes.0.insert(lane_of(entry), entry.sequence);
        }
        lanes.0.retain(|_, done| *done > cursor);
        Position { cursor, lanes }
    }
}

#[cfg(test)]
mod tests;
