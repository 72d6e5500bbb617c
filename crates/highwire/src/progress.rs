//! Long work on a thread of its own, with a bar on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use store::{BackupError, Progress};

use crate::failure::Failure;

/// Runs blocking work that tells how far it is. The bar is on stderr, and only on a terminal.
pub(crate) async fn on_a_thread<T: Send + 'static>(
    what: &'static str,
    work: impl FnOnce(&mut dyn FnMut(Progress)) -> Result<T, BackupError> + Send + 'static,
) -> Result<T, Failure> {
    let run = move || {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        let style = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        let done = work(&mut |progress: Progress| {
            bar.set_message(format!("{what} {}", progress.file));
            bar.set_length(progress.total);
            bar.set_position(progress.done);
        });
        bar.finish_and_clear();
        done
    };
    match tokio::task::spawn_blocking(run).await {
        Ok(done) => Ok(done?),
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}
