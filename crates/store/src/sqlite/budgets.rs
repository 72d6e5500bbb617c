//! The budgets: one file that any number of processes change, one row for each budget.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::{Budget, BudgetKey, Budgets, StorageError};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, types::Type};

use super::{
    BUDGETS_FILE, OpenError, check_finished,
    connection::{self, Mode},
    cut_off::Power,
    schema,
    worker::{Fault, Worker},
};

/// Whoever opens the file holds the lock of this one: tables and the write-ahead log are set up by
/// one process at a time.
const LOCK_FILE: &str = "budgets.lock";
/// How long a budget is kept after its last change.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// The budgets in a data folder. Clones share a connection; processes share the file.
///
/// The state of the hub is one process's alone; these are not, because a limit counts whoever
/// calls: a hub, a command beside it, a second hub. Nothing is synced to disk on a commit: where the
/// machine loses power, what is lost had been spent before, and counts for one window at most once
/// it is back. The file itself stays whole.
#[derive(Clone)]
pub struct SqliteBudgets {
    worker: Arc<Worker>,
}

impl SqliteBudgets {
    /// Opens the budgets of a data folder, making both where they are missing. Waits while another
    /// process does.
    ///
    /// # Errors
    /// Where the file is damaged or newer than this program, or the disk refuses.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        std::fs::create_dir_all(folder).map_err(|source| OpenError::at(folder, source))?;
        check_finished(folder)?;
        let lock: PathBuf = folder.join(LOCK_FILE);
        let refused = |source| OpenError::at(&lock, source);
        let opening = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
        let opening = opening.map_err(refused)?;
        opening.lock().map_err(refused)?;
        let connection =
            connection::open(&folder.join(BUDGETS_FILE), Mode::Share(&schema::BUDGETS))?;
        Ok(Self { worker: Arc::new(Worker::start("budgets", connection, Power::default())) })
    }

    /// The budgets that are kept, in order.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub async fn keys(&self) -> Result<Vec<BudgetKey>, StorageError> {
        let read = |connection: &Connection| {
            let sql = "SELECT app, tenant FROM budget ORDER BY app, tenant";
            let mut statement = connection.prepare_cached(sql)?;
            let key = |row: &Row<'_>| Ok(BudgetKey { app: row.get(0)?, tenant: row.get(1)? });
            let keys = statement.query_map([], key)?.collect::<Result<Vec<_>, _>>()?;
            Ok(keys)
        };
        self.worker.read("list the budgets", read).await
    }
}

impl Budgets for SqliteBudgets {
    async fn change<V: Send + 'static>(
        &self,
        key: BudgetKey,
        now: Timestamp,
        change: impl FnOnce(&mut Budget) -> V + Send + 'static,
    ) -> Result<V, StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            let known = find(transaction, &key)?;
            let mut budget = known.clone().unwrap_or_default();
            let value = change(&mut budget);
            if known.is_none() {
                forget(transaction, now)?;
            }
            if known.as_ref() != Some(&budget) {
                keep(transaction, &key, &budget, now)?;
            }
            Ok(value)
        };
        self.worker.write("change a budget", write).await
    }
}

fn find(transaction: &Transaction<'_>, key: &BudgetKey) -> Result<Option<Budget>, Fault> {
    let sql = "SELECT calls, others, others_fell, day, lower_limit, next_turn, paused_until, \
               day_over_until FROM budget WHERE app = ?1 AND tenant = ?2";
    let mut statement = transaction.prepare_cached(sql)?;
    Ok(statement.query_row((&key.app, &key.tenant), budget).optional()?)
}

/// Drops the budgets that nobody has changed for long.
fn forget(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), Fault> {
    let before = now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
    let mut statement = transaction.prepare_cached("DELETE FROM budget WHERE changed_at < ?1")?;
    statement.execute([before.as_microsecond()])?;
    Ok(())
}

fn keep(
    transaction: &Transaction<'_>,
    key: &BudgetKey,
    budget: &Budget,
    now: Timestamp,
) -> Result<(), Fault> {
    let sql = "INSERT OR REPLACE INTO budget VALUES (:app, :tenant, :changed_at, :calls, :others, \
               :others_fell, :day, :lower_limit, :next_turn, :paused_until, :day_over_until)";
    let moment = |moment: Option<Timestamp>| moment.map(Timestamp::as_microsecond);
    let calls: Vec<i64> = budget.calls.iter().map(|call| call.as_microsecond()).collect();
    transaction.prepare_cached(sql)?.execute(named_params! {
        ":app": key.app,
        ":tenant": key.tenant,
        ":changed_at": now.as_microsecond(),
        ":calls": json(&calls),
        ":others": json(&counts(&budget.others)),
        ":others_fell": moment(budget.others_fell),
        ":day": json(&counts(&budget.day)),
        ":lower_limit": budget.lower_limit.map(|limit| json(&counts(&[limit]))),
        ":next_turn": moment(budget.next_turn),
        ":paused_until": moment(budget.paused_until),
        ":day_over_until": moment(budget.day_over_until),
    })?;
    Ok(())
}

fn counts(counts: &[(Timestamp, u32)]) -> Vec<(i64, u32)> {
    counts.iter().map(|(moment, count)| (moment.as_microsecond(), *count)).collect()
}

fn json<V: serde::Serialize>(numbers: &V) -> String {
    serde_json::to_string(numbers).expect("numbers have a JSON form")
}

fn budget(row: &Row<'_>) -> rusqlite::Result<Budget> {
    let at = |column: usize, microseconds: i64| {
        Timestamp::from_microsecond(microseconds).map_err(|source| damaged(column, source))
    };
    let moment = |column: usize| {
        let microseconds: Option<i64> = row.get(column)?;
        microseconds.map(|microseconds| at(column, microseconds)).transpose()
    };
    let read = |column: usize, text: &str| -> rusqlite::Result<Vec<(Timestamp, u32)>> {
        let counts: Vec<(i64, u32)> =
            serde_json::from_str(text).map_err(|source| damaged(column, source))?;
        counts.into_iter().map(|(moment, count)| Ok((at(column, moment)?, count))).collect()
    };
    let text =
        |column: usize| row.get_ref(column)?.as_str().map_err(|source| damaged(column, source));
    let calls: Vec<i64> = serde_json::from_str(text(0)?).map_err(|source| damaged(0, source))?;
    let lower_limit: Option<String> = row.get(4)?;
    let lower_limit = lower_limit.map(|text| read(4, &text)).transpose()?;
    Ok(Budget {
        calls: calls.into_iter().map(|call| at(0, call)).collect::<rusqlite::Result<_>>()?,
        others: read(1, text(1)?)?,
        others_fell: moment(2)?,
        day: read(3, text(3)?)?,
        lower_limit: lower_limit.and_then(|limits| limits.first().copied()),
        next_turn: moment(5)?,
        paused_until: moment(6)?,
        day_over_until: moment(7)?,
    })
}

fn damaged(
    column: usize,
    source: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(source))
}

#[cfg(test)]
mod tests {
    use domain::contract::sample::at;
    use tempfile::TempDir;

    use super::*;

    /// Budgets whose folder goes with the test's process.
    fn open() -> SqliteBudgets {
        SqliteBudgets::open(&TempDir::new().unwrap().keep()).unwrap()
    }

    domain::budgets_contract!(open);

    fn key(tenant: &str) -> BudgetKey {
        BudgetKey { app: "app".to_owned(), tenant: tenant.to_owned() }
    }

    #[tokio::test]
    async fn stores_that_open_at_the_same_time_share_one_budget() {
        let folder = TempDir::new().unwrap();
        let path = folder.path();
        let stores: Vec<_> = std::thread::scope(|scope| {
            let open: Vec<_> =
                (0..4).map(|_| scope.spawn(|| SqliteBudgets::open(path).unwrap())).collect();
            open.into_iter().map(|opened| opened.join().unwrap()).collect()
        });
        let mut changes = tokio::task::JoinSet::new();
        for store in stores {
            for _ in 0..50 {
                let store = store.clone();
                changes.spawn(async move {
                    let change = |budget: &mut Budget| {
                        budget.calls.push(at(0));
                        budget.calls.len()
                    };
                    store.change(key("alpha"), at(0), change).await.unwrap()
                });
            }
        }
        let mut places = changes.join_all().await;
        places.sort_unstable();
        assert_eq!(places, (1..=200).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_budget_that_nobody_changes_is_forgotten_after_two_days() {
        let store = open();
        let spend = |budget: &mut Budget| budget.calls.push(at(0));
        store.change(key("old"), at(0), spend).await.unwrap();
        store.change(key("recent"), at(3600), spend).await.unwrap();
        let two_days = 48 * 3600;
        store.change(key("new"), at(two_days + 1), spend).await.unwrap();
        for (tenant, left) in [("old", 0), ("recent", 1)] {
            let read = |budget: &mut Budget| budget.calls.len();
            assert_eq!(store.change(key(tenant), at(two_days), read).await.unwrap(), left);
        }
    }
}
