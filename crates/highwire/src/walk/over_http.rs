//! Each command beside the route that does the same, or the reason why there is none.

use std::collections::BTreeMap;

use policy::access::{self, Surface, TABLE};

/// What stands for a command at the API.
enum There {
    /// This route does it.
    Route(&'static str, &'static str),
    /// None does, for this reason.
    Not(&'static str),
}

use There::{Not, Route};

const LOCAL: &str =
    "it works on the machine where it is typed, and reads and changes nothing of a hub";
const STOPPED: &str = "it is done where no hub runs";
const CONSENT: &str = "the pages below /connect do it, where a person can be asked";
const FOLLOWED: &str = "a running hub begins runs by itself, and this follows one at a terminal";
const CALLS: &str = "the proxy passes any call on, at /proxy/highlevel/{connection}";

/// Every command, in order of name.
const OVER_HTTP: &[(&str, There)] = &[
    ("__complete", Not(LOCAL)),
    ("api-keys create", Route("POST", "/v1/api-keys")),
    ("api-keys list", Route("GET", "/v1/api-keys")),
    ("api-keys revoke", Route("DELETE", "/v1/api-keys/{id}")),
    ("audit list", Route("GET", "/v1/audit")),
    ("backup", Route("POST", "/v1/installation/backups")),
    ("call", Not(CALLS)),
    ("changes list", Route("GET", "/v1/change-sets")),
    ("changes show", Route("GET", "/v1/change-sets/{id}/writes")),
    ("completions", Not(LOCAL)),
    ("conflicts list", Route("GET", "/v1/conflicts")),
    ("connect anthropic", Not(CONSENT)),
    ("connect application", Not("it shows a secret, once, where the application is configured")),
    ("connect browser", Not("it makes the link with which a browser comes to those pages")),
    ("connect custom", Not(CONSENT)),
    ("connect highlevel", Not(CONSENT)),
    ("connect highlevel-browser", Not(CONSENT)),
    ("connect notion", Not(CONSENT)),
    ("connect ollama", Not(CONSENT)),
    ("connect openai", Not(CONSENT)),
    ("connect repairshopr", Not(CONSENT)),
    ("connections add", Not(CONSENT)),
    ("connections connect-account", Route("PUT", "/v1/connections/{id}/accounts/{account}")),
    ("connections disconnect-account", Route("DELETE", "/v1/connections/{id}/accounts/{account}")),
    ("connections list", Route("GET", "/v1/connections")),
    ("connections remove", Route("DELETE", "/v1/connections/{id}")),
    ("connections secret", Not("the page of the connection's webhook does it")),
    ("connections token", Not("the page of the connection's webhook does it")),
    ("connections verification", Not("the page of the connection's webhook does it")),
    ("demo", Not(LOCAL)),
    ("doctor", Not("the page of the connection does it, where the findings are explained")),
    ("events dead", Route("GET", "/v1/dead-letters")),
    ("events drop", Route("POST", "/v1/dead-letters/drop")),
    ("events list", Route("GET", "/v1/events")),
    ("events replay", Route("POST", "/v1/dead-letters/replay")),
    ("events show", Route("GET", "/v1/events/{id}")),
    ("history", Route("GET", "/v1/records/{entity}/{id}/history")),
    ("keys rotate", Route("POST", "/v1/installation/master-keys/rotate")),
    ("keys status", Route("GET", "/v1/installation/master-keys")),
    ("mcp", Not("a client starts it on its own machine; a hub serves the same tools at /mcp")),
    ("mcp install", Not(LOCAL)),
    ("members add", Route("POST", "/v1/members")),
    ("members list", Route("GET", "/v1/members")),
    ("members remove", Route("DELETE", "/v1/members/{id}")),
    ("members role", Route("PATCH", "/v1/members/{id}")),
    ("notion init", Not("it makes a table in Notion before there is a hub that could use it")),
    ("notion mapping", Not(LOCAL)),
    ("operations describe", Not(LOCAL)),
    ("operations search", Not(LOCAL)),
    ("organizations add", Route("POST", "/v1/organizations")),
    ("organizations list", Route("GET", "/v1/organizations")),
    ("organizations remove", Route("DELETE", "/v1/organizations/{id}")),
    ("query", Route("POST", "/v1/query")),
    ("restore", Not(STOPPED)),
    ("retention", Route("GET", "/v1/installation/retention")),
    ("sandbox", Not(LOCAL)),
    ("search", Route("GET", "/v1/search")),
    ("settings", Route("GET", "/v1/installation/settings")),
    ("show", Not("a query of the views does it, and `GET /v1/contacts/{id}`")),
    ("subscriptions add", Route("POST", "/v1/subscriptions")),
    ("subscriptions change", Route("PATCH", "/v1/subscriptions/{id}")),
    ("subscriptions deliveries", Route("GET", "/v1/subscriptions/{id}/deliveries")),
    ("subscriptions list", Route("GET", "/v1/subscriptions")),
    ("subscriptions pause", Route("PATCH", "/v1/subscriptions/{id}")),
    ("subscriptions remove", Route("DELETE", "/v1/subscriptions/{id}")),
    ("subscriptions replay", Route("POST", "/v1/subscriptions/{id}/replays")),
    ("subscriptions resume", Route("PATCH", "/v1/subscriptions/{id}")),
    ("subscriptions rotate", Route("POST", "/v1/subscriptions/{id}/secret")),
    ("subscriptions test", Route("POST", "/v1/subscriptions/{id}/tests")),
    ("sync highlevel", Not(FOLLOWED)),
    ("sync repairshopr", Not(FOLLOWED)),
    ("sync status", Not(FOLLOWED)),
    ("undo", Route("POST", "/v1/change-sets/{id}/undo")),
    ("up", Not(STOPPED)),
];

#[test]
fn each_command_has_its_route_or_a_reason() {
    let commands: Vec<_> = TABLE
        .iter()
        .filter_map(|row| match row.surface {
            Surface::Command(words) => Some(words),
            Surface::Route(..) | Surface::Tools(_) => None,
        })
        .collect();
    let listed: Vec<_> = OVER_HTTP.iter().map(|(words, _)| *words).collect();
    assert_eq!(listed, commands, "say in OVER_HTTP what stands for each command");
    for (words, there) in OVER_HTTP {
        match there {
            Not(reason) => assert!(!reason.is_empty(), "{words}"),
            Route(method, path) => {
                let route = access::route(method, path);
                let route = route.unwrap_or_else(|| panic!("{words}: no {method} {path}"));
                let command = access::command(words).expect("it is listed");
                // Settings are the installation's where they are a running hub's.
                if *words != "settings" {
                    let need = format!("{:?}", command.need);
                    assert_eq!(format!("{:?}", route.need), need, "{words} and {method} {path}");
                }
            }
        }
    }
}

#[test]
fn what_is_not_over_http_is_read_by_somebody() {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (words, there) in OVER_HTTP {
        if let Not(reason) = there {
            reasons.entry(reason).or_default().push(words);
        }
    }
    insta::assert_json_snapshot!("commands-without-a-route", reasons);
}
