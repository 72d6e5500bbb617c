//! The table: every route, command and kind of tool, with what somebody needs for it.
//!
//! A route without a row cannot be mounted, and a test of the binary finds a command without one.

use domain::{Role, Scope};

use super::{Breadth, Grant, Need, Row, Surface};

const ALL: &[Role] = &Role::ALL;
const PEOPLE: &[Role] = &Role::OF_MEMBERS;
const RUNNING: &[Role] = &[Role::Owner, Role::Operator];
/// Who may set things going again: everybody with the scope, except who only looks.
const ACTING: &[Role] = &[Role::Owner, Role::Operator, Role::Application, Role::Assistant];
const OWNER: &[Role] = &[Role::Owner];
/// Who looks after a machine room: people and the programs that they set up, no assistant.
const WATCHING: &[Role] = &[Role::Owner, Role::Operator, Role::Viewer, Role::Application];
const SENDING: &[Role] = &[Role::Owner, Role::Operator, Role::Application];

/// The method of a route that takes them all.
pub const ANY: &str = "ANY";

/// The methods for which [`ANY`] stands.
pub const ANY_METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const READS_NOTHING: Need = Need::Nothing("it reads and changes nothing of a hub");
const ON_SIMULATIONS: Need = Need::Nothing("it works on simulated vendors and a folder of its own");
const RUNS_THE_HUB: Need = Need::Installation("it is the hub, for every organization");
const MASTER_KEYS: Need = Need::Installation("master keys wrap every organization's credentials");
const VENDOR_TOKEN: Need = Need::Installation("it acts with the vendor's token of the settings");
const EVERYBODYS_DATA: Need = Need::Installation("its files hold every organization's data");
const TENANTS: Need = Need::Installation("organizations are the installation's");

const DOOR: Need = Need::Vendor(Grant {
    roles: SENDING,
    scope: Scope::WebhooksSend,
    breadth: Breadth::Connection,
});
/// The vendor signs nothing there: the token in the path is a key, which the door itself looks up.
const TOKEN_DOOR: Need = DOOR;
const SIGNED_DOOR: Need = Need::Nothing("the vendor signs with a secret that the door checks");
/// The state in the address counts once, and leads to who asked; who only guesses learns nothing.
const CONSENT: Need = Need::Nothing("a consent page leads here, and its state is the proof");
const PROBE: Need = Need::Nothing("it is a probe that only says that the process answers");
const DOCUMENT: Need = Need::Nothing("it says what every copy of the program says");
const WATCH: Need = Need::GrantOnNetwork(Grant {
    roles: WATCHING,
    scope: Scope::MetricsRead,
    breadth: Breadth::Connection,
});
const SEE_EVENTS: Need =
    Need::Grant(Grant { roles: ALL, scope: Scope::EventsRead, breadth: Breadth::Connection });
const CHANGE_EVENTS: Need =
    Need::Grant(Grant { roles: ACTING, scope: Scope::EventsWrite, breadth: Breadth::Connection });

const SEE_SUBSCRIPTIONS: Need = Need::Grant(Grant {
    roles: ALL,
    scope: Scope::SubscriptionsRead,
    breadth: Breadth::Connection,
});
const CHANGE_SUBSCRIPTIONS: Need = Need::Grant(Grant {
    roles: SENDING,
    scope: Scope::SubscriptionsWrite,
    breadth: Breadth::Connection,
});
const PROXY_READS: Grant =
    Grant { roles: ACTING, scope: Scope::ProxyRead, breadth: Breadth::Connection };
/// No assistant: what it changes goes through tools that people can look at.
const PROXY_WRITES: Grant =
    Grant { roles: SENDING, scope: Scope::ProxyWrite, breadth: Breadth::Connection };
const PROXY: Need = Need::Either([PROXY_READS, PROXY_WRITES]);
const SEE_CONTACTS: Need = of_a_crm(ALL, Scope::ContactsRead);
const CHANGE_CONTACTS: Need = of_a_crm(ACTING, Scope::ContactsWrite);
const SEND_MESSAGES: Need = of_a_crm(ACTING, Scope::MessagesSend);
const SEE_OPPORTUNITIES: Need = of_a_crm(ALL, Scope::OpportunitiesRead);
const CHANGE_OPPORTUNITIES: Need = of_a_crm(ACTING, Scope::OpportunitiesWrite);
const SEE_CHANGES: Need = of_a_crm(ALL, Scope::ChangesRead);
/// Whoever undoes a set needs no scope of each of its records: it only takes back what the hub did.
const CHANGE_CHANGES: Need = of_a_crm(ACTING, Scope::ChangesWrite);
const SEE_CALENDARS: Need = of_a_crm(ALL, Scope::CalendarsRead);
const CHANGE_CALENDARS: Need = of_a_crm(ACTING, Scope::CalendarsWrite);

const SEE_RECORDS: Need = of_a_crm(ALL, Scope::RecordsRead);
const SEE_ROWS: Need = of_a_crm(ALL, Scope::RowsRead);
const TELL_ROWS: Need = of_a_crm(SENDING, Scope::RowsWrite);

const SEE_CONNECTIONS: Need = organization(RUNNING, Scope::ConnectionsRead);
const CHANGE_CONNECTIONS: Need = organization(RUNNING, Scope::ConnectionsWrite);
const SEE_KEYS: Need = organization(RUNNING, Scope::KeysRead);
const CHANGE_KEYS: Need = organization(OWNER, Scope::KeysWrite);
const SEE_MEMBERS: Need = organization(PEOPLE, Scope::MembersRead);
const CHANGE_MEMBERS: Need = organization(OWNER, Scope::MembersWrite);
const SEE_AUDIT: Need = organization(RUNNING, Scope::AuditRead);
const SEE_ORGANIZATION: Need = organization(PEOPLE, Scope::OrganizationsRead);

const USE_TOOLS: Need = of_a_crm(ACTING, Scope::McpRead);
/// What the resource says about itself leads whoever has no token to where there are some.
const TOLD_BEFORE: Need = Need::Nothing("it says where tokens come from, to those who have none");

/// What is made there opens a door of the hub.
const MAKE_PROOFS: Need = CHANGE_KEYS;
/// The person agrees in the page to what it costs.
const SEND_REPLY: Need = organization(RUNNING, Scope::MessagesSend);
const SIGN_IN: Need =
    Need::Nothing("it is where somebody signs in, and checks what they give itself");

/// Every route, then every command, then every kind of tool, each in order of name.
pub const TABLE: &[Row] = &[
    get("/.well-known/oauth-protected-resource", TOLD_BEFORE),
    get("/.well-known/oauth-protected-resource/mcp", TOLD_BEFORE),
    get("/.well-known/oauth-protected-resource/mcp/readonly", TOLD_BEFORE),
    get("/.well-known/oauth-protected-resource/mcp/x/{toolset}", TOLD_BEFORE),
    get("/connect", SEE_CONNECTIONS),
    get("/connect/connections/{connection}", SEE_CONNECTIONS),
    post("/connect/connections/{connection}/doctor", SEE_CONNECTIONS),
    post("/connect/connections/{connection}/reply", SEND_REPLY),
    get("/connect/connections/{connection}/test", SEE_CONNECTIONS),
    post("/connect/connections/{connection}/test", CHANGE_CONNECTIONS),
    get("/connect/connections/{connection}/webhook", SEE_CONNECTIONS),
    post("/connect/connections/{connection}/webhook", MAKE_PROOFS),
    get("/connect/new/{offer}", CHANGE_CONNECTIONS),
    post("/connect/new/{offer}", CHANGE_CONNECTIONS),
    get("/connect/open", SIGN_IN),
    post("/connect/open", SIGN_IN),
    get("/connect/sign-in", SIGN_IN),
    post("/connect/sign-in", SIGN_IN),
    post("/connect/sign-out", SEE_CONNECTIONS),
    get("/docs", DOCUMENT),
    get("/healthz", PROBE),
    post("/mcp", USE_TOOLS),
    post("/mcp/readonly", USE_TOOLS),
    post("/mcp/x/{toolset}", USE_TOOLS),
    get("/metrics", WATCH),
    get("/oauth/callback/highlevel", CONSENT),
    get("/openapi.json", DOCUMENT),
    get("/proxy/highlevel-browser/{connection}/{*path}", Need::Grant(PROXY_READS)),
    any("/proxy/highlevel/{connection}/{*path}", PROXY),
    get("/readyz", WATCH),
    get("/v1/api-keys", SEE_KEYS),
    post("/v1/api-keys", CHANGE_KEYS),
    delete("/v1/api-keys/{id}", CHANGE_KEYS),
    get("/v1/appointments", SEE_CALENDARS),
    post("/v1/appointments", CHANGE_CALENDARS),
    post("/v1/appointments/{id}/cancel", CHANGE_CALENDARS),
    get("/v1/audit", SEE_AUDIT),
    get("/v1/calendars/{id}/slots", SEE_CALENDARS),
    get("/v1/change-sets", SEE_CHANGES),
    post("/v1/change-sets", CHANGE_CHANGES),
    get("/v1/change-sets/{id}", SEE_CHANGES),
    post("/v1/change-sets/{id}/undo", CHANGE_CHANGES),
    get("/v1/change-sets/{id}/writes", SEE_CHANGES),
    get("/v1/conflicts", SEE_ROWS),
    get("/v1/connections", SEE_CONNECTIONS),
    delete("/v1/connections/{id}", CHANGE_CONNECTIONS),
    delete("/v1/connections/{id}/accounts/{account}", CHANGE_CONNECTIONS),
    put("/v1/connections/{id}/accounts/{account}", CHANGE_CONNECTIONS),
    get("/v1/contacts", SEE_CONTACTS),
    post("/v1/contacts", CHANGE_CONTACTS),
    get("/v1/contacts/{id}", SEE_CONTACTS),
    patch("/v1/contacts/{id}", CHANGE_CONTACTS),
    post("/v1/contacts/{id}/messages", SEND_MESSAGES),
    get("/v1/contacts/{id}/notes", SEE_CONTACTS),
    post("/v1/contacts/{id}/notes", CHANGE_CONTACTS),
    post("/v1/contacts/{id}/tags", CHANGE_CONTACTS),
    delete("/v1/contacts/{id}/tags/{tag}", CHANGE_CONTACTS),
    get("/v1/dead-letters", SEE_EVENTS),
    post("/v1/dead-letters/drop", CHANGE_EVENTS),
    post("/v1/dead-letters/replay", CHANGE_EVENTS),
    get("/v1/events", SEE_EVENTS),
    get("/v1/events/{id}", SEE_EVENTS),
    post("/v1/installation/backups", EVERYBODYS_DATA),
    get("/v1/installation/master-keys", MASTER_KEYS),
    post("/v1/installation/master-keys/rotate", MASTER_KEYS),
    get("/v1/installation/retention", EVERYBODYS_DATA),
    get("/v1/installation/settings", TENANTS),
    delete("/v1/mappings/{name}/rows/{row}", TELL_ROWS),
    get("/v1/mappings/{name}/rows/{row}", SEE_ROWS),
    put("/v1/mappings/{name}/rows/{row}", TELL_ROWS),
    get("/v1/me", Need::AnyKey),
    get("/v1/members", SEE_MEMBERS),
    post("/v1/members", CHANGE_MEMBERS),
    delete("/v1/members/{id}", CHANGE_MEMBERS),
    patch("/v1/members/{id}", CHANGE_MEMBERS),
    get("/v1/opportunities", SEE_OPPORTUNITIES),
    post("/v1/opportunities", CHANGE_OPPORTUNITIES),
    get("/v1/opportunities/{id}", SEE_OPPORTUNITIES),
    patch("/v1/opportunities/{id}", CHANGE_OPPORTUNITIES),
    get("/v1/organizations", SEE_ORGANIZATION),
    post("/v1/organizations", TENANTS),
    delete("/v1/organizations/{id}", TENANTS),
    post("/v1/query", SEE_RECORDS),
    get("/v1/query/views", SEE_RECORDS),
    get("/v1/records/{entity}/{id}/history", SEE_RECORDS),
    get("/v1/search", SEE_RECORDS),
    get("/v1/subscriptions", SEE_SUBSCRIPTIONS),
    post("/v1/subscriptions", CHANGE_SUBSCRIPTIONS),
    delete("/v1/subscriptions/{id}", CHANGE_SUBSCRIPTIONS),
    get("/v1/subscriptions/{id}", SEE_SUBSCRIPTIONS),
    patch("/v1/subscriptions/{id}", CHANGE_SUBSCRIPTIONS),
    get("/v1/subscriptions/{id}/deliveries", SEE_SUBSCRIPTIONS),
    post("/v1/subscriptions/{id}/replays", CHANGE_SUBSCRIPTIONS),
    post("/v1/subscriptions/{id}/secret", CHANGE_SUBSCRIPTIONS),
    post("/v1/subscriptions/{id}/tests", CHANGE_SUBSCRIPTIONS),
    post("/webhooks/ghl", DOOR),
    post("/webhooks/highlevel", DOOR),
    get("/webhooks/highlevel/workflow/{token}", TOKEN_DOOR),
    post("/webhooks/highlevel/workflow/{token}", TOKEN_DOOR),
    put("/webhooks/highlevel/workflow/{token}", TOKEN_DOOR),
    post("/webhooks/notion/{connection}", SIGNED_DOOR),
    post("/webhooks/repairshopr/{token}", TOKEN_DOOR),
    run("__complete", READS_NOTHING),
    run("api-keys create", CHANGE_KEYS),
    run("api-keys list", SEE_KEYS),
    run("api-keys revoke", CHANGE_KEYS),
    run("audit list", SEE_AUDIT),
    run("backup", EVERYBODYS_DATA),
    run("call", VENDOR_TOKEN),
    run("changes list", SEE_CHANGES),
    run("changes show", SEE_CHANGES),
    run("completions", READS_NOTHING),
    run("conflicts list", SEE_ROWS),
    run("connect anthropic", CHANGE_CONNECTIONS),
    run("connect application", CHANGE_CONNECTIONS),
    run("connect browser", CHANGE_KEYS),
    run("connect custom", CHANGE_CONNECTIONS),
    run("connect highlevel", CHANGE_CONNECTIONS),
    run("connect highlevel-browser", CHANGE_CONNECTIONS),
    run("connect notion", CHANGE_CONNECTIONS),
    run("connect ollama", CHANGE_CONNECTIONS),
    run("connect openai", CHANGE_CONNECTIONS),
    run("connect repairshopr", CHANGE_CONNECTIONS),
    run("connections add", CHANGE_CONNECTIONS),
    run("connections connect-account", CHANGE_CONNECTIONS),
    run("connections disconnect-account", CHANGE_CONNECTIONS),
    run("connections list", SEE_CONNECTIONS),
    run("connections remove", CHANGE_CONNECTIONS),
    run("connections secret", CHANGE_CONNECTIONS),
    run("connections token", CHANGE_KEYS),
    run("connections verification", CHANGE_CONNECTIONS),
    run("demo", ON_SIMULATIONS),
    run("doctor", SEE_CONNECTIONS),
    run("events dead", SEE_EVENTS),
    run("events drop", CHANGE_EVENTS),
    run("events list", SEE_EVENTS),
    run("events replay", CHANGE_EVENTS),
    run("events show", SEE_EVENTS),
    run("history", SEE_RECORDS),
    run("keys rotate", MASTER_KEYS),
    run("keys status", MASTER_KEYS),
    run("mcp", VENDOR_TOKEN),
    run("mcp install", READS_NOTHING),
    run("members add", CHANGE_MEMBERS),
    run("members list", SEE_MEMBERS),
    run("members remove", CHANGE_MEMBERS),
    run("members role", CHANGE_MEMBERS),
    run("notion init", VENDOR_TOKEN),
    run("notion mapping", READS_NOTHING),
    run("operations describe", READS_NOTHING),
    run("operations search", READS_NOTHING),
    run("organizations add", TENANTS),
    run("organizations list", SEE_ORGANIZATION),
    run("organizations remove", TENANTS),
    run("query", SEE_RECORDS),
    run("restore", EVERYBODYS_DATA),
    run("retention", EVERYBODYS_DATA),
    run("sandbox", ON_SIMULATIONS),
    run("search", SEE_RECORDS),
    run("settings", READS_NOTHING),
    run("show", SEE_RECORDS),
    run("subscriptions add", CHANGE_SUBSCRIPTIONS),
    run("subscriptions change", CHANGE_SUBSCRIPTIONS),
    run("subscriptions deliveries", SEE_SUBSCRIPTIONS),
    run("subscriptions list", SEE_SUBSCRIPTIONS),
    run("subscriptions pause", CHANGE_SUBSCRIPTIONS),
    run("subscriptions remove", CHANGE_SUBSCRIPTIONS),
    run("subscriptions replay", CHANGE_SUBSCRIPTIONS),
    run("subscriptions resume", CHANGE_SUBSCRIPTIONS),
    run("subscriptions rotate", CHANGE_SUBSCRIPTIONS),
    run("subscriptions test", CHANGE_SUBSCRIPTIONS),
    run("sync highlevel", CHANGE_CONNECTIONS),
    run("sync repairshopr", CHANGE_CONNECTIONS),
    run("sync status", SEE_CONNECTIONS),
    run("undo", CHANGE_CHANGES),
    run("up", RUNS_THE_HUB),
    may("delete", of_a_crm(ACTING, Scope::McpDelete)),
    may("money", of_a_crm(ACTING, Scope::McpMoney)),
    may("send", of_a_crm(ACTING, Scope::McpSend)),
    may("write", of_a_crm(ACTING, Scope::McpWrite)),
];

/// The row of a route.
#[must_use]
pub fn route(method: &str, path: &str) -> Option<&'static Row> {
    let takes = |known: &str| known == method || (known == ANY && ANY_METHODS.contains(&method));
    let is_it = |surface: Surface| matches!(surface, Surface::Route(m, p) if takes(m) && p == path);
    TABLE.iter().find(|row| is_it(row.surface))
}

/// The row of a command, by its words.
#[must_use]
pub fn command(words: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| matches!(row.surface, Surface::Command(known) if known == words))
}

/// The row of the tools that may do this at worst.
#[must_use]
pub fn tools(kind: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| matches!(row.surface, Surface::Tools(known) if known == kind))
}

const fn organization(roles: &'static [Role], scope: Scope) -> Need {
    Need::Grant(Grant { roles, scope, breadth: Breadth::Organization })
}

const fn of_a_crm(roles: &'static [Role], scope: Scope) -> Need {
    Need::Grant(Grant { roles, scope, breadth: Breadth::Connection })
}

const fn delete(path: &'static str, need: Need) -> Row {
    Row { surface: Surface::Route("DELETE", path), need }
}

const fn get(path: &'static str, need: Need) -> Row {
    Row { surface: Surface::Route("GET", path), need }
}

const fn any(path: &'static str, need: Need) -> Row {
    Row { surface: Surface::Route(ANY, path), need }
}

const fn patch(path: &'static str, need: Need) -> Row {
    Row { surface: Surface::Route("PATCH", path), need }
}

const fn post(path: &'static str, need: Need) -> Row {
    Row { surface: Surface::Route("POST", path), need }
}

const fn put(path: &'static str, need: Need) -> Row {
    Row { surface: Surface::Route("PUT", path), need }
}

const fn run(words: &'static str, need: Need) -> Row {
    Row { surface: Surface::Command(words), need }
}

const fn may(kind: &'static str, need: Need) -> Row {
    Row { surface: Surface::Tools(kind), need }
}
