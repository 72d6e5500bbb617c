//! Every kind of secret is planted, everything is run, and nothing of them is found where it may not be.
//!
//! A new secret is one line in `SECRETS`, and its name in the environment if it is a setting. A new
//! place is one `see`, and a new command one line in `COMMANDS`. What a command makes is one `shown_once`.

mod panics;
mod stage;

use anyhow::{Context, Result, ensure};
use e2e::{
    Signed,
    canary::{Canaries, Holds, Nature},
};

use self::stage::{Stage, get, post};

/// Credentials: each with the name of its setting in the environment, where it is one.
const SECRETS: [(&str, Option<&str>, &str); 14] = [
    ("the Notion token", Some("NOTION_TOKEN"), "ntn_canary61Dk0notion2token"),
    ("the HighLevel token", Some("GHL_API_KEY"), "pit-canary62-4f7e-highlevel"),
    (
        "the secret of our app",
        Some("HIGHWIRE_HIGHLEVEL_CLIENT_SECRET"),
        "canary79-secret-of-our-app",
    ),
    ("the webhook secret", Some("WEBHOOK_SECRET"), "canary63-webhook-secret"),
    // Master keys are 32 bytes in base64.
    (
        "the former master key",
        Some("HIGHWIRE_VAULT_FORMER_KEYS"),
        "Y2FuYXJ5NjQtZm9ybWVyLW1hc3Rlci1rZXktLS0wMDE=",
    ),
    ("the former master key in clear", None, "canary64-former-master-key---001"),
    ("the master key in clear", None, "canary69-master-key-as-value-001"),
    ("the content of a credential", None, "pit-canary65-stored-content"),
    ("the key of an application", None, "hwk_canary66_of_an_application"),
    ("the token of a door", None, "hwk_canary67_of_a_door"),
    ("the password in an address", None, "canary68-password"),
    ("a key of the settings", Some("HIGHWIRE_WEBHOOK_API_KEYS"), "canary76-key-of-older-guides"),
    ("the webhook secret of a connection", None, "canary77-webhook-secret-of-its-own"),
    ("the verification token of Notion", None, "secret_canary78NotionVerification"),
];

/// A master key as a value, which counts more than the key file.
const MASTER_KEY: &str = "Y2FuYXJ5NjktbWFzdGVyLWtleS1hcy12YWx1ZS0wMDE=";

/// What people told: it may be in the database, and nowhere in what the hub says about its work.
const PEOPLE: [(&str, &str); 5] = [
    ("a name", "Canary Surname-71"),
    ("an e-mail address", "canary72@example.com"),
    ("a phone number", "+15550109973"),
    ("the text of a note", "canary74-note-body"),
    ("a custom field", "canary75-custom-field"),
];

/// The commands, each with what its output holds.
const COMMANDS: [(Holds, &str); 31] = [
    (Holds::Data, "events list --all"),
    (Holds::Data, "events list --all --json"),
    (Holds::Data, "events show 1"),
    (Holds::Data, "events show 2 --json"),
    (Holds::Data, "events show 3"),
    (Holds::Talk, "events show 99999"),
    (Holds::Talk, "events show evt_nonsense"),
    (Holds::Talk, "keys status"),
    (Holds::Talk, "keys status --json"),
    (Holds::Talk, "keys rotate"),
    (Holds::Talk, "keys rotate --json"),
    (Holds::Talk, "keys rotate --new-key"),
    (Holds::Talk, "settings"),
    (Holds::Talk, "call contacts.get-contact --contact-id c1 --dry-run"),
    (Holds::Talk, "call contacts.create-contact --set firstName=A --dry-run"),
    (Holds::Talk, "call contacts.get-contact --contact-id c1 --version v9"),
    (Holds::Talk, "completions bash"),
    (Holds::Talk, "__complete -- call contacts.get-contact --"),
    (Holds::Talk, "operations describe contacts.get-contact"),
    (Holds::Talk, "conflicts list"),
    (Holds::Talk, "connect application"),
    (Holds::Talk, "connect notion --token ntn_canary61Dk0notion2token"),
    (
        Holds::Talk,
        "connect highlevel --token pit-canary62-4f7e-highlevel --unchecked --location l --json",
    ),
    (Holds::Talk, "connect highlevel --client-secret canary79-secret-of-our-app"),
    (Holds::Talk, "doctor"),
    (Holds::Talk, "doctor --json"),
    (Holds::Talk, "notion init --parent 12345678901234567890123456789012"),
    (Holds::Talk, "sync highlevel --detach"),
    (Holds::Talk, "sync status --json"),
    (Holds::Talk, "up"),
    (Holds::Talk, "nonsense"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_canary_escapes() -> Result<()> {
    let mut canaries = Canaries::default();
    for (name, _, value) in SECRETS {
        canaries.plant(Nature::Secret, name, value);
    }
    canaries.plant(Nature::Secret, "the master key", MASTER_KEY);
    for (name, value) in PEOPLE {
        canaries.plant(Nature::Personal, name, value);
    }
    let mut stage = Stage::set(canaries).await?;
    stage.work_in_peace().await?;
    stage.work_with_parrots().await?;
    stage.work_with_tenants().await?;
    for (holds, line) in COMMANDS {
        stage.run(holds, line, &[])?;
    }
    stage.mistaken_settings()?;
    stage.refused_calls()?;
    stage.key_command()?;
    stage.panics()?;
    let canaries = stage.strike()?;
    for place in [
        "the log of the hub in peace",
        "the log of the hub with parrots",
        "the log of the hub with tenants",
        "the log of the hub that took over",
        "copy-of-the-canaries/journal.db",
        "copy-of-the-canaries/state.db",
        "restored/journal.db",
        "restored/state.db",
        "/metrics",
        "journal.db",
        "state.db",
        "-wal",
        "budgets.db",
        "what the key command was given",
        "a panic",
        "what was sent to Notion",
        "call contacts.get-contact",
    ] {
        ensure!(canaries.has_seen(place), "nothing was seen of {place}");
    }
    let escaped = canaries.escaped();
    ensure!(escaped.is_empty(), "{} escaped:\n{}", escaped.len(), escaped.join("\n"));
    can_be_found(canaries)
}

/// The same places, with values that are known to stand in them.
fn can_be_found(mut canaries: Canaries) -> Result<()> {
    canaries.plant(Nature::Secret, "a canary on purpose", stage::LOCATION);
    let found = canaries.escaped();
    for place in ["events list", "journal.db"] {
        let told = found.iter().any(|line| line.contains(place));
        ensure!(told, "a canary that stands in {place} is not found: {found:?}");
    }
    canaries.see(Holds::Talk, "a log", SECRETS[0].2);
    let found = canaries.escaped();
    ensure!(
        found.iter().any(|line| line.contains("the Notion token stands in a log")),
        "{found:?}"
    );
    Ok(())
}

/// Everything that comes to the doors: good, odd, forged, and for doors that are not there.
fn requests(stage: &Stage) -> Result<Vec<Vec<u8>>> {
    let [name, email, phone, body, field] = PEOPLE.map(|(_, value)| value);
    let location = stage::LOCATION;
    let key = secret("the key of an application")?;
    let token = secret("the token of a door")?;
    let contact = format!(
        r#"{{"type":"ContactCreate","locationId":"{location}","id":"c1","name":"{name}","email":"{email}","phone":"{phone}","customFields":[{{"id":"f1","value":"{field}"}}],"webhookId":"w1"}}"#
    );
    let note = format!(
        r#"{{"type":"NoteCreate","locationId":"{location}","id":"n1","contactId":"c1","body":"{body}","webhookId":"w2"}}"#
    );
    let odd = [
        format!(
            r#"{{"type":"AppointmentUpdate","locationId":"{location}","appointment":"{body}","webhookId":"w3"}}"#
        ),
        format!(
            r#"{{"type":"TaskCreate","locationId":"{location}","id":["{name}"],"{email}":"{phone}","webhookId":"w4"}}"#
        ),
        format!(r#"{{"type":"{name}","locationId":"{email}"}}"#),
        format!("{{{name}"),
        body.to_owned(),
    ];
    let sign = |body: &str| stage.events().sign(body);
    let mut requests = Vec::new();
    for body in [&contact, &note].into_iter().chain(&odd) {
        requests.push(post("/webhooks/highlevel", &sign(body)?, &[]));
    }
    let forged = Signed { signature: key.to_owned(), ..sign(&contact)? };
    let path = format!("/webhooks/highlevel/workflow/{token}");
    let bearer = format!("authorization: Bearer {key}\r\n");
    requests.extend([
        post("/webhooks/highlevel", &forged, &[]),
        post("/webhooks/ghl", &sign(&contact)?, &[&format!("x-api-key: {key}\r\n"), &bearer]),
        post(&path, &sign(&contact)?, &[]),
        post(&format!("/webhooks/repairshopr/{token}"), &sign(&note)?, &[]),
        post(&format!("/webhooks/highlevel?token={token}"), &sign(&note)?, &[]),
        get(&path),
        get("/healthz"),
        get("/readyz"),
        get("/metrics"),
        format!("GET /{token} {key}\r\n{email}\r\n\r\n").into_bytes(),
        get(&format!("/webhooks/highlevel HTTP/1.1\r\nx-api-key: {key}\r\nx:")),
    ]);
    Ok(requests)
}

fn secret(name: &str) -> Result<&'static str> {
    let found = SECRETS.iter().find(|(known, _, _)| *known == name);
    found.map(|(_, _, value)| *value).with_context(|| format!("there is no secret `{name}`"))
}
