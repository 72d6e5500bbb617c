//! The storage contracts on SQLite: two files, each written by one thread of its own.
//!
//! The journal is a file by itself, so that no long transaction on the state delays an
//! acknowledgment. Each file has one writing thread, since SQLite has one writer at a time and a
//! thread that owns its connection cannot be cancelled in the middle of a commit. The budgets of
//! vendors' limits are a third file, which any number of processes may change.
//!
//! Must not know: vendors, HTTP.

mod disk;
mod sqlite;

pub use self::disk::{Disk, Reserve, ReserveError, Space};
pub use self::sqlite::{
    BackupError, Commit, CutOff, Manifest, OpenError, Progress, Restored, Sqlite, SqliteBudgets,
    back_up, restore,
};
