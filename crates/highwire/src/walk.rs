//! Walks the whole surface with every role and scope: what the table says is what happens.
//!
//! Commands are taken from clap's own tree. Routes can only be mounted with a row, and each row is
//! called at a real hub. What came of it is a committed snapshot: a change of who may do what is a
//! change that somebody reads.

mod over_http;

use std::{collections::BTreeSet, net::SocketAddr, path::Path};

use clap::{Command, CommandFactory};
use domain::{
    ApiKey, ApiKeySecret, ApiKeys, Event, Journal, Organizations, Realm, Role, Scope, Scopes,
    contract::sample::{self, event_id, organization, tenant},
};
use policy::access::{self, Exposure, Need, Principal, Row, Surface, TABLE};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    actor::Actor,
    cli::Cli,
    clock, printer,
    settings::{Flags, Settings},
    wiring::{self, Running},
};

/// The head of every table: a role's column has the scopes that alone open the surface to it.
const HEAD: [&str; 9] = [
    "surface",
    "no key",
    "owner",
    "operator",
    "viewer",
    "application",
    "assistant",
    "bound",
    "other",
];

/// Somebody with a key, and its secret.
struct Holder {
    principal: Principal,
    secret: ApiKeySecret,
}

/// A hub with one event of the organization `alpha`, and keys of every kind.
struct House {
    running: Running,
    address: SocketAddr,
    keys: u8,
    _folder: tempfile::TempDir,
}

impl House {
    async fn open(listen: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let running = wiring::start(&settings(folder.path(), listen)).await.unwrap();
        for name in ["alpha", "beta"] {
            running.store.add_organization(organization(name)).await.unwrap();
        }
        let own = Event { tenant: Some(tenant("alpha")), ..sample::event(1) };
        running.store.append(own).await.unwrap();
        let url = running.url();
        let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Self { running, address, keys: 0, _folder: folder }
    }

    async fn holder(&mut self, realm: Realm, role: Role, scopes: Scopes) -> Holder {
        self.keys += 1;
        let owner = realm.organization().expect("a key has an organization").clone();
        let (mut key, secret) = sample::api_key(owner.as_str(), self.keys);
        (key.role, key.scopes) = (role, scopes);
        if let Realm::Connection(tenant) = realm {
            key.connection = Some(tenant.connection);
        }
        self.running.store.add_api_key(key.clone()).await.unwrap();
        Holder { principal: Principal::of_key(&key), secret }
    }

    /// Calls a route and says the status, and whether the answer shows the event of `alpha`.
    async fn call(&self, method: &str, path: &str, holder: Option<&Holder>) -> (u16, bool) {
        let id = event_id(1).to_string();
        let key =
            holder.map(|holder| format!("authorization: Bearer {}\r\n", holder.secret.expose()));
        let method = if method == access::ANY { "GET" } else { method };
        let request = format!(
            "{method} {} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-length: 0\r\n{}\r\n",
            path.replace("{id}", &id),
            key.unwrap_or_default()
        );
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("a status"), answer.contains(&id))
    }
}

/// Everybody who knocks: for each role, in their order, one with no scope and one with each alone;
/// and two with all scopes, one bound to a connection and one of another organization.
struct Everybody {
    single: Vec<Vec<(Option<Scope>, Holder)>>,
    bound: Holder,
    other: Holder,
}

impl Everybody {
    async fn of(house: &mut House) -> Self {
        let alpha = || Realm::Organization(tenant("alpha").organization);
        let mut single = Vec::new();
        for role in Role::ALL {
            let mut holders = Vec::new();
            for scope in std::iter::once(None).chain(Scope::ALL.map(Some)) {
                let holder = house.holder(alpha(), role, scope.into_iter().collect()).await;
                holders.push((scope, holder));
            }
            single.push(holders);
        }
        let bound = Realm::Connection(tenant("alpha"));
        let bound = house.holder(bound, Role::Owner, Scope::ALL.into()).await;
        let other = Realm::Organization(tenant("beta").organization);
        let other = house.holder(other, Role::Owner, Scope::ALL.into()).await;
        Self { single, bound, other }
    }
}

fn settings(folder: &Path, listen: &str) -> Settings {
    let flags = Flags {
        data_dir: Some(folder.join("data")),
        listen: Some(listen.parse().unwrap()),
        ..Flags::default()
    };
    let environment = [("HIGHWIRE_MCP_HOSTS", "hub")].into_iter().collect();
    Settings::load(&flags, &environment).unwrap()
}

/// The words of every command that does something, from clap's tree.
fn commands(command: &Command, above: &str) -> BTreeSet<String> {
    let below = command.get_subcommands().flat_map(|below| {
        let words = format!("{above} {}", below.get_name()).trim().to_owned();
        let mut found = commands(below, &words);
        // A command can do something by itself and have others below it, as `mcp` does.
        if !below.has_subcommands() || !below.is_subcommand_required_set() {
            found.insert(words);
        }
        found
    });
    below.collect()
}

/// The scopes that alone open a surface to a role; `any` where it takes none.
fn opening(opened: &[(Option<Scope>, bool)]) -> String {
    let opens = opened.iter().filter(|(_, is_open)| *is_open);
    match opens.clone().count() {
        0 => "-".to_owned(),
        all if all == opened.len() => "any".to_owned(),
        _ => {
            assert!(opened.iter().all(|(scope, is_open)| scope.is_some() || !is_open));
            opens.filter_map(|(scope, _)| *scope).collect::<Scopes>().to_string()
        }
    }
}

/// Whether somebody got in. An operation of the API, a page and the tools of assistants that were let in
/// look at their fields, which are missing here, and at what is there.
fn is_open(path: &str, status: u16) -> bool {
    let told = matches!(status, 200 | 204 | 400 | 401 | 403 | 404 | 405 | 406 | 409 | 415 | 503);
    assert!(told, "{path}: {status}");
    match ["/v1/", "/proxy/", "/connect", "/mcp"].iter().any(|part| path.starts_with(part)) {
        true => !matches!(status, 401 | 403),
        false => status == 200,
    }
}

async fn walk_routes(listen: &str) -> String {
    let mut house = House::open(listen).await;
    let everybody = Everybody::of(&mut house).await;
    let told = |(status, shows): (u16, bool)| match shows {
        true => format!("{status} sees it"),
        false => status.to_string(),
    };
    let mut rows = Vec::new();
    for row in TABLE {
        let Surface::Route(method, path) = row.surface else { continue };
        let mut cells = vec![format!("{method} {path}")];
        cells.push(told(house.call(method, path, None).await));
        for holders in &everybody.single {
            let mut opened = Vec::new();
            for (scope, holder) in holders {
                let (status, _) = house.call(method, path, Some(holder)).await;
                opened.push((*scope, is_open(path, status)));
            }
            cells.push(opening(&opened));
        }
        for holder in [&everybody.bound, &everybody.other] {
            cells.push(told(house.call(method, path, Some(holder)).await));
        }
        rows.push(cells);
    }
    house.running.stop().await;
    printer::table(&HEAD, rows)
}

/// What becomes of a command that somebody runs about the organization `alpha`.
async fn outcome(row: &Row, holder: &Holder, house: &House) -> &'static str {
    let principal = holder.principal.clone();
    if access::decide(&row.need, Some(&principal), Exposure::Loopback).is_err() {
        return "no";
    }
    let holds = principal.realm.holds(Some(&tenant("alpha")));
    let actor = Actor { principal, key: None };
    let alpha = tenant("alpha").organization;
    let finds = actor.organization(&house.running.store, Some(&alpha)).await.is_ok();
    assert_eq!(holds, finds, "{:?}", row.surface);
    match (row.need, holds) {
        (Need::Nothing(_), _) => "yes",
        (_, true) => "sees it",
        (_, false) => "own only",
    }
}

async fn walk_commands() -> String {
    let mut house = House::open("127.0.0.1:0").await;
    let everybody = Everybody::of(&mut house).await;
    let mut rows = Vec::new();
    for row in TABLE {
        let Surface::Command(words) = row.surface else { continue };
        let installation = Principal::installation();
        access::decide(&row.need, Some(&installation), Exposure::Loopback).expect("owns it all");
        let mut cells = vec![words.to_owned(), "yes".to_owned()];
        for holders in &everybody.single {
            let mut opened = Vec::new();
            for (scope, holder) in holders {
                opened.push((*scope, outcome(row, holder, &house).await != "no"));
            }
            cells.push(opening(&opened));
        }
        for holder in [&everybody.bound, &everybody.other] {
            cells.push(outcome(row, holder, &house).await.to_owned());
        }
        rows.push(cells);
    }
    house.running.stop().await;
    printer::table(&HEAD, rows)
}

#[test]
fn every_command_has_a_row_and_every_row_a_command() {
    let rows = TABLE.iter().filter_map(|row| match row.surface {
        Surface::Command(words) => Some(words.to_owned()),
        Surface::Route(..) | Surface::Tools(_) => None,
    });
    assert_eq!(commands(&Cli::command(), ""), rows.collect());
}

#[test]
fn the_words_of_a_command_line_are_those_of_its_row() {
    for (line, words) in [
        ("events list --json", "events list"),
        ("--data-dir x events show 7", "events show"),
        ("call contacts.get-contact --help", "call"),
        ("api-keys create --name a --scope events:read", "api-keys create"),
        ("__complete -- events list", "__complete"),
    ] {
        let typed = std::iter::once("highwire").chain(line.split(' '));
        let matches = Cli::command().try_get_matches_from(typed).unwrap();
        assert_eq!(crate::cli::words(&matches), words);
        assert!(access::command(words).is_some());
    }
}

#[tokio::test]
async fn who_may_do_what_is_what_the_snapshot_says() {
    let machine = walk_routes("127.0.0.1:0").await;
    let network = walk_routes("0.0.0.0:0").await;
    let commands = walk_commands().await;
    let matrix = format!(
        "Routes, while the hub listens on the machine itself\n\n{machine}\n\n\
         Routes, while it listens on the network\n\n{network}\n\n\
         Commands; without a key it is the owner of the installation\n\n{commands}\n"
    );
    insta::assert_snapshot!("who-may-do-what", matrix);
}

#[tokio::test]
async fn a_method_without_a_row_does_nothing_on_any_path() {
    let mut house = House::open("0.0.0.0:0").await;
    let alpha = Realm::Organization(tenant("alpha").organization);
    let holder = house.holder(alpha, Role::Owner, Scope::ALL.into()).await;
    for row in TABLE {
        let Surface::Route(_, path) = row.surface else { continue };
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            if access::route(method, path).is_none() {
                let (status, shows) = house.call(method, path, Some(&holder)).await;
                assert_eq!((status, shows), (405, false), "{method} {path}");
            }
        }
        if access::route("GET", path).is_some() {
            for holder in [None, Some(&holder)] {
                let (head, shows) = house.call("HEAD", path, holder).await;
                // Whoever only looks at a door delivers nothing.
                let get = match path.starts_with("/webhooks/") {
                    true => 405,
                    false => house.call("GET", path, holder).await.0,
                };
                assert_eq!((head, shows), (get, false), "HEAD {path}");
            }
        }
    }
    house.running.stop().await;
}

#[tokio::test]
async fn a_key_that_ended_opens_nothing() {
    let mut house = House::open("0.0.0.0:0").await;
    let alpha = || Realm::Organization(tenant("alpha").organization);
    let holder = house.holder(alpha(), Role::Owner, Scope::ALL.into()).await;
    let revoked = house.holder(alpha(), Role::Owner, Scope::ALL.into()).await;
    let id = sample::api_key("alpha", house.keys).0.id;
    house.running.store.revoke_api_key(&organization("alpha").id, &id, clock::now()).await.unwrap();
    let [unknown, expired] = [200, 201].map(|number| sample::api_key("alpha", number));
    let key = ApiKey { expires_at: Some(clock::now()), role: Role::Owner, ..expired.0 };
    house.running.store.add_api_key(key).await.unwrap();
    let [unknown, expired] =
        [unknown.1, expired.1].map(|secret| Holder { principal: holder.principal.clone(), secret });
    for row in TABLE {
        let Surface::Route(method, path) = row.surface else { continue };
        let bare = house.call(method, path, None).await;
        for ended in [&unknown, &expired, &revoked] {
            assert_eq!(house.call(method, path, Some(ended)).await, bare, "{method} {path}");
        }
        if matches!(
            row.need,
            Need::AnyKey | Need::Grant(_) | Need::Either(_) | Need::GrantOnNetwork(_)
        ) {
            let let_in = house.call(method, path, Some(&holder)).await.0;
            assert!(bare.0 == 401 && is_open(path, let_in), "{method} {path}: {let_in}");
        }
    }
    house.running.stop().await;
}
