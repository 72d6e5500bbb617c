//! Errands: what is done to its end even where nobody waits for it any more.
//!
//! A sender that goes away drops the future of its request. What changes something must not stop
//! half-way for that: the vendor has the message, and nobody has noted it.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::oneshot, task::JoinSet};

/// What is being done. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Errands {
    tasks: Arc<Mutex<JoinSet<()>>>,
}

impl Errands {
    /// Does it to its end; none where it panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (done, wait) = oneshot::channel();
        {
            let mut tasks = self.lock();
            while let Some(ended) = tasks.try_join_next() {
                note(ended);
            }
            tasks.spawn(async move {
                // Nobody may wait any more.
                let _ = done.send(work.await);
            });
        }
        wait.await.ok()
    }

    /// Waits until nothing is being done any more.
    pub(crate) async fn finished(&self) {
        let mut tasks = std::mem::take(&mut *self.lock());
        while let Some(ended) = tasks.join_next().await {
            note(ended);
        }
    }

    fn lock(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn note(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a request ended badly; report this with the hub's log");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn what_nobody_waits_for_is_done_to_its_end() {
        let errands = Errands::default();
        let (go, gone) = oneshot::channel::<()>();
        let is_done = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&is_done);
        let work = async move {
            gone.await.expect("it may go on");
            done.store(true, Ordering::SeqCst);
        };
        let mut waiting = Box::pin(errands.run(work));
        assert!(futures_poll(waiting.as_mut()).await.is_none());
        drop(waiting);
        go.send(()).expect("it is still there");
        errands.finished().await;
        assert!(is_done.load(Ordering::SeqCst));
        assert_eq!(errands.run(async { 7 }).await, Some(7));
    }

    /// Polls a future once.
    async fn futures_poll<F: Future>(mut future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        std::future::poll_fn(|context| match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => std::task::Poll::Ready(Some(output)),
            std::task::Poll::Pending => std::task::Poll::Ready(None),
        })
        .await
    }
}
