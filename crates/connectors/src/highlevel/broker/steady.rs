//! Tokens whose refresh goes on when the call that needed it is given up.
//!
//! A refresh that is cut off between HighLevel's answer and the store is a pair lost, unless
//! somebody repeats it within half a minute. So it runs in a task of its own, which nobody's time-out
//! ends.

use std::sync::{Arc, Mutex, PoisonError};

use endpoint::{Secret, Timer, Transport};
use highlevel::{
    Tenant,
    auth::{OAuth, Pending, TokenError, TokenSource},
};
use tokio::{sync::oneshot, task::JoinSet};

/// Tasks that are under way, of all connections of a broker.
#[derive(Clone, Default)]
pub(super) struct Tasks(Arc<Mutex<JoinSet<()>>>);

/// The tokens of one installation.
pub(super) struct Steady<T, C> {
    pub(super) oauth: Arc<OAuth<T, C>>,
    pub(super) tasks: Tasks,
}

impl Tasks {
    /// Runs to its end what somebody waits for.
    async fn run<V: Send + 'static>(
        &self,
        work: impl Future<Output = V> + Send + 'static,
    ) -> Option<V> {
        let (reply, answer) = oneshot::channel();
        {
            let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            while tasks.try_join_next().is_some() {}
            tasks.spawn(async move {
                // Who gave up does not need it.
                drop(reply.send(work.await));
            });
        }
        answer.await.ok()
    }

    /// Waits until nothing is under way.
    pub(super) async fn settle(&self) {
        let mut tasks = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
    }
}

impl<T, C> TokenSource for Steady<T, C>
where
    T: Transport + Clone + 'static,
    C: Timer + Clone + 'static,
{
    fn access<'a>(&'a self, tenant: &'a Tenant) -> Pending<'a, Result<Secret, TokenError>> {
        if let Some(token) = self.oauth.at_hand(tenant) {
            return Box::pin(std::future::ready(Ok(token)));
        }
        let (oauth, tenant) = (Arc::clone(&self.oauth), tenant.clone());
        Box::pin(async move {
            let work = async move { oauth.access(&tenant).await };
            self.tasks.run(work).await.unwrap_or(Err(TokenError::Busy))
        })
    }

    fn renew<'a>(
        &'a self,
        tenant: &'a Tenant,
        refused: &'a Secret,
    ) -> Pending<'a, Result<Option<Secret>, TokenError>> {
        let oauth = Arc::clone(&self.oauth);
        let (tenant, refused) = (tenant.clone(), refused.clone());
        Box::pin(async move {
            let work = async move { oauth.renew(&tenant, &refused).await };
            self.tasks.run(work).await.unwrap_or(Err(TokenError::Busy))
        })
    }
}
