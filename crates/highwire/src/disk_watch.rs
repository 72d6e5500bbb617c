//! Watches the disk of the data folder, and says in the hub's health when it is below its reserve.

use std::time::Duration;

use store::Disk;
use tokio::time::{Instant, MissedTickBehavior};
use web::{Health, Reason};

/// How often the disk is asked, which costs a microsecond: at the fastest that events come in, a
/// hundredth of the usual reserve is written in this time.
const LOOK: Duration = Duration::from_millis(500);

/// Watches for as long as it is polled.
pub(crate) async fn run(mut disk: Disk, health: Health) {
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        // A disk that hangs must not hold a thread that answers requests.
        let looked = tokio::task::spawn_blocking(move || {
            let space = disk.look();
            (disk, space)
        });
        let Ok((back, space)) = looked.await else { return };
        disk = back;
        match space {
            Ok(space) if space.is_low => {
                if !health.has(Reason::DiskLow) {
                    let (free, wanted) = (space.free, space.wanted);
                    tracing::warn!(free.bytes = free, wanted.bytes = wanted, "the disk is low");
                }
                health.raise(Reason::DiskLow, Instant::now());
            }
            Ok(_) => health.lift(Reason::DiskLow),
            Err(error) => tracing::debug!(%error, "the disk cannot be asked for its free space"),
        }
    }
}
