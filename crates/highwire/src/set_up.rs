//! The service of the set-up pages: connects, makes proofs, tries out and examines, for one organization.

mod offers;
mod proofs;
mod taking;
mod ticket;
mod trial;
mod views;

use std::{collections::BTreeMap, sync::Arc};

use aws_lc_rs::rand;
use connectors::Connecting;
use domain::{
    BoxFuture, Connection, ConnectionId, Connections, EventId, Finding, SecretSealer, StorageError,
    Tenant,
};
use secrecy::SecretString;
use store::Sqlite;
use web::set_up::{
    Arrival, ConnectionView, Door, Offer, Outcome, Refused, Replied, Sent, SetUp, Shown, TrialPlan,
    Who,
};

pub(crate) use self::ticket::open as open_link;
use crate::{
    broker::HighLevelBroker,
    clock,
    commands::{
        connect,
        doctor::{self, described, stored::Instruments},
    },
    consents::{self, Consents},
    failure::Failure,
    settings::Settings,
};

/// The service over a hub's own store.
pub(crate) struct HubSetUp {
    settings: Settings,
    store: Sqlite,
    sealer: Arc<dyn SecretSealer>,
    connecting: Connecting<Sqlite>,
    consents: Consents,
    broker: HighLevelBroker,
    /// Where senders reach the hub, without a slash at the end.
    public_url: String,
}

impl HubSetUp {
    /// The service of a hub that listens at `own_url`.
    ///
    /// # Errors
    /// Where what the settings say makes no sense.
    pub(crate) fn new(
        settings: &Settings,
        store: &Sqlite,
        (sealer, broker): (Arc<dyn SecretSealer>, HighLevelBroker),
        own_url: &str,
    ) -> Result<Self, Failure> {
        let named = settings.webhook.public_url.trim().trim_end_matches('/');
        let public_url = if named.is_empty() { own_url } else { named };
        Ok(Self {
            connecting: connect::connecting(settings, store, &sealer)?,
            consents: consents::desk(settings, store, Arc::clone(&sealer))?,
            settings: settings.clone(),
            store: store.clone(),
            sealer,
            broker,
            public_url: public_url.to_owned(),
        })
    }

    /// The connections of an organization, those of the settings too, in order of name.
    async fn own(&self, who: &Who) -> Result<Vec<Connection>, Refused> {
        let mut all = self.store.listing().await.map_err(unkept)?.connections;
        for described in described::connections(&self.settings, clock::now()) {
            if all.iter().all(|known| known.tenant != described.tenant) {
                all.push(described);
            }
        }
        all.retain(|one| one.tenant.organization == who.organization);
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(all)
    }

    /// One of them.
    async fn find(&self, who: &Who, id: &ConnectionId) -> Result<Connection, Refused> {
        let tenant = Tenant { organization: who.organization.clone(), connection: id.clone() };
        let found = self.own(who).await?.into_iter().find(|one| one.tenant == tenant);
        found.ok_or(Refused::Absent)
    }

    async fn look(&self, who: &Who, id: &ConnectionId) -> Result<Vec<Finding>, Refused> {
        let connection = self.find(who, id).await?;
        let described = doctor::examine_described(&self.settings, &connection).await;
        let section = match described.map_err(|failure| refused(&failure))? {
            Some(section) => section,
            None => {
                let at = (&self.settings, &self.store);
                let actor = who.actor.clone();
                let instruments = Instruments::with(self.broker.clone(), at, &self.sealer, actor);
                instruments.examine(&connection).await.map_err(|failure| refused(&failure))?
            }
        };
        Ok(section.findings)
    }
}

impl SetUp for HubSetUp {
    fn draw(&self) -> [u8; 32] {
        let mut random = [0; 32];
        rand::fill(&mut random).expect("the system has random bytes, as it had at the start");
        random
    }

    fn is_https(&self, host: &str) -> bool {
        let named = self.public_url.strip_prefix("https://");
        named.and_then(|rest| rest.split('/').next()).is_some_and(|own| own == host)
    }

    fn offers(&self) -> Vec<Offer> {
        offers::all()
    }

    fn connections<'a>(
        &'a self,
        who: &'a Who,
    ) -> BoxFuture<'a, Result<Vec<ConnectionView>, Refused>> {
        Box::pin(self.view_all(who))
    }

    fn connect<'a>(
        &'a self,
        who: &'a Who,
        offer: &'a str,
        fields: BTreeMap<String, SecretString>,
    ) -> BoxFuture<'a, Result<Outcome, Refused>> {
        Box::pin(self.take(who, offer, fields))
    }

    fn doors<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<Vec<Door>, Refused>> {
        Box::pin(self.list_doors(who, connection))
    }

    fn prove<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
        proof: &'a str,
    ) -> BoxFuture<'a, Result<Shown, Refused>> {
        Box::pin(self.make_proof(who, connection, proof))
    }

    fn trial<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<TrialPlan, Refused>> {
        Box::pin(self.plan(who, connection))
    }

    fn send<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<Sent, Refused>> {
        Box::pin(self.send_event(who, connection))
    }

    fn arrival<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
        event: EventId,
    ) -> BoxFuture<'a, Result<Arrival, Refused>> {
        Box::pin(self.follow(who, connection, event))
    }

    fn reply<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
        message: (&'a str, &'a str),
    ) -> BoxFuture<'a, Result<Replied, Refused>> {
        Box::pin(self.send_message(who, connection, message))
    }

    fn examine<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<Vec<Finding>, Refused>> {
        Box::pin(self.look(who, connection))
    }
}

/// A store that fails is the hub's own fault.
fn unkept(error: StorageError) -> Refused {
    tracing::error!(%error, "a page of the set-up cannot be shown");
    let (reason, hint) = ("the store cannot answer now", "try again; the hub's log says more");
    Refused::Because { reason: reason.to_owned(), hint: hint.to_owned(), is_ours: true }
}

/// A failure of a command, as a page tells it.
fn refused(failure: &Failure) -> Refused {
    Refused::because(failure.chain().join(": "), failure.hint())
}
