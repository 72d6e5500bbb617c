//! Keys, tokens and secrets that are made beside a hub, planted as they are made, and used at its doors.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use e2e::{
    Signed,
    canary::{Holds, Nature},
};
use serde_json::Value;

use super::{LOOK, LOOKS, Stage, exchange, get, post};
use crate::{PEOPLE, secret};

/// How many deliveries a minute a token brings in here, so that there is one too many.
const A_MINUTE: usize = 5;

/// A body that is larger than a hub takes, in bytes.
const TOO_LARGE: usize = 6 << 20;

/// Commands that all work, run beside the hub.
const COMMANDS: [&str; 26] = [
    "organizations add canaries",
    "organizations list",
    "organizations list --json",
    "members add canary72@example.com --role viewer",
    "members list",
    "members list --json",
    "members role canary72@example.com operator",
    "connections list",
    "connections list --json",
    "connections connect-account Crm more-of-the-canaries",
    "connections disconnect-account Crm more-of-the-canaries",
    "api-keys list",
    "api-keys list --json",
    "subscriptions list",
    "subscriptions list --json",
    "subscriptions change canary --kinds contact.*",
    "subscriptions deliveries canary",
    "subscriptions deliveries canary --json",
    "subscriptions pause canary",
    "subscriptions resume canary",
    "subscriptions replay canary --dead",
    "subscriptions remove canary",
    "retention",
    "retention --json",
    "keys status",
    "members remove canary72@example.com",
];

/// What was made.
struct Made {
    /// May deliver for its whole organization.
    sending: String,
    /// May look at everything that a key may look at, and change keys.
    owner: String,
    workflow: String,
    repairshopr: String,
    notion: String,
}

/// A request and the answer that it gets.
type Exchange = (u16, Vec<u8>);

impl Stage {
    /// A hub with tenants of its own, while everything about them is made, used and taken away.
    pub(crate) async fn work_with_tenants(&mut self) -> Result<()> {
        let limit = ("HIGHWIRE_WEBHOOK_DELIVERIES_PER_MINUTE", A_MINUTE.to_string());
        let (hub, address) = self.start("with tenants", &[limit])?;
        let made = self.make()?;
        let own = secret("the webhook secret of a connection")?;
        let keyed = format!("x-api-key: {}\r\n", made.sending);
        self.until(address, &post("/webhooks/ghl", &shared(own, 0), &[&keyed]), 200).await?;
        for (status, request) in [Self::deliveries(&made)?, Self::questions(&made)?].concat() {
            self.expect(address, &request, status).await?;
        }
        self.verify_notion(address, &made).await?;
        for line in COMMANDS {
            let output = self.run(Holds::Data, line, &[])?;
            let said = String::from_utf8_lossy(&output.stderr);
            ensure!(output.status.success(), "`{line}` failed: {said}");
        }
        self.act_as_keys(&made)?;
        self.expect(address, &get("/metrics"), 200).await?;
        self.copy()?;
        let successor = self.take_over(address).await?;
        self.end(hub, "with tenants")?;
        self.end(successor, "that took over")
    }

    /// Makes what is shown once, and plants it.
    fn make(&mut self) -> Result<Made> {
        let location = ["connections", "add", "highlevel", "Crm", "--location", "loc-of-tenants"];
        self.said(&location, "")?;
        self.said(&["connections", "add", "repairshopr", "Shop"], "")?;
        let notion = self.said(&["connections", "add", "notion", "Notes"], "")?;
        let id = notion["connection"].as_str().context("a connection has an id")?;
        let notion = format!("/webhooks/notion/{id}");
        let own = secret("the webhook secret of a connection")?;
        self.said(&["connections", "secret", "Crm"], own)?;
        self.shown_once(&["connections", "secret", "Shop", "--make"], "secret")?;
        // Nobody listens there: what is said of the failures must not hold it either.
        let add = ["subscriptions", "add", "https://receiver.example/hooks", "--name", "canary"];
        self.signing_secret(&add)?;
        self.signing_secret(&["subscriptions", "rotate", "canary"])?;
        let token = |name, door| ["connections", "token", name, "--door", door];
        let workflow = self.shown_once(&token("Crm", "workflow"), "url")?;
        let repairshopr = self.shown_once(&token("Shop", "repairshopr"), "url")?;
        let key = ["api-keys", "create", "--name", "canary", "--scope"];
        let scopes =
            "events:read,metrics:read,keys:read,keys:write,members:read,organizations:read";
        let owner =
            self.shown_once(&[&key[..], &[scopes, "--role", "owner"]].concat(), "secret")?;
        let sending = self.shown_once(&[&key[..], &["webhooks:send"]].concat(), "secret")?;
        let (workflow, repairshopr) = (
            format!("/webhooks/highlevel/workflow/{workflow}"),
            format!("/webhooks/repairshopr/{repairshopr}"),
        );
        Ok(Made { sending, owner, workflow, repairshopr, notion })
    }

    /// Has a signing secret made, and plants it as it is given and as it is kept in memory.
    fn signing_secret(&mut self, words: &[&str]) -> Result<()> {
        let told = self.shown(words, "secret")?;
        let secret = told["secret"].as_str().context("it is shown")?;
        let what = format!("what `{}` made", words.join(" "));
        let random = secret.strip_prefix("whsec_").context("its form")?;
        self.canaries.plant(Nature::Secret, &what, random);
        Ok(())
    }

    /// Good and bad deliveries, each with the answer that it must get.
    fn deliveries(made: &Made) -> Result<Vec<Exchange>> {
        let own = secret("the webhook secret of a connection")?;
        let of_settings = secret("the webhook secret")?;
        let key_of_settings = secret("a key of the settings")?;
        let keyed = |key: &str| format!("x-api-key: {key}\r\n");
        let (sending, owner) = (keyed(&made.sending), keyed(&made.owner));
        let settings = keyed(key_of_settings);
        let door = "/webhooks/highlevel";
        let answered = |status, path: &str, signed: &Signed, header: &str| {
            (status, post(path, signed, &[header]))
        };
        let mut all = vec![
            answered(200, door, &shared(own, 1), &sending),
            answered(200, door, &shared(of_settings, 2), &settings),
            answered(401, door, &shared(own, 3), &settings),
            answered(401, door, &shared(&made.sending, 4), &sending),
            answered(401, door, &Signed { signature: own.to_owned(), ..shared(own, 5) }, &sending),
            answered(401, door, &shared(own, 6), &keyed(&format!("{}x", made.sending))),
            answered(403, door, &shared(own, 7), &owner),
            answered(400, &made.notion, &shared(own, 8), ""),
            answered(400, "/webhooks/notion/0000000000000000", &shared(own, 9), ""),
            answered(
                400,
                &made.repairshopr.replace("repairshopr", "highlevel/workflow"),
                &shared(own, 10),
                "",
            ),
        ];
        let query = format!("{}?contact_id=c9&email={}", made.workflow, PEOPLE[1].1);
        for number in 0..A_MINUTE {
            let request = match number % 2 {
                0 => get(&format!("{query}&number={number}")),
                _ => post(&made.workflow, &workflow(number), &[]),
            };
            all.push((200, request));
            all.push((200, post(&made.repairshopr, &hint(number), &[])));
        }
        for path in [&query, &made.workflow] {
            all.push((429, post(path, &workflow(A_MINUTE), &[])));
        }
        all.push((429, post(&made.repairshopr, &hint(A_MINUTE), &[])));
        all.push((404, get(&format!("{}/more", made.workflow))));
        all.push((405, get(&made.repairshopr)));
        for path in [door, &made.workflow] {
            let whole = format!(
                "POST {path} HTTP/1.1\r\nhost: hub\r\n{sending}content-length: {TOO_LARGE}\r\n\r\n{}",
                made.sending.repeat((128 << 10) / made.sending.len())
            );
            all.push((413, whole.into_bytes()));
        }
        Ok(all)
    }

    /// Good and bad questions, each with the answer that it must get.
    fn questions(made: &Made) -> Result<Vec<Exchange>> {
        let key_of_settings = secret("a key of the settings")?;
        let bearer = |key: &str| format!("authorization: Bearer {key}\r\n");
        let owner = format!("x-api-key: {}\r\n", made.owner);
        let mut all = Vec::new();
        for (path, status) in [
            ("/v1/me", 200),
            ("/v1/events", 200),
            ("/v1/events?after=nonsense", 400),
            ("/v1/events/evt_nonsense", 404),
        ] {
            all.push((status, asked(path, &owner)));
            all.push((status, asked(path, &bearer(&made.owner))));
            all.push((401, asked(path, &bearer(key_of_settings))));
        }
        all.push((403, asked("/v1/events", &bearer(&made.sending))));
        all.push((200, asked("/readyz", &bearer(&made.owner))));
        all.push((200, get("/healthz")));
        Ok(all)
    }

    /// Notion hands its token over, the operator accepts it, and events are signed with it.
    async fn verify_notion(&mut self, address: SocketAddr, made: &Made) -> Result<()> {
        let token = secret("the verification token of Notion")?;
        let body = format!(r#"{{"verification_token":"{token}"}}"#);
        let handshake = Signed { body, ..shared(token, 0) };
        self.expect(address, &post(&made.notion, &handshake, &[]), 200).await?;
        let show = ["connections", "verification", "Notes"];
        let told = self.shown(&show, "verification_token")?;
        let fingerprint = told["fingerprint"].as_str().context("a fingerprint")?.to_owned();
        self.run(Holds::Talk, &format!("connections verification Notes --accept {token}"), &[])?;
        self.said(&[&show[..], &["--accept", &fingerprint]].concat(), "")?;
        let body =
            r#"{"id":"n-1","type":"page.content_updated","entity":{"id":"p1","type":"page"}}"#;
        let signature = format!("x-notion-signature: sha256={}\r\n", hmac_of(token, body));
        let event = Signed { body: body.to_owned(), ..shared(token, 0) };
        self.until(address, &post(&made.notion, &event, &[&signature]), 200).await?;
        let as_it_is = format!("x-notion-signature: {token}\r\n");
        self.expect(address, &post(&made.notion, &event, &[&as_it_is]), 401).await?;
        for _ in 0..A_MINUTE {
            let request = post(&made.notion, &handshake, &[]);
            let reply = exchange(address, &request).await?;
            self.canaries.see(Holds::Talk, "the reply to a handshake", reply);
        }
        self.expect(address, &post(&made.notion, &handshake, &[]), 429).await
    }

    /// Commands that act as a key, and those that are given a key where none belongs.
    fn act_as_keys(&mut self, made: &Made) -> Result<()> {
        let (owner, sending) = (made.owner.as_str(), made.sending.as_str());
        for (line, key, succeeds) in [
            ("events list --all", owner, true),
            ("events list", sending, false),
            ("up", owner, false),
            ("api-keys list --json", owner, true),
            ("members list", &owner[1..], false),
            ("connections list", "canary without a form", false),
        ] {
            let output = self.run(Holds::Data, line, &[("HIGHWIRE_API_KEY", key)])?;
            ensure!(output.status.success() == succeeds, "`{line}` as a key");
        }
        self.said(&["events", "list", "--api-key", owner], "")?;
        self.said(&["api-keys", "revoke", sending], "")?;
        for words in [
            &["api-keys", "revoke", &sending[1..]][..],
            &["events", "list", "--api-key", &owner[1..]],
            &["events", "show", sending],
            &["members", "remove", sending],
            &["connections", "remove", sending],
            &[sending],
            &["events", "list", "--limit", sending],
        ] {
            let output = self.run_words(Holds::Data, words, "", &[])?;
            ensure!(!output.status.success(), "it took a key where none belongs");
        }
        self.said(&["connections", "secret", "Shop", "--remove"], "")?;
        self.said(&["connections", "remove", "Shop"], "")?;
        Ok(())
    }

    /// Runs a command with `--json` that must work; the first value that it prints.
    pub(super) fn said(&mut self, words: &[&str], input: &str) -> Result<Value> {
        let words = [words, &["--json"]].concat();
        let output = self.run_words(Holds::Data, &words, input, &[])?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`{}` failed: {said}", words.join(" "));
        let text = String::from_utf8(output.stdout)?;
        Ok(serde_json::from_str(text.lines().next().unwrap_or("null"))?)
    }

    /// Runs a command that makes a secret, and plants it.
    fn shown_once(&mut self, words: &[&str], field: &str) -> Result<String> {
        let told = self.shown(words, field)?;
        let value = told[field].as_str().context("it is shown")?;
        let secret = value.rsplit('/').next().unwrap_or_default().to_owned();
        self.canaries.plant(Nature::Secret, &format!("what `{}` made", words.join(" ")), &secret);
        Ok(secret)
    }

    /// Runs a command whose output may show a secret, once and in this field, and nothing else of it.
    fn shown(&mut self, words: &[&str], field: &str) -> Result<Value> {
        let words = [words, &["--json"]].concat();
        let output = self.command().args(&words).output()?;
        let line = words.join(" ");
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`{line}` failed: {said}");
        let told: Value = serde_json::from_slice(&output.stdout)?;
        let mut rest = told.clone();
        let shown = rest.as_object_mut().and_then(|fields| fields.remove(field));
        ensure!(shown.is_some(), "`{line}` shows no {field}");
        self.canaries.see(Holds::Talk, format!("what else `{line}` prints"), rest.to_string());
        self.canaries.see(Holds::Talk, format!("what `{line}` says"), output.stderr);
        Ok(told)
    }

    /// Sends a request, keeps the reply, and holds it against its status.
    async fn expect(&mut self, address: SocketAddr, request: &[u8], status: u16) -> Result<()> {
        let reply = exchange(address, request).await?;
        let text = String::from_utf8_lossy(&reply).into_owned();
        let line = String::from_utf8_lossy(request).lines().next().unwrap_or_default().to_owned();
        // What may be asked for in the API is data; what doors say is talk.
        let holds = if line.contains(" /v1/") { Holds::Data } else { Holds::Talk };
        self.canaries.see(holds, format!("the reply {status} to {line}"), reply);
        ensure!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: not {status}: {text}");
        Ok(())
    }

    /// Sends a request until the hub has learnt what it needs for this answer.
    async fn until(&mut self, address: SocketAddr, request: &[u8], status: u16) -> Result<()> {
        let expected = format!("HTTP/1.1 {status} ");
        for _ in 0..LOOKS {
            if exchange(address, request).await?.starts_with(expected.as_bytes()) {
                return self.expect(address, request, status).await;
            }
            tokio::time::sleep(LOOK).await; // tidy: sleep, a hub in another process reads what was made
        }
        anyhow::bail!("there is no {status}")
    }
}

/// A question with one more header.
fn asked(path: &str, header: &str) -> Vec<u8> {
    get(&format!("{path} HTTP/1.1\r\n{header}x-rest:"))
}

/// An event of the tenants, signed by who shares this secret.
fn shared(secret: &str, number: usize) -> Signed {
    let [name, email, ..] = PEOPLE.map(|(_, value)| value);
    let body = format!(
        r#"{{"type":"ContactUpdate","id":"t{number}","name":"{name}","email":"{email}","webhookId":"t{number}"}}"#
    );
    let signature = hmac_of(secret, &body);
    Signed { webhook_id: String::new(), body, signature }
}

/// What a workflow tells.
fn workflow(number: usize) -> Signed {
    let (name, note) = (PEOPLE[0].1, PEOPLE[3].1);
    let body = format!(r#"{{"contact_id":"c{number}","full_name":"{name}","note":"{note}"}}"#);
    Signed { webhook_id: String::new(), body, signature: "none".to_owned() }
}

/// What RepairShopr's notification center tells.
fn hint(number: usize) -> Signed {
    let text = PEOPLE[3].1;
    let body = format!(r#"{{"text":"{text}","link":"https://shop.example.com/tickets/{number}"}}"#);
    Signed { webhook_id: String::new(), body, signature: "none".to_owned() }
}

fn hmac_of(secret: &str, body: &str) -> String {
    let key = hmac::Key::new(HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, body.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
