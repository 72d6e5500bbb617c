//! The token proxy: passes calls of programs on to HighLevel, which never see a token of it.
//!
//! A call is decided before anything of it leaves: its connection is one that the caller sees, its
//! path means one operation of the catalogue, the operation is allowed and within the caller's
//! rights, and every account that it names is one of the connection's. What leaves is built from
//! what was decided ([`highlevel::Forward`]), within the limits that everybody shares.

mod accounts;
mod allow;
mod brokered;
mod browser;
mod connected;
mod decision;
mod query;
mod reply;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::{
    Access, Audit, BoxFuture, Clock, Connections, NewAudit, Outcome, Profiles, Proxy, ProxyBody,
    ProxyCall, ProxyFault, ProxyRefusal, ProxyReply, StorageError,
};
use endpoint::{Content, Timer, stream::StreamTransport};
use highlevel::{Client, Forward, ForwardBody, Priority, Tenant, catalogue::Route};

use self::{
    accounts::Named,
    connected::{Connected, Directory},
    decision::{
        BodyKind, account, body_kind, filled, header, permitted, priority, routed, with_fields,
    },
};

pub use self::{
    allow::{Allowlist, NotAllowable},
    browser::{BrowserProxy, BrowserSettings},
};

/// Which account of the connection a call is for that does not name one.
const ACCOUNT: &str = "x-highwire-account";

/// What the proxy is told.
#[derive(Clone, Debug)]
pub struct ProxySettings {
    /// What may be called where a connection does not say so itself.
    pub allow: Allowlist,
    /// The largest body that is read before it is passed on, in bytes: JSON, in which accounts are
    /// looked for.
    pub body_limit: usize,
    /// The largest body that is passed on as it comes, in bytes: forms with files.
    pub upload_limit: u64,
    /// The largest reply, in bytes.
    pub reply_limit: u64,
    /// The connection that the hub's settings describe.
    pub described: Option<Described>,
}

/// A connection that the hub's settings describe.
#[derive(Clone, Debug)]
pub struct Described {
    /// Which one.
    pub tenant: domain::Tenant,
    /// The ids of its locations and companies.
    pub accounts: Vec<String>,
    /// The location that counts where a call names none.
    pub location: Option<String>,
    /// Its agency.
    pub company: Option<String>,
}

/// Gives clients of connections.
pub trait Clients<T, C>: Send + Sync {
    /// The client for an account of a connection.
    ///
    /// # Errors
    /// Where there is no way to call for it, with what to do.
    fn client<'a>(
        &'a self,
        connection: &'a domain::Tenant,
        account: &'a Tenant,
    ) -> BoxFuture<'a, Result<Client<T, C>, ProxyRefusal>>;
}

/// Passes calls on to HighLevel.
pub struct HighLevelProxy<S, T, C> {
    store: S,
    directory: Directory<S>,
    clients: Arc<dyn Clients<T, C>>,
    clock: Arc<dyn Clock>,
    settings: ProxySettings,
}

/// A call that was decided on.
struct Decided {
    account: Tenant,
    forward: Forward,
    priority: Priority,
}

impl<S, T, C> HighLevelProxy<S, T, C>
where
    S: Connections + Profiles + Audit + Clone,
{
    /// A proxy over these connections and clients.
    #[must_use]
    pub fn new(
        store: S,
        clients: Arc<dyn Clients<T, C>>,
        clock: Arc<dyn Clock>,
        settings: ProxySettings,
    ) -> Self {
        let directory = Directory::new(store.clone(), settings.described.clone());
        Self { store, directory, clients, clock, settings }
    }
}

impl<S, T, C> Proxy for HighLevelProxy<S, T, C>
where
    S: Connections + Profiles + Audit + Clone + Send + Sync + 'static,
    T: StreamTransport + 'static,
    C: Timer + 'static,
{
    fn call(&self, call: ProxyCall) -> BoxFuture<'_, Result<ProxyReply, ProxyRefusal>> {
        Box::pin(self.pass(call))
    }
}

impl<S, T, C> HighLevelProxy<S, T, C>
where
    S: Connections + Profiles + Audit + Clone + Send + Sync + 'static,
    T: StreamTransport + 'static,
    C: Timer + 'static,
{
    async fn pass(&self, call: ProxyCall) -> Result<ProxyReply, ProxyRefusal> {
        let found = self.directory.find(&call.realm, &call.connection).await;
        let connected = found.map_err(|error| unread(&error))?;
        // A connection of another kind is not there: nothing here opens its credential.
        let connected = connected.filter(|it| it.access != Access::Browser).ok_or_else(absent)?;
        let route = routed(&call)?;
        let operation = route.operation().id();
        let entry = NewAudit {
            at: self.clock.now(),
            organization: Some(connected.tenant.organization.clone()),
            connection: Some(connected.tenant.connection.clone()),
            actor: call.actor.clone(),
            act: "proxy.called".to_owned(),
            outcome: Outcome::Done,
            subject: Some(operation.to_owned()),
            detail: None,
        };
        let outcome = match self.decide(call, &connected, route).await {
            Ok(decided) => self.send(&connected, operation, decided).await,
            Err(refusal) => Err(refusal.of(operation)),
        };
        // Who cannot be told of afterwards is not served.
        let noted = self.store.note_audit(vec![told(entry, &outcome)]).await;
        noted.map_err(|error| unread(&error).of(operation))?;
        outcome
    }

    /// Everything that can be said about a call before it leaves.
    async fn decide(
        &self,
        call: ProxyCall,
        connected: &Connected,
        route: Route,
    ) -> Result<Decided, ProxyRefusal> {
        permitted(&call, self.allowed_by(connected)?, &route)?;
        let (priority, edition) = (priority(&call)?, route.edition());
        let mut query = query::pairs(call.query.as_deref(), edition)?;
        let mut named = Named::default();
        named.add_path(&route);
        named.add_query(&query);
        named.0.extend(header(&call.headers, ACCOUNT).map(str::to_owned));
        let media_type = header(&call.headers, "content-type").unwrap_or("application/json");
        let kind = body_kind(call.body.is_some(), media_type, edition, connected)?;
        let (mut json, mut streamed) = (None, None);
        match (kind, call.body) {
            (BodyKind::Json, Some(body)) => {
                let bytes = body.whole(self.settings.body_limit).await?;
                json = Some((named.add_json(&bytes)?, bytes));
            }
            (BodyKind::Parts, Some(body)) => streamed = Some(self.upload(media_type, body)?),
            (BodyKind::None, _) | (_, None) => {}
        }
        let account = account(connected, edition, &named)?;
        for blank in accounts::blanks_of_query(edition, &query) {
            query.extend(filled(blank, &account, connected));
        }
        let whole = json.map(|(given, bytes)| {
            let blanks = accounts::blanks_of_body(edition, &given);
            let more = blanks.into_iter().flat_map(|it| filled(it, &account, connected)).collect();
            ForwardBody::Whole(Content::json(with_fields(bytes, more)))
        });
        let accept = edition.success().and_then(|reply| reply.content_type());
        let forward = Forward {
            accept: accept.unwrap_or("application/json").to_owned(),
            route,
            query,
            // A token could hide in what is compressed.
            headers: vec![("accept-encoding".to_owned(), "identity".to_owned())],
            body: whole.or(streamed),
        };
        Ok(Decided { account, forward, priority })
    }

    async fn send(
        &self,
        connected: &Connected,
        operation: &'static str,
        decided: Decided,
    ) -> Result<ProxyReply, ProxyRefusal> {
        let Decided { account, forward, priority } = decided;
        let client = self.clients.client(&connected.tenant, &account).await;
        let client = client.map_err(|refusal| refusal.of(operation))?.with_priority(priority);
        let limit = self.settings.reply_limit;
        match client.forward(forward).await {
            Ok(reply) => reply::given(operation, reply, limit),
            Err(error) => reply::failed(operation, &error, limit),
        }
    }

    fn allowed_by<'a>(&'a self, connected: &'a Connected) -> Result<&'a Allowlist, ProxyRefusal> {
        match &connected.allow {
            None => Ok(&self.settings.allow),
            Some(Ok(own)) => Ok(own),
            Some(Err(error)) => {
                let hint = "correct the setting `proxy_allow` of the connection";
                Err(ProxyRefusal::new(ProxyFault::Unusable, error, hint))
            }
        }
    }

    fn upload(
        &self,
        media_type: &str,
        body: Box<dyn ProxyBody>,
    ) -> Result<ForwardBody, ProxyRefusal> {
        let (length, limit) = (body.length(), self.settings.upload_limit);
        if length.is_some_and(|length| length > limit) {
            let error = format!("the body is larger than {limit} bytes");
            let hint = "send less at once, or raise proxy.upload_megabytes";
            return Err(ProxyRefusal::new(ProxyFault::TooLarge, error, hint));
        }
        let media_type = media_type.to_owned();
        Ok(ForwardBody::Streamed { media_type, length, pieces: body.pieces(limit) })
    }
}

fn absent() -> ProxyRefusal {
    let hint = "give the id of a HighLevel connection that you can see";
    ProxyRefusal::new(ProxyFault::Absent, "there is no such connection", hint)
}

fn unread(error: &StorageError) -> ProxyRefusal {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::error!(%error, cause, "a call of the proxy cannot be decided on");
    let hint = "try again later; the hub's log says more";
    ProxyRefusal::new(ProxyFault::Later(None), "the store cannot answer now", hint)
}

/// The entry of the audit, with how the call ended.
fn told(entry: NewAudit, outcome: &Result<ProxyReply, ProxyRefusal>) -> NewAudit {
    match outcome {
        Ok(reply) => NewAudit { detail: Some(format!("status {}", reply.status)), ..entry },
        Err(refusal) => {
            let outcome = match refusal.fault {
                ProxyFault::Later(_) | ProxyFault::Unusable | ProxyFault::Vendor => Outcome::Failed,
                ProxyFault::Absent
                | ProxyFault::NeedsReads
                | ProxyFault::NeedsWrites
                | ProxyFault::Forbidden
                | ProxyFault::Malformed
                | ProxyFault::TooLarge => Outcome::Refused,
            };
            NewAudit { outcome, detail: Some(refusal.error.clone()), ..entry }
        }
    }
}
