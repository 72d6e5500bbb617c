//! What is written into clients' configurations, and what is not.

use clap::Parser;

use super::*;
use crate::cli::{Command, McpCommand};

const SECRET: &str = "pit-0123456789";

fn asked(line: &str) -> McpInstall {
    let words = std::iter::once("highwire").chain(line.split(' '));
    match Cli::try_parse_from(words).unwrap().command {
        Command::Mcp(mcp) => match mcp.command {
            Some(McpCommand::Install(asked)) => asked,
            None => panic!("no subcommand"),
        },
        _ => panic!("another command"),
    }
}

/// The configuration of a client, in an environment.
fn written(line: &str, pairs: &[(&str, &str)], before: Value) -> Value {
    let environment: Environment = pairs.iter().copied().collect();
    let flags = crate::settings::Flags::default();
    let settings = Settings::load(&flags, &environment).unwrap();
    let asked = asked(line);
    let start = start(&asked, (&settings, None), &environment).unwrap();
    added(before, &asked, &start).unwrap()
}

const SET: &[(&str, &str)] = &[("GHL_API_KEY", SECRET), ("GHL_LOCATION_ID", "loc1")];

#[test]
fn a_client_that_knows_references_is_given_no_token() {
    for (client, list, reference) in [
        ("claude", "mcpServers", "${GHL_API_KEY}"),
        ("cursor", "mcpServers", "${env:GHL_API_KEY}"),
        ("vscode", "servers", "${input:highwire-token}"),
    ] {
        let whole = written(&format!("mcp install {client}"), SET, json!({}));
        assert!(!whole.to_string().contains(SECRET), "{whole}");
        let env = &whole[list]["highwire"]["env"];
        assert_eq!(env["GHL_API_KEY"], reference);
        assert_eq!(env["GHL_LOCATION_ID"], "loc1");
    }
}

#[test]
fn only_a_client_that_knows_none_is_given_the_token_and_nobody_is_shown_it() {
    let whole = written("mcp install claude-desktop", SET, json!({}));
    assert_eq!(whole["mcpServers"]["highwire"]["env"]["GHL_API_KEY"], SECRET);
    let printed = written("mcp install claude-desktop --print", SET, json!({}));
    assert!(!printed.to_string().contains(SECRET), "{printed}");
}

#[test]
fn the_servers_that_are_there_stay_and_the_token_is_asked_for_once() {
    let before = json!({"servers": {"other": {"url": "x"}}, "mine": 1});
    let once = written("mcp install vscode", SET, before);
    let twice = written("mcp install vscode", SET, once.clone());
    assert_eq!(once, twice);
    assert_eq!(once["servers"]["other"]["url"], "x");
    assert_eq!(once["mine"], 1);
    assert_eq!(once["inputs"].as_array().map(Vec::len), Some(1));
    assert_eq!(once["inputs"][0]["password"], true);
}

#[test]
fn the_flags_go_with_it() {
    let line = "mcp install cursor --read-only --profile growably --without a_tool,b_tool";
    let whole = written(line, SET, json!({}));
    let args = whole["mcpServers"]["highwire"]["args"].to_string();
    assert!(args.contains(r#""--profile","growably","--without","a_tool,b_tool","--read-only""#));
    let folder = whole["mcpServers"]["highwire"]["args"][2].as_str().unwrap().to_owned();
    assert!(Path::new(&folder).is_absolute(), "{folder}");
}

#[test]
fn a_file_that_is_no_plain_json_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mcp.json");
    fs::write(&file, "{ // mine\n}").unwrap();
    assert!(read(&file).unwrap_err().hint().contains("--print"));
    assert!(read(&folder.path().join("none.json")).unwrap().as_object().unwrap().is_empty());
    write(&file, "{}\n").unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "{}\n");
}
