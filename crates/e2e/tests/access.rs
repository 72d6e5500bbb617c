//! Organizations and API keys as their users meet them: made, used, held to their own, revoked.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::Output,
};

use anyhow::{Context, Result, ensure};
use e2e::{Events, Hub, Program, Sender};
use serde_json::Value;

/// A hub that takes every event, and who asks it.
struct House {
    program: Program,
    folder: tempfile::TempDir,
    hub: Hub,
}

impl House {
    fn open(events: &Events) -> Result<Self> {
        let (program, folder) = (Program::built()?, tempfile::tempdir()?);
        let variables = [
            ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()),
            ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()),
        ];
        let hub = Hub::start(&program, folder.path(), variables)?;
        Ok(Self { program, folder, hub })
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Runs a command beside the hub, as the holder of a key where there is one.
    fn run(&self, key: Option<&str>, arguments: &[&str]) -> Result<Output> {
        let mut command = self.program.command(self.folder.path());
        command.arg("--data-dir").arg(self.data()).args(arguments);
        command.env("HIGHWIRE_LOG_LEVEL", "trace");
        command.envs(key.map(|key| ("HIGHWIRE_API_KEY", key)));
        Ok(command.output()?)
    }

    /// What a command prints that succeeds, a value a line.
    fn lines(&self, key: Option<&str>, arguments: &[&str]) -> Result<Vec<Value>> {
        let output = self.run(key, &[arguments, &["--json"]].concat())?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{arguments:?}: {said}");
        let out = String::from_utf8(output.stdout)?;
        Ok(out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    /// What a command says that is refused.
    fn refused(&self, key: Option<&str>, arguments: &[&str]) -> Result<String> {
        let output = self.run(key, arguments)?;
        let said = String::from_utf8(output.stderr)?;
        ensure!(output.status.code() == Some(1), "{arguments:?} is not refused: {said}");
        ensure!(output.stdout.is_empty() && said.contains("hint: "), "{said}");
        ensure!(key.is_none_or(|key| !said.contains(key)), "a secret was told");
        Ok(said)
    }

    /// Makes a key and gives its id and secret.
    fn key(&self, arguments: &[&str]) -> Result<(String, String)> {
        let create = ["api-keys", "create", "--name", "test"];
        let made = self.lines(None, &[&create, arguments].concat())?;
        let text = |field: &str| made[0][field].as_str().map(str::to_owned);
        Ok((text("key").context("an id")?, text("secret").context("a secret")?))
    }

    fn get(&self, path: &str, key: Option<&str>) -> Result<(u16, Value)> {
        get(self.hub.address(), path, key)
    }
}

fn get(address: SocketAddr, path: &str, key: Option<&str>) -> Result<(u16, Value)> {
    let key = key.map(|key| format!("authorization: Bearer {key}\r\n")).unwrap_or_default();
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n{key}\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).context("a status")?.parse()?;
    let (_, body) = answer.split_once("\r\n\r\n").context("a body")?;
    let mut body: Value = serde_json::from_str(body)?;
    if let Value::Object(fields) = &mut body {
        // Each request has a name of its own in the log.
        fields.remove("correlation_id");
    }
    Ok((status, body))
}

/// Whether a file of the folder holds these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> Result<bool> {
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        if !file.file_type()?.is_file() {
            continue;
        }
        let content = std::fs::read(file.path())?;
        if content.windows(bytes.len()).any(|window| window == bytes) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[test]
fn a_key_is_made_used_and_revoked_beside_a_running_hub() -> Result<()> {
    let house = House::open(&Events::new(3, 400)?)?;
    let organizations = house.lines(None, &["organizations", "list"])?;
    assert_eq!(organizations[0]["organization"], "org_default", "it is there from the start");
    let (id, secret) =
        house.key(&["--scope", "events:read,webhooks:send", "--expires-in-days", "1"])?;
    let (status, me) = house.get("/v1/me", Some(&secret))?;
    assert_eq!((status, &me["organization"]), (200, &"org_default".into()), "{me}");
    assert_eq!(me["scopes"], serde_json::json!(["events:read", "webhooks:send"]));
    assert!(me["key"]["expires_at"].is_string(), "{me}");

    house.lines(Some(&secret), &["events", "list"])?;
    let listed = house.lines(None, &["api-keys", "list"])?;
    assert_eq!((&listed[0]["key"], &listed[0]["state"]), (&id.as_str().into(), &"active".into()));
    assert!(listed[0]["last_used_at"].is_string(), "{}", listed[0]);
    let prefix = listed[0]["prefix"].as_str().context("a prefix")?;
    assert!(secret.starts_with(prefix) && secret.len() > prefix.len() + 40, "{prefix}");
    assert!(!holds(&house.data(), secret.as_bytes())?, "the secret is on the disk");
    assert!(holds(&house.data(), id.as_bytes())?, "the search finds nothing at all");

    house.lines(None, &["api-keys", "revoke", prefix])?;
    let nobody = house.get("/v1/me", None)?;
    assert_eq!((nobody.0, house.get("/v1/me", Some(&secret))?), (401, nobody));
    let refused = house.refused(Some(&secret), &["events", "list"])?;
    assert!(refused.contains("there is none with it that counts"), "{refused}");
    assert_eq!(house.lines(None, &["api-keys", "list"])?[0]["state"], "revoked");
    Ok(())
}

#[tokio::test]
async fn events_of_another_organization_are_not_there() -> Result<()> {
    let events = Events::new(5, 400)?;
    let house = House::open(&events)?;
    let mut sender = Sender::connect(house.hub.address()).await?;
    for number in 0..3 {
        assert_eq!(sender.send(&Sender::request(&events.signed(number, 1)?)).await?, 200);
    }
    house.lines(None, &["organizations", "add", "beta", "--name", "Beta"])?;
    let (_, own) = house.key(&["--scope", "events:read"])?;
    let (_, other) = house.key(&["--scope", "events:read", "--organization", "beta"])?;
    let listed = house.lines(Some(&own), &["events", "list", "--all"])?;
    assert_eq!(listed.len(), 3);
    assert_eq!(house.lines(Some(&own), &["events", "list", "--limit", "2"])?, listed[1..]);
    assert!(house.lines(Some(&other), &["events", "list", "--all"])?.is_empty());

    let id = listed[1]["id"].as_str().context("an id")?;
    let missing = "evt_00000000000000000000000000000000";
    assert_eq!(house.lines(Some(&own), &["events", "show", id])?[0]["event"], id);
    let absent = house.refused(Some(&other), &["events", "show", missing])?;
    let hidden = house.refused(Some(&other), &["events", "show", id])?;
    assert_eq!(hidden.replace(id, missing), absent);
    let place = house.refused(Some(&other), &["events", "show", "2"])?;
    assert_eq!(place.replace("event 2", &format!("event {missing}")), absent);

    let (status, page) = house.get("/v1/events?limit=2", Some(&own))?;
    assert_eq!((status, page["events"].as_array().map(Vec::len)), (200, Some(2)), "{page}");
    let next = page["next"].as_str().context("there is more")?;
    let (_, rest) = house.get(&format!("/v1/events?limit=2&after={next}"), Some(&own))?;
    assert_eq!((&rest["events"][0]["id"], &rest["next"]), (&listed[2]["id"], &Value::Null));
    let (status, page) = house.get("/v1/events", Some(&other))?;
    assert_eq!((status, &page["events"]), (200, &Value::Array(Vec::new())));
    for (path, status) in [("/v1/events/", 404), ("/v1/events?after=", 404)] {
        let hidden = house.get(&format!("{path}{id}"), Some(&other))?;
        assert_eq!(hidden.0, status, "{path}");
        assert_eq!(hidden, house.get(&format!("{path}{missing}"), Some(&other))?);
    }
    Ok(())
}

#[test]
fn a_command_that_acts_as_a_key_is_held_to_it() -> Result<()> {
    let house = House::open(&Events::new(7, 400)?)?;
    house.lines(None, &["organizations", "add", "beta"])?;
    let scopes = ["keys:write", "keys:read", "members:read", "members:write", "organizations:read"];
    let scopes = scopes.join(",");
    let (_, owner) =
        house.key(&["--role", "owner", "--scope", &scopes, "--organization", "beta"])?;
    let (_, reader) = house.key(&["--role", "viewer", "--scope", "events:read"])?;
    let listed = house.lines(Some(&owner), &["organizations", "list"])?;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["organization"], "org_beta");

    let said = house.refused(Some(&reader), &["api-keys", "list"])?;
    assert!(said.contains("role may not") && said.contains("owner, operator"), "{said}");
    let said = house.refused(Some(&owner), &["events", "list"])?;
    assert!(said.contains("lacks the scope events:read"), "{said}");
    for installation in [&["keys", "status"][..], &["up"], &["organizations", "remove", "beta"]] {
        let said = house.refused(Some(&owner), installation)?;
        assert!(said.contains("only the owner of the installation"), "{said}");
    }
    let own = house.lines(Some(&owner), &["api-keys", "list"])?;
    assert!(own.len() == 1 && own[0]["organization"] == "org_beta", "{own:?}");
    let foreign =
        house.refused(Some(&owner), &["api-keys", "list", "--organization", "default"])?;
    let nowhere =
        house.refused(Some(&owner), &["api-keys", "list", "--organization", "nowhere"])?;
    assert_eq!(foreign.replace("org_default", "org_nowhere"), nowhere);
    let create = ["api-keys", "create", "--name", "more", "--scope"];
    let said = house.refused(Some(&owner), &[&create[..], &["events:read"]].concat())?;
    assert!(said.contains("lacks events:read"), "{said}");

    house.lines(Some(&owner), &["members", "add", "Ada@Example.com", "--role", "owner"])?;
    house.lines(Some(&owner), &["members", "add", "bob@example.com", "--role", "viewer"])?;
    let said = house.refused(Some(&owner), &["members", "role", "ada@example.com", "viewer"])?;
    assert!(said.contains("last owner"), "{said}");
    let said = house.refused(None, &["organizations", "remove", "beta"])?;
    assert!(said.contains("2 members") && said.contains("1 API keys"), "{said}");
    let said = house.refused(None, &["organizations", "remove", "default"])?;
    assert!(said.contains("org_default"), "{said}");
    Ok(())
}
