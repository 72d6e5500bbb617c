//! The tools of assistants over HTTP: every organization's locations, by the broker, the port and the store.

mod house;
mod trust;

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use domain::{BoxFuture, Clock, Scope};
use endpoint::catalogue::Kind;
use mcp::{
    Caller, McpServer, Mode, Profile, Surface,
    http::{Http, HttpSettings},
};
use web::{Assistants, Holder, Lacking, List, Reply, Resource, Untrusted, Visit};

pub(crate) use self::house::{HubHouse, Rooms};
use self::trust::Trusted;
use crate::{
    failure::Failure,
    settings::{Mcp, McpMode, Settings},
};

/// The tools of a hub.
pub(crate) struct HubAssistants {
    server: McpServer,
    http: Http,
    settings: Mcp,
    trusted: Option<Trusted>,
    clock: Arc<dyn Clock>,
}

impl HubAssistants {
    /// The tools over this house; `own_url` is where this machine reaches the hub.
    ///
    /// # Errors
    /// Where the settings name an authorization server and lack something of it.
    pub(crate) fn new(
        settings: &Settings,
        house: HubHouse,
        (own_url, clock): (&str, &Arc<dyn Clock>),
    ) -> Result<Self, Failure> {
        let public = settings.webhook.public_url.trim_end_matches('/');
        let url = match (settings.mcp.url.as_str(), public) {
            ("", "") => format!("{own_url}/mcp"),
            ("", public) => format!("{public}/mcp"),
            (url, _) => url.to_owned(),
        };
        let hosts = host(&url).into_iter().chain(settings.mcp.hosts.iter().cloned()).collect();
        let http =
            HttpSettings { hosts, origins: settings.mcp.origins.clone(), has_sessions: false };
        // Nobody calls without being found out first: this one may do nothing.
        let nobody = Caller {
            actor: domain::Actor::Hub,
            realm: domain::Realm::Connection(crate::doors::tenant("nobody")),
            kinds: BTreeSet::new(),
            mode: Mode::ReadOnly,
            surface: Surface::default(),
        };
        Ok(Self {
            server: McpServer::new(Arc::new(house), nobody),
            http: Http::new(&http),
            trusted: Trusted::of(&settings.mcp, &url)?,
            settings: settings.mcp.clone(),
            clock: Arc::clone(clock),
        })
    }

    fn caller(&self, visit: Visit) -> Caller {
        let Visit { actor, realm, rights, list, narrowing } = visit;
        let may = [
            (true, Kind::Read),
            (rights.writes, Kind::Write),
            (rights.sends, Kind::Send),
            (rights.deletes, Kind::Delete),
            (rights.pays, Kind::Money),
        ];
        let kinds = may.into_iter().filter(|(may, _)| *may).map(|(_, kind)| kind).collect();
        let mode = match list == List::Reading || narrowing.is_read_only {
            true => Mode::ReadOnly,
            false => mode(self.settings.mode),
        };
        let surface = Surface {
            profile: profile(list, narrowing.toolsets),
            without: narrowing.without,
            is_locked_down: narrowing.is_locked_down || self.settings.lockdown,
            requires_person: self.settings.require_human,
        };
        Caller { actor, realm, kinds, mode, surface }
    }
}

impl Assistants for HubAssistants {
    fn resource(&self) -> Option<&Resource> {
        self.trusted.as_ref().map(Trusted::resource)
    }

    fn holder<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Holder, Untrusted>> {
        Box::pin(async move {
            let trusted = self.trusted.as_ref().ok_or(Untrusted::Token)?;
            trusted.holder(token, self.clock.now()).await
        })
    }

    fn answer(
        &self,
        visit: Visit,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Reply>, Lacking>> {
        let server = self.server.serving(self.caller(visit));
        Box::pin(async move {
            if let Some(kind) = server.lacks(request.body()) {
                return Err(Lacking([scope(kind)].into()));
            }
            Ok(self.http.answer(server, request).await)
        })
    }
}

fn mode(mode: McpMode) -> Mode {
    match mode {
        McpMode::Strict => Mode::Strict,
        McpMode::Default => Mode::Default,
        McpMode::Trusted => Mode::Trusted,
    }
}

/// The list that an address and a header ask for: a header only takes away from what the address has.
fn profile(list: List, wanted: Option<BTreeSet<String>>) -> Profile {
    match (list, wanted) {
        (List::Whole | List::Reading, None) => Profile::Default,
        (List::Whole | List::Reading, Some(wanted)) => toolsets(wanted),
        (List::Toolset(own), None) => toolsets([own].into()),
        (List::Toolset(own), Some(wanted)) => {
            toolsets(wanted.into_iter().filter(|one| *one == own).collect())
        }
    }
}

/// No product at all leaves what works on all of them.
fn toolsets(products: BTreeSet<String>) -> Profile {
    match products.is_empty() || products == ["meta".to_owned()].into() {
        true => Profile::Meta,
        false => Profile::Toolsets(products),
    }
}

/// The scope that lets a caller use tools of a kind.
fn scope(kind: Kind) -> Scope {
    match kind {
        Kind::Read => Scope::McpRead,
        Kind::Write => Scope::McpWrite,
        Kind::Send => Scope::McpSend,
        Kind::Delete => Scope::McpDelete,
        Kind::Money => Scope::McpMoney,
    }
}

/// The name in the header `Host` of requests to an address, with its port where it names one.
fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split('/').next().unwrap_or_default();
    (!host.is_empty()).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_header_only_takes_away_from_what_the_address_has() {
        let at = |list: List, wanted: Option<&[&str]>| profile(list, wanted.map(names));
        let contacts = || List::Toolset("contacts".to_owned());
        assert_eq!(at(List::Whole, None), Profile::Default);
        assert_eq!(at(List::Whole, Some(&["meta"])), Profile::Meta);
        assert_eq!(at(contacts(), None), Profile::Toolsets(names(&["contacts"])));
        let both = at(contacts(), Some(&["calendars", "contacts"]));
        assert_eq!(both, Profile::Toolsets(names(&["contacts"])));
        assert_eq!(at(contacts(), Some(&["calendars"])), Profile::Meta);
    }

    #[test]
    fn the_host_of_an_address_keeps_its_port() {
        assert_eq!(host("https://hub.test/mcp").as_deref(), Some("hub.test"));
        assert_eq!(host("http://127.0.0.1:8080/mcp").as_deref(), Some("127.0.0.1:8080"));
        assert_eq!(host("hub.test"), None);
    }
}
