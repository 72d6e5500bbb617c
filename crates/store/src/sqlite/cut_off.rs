//! Cuts a store off at a commit, as a crash of the process would: only the trial of crashes asks for it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rusqlite::ffi;

/// A commit that the store has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit {
    /// What is written, such as `write the mirror`.
    pub name: &'static str,
    /// Whether it is on the disk already, and only nobody has been told.
    pub is_written: bool,
}

/// Says where a store is cut off.
pub trait CutOff: Send + Sync {
    /// Whether the process ends here. It is asked before and after every commit, of any thread.
    fn is_cut_at(&self, commit: Commit) -> bool;
}

/// Whether a store still has power. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Power {
    plan: Option<Arc<dyn CutOff>>,
    is_off: Arc<AtomicBool>,
}

impl Power {
    /// Power that ends where the plan says.
    pub(super) fn until(plan: Arc<dyn CutOff>) -> Self {
        Self { plan: Some(plan), is_off: Arc::default() }
    }

    /// Whether it is gone: nothing can be read or written any more.
    pub(super) fn is_off(&self) -> bool {
        self.is_off.load(Ordering::SeqCst)
    }

    /// Passes by a commit.
    ///
    /// # Errors
    /// Where the power goes, or has gone.
    pub(super) fn pass(&self, name: &'static str, is_written: bool) -> rusqlite::Result<()> {
        let is_cut = |plan: &Arc<dyn CutOff>| plan.is_cut_at(Commit { name, is_written });
        if self.is_off() || self.plan.as_ref().is_some_and(is_cut) {
            self.is_off.store(true, Ordering::SeqCst);
            let reason = Some("the store was cut off".to_owned());
            return Err(rusqlite::Error::SqliteFailure(
                ffi::Error::new(ffi::SQLITE_INTERRUPT),
                reason,
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Journal, Links, OrganizationId,
        contract::sample::{clock, event},
    };

    use super::*;
    use crate::Sqlite;

    /// Ends at one commit.
    struct At(Commit);

    impl CutOff for At {
        fn is_cut_at(&self, commit: Commit) -> bool {
            commit == self.0
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the cut itself is tested")]
    fn open(folder: &std::path::Path, commit: Commit) -> Sqlite {
        Sqlite::open_to_be_cut_off(folder, clock(), Arc::new(At(commit))).unwrap()
    }

    #[tokio::test]
    async fn what_is_cut_off_is_written_or_not_and_nobody_is_told() {
        for (name, is_written) in
            [("store a link", false), ("store a link", true), ("append to the journal", true)]
        {
            let folder = tempfile::tempdir().unwrap();
            let store = open(folder.path(), Commit { name, is_written });
            let alpha = OrganizationId::new("alpha");
            let link =
                domain::Link { row: Some("r".to_owned()), ..domain::Link::new(alpha.clone(), "m") };
            let stored = store.put_link(link, Vec::new()).await;
            assert_eq!(stored.is_err(), name == "store a link");
            let appended = store.append(event(1)).await;
            assert!(appended.is_err(), "cut off here or before");
            assert!(store.links(&alpha, "m", 0, 9).await.is_err(), "nothing can be read any more");
            drop(store);
            let again = Sqlite::open(folder.path(), clock()).unwrap();
            let links = again.links(&alpha, "m", 0, 9).await.unwrap();
            assert_eq!(links.len(), usize::from(name != "store a link" || is_written));
            assert_eq!(again.last().await.unwrap().0 > 0, name == "append to the journal");
        }
    }
}
