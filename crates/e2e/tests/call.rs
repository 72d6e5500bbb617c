//! `highwire call` as its users meet it: the real binary against the simulated HighLevel.

use std::{
    collections::BTreeSet,
    io::{ErrorKind, Write as _},
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use e2e::{Hub, Program, Vendors};
use serde_json::{Value, json};

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The words of a line; none of them holds a space.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(' ').filter(|word| !word.is_empty())
}

/// A person at a terminal, with a sandbox to call.
struct Caller {
    program: Program,
    vendors: Vendors,
    folder: tempfile::TempDir,
}

impl Caller {
    fn start(flags: &[&str]) -> Result<Self> {
        let (program, folder) = (Program::built()?, tempfile::tempdir()?);
        let vendors = Vendors::start(&program, folder.path(), flags)?;
        Ok(Self { program, vendors, folder })
    }

    fn command(&self, line: &str) -> Result<Command> {
        let mut command = self.program.command(self.folder.path());
        command
            .arg("call")
            .args(words(line))
            .env("HIGHWIRE_HIGHLEVEL_URL", self.vendors.text("url")?)
            .env("GHL_API_KEY", self.vendors.text("token")?)
            .env("GHL_LOCATION_ID", self.vendors.text("location_id")?);
        Ok(command)
    }

    /// What it prints where it succeeds.
    fn call(&self, line: &str) -> Result<String> {
        let output = self.command(line)?.output()?;
        ensure!(output.status.success(), "{line}: {}", stderr(&output));
        Ok(stdout(&output).trim_end().to_owned())
    }

    /// What it says where HighLevel refuses, which is nothing on stdout.
    fn refused(&self, line: &str) -> Result<String> {
        let output = self.command(line)?.output()?;
        let said = stderr(&output);
        ensure!(output.status.code() == Some(1), "{line}: {:?} {said}", output.status);
        ensure!(output.stdout.is_empty() && said.contains("\nhint: "), "{line}: {said}");
        Ok(said)
    }
}

/// An address at which nobody may call.
struct Silence(TcpListener);

impl Silence {
    fn new() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        Ok(Self(listener))
    }

    fn run(&self, folder: &Path, line: &str) -> Result<Output> {
        let mut command = Program::built()?.command(folder);
        command
            .arg("call")
            .args(words(line))
            .env("HIGHWIRE_HIGHLEVEL_URL", format!("http://{}", self.0.local_addr()?));
        let output = command.env("GHL_API_KEY", "pit-canary").output()?;
        match self.0.accept() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(output),
            Err(error) => Err(error.into()),
            Ok(_) => bail!("{line} called although it must not"),
        }
    }
}

#[test]
fn a_contact_is_made_read_changed_and_deleted() -> Result<()> {
    let caller = Caller::start(&["--contacts=3"])?;
    let line = "contacts.create-contact --set firstName=Ada --set postalCode=01234 \
                --set email=ada@example.com --set tags=vip --set tags=new --select contact.id";
    let created = caller.command(line)?.output()?;
    let said = stderr(&created);
    assert!(created.status.success(), "{said}");
    assert!(said.starts_with("contacts.create-contact: a write operation at http://"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let id = stdout(&created).trim().to_owned();

    let told: Value =
        serde_json::from_str(&caller.call(&format!("contacts.get-contact --contact-id {id}"))?)?;
    let contact = &told["contact"];
    assert_eq!(contact["locationId"], caller.vendors.highlevel()["location_id"]);
    assert_eq!(
        (&contact["postalCode"], &contact["tags"]),
        (&json!("01234"), &json!(["vip", "new"]))
    );

    caller.call(&format!("contacts.update-contact --contactId={id} --set city=Turin"))?;
    let part = format!("contacts.get-contact --contactId {id} --select");
    assert_eq!(caller.call(&format!("{part} contact.city"))?, "Turin");
    assert_eq!(caller.call(&format!("{part} /contact/tags --version v3"))?, r#"["vip","new"]"#);
    assert_eq!(caller.call(&format!("{part} contact.tags[]"))?, "vip\nnew");
    let said = caller.refused(&format!("{part} contact.citty"))?;
    assert!(said.contains("contact has no `citty`: it has ") && said.contains("city,"), "{said}");

    let said = caller.refused("contacts.create-contact --set email=ada@example.com")?;
    assert!(said.contains(&format!("contacts.update-contact --contact-id {id}")), "{said}");
    let said =
        caller.refused(&format!("{line} --set email=bob@example.com --select contact.di"))?;
    assert!(said.contains("the reply was {\"contact\":"), "the id must not be lost: {said}");

    caller.call(&format!("contacts.delete-contact --contact-id {id}"))?;
    let said = caller.refused(&format!("contacts.get-contact --contact-id {id}"))?;
    assert!(said.contains("status 404") && said.contains("trace id"), "{said}");
    Ok(())
}

#[test]
fn a_list_is_printed_row_by_row() -> Result<()> {
    let caller = Caller::start(&["--contacts=230"])?;
    let rows = caller.call("contacts.get-contacts --paginate --limit 50")?;
    let rows: Vec<Value> = rows.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let ids: BTreeSet<_> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!((rows.len(), ids.len()), (230, 230));

    // Position and size stand in the body here, and are filled in.
    let line = "contacts.search-contacts-advanced --paginate --select id";
    let found = caller.call(line)?;
    assert_eq!(found.lines().collect::<BTreeSet<_>>(), ids);
    assert_eq!(caller.call(&format!("{line} --rows 120"))?.lines().count(), 120);
    // A row without the field keeps its line.
    caller.call("contacts.create-contact --set firstName=Ada")?;
    let mails = caller.call("contacts.get-contacts --paginate --select email")?;
    assert_eq!(mails.lines().count(), 231);
    assert_eq!(mails.lines().filter(|line| *line == "null").count(), 1, "{mails}");
    let said = caller.refused("contacts.get-contacts --paginate --select emial")?;
    assert!(said.contains("the top level has no `emial`"), "{said}");
    caller.call("invoices.list-invoices --paginate --rows 1")?;
    Ok(())
}

#[test]
fn files_go_out_and_come_in() -> Result<()> {
    let caller = Caller::start(&["--contacts=1"])?;
    let (sound, picture) =
        (caller.folder.path().join("call.wav"), caller.folder.path().join("a.png"));
    let contact = caller
        .call("contacts.search-contacts-advanced --set pageLimit=1 --select contacts[0].id")?;
    let call = caller.call(&format!(
        "conversations.add-an-inbound-message --set type=Call --set contactId={} \
         --set call.status=completed --select messageId",
        contact.trim()
    ))?;
    let line = format!("conversations.get-message-recording --message-id {}", call.trim());
    caller.call(&format!("{line} --output {}", sound.display()))?;
    let bytes = std::fs::read(&sound)?;
    assert!(bytes.starts_with(b"RIFF"), "{} bytes", bytes.len());
    assert_eq!(caller.command(&line)?.output()?.stdout, bytes);

    std::fs::write(&picture, b"\x89PNG")?;
    let upload = format!("medias.upload-media-content --file file=@{}", picture.display());
    assert!(!caller.call(&format!("{upload} --select fileId"))?.is_empty());

    let mut note = caller.command("contacts.create-note --contact-id c1 --body - --dry-run")?;
    let mut note = note.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    note.stdin.take().context("no stdin")?.write_all(br#"{"body": "Called back."}"#)?;
    let told: Value = serde_json::from_slice(&note.wait_with_output()?.stdout)?;
    assert_eq!(told["body"], json!({"body": "Called back."}));
    Ok(())
}

#[test]
fn refusals_say_what_to_do() -> Result<()> {
    let caller = Caller::start(&["--contacts=1"])?;
    let said = caller.refused("saas-api.get-agency-plans --company-id c1")?;
    assert!(said.contains("user type mismatch") && said.contains("takes agency"), "{said}");
    let other = caller.vendors.text("other_location_id")?;
    let said = caller.refused(&format!("contacts.get-contacts --location-id {other}"))?;
    assert!(said.contains("status 403") && said.contains("--location-id"), "{said}");

    let mut command = caller.command("contacts.get-contact --contact-id c1")?;
    let output = command.env("GHL_API_KEY", "pit-canary").output()?;
    let said = stderr(&output);
    assert!(said.contains("status 401") && said.contains("GHL_API_KEY"), "{said}");
    assert!(!said.contains("canary"), "{said}");
    let mut command = caller.command("contacts.get-contact --contact-id c1")?;
    let output = command.env_remove("GHL_API_KEY").output()?;
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("highlevel.token is not set") && said.contains("GHL_API_KEY"), "{said}");
    Ok(())
}

#[test]
fn nothing_is_sent_before_everything_is_right() -> Result<()> {
    let (silence, folder) = (Silence::new()?, tempfile::tempdir()?);
    let refused = |line: &str| -> Result<String> {
        let output = silence.run(folder.path(), line)?;
        ensure!(output.status.code() == Some(2), "{line}: {:?}", output.status);
        ensure!(output.stdout.is_empty(), "{line}: {}", stdout(&output));
        Ok(stderr(&output))
    };
    let said = refused(
        "contacts.create-note --contct-id c1 --user-id u1 --set bdy=x --version v9 --paginate stray",
    )?;
    for part in [
        "  - --contct-id is not known: did you mean --contact-id?\n",
        "  - --user-id is a field of the body: give it as --set userId=…\n",
        "  - --version cannot be `v9`: did you mean `v2`?\n",
        "  - `stray` belongs to no flag",
        "  - --contact-id is required: add it\n",
        "  - body.body is required: add --set body=…\n",
        "  - body.bdy is not known: did you mean `body`?\n",
        "hint: `highwire call contacts.create-note --help`",
    ] {
        assert!(said.contains(part), "{part} is missing: {said}");
    }
    let said = refused("contacts.creat-note")?;
    assert!(said.contains("did you mean `contacts.create-note`?"), "{said}");
    let said = refused("contacts.get-contacts --limit many")?;
    assert!(said.contains("--limit cannot be `many`: give number"), "{said}");
    assert!(said.contains("--location-id is required: give --location-id, or set GHL_"), "{said}");
    let said = refused("contacts.create-note --contact-id c1 --body {")?;
    assert!(said.contains("--body is no JSON") && !said.contains("required"), "{said}");
    let said = refused("contacts.delete-contact --contact-id=")?;
    assert!(said.contains("`contactId` is empty") && !said.contains("operation at"), "{said}");
    let said = refused("contacts.delete-contact --contact-id c1 --paginate")?;
    assert!(said.contains("a delete operation"), "{said}");
    Ok(())
}

#[test]
fn a_dry_run_shows_the_request_and_sends_nothing() -> Result<()> {
    let (silence, folder) = (Silence::new()?, tempfile::tempdir()?);
    let line = "conversations.send-a-new-message --set type=SMS --set contactId=c1 --set message=Hi \
                --dry-run";
    let output = silence.run(folder.path(), line)?;
    let (told, said) = (stdout(&output), stderr(&output));
    assert!(output.status.success() && !told.contains("canary"), "{told} {said}");
    let told: Value = serde_json::from_str(&told)?;
    assert_eq!((&told["kind"], &told["method"]), (&json!("send"), &json!("POST")));
    assert_eq!(told["body"], json!({"type": "SMS", "contactId": "c1", "message": "Hi"}));
    assert_eq!(told["headers"]["authorization"], "Bearer (redacted)");
    assert!(told["url"].as_str().is_some_and(|url| url.ends_with("/conversations/messages")));

    let line = "invoices.list-invoices --location-id l1 --paginate --dry-run";
    let told: Value = serde_json::from_str(&stdout(&silence.run(folder.path(), line)?))?;
    let url = told["url"].as_str().context("a url")?;
    assert!(url.contains("altId=l1&altType=location") && url.contains("offset=0"), "{url}");

    let mut command = Program::built()?.command(folder.path());
    command.args(words("call locations.search-locations")).env("GHL_API_KEY", "pit-canary");
    let output = command.env("HIGHWIRE_HIGHLEVEL_URL", "http://10.0.0.1").output()?;
    assert!(stderr(&output).contains("http is only for this machine"), "{}", stderr(&output));
    Ok(())
}

#[test]
fn a_stored_connection_is_called_through_with_its_token_and_its_location() -> Result<()> {
    let caller = Caller::start(&[])?;
    let folder = caller.folder.path();
    let hub = Hub::start(&caller.program, folder, [("HIGHWIRE_LOG_LEVEL", "off")])?;
    let run = |line: &str, url: &str| -> Result<Output> {
        let mut command = caller.program.command(folder);
        command.args(words(line)).args(["--data-dir", "data"]).env("HIGHWIRE_HIGHLEVEL_URL", url);
        if line.starts_with("call") {
            // What the settings say is not asked.
            command.env("GHL_API_KEY", "pit-wrong").env("GHL_LOCATION_ID", "elsewhere");
        }
        Ok(command.output()?)
    };
    let connect = format!(
        "connect highlevel --unchecked --name harbor --location {} --token {}",
        caller.vendors.text("location_id")?,
        caller.vendors.text("token")?
    );
    let connected = run(&connect, caller.vendors.text("url")?)?;
    ensure!(connected.status.success(), "{}", stderr(&connected));
    let call = |more: &str| {
        let line = format!("call contacts.get-contacts --limit 1 --select contacts[].id{more}");
        run(&line, "http://127.0.0.1:9")
    };
    for named in ["harbor", connection_id(&run("connections list --json", "")?)?.as_str()] {
        let called = call(&format!(" --connection {named}"))?;
        ensure!(called.status.success(), "{}", stderr(&called));
        assert_eq!(stdout(&called).lines().count(), 1);
    }
    let preview = call(" --connection harbor --dry-run")?;
    assert!(!stdout(&preview).contains("pit-"), "{}", stdout(&preview));
    for (more, part) in [
        (" --connection harbor --location-id Rk3Vd8PzQm5TbWy1NcXs", "does not reach location"),
        (" --connection nobody", "that --connection names"),
        ("", "contacts.get-contacts"),
    ] {
        let refused = call(more)?;
        assert_eq!(refused.status.code(), Some(1), "{more}");
        assert!(stderr(&refused).contains(part), "{more}: {}", stderr(&refused));
    }
    hub.kill()
}

fn connection_id(listed: &Output) -> Result<String> {
    let line = stdout(listed);
    let first: Value = serde_json::from_str(line.lines().next().context("nothing is listed")?)?;
    Ok(first["connection"].as_str().context("it has no id")?.to_owned())
}

#[test]
fn help_explains_one_operation() -> Result<()> {
    let (silence, folder) = (Silence::new()?, tempfile::tempdir()?);
    let told = stdout(&silence.run(folder.path(), "contacts.create-note --help")?);
    for part in [
        "POST /contacts/{contactId}/notes",
        "--contact-id",
        "required",
        "contacts.write",
        "--dry-run",
        "highwire call contacts.create-note --contact-id CONTACT_ID --set body=BODY",
    ] {
        assert!(told.contains(part), "{part} is missing: {told}");
    }
    Ok(())
}

/// Defines the completion as a user does, then completes the words that follow.
const COMPLETE_IN_BASH: &str = r#"
source <("$1" completions bash)
program=$1
shift
COMP_WORDS=("$program" "$@")
COMP_CWORD=$#
_highwire "$program"
printf '%s\n' "${COMPREPLY[@]}"
complete -p highwire
"#;

#[test]
fn bash_completes_operations_and_their_flags() -> Result<()> {
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("SKIPPED: bash is not installed");
        return Ok(());
    }
    let (program, folder) = (Program::built()?, tempfile::tempdir()?);
    let path = program.command(folder.path()).get_program().to_owned();
    let complete = |line: &str| -> Result<Vec<String>> {
        let output = Command::new("bash")
            .args(["--norc", "-c", COMPLETE_IN_BASH, "bash"])
            .arg(&path)
            .args(line.split(' '))
            .output()?;
        ensure!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
        let mut lines: Vec<_> = stdout(&output).lines().map(str::to_owned).collect();
        let registered = lines.pop().context("nothing is registered")?;
        ensure!(registered.contains("-F _highwire highwire"), "{registered}");
        Ok(lines)
    };
    assert_eq!(complete("cal")?, ["call"]);
    assert_eq!(complete("call contacts.create-no")?, ["contacts.create-note"]);
    assert_eq!(complete("call contacts.create-note --cont")?, ["--contact-id"]);
    assert_eq!(complete("call contacts.create-note --set us")?, ["userId="]);
    assert_eq!(complete("call contacts.create-note --version ")?, ["v2", "v3"]);
    for shell in ["fish", "zsh"] {
        let output = program.command(folder.path()).args(["completions", shell]).output()?;
        assert!(stdout(&output).contains("__complete -- "), "{shell}: {}", stderr(&output));
    }
    Ok(())
}
