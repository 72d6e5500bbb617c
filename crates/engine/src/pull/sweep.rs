//! Looks one by one at what a whole list did not show, to find what is gone.
//!
//! A list can leave something out for other reasons: an index that lags, a page that shifted. So
//! nothing gets a tombstone before the vendor says that it has no record of this id.

use std::sync::Arc;

use domain::{Lists, PartStep, Record, Storage, Unseen};
use policy::listed::{Finding, compare, gone};

use super::{
    comparison::tell,
    walk::{Stepped, Stop, Walk},
};

/// How many rows are looked at between two writes.
const BATCH: usize = 20;

impl<S: Storage> Walk<S> {
    /// Looks at the next rows that the list did not show.
    pub(super) async fn sweep(
        &mut self,
        lists: &Arc<dyn Lists>,
        place: usize,
    ) -> Result<Stepped, Stop> {
        let part = self.run.parts[place].clone();
        let began = part.started_at.unwrap_or(self.run.asked_at);
        let unseen = Unseen {
            run: self.run.id.clone(),
            scope: self.run.scope.clone(),
            entity: part.entity,
            quiet_since: began,
            after: part.cursor.clone(),
            limit: BATCH,
        };
        let rows = self.grounds.store.unseen(unseen).await?;
        let last = rows.last().map(|row| row.key.id.clone());
        let (mut findings, mut seen) = (Vec::new(), Vec::new());
        for row in rows {
            match self.look_at(lists, place, &row).await? {
                Ok(finding) => {
                    if !matches!(finding, Finding::Deleted(_)) {
                        seen.push(row.key.id);
                    }
                    findings.push(finding);
                }
                Err(Stepped::Failed(problem)) => {
                    return self.leave(place, problem).await;
                }
                Err(stepped) => return Ok(stepped),
            }
        }
        let mut tally = self.run.parts[place].tally;
        let appended = tell(&self.grounds.store, findings, &mut tally).await?;
        self.note_appended(appended);
        let told = &mut self.run.parts[place];
        told.tally = tally;
        if last.is_none() {
            told.step = PartStep::Done;
        }
        told.cursor = last;
        self.write(Some((part.entity, seen))).await?;
        Ok(Stepped::On)
    }

    /// Asks the vendor for one record.
    async fn look_at(
        &mut self,
        lists: &Arc<dyn Lists>,
        place: usize,
        row: &Record,
    ) -> Result<Result<Finding, Stepped>, Stop> {
        let (reading, scope) = (self.reading(place), self.scope.clone());
        let asked = self.hold(lists.one(&scope, &row.key)).await?;
        self.run.parts[place].tally.calls += 1;
        let finding = match asked {
            Ok(None) => gone(&reading, row),
            Ok(Some(listed)) => compare(&reading, Some(row), listed),
            Err(error) => return Ok(Err(self.cannot_read(error).await?)),
        };
        self.note_answer();
        Ok(Ok(finding))
    }

    /// The list was read to its end all the same; what is gone of it is not known.
    async fn leave(&mut self, place: usize, problem: String) -> Result<Stepped, Stop> {
        let told = &mut self.run.parts[place];
        (told.step, told.cursor) = (PartStep::Done, None);
        told.problem = Some(format!("what is gone cannot be found: {problem}"));
        self.write(None).await?;
        Ok(Stepped::On)
    }
}
