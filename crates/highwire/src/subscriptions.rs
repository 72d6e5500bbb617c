//! Subscriptions in the binary: who registers them, who tells them, and who looks after them.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::rand;
use connectors::{
    Safe,
    application::Application,
    subscriber::{CALL_TIMEOUT, Notary, REPLY_LIMIT, Subscriber},
};
use domain::{Clock, Forbearance, SecretSealer, SubscriptionNotary};
use endpoint::{
    http::{Guard, HttpTransport, Overlong},
    reach::Reach,
};
use store::Sqlite;

use crate::{failure::Failure, settings::Settings};

/// Who tells subscriptions.
pub(crate) type Teller = Subscriber<Sqlite, HttpTransport>;

/// How often the hub looks for subscriptions that nobody hears any more.
const LOOK: Duration = Duration::from_secs(60);

/// What subscriptions need of the hub.
pub(crate) struct Needs<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) store: &'a Sqlite,
    pub(crate) sealer: Arc<dyn SecretSealer>,
    pub(crate) clock: &'a Arc<dyn Clock>,
}

impl Needs<'_> {
    /// Who judges addresses and makes secrets.
    pub(crate) fn notary(&self) -> Result<Arc<dyn SubscriptionNotary>, Failure> {
        let reach = reach(self.settings)?;
        Ok(Arc::new(Notary::new(self.safe(), reach, |bytes| rand::fill(bytes).is_ok())))
    }

    /// Who tells subscriptions.
    pub(crate) fn teller(&self) -> Result<Arc<Teller>, Failure> {
        let forbearance: Forbearance = self.settings.subscriptions.forbearance();
        let outside = (self.transport()?, Arc::clone(self.clock));
        Ok(Arc::new(Subscriber::new(self.store.clone(), self.safe(), outside, forbearance)))
    }

    /// Who tells the user's own applications of their rows: signed and guarded as subscriptions are.
    pub(crate) fn application(&self) -> Result<Application<Sqlite, HttpTransport>, Failure> {
        let clock = Arc::clone(self.clock);
        Ok(Application::new(self.store.clone(), self.safe(), self.transport()?, clock))
    }

    /// A transport that judges where it goes.
    fn transport(&self) -> Result<HttpTransport, Failure> {
        let transport = HttpTransport::new(endpoint::http::Settings {
            call_timeout: CALL_TIMEOUT,
            reply_limit: REPLY_LIMIT,
            overlong: Overlong::Cut,
            guard: Some(Guard::new(reach(self.settings)?)),
            ..endpoint::http::Settings::default()
        });
        transport
            .map_err(|source| Failure::user("prepare HTTPS", "see the line above").because(source))
    }

    fn safe(&self) -> Safe<Sqlite> {
        Safe::new(self.store.clone(), Arc::clone(&self.sealer), Arc::clone(self.clock))
    }
}

/// Disables what nobody hears any more, for as long as it is polled.
pub(crate) async fn look_after(teller: Arc<Teller>) {
    loop {
        if let Err(error) = teller.disable_worn_out().await {
            tracing::error!(%error, "subscriptions cannot be looked after");
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn reach(settings: &Settings) -> Result<Reach, Failure> {
    Reach::allowing(&settings.subscriptions.allow_private_addresses).map_err(|source| {
        let attempted = "use the setting subscriptions.allow_private_addresses";
        Failure::user(attempted, "correct the entry").because(source)
    })
}
