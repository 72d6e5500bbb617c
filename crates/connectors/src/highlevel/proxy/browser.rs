//! The address of HighLevel's own application: one list, read with the token of a person's browser.
//!
//! The public API has the names of workflows and nothing else of them, neither folders nor drafts. The
//! application's own address has, for whoever is signed in. That address is no API: it is not
//! documented, may change on any day, and its token can do whatever the person can. So it is off
//! unless the settings say otherwise, its connections are of a kind of their own, and exactly one
//! path can be read through them. No credential of that kind is opened anywhere else, and none of
//! another kind here.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    Access, Actor, Audit, BoxFuture, Clock, Connections, CredentialKey, Credentials, NewAudit,
    Outcome, Profiles, Proxy, ProxyCall, ProxyFault, ProxyRefusal, ProxyReply, Revision, Tenant,
};
use endpoint::{
    Budget, Draft, Method, Request, Reservation, Secret,
    stream::{self, StreamTransport, StreamedResponse},
};

use super::{
    absent,
    connected::{Connected, Directory},
    decision::{forbidden, malformed},
    query, reply, told, unread,
};
use crate::Safe;

/// What counters and the audit call the one thing that can be read.
const LIST: &str = "browser.list-workflows";

/// The one path. Folders are rows of the list too, and what is in one is asked for by the query.
const PATH: &str = "/workflow/{locationId}/list";

/// What the query may say: which folder, what kind of rows, which page, in which order.
const QUERY: [&str; 8] = [
    "parentId",
    "type",
    "limit",
    "offset",
    "sortBy",
    "sortOrder",
    "includeCustomObjects",
    "includeObjectiveBuilder",
];

/// The longest value of the query, in bytes.
const LONGEST_VALUE: usize = 64;

/// How many reads of one connection leave in a minute: a person's pace.
const READS_PER_MINUTE: usize = 30;

/// The largest reply, in bytes.
const REPLY_LIMIT: u64 = 16 * 1024 * 1024;

/// What the proxy is told.
#[derive(Clone, Debug)]
pub struct BrowserSettings {
    /// Where the application's own address is, without a slash at its end.
    pub url: String,
    /// Where people see the application, for connections that name no white label.
    pub application_url: String,
}

/// Reads the application's own address.
pub struct BrowserProxy<S, T> {
    store: S,
    safe: Safe<S>,
    directory: Directory<S>,
    transport: T,
    clock: Arc<dyn Clock>,
    settings: BrowserSettings,
    tokens: Mutex<HashMap<Tenant, (Revision, Secret)>>,
    budgets: Mutex<HashMap<Tenant, Budget>>,
}

impl<S, T> BrowserProxy<S, T>
where
    S: Connections + Profiles + Credentials + Audit + Clone,
{
    /// A proxy over these connections.
    #[must_use]
    pub fn new(
        (store, safe): (S, Safe<S>),
        transport: T,
        clock: Arc<dyn Clock>,
        settings: BrowserSettings,
    ) -> Self {
        let directory = Directory::new(store.clone(), None);
        let (tokens, budgets) = (Mutex::default(), Mutex::default());
        Self { store, safe, directory, transport, clock, settings, tokens, budgets }
    }
}

impl<S, T> Proxy for BrowserProxy<S, T>
where
    S: Connections + Profiles + Credentials + Audit + Clone + Send + Sync + 'static,
    T: StreamTransport + 'static,
{
    fn call(&self, call: ProxyCall) -> BoxFuture<'_, Result<ProxyReply, ProxyRefusal>> {
        Box::pin(self.pass(call))
    }
}

impl<S, T> BrowserProxy<S, T>
where
    S: Connections + Profiles + Credentials + Audit + Clone + Send + Sync + 'static,
    T: StreamTransport + 'static,
{
    async fn pass(&self, call: ProxyCall) -> Result<ProxyReply, ProxyRefusal> {
        let found = self.directory.find(&call.realm, &call.connection).await;
        let connected = found.map_err(|error| unread(&error))?;
        let connected = connected.filter(|it| it.access == Access::Browser).ok_or_else(absent)?;
        let entry = NewAudit {
            at: self.clock.now(),
            organization: Some(connected.tenant.organization.clone()),
            connection: Some(connected.tenant.connection.clone()),
            actor: call.actor.clone(),
            act: "browser.called".to_owned(),
            outcome: Outcome::Done,
            subject: Some(LIST.to_owned()),
            detail: None,
        };
        let wanted = location(&call, &connected)
            .and_then(|location| Ok((location.to_owned(), pairs(call.query.as_deref())?)));
        let actor = call.actor;
        let outcome = match wanted {
            Ok((location, query)) => self.read((&location, &query), &actor, &connected).await,
            Err(refusal) => Err(refusal),
        };
        let outcome = outcome.map_err(|refusal| refusal.of(LIST));
        let noted = self.store.note_audit(vec![told(entry, &outcome)]).await;
        noted.map_err(|error| unread(&error).of(LIST))?;
        outcome
    }

    async fn read(
        &self,
        (location, query): (&str, &[(String, String)]),
        actor: &Actor,
        connected: &Connected,
    ) -> Result<ProxyReply, ProxyRefusal> {
        self.spend(&connected.tenant)?;
        let token = self.token(actor, &connected.tenant).await?;
        let request = self.request(connected, location, query)?;
        let request = request.with_header("token-id", token.expose());
        let reply = self.transport.open(request, None).await.map_err(|error| {
            let hint = "try again later; check highlevel.browser_url if it happens again";
            ProxyRefusal::new(ProxyFault::Vendor, error.to_string(), hint)
        })?;
        if matches!(reply.status, 401 | 403) {
            let error = "HighLevel's application does not take the token of the browser any more";
            let hint = "sign in there, and store a new one; it lasts for about an hour";
            return Err(ProxyRefusal::new(ProxyFault::Vendor, error, hint));
        }
        let pieces = stream::blot(reply.pieces, token);
        reply::given(LIST, StreamedResponse { pieces, ..reply }, REPLY_LIMIT)
    }

    fn request(
        &self,
        connected: &Connected,
        location: &str,
        query: &[(String, String)],
    ) -> Result<Request, ProxyRefusal> {
        let draft = Draft {
            operation: LIST,
            method: Method::Get,
            path: PATH,
            path_parameters: vec![("locationId", location)],
            query: query.iter().map(|(name, value)| (name.as_str(), value.clone())).collect(),
            accept: "application/json",
            body: None,
        };
        let request = draft.encode(&self.settings.url).map_err(|error| {
            malformed(error.to_string(), "correct the location of the connection")
        })?;
        let origin = origin(connected, &self.settings.application_url);
        Ok(request
            .with_header("source", "WEB_USER")
            .with_header("channel", "APP")
            .with_header("version", "2021-07-28")
            .with_header("origin", origin.clone())
            .with_header("referer", format!("{origin}/"))
            .with_header("accept-encoding", "identity"))
    }

    fn spend(&self, tenant: &Tenant) -> Result<(), ProxyRefusal> {
        let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Budget::new(READS_PER_MINUTE, Duration::from_secs(60));
        match budgets.entry(tenant.clone()).or_insert_with(fresh).reserve(self.clock.now()) {
            Reservation::Granted => Ok(()),
            Reservation::Wait(wait) => {
                let error = "the connection has been read often enough for this minute";
                let fault = ProxyFault::Later(Some(wait));
                Err(ProxyRefusal::new(fault, error, "read it again later"))
            }
        }
    }

    /// The token, which is taken out once and again after a change.
    async fn token(&self, actor: &Actor, tenant: &Tenant) -> Result<Secret, ProxyRefusal> {
        let revision = self.store.revision().await.map_err(|error| unread(&error))?;
        let known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        if let Some((of, token)) = known
            && of == revision
        {
            return Ok(token);
        }
        let kind = CredentialKey::BROWSER_TOKEN.to_owned();
        let key = CredentialKey { tenant: tenant.clone(), kind };
        let unusable = |error: String| {
            let hint = "store the token of a browser that is signed in";
            ProxyRefusal::new(ProxyFault::Unusable, error, hint)
        };
        let token = self.safe.open(&key, actor).await;
        let token = token.map_err(|error| unusable(error.to_string()))?;
        let token = token.ok_or_else(|| unusable("the connection has no token".to_owned()))?;
        let kept = (revision, token.clone());
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.insert(tenant.clone(), kept);
        Ok(token)
    }
}

/// The connection's own location, where the call reads exactly its list.
fn location<'a>(call: &ProxyCall, connected: &'a Connected) -> Result<&'a str, ProxyRefusal> {
    if !call.rights.reads {
        let error = "the key may not read through the proxy";
        let hint = "use a key whose role and scopes allow it";
        return Err(ProxyRefusal::new(ProxyFault::NeedsReads, error, hint));
    }
    let location = connected.location.as_deref().unwrap_or_default();
    let own = PATH.replace("{locationId}", location);
    match call.method == "GET" && !location.is_empty() && call.path == own && call.body.is_none() {
        true => Ok(location),
        false => {
            let hint = "read GET /workflow/LOCATION/list of the connection's own location";
            Err(forbidden("nothing else can be read through a browser's connection", hint))
        }
    }
}

fn pairs(text: Option<&str>) -> Result<Vec<(String, String)>, ProxyRefusal> {
    let hint = || format!("it takes {}, each once", QUERY.join(", "));
    let pairs = query::split(text)?;
    let is_plain = |value: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        value.len() <= LONGEST_VALUE && value.bytes().all(fits)
    };
    let is_good = |(name, value): &(String, String)| {
        QUERY.contains(&name.as_str())
            && is_plain(value)
            && pairs.iter().filter(|(other, _)| other == name).count() == 1
    };
    match pairs.iter().all(is_good) {
        true => Ok(pairs),
        false => {
            Err(malformed("the query has a name or a value that the list does not take", hint()))
        }
    }
}

/// Where the application's people see it.
fn origin(connected: &Connected, application_url: &str) -> String {
    match &connected.white_label_host {
        Some(host) => format!("https://{host}"),
        None => application_url.trim_end_matches('/').to_owned(),
    }
}
