//! The command line as its users meet it: what it prints, where, and with which exit code.

use std::process::{Command, Output};

use anyhow::{Context, Result};
use e2e::{Events, Hub, Program, Sender};
use serde_json::Value;

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn demo(arguments: &[&str]) -> Result<Output> {
    let folder = tempfile::tempdir()?;
    let mut command = Program::built()?.command(folder.path());
    Ok(command.arg("demo").args(arguments).env("TMPDIR", folder.path()).output()?)
}

#[test]
fn the_demo_brings_every_embedded_event_to_notion_once() -> Result<()> {
    let output = demo(&[])?;
    let text = stdout(&output);
    assert!(output.status.success(), "{text}\n{}", stderr(&output));
    let events = sandbox::highlevel::examples().len();
    let expected = format!("demo: accepted={events} duplicates={events} pages={events} failed=0");
    assert_eq!(text.lines().last(), Some(expected.as_str()));
    assert!(text.contains("highwire events show evt_"), "{text}");
    Ok(())
}

#[test]
fn the_demo_takes_the_published_events_where_they_are() -> Result<()> {
    let published = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/highlevel-webhooks");
    if !std::path::Path::new(published).exists() {
        eprintln!("SKIPPED: the published events are not beside the repository");
        return Ok(());
    }
    let output = demo(&["--json", "--events", published])?;
    let report: Value = serde_json::from_str(&stdout(&output))?;
    for (figure, count) in [("accepted", 67), ("duplicates", 67), ("pages", 67), ("failed", 0)] {
        assert_eq!(report[figure], count, "{figure}: {report}");
    }
    Ok(())
}

#[test]
fn the_demo_says_which_file_is_no_event() -> Result<()> {
    let events = tempfile::tempdir()?;
    std::fs::write(events.path().join("broken.json"), "{\"type\": ")?;
    let output = demo(&["--events", &events.path().display().to_string()])?;
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("broken.json") && said.contains("hint: "), "{said}");
    Ok(())
}

#[test]
fn mistakes_have_their_exit_codes_and_a_way_out() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let run = |arguments: &[&str], variables: &[(&str, &str)]| -> Result<(i32, String)> {
        let mut command: Command = program.command(folder.path());
        let output = command.args(arguments).envs(variables.iter().copied()).output()?;
        let said = stderr(&output);
        assert!(output.stdout.is_empty(), "talk on stdout: {}", stdout(&output));
        Ok((output.status.code().context("killed")?, said))
    };
    let (code, said) = run(&["events", "list"], &[])?;
    assert!(code == 1 && said.contains("hint: ") && said.contains("highwire up"), "{said}");
    let (code, said) = run(&["events", "lst"], &[])?;
    assert!(code == 2 && said.contains("list"), "{said}");
    let (code, said) = run(&["up"], &[("HIGHWIRE_LISTEM", "127.0.0.1:1")])?;
    assert!(code == 1 && said.contains("HIGHWIRE_LISTEN"), "{said}");
    let (code, said) = run(&["up"], &[("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", "nonsense")])?;
    assert!(code == 1 && said.contains("webhook.public_keys"), "{said}");
    std::fs::write(folder.path().join(".env"), "NOTION_TOKEN=ntn_canary\n")?;
    let (code, said) = run(&["up"], &[])?;
    assert!(
        code == 1 && said.contains("highwire notion init") && !said.contains("canary"),
        "{said}"
    );
    Ok(())
}

#[tokio::test]
async fn events_can_be_listed_and_told_while_the_hub_runs() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let events = Events::new(9, 400)?;
    let variables = [
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()),
        ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()),
    ];
    let hub = Hub::start(&program, folder.path(), variables)?;
    let mut sender = Sender::connect(hub.address()).await?;
    for number in 0..3 {
        assert_eq!(sender.send(&Sender::request(&events.signed(number, 1)?)).await?, 200);
    }
    let data = folder.path().join("data").display().to_string();
    let run = |arguments: &[&str]| -> Result<String> {
        let output =
            program.command(folder.path()).args(arguments).args(["--data-dir", &data]).output()?;
        anyhow::ensure!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        Ok(stdout(&output))
    };
    let lines = run(&["events", "list", "--all", "--json"])?;
    let listed: Vec<Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let ids: Vec<_> = listed.iter().filter_map(|line| line["webhook_id"].as_str()).collect();
    let expected: Vec<_> = (0..3)
        .map(|number| events.signed(number, 1).map(|event| event.webhook_id))
        .collect::<Result<_>>()?;
    assert_eq!(ids, expected);
    let table = run(&["events", "list", "--limit", "2"])?;
    assert_eq!(table.lines().count(), 4, "a head, a line and two events: {table}");

    let id = listed[0]["id"].as_str().context("an id")?;
    let story = run(&["events", "show", id])?;
    for stop in ["1 door", "2 language", "3 journal", "4 mirror", "5 decide"] {
        assert!(story.contains(stop), "{stop} is missing: {story}");
    }
    let by_place: Value = serde_json::from_str(&run(&["events", "show", "1", "--json"])?)?;
    assert_eq!(by_place["event"], id);

    let mut second = program.command(folder.path());
    let refused = second.args(["up", "--data-dir", &data, "--listen", "127.0.0.1:0"]).output()?;
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("another hub runs"), "{}", stderr(&refused));
    Ok(())
}

#[test]
fn operations_are_found_and_explained_without_a_hub() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let run = |arguments: &[&str]| {
        program.command(folder.path()).arg("operations").args(arguments).output()
    };
    let found = stdout(&run(&["search", "create", "contact", "--json"])?);
    let first: Value = serde_json::from_str(found.lines().next().context("a line")?)?;
    assert_eq!(
        (&first["id"], &first["kind"]),
        (&"contacts.create-contact".into(), &"write".into())
    );
    let told = stdout(&run(&["describe", "contacts.create-contact"])?);
    for part in ["POST /contacts/", "2021-07-28", "contacts.write", "locationId", "required"] {
        assert!(told.contains(part), "{part} is missing: {told}");
    }
    let mistyped = run(&["describe", "contacts.creat-contact"])?;
    assert_eq!(mistyped.status.code(), Some(1));
    assert!(stderr(&mistyped).contains("`contacts.create-contact`"), "{}", stderr(&mistyped));
    Ok(())
}
