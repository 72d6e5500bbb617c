//! `highwire mcp install`: writes into a client's configuration how it starts this server.
//!
//! A token is never written where the client can take it from elsewhere: from its environment, from
//! the person whom it asks once, or from the settings file, which the server reads by itself.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

use crate::{
    cli::{Cli, McpClient, McpInstall},
    connection,
    failure::Failure,
    printer,
    settings::{Environment, Settings},
};

/// The environment's names for what the server needs.
const TOKEN: &str = "GHL_API_KEY";
const LOCATION: &str = "GHL_LOCATION_ID";
const URL: &str = "HIGHWIRE_HIGHLEVEL_URL";

/// The names that set the token and the location, whichever of them somebody uses.
const TOKENS: [&str; 3] = [TOKEN, "GROWABLY_API_TOKEN", "HIGHWIRE_HIGHLEVEL_TOKEN"];
const LOCATIONS: [&str; 4] = [
    LOCATION,
    "GROWABLY_LOCATION_ID",
    "HIGHWIRE_HIGHLEVEL_LOCATION_ID",
    "HIGHWIRE_HIGHLEVEL_LOCATION_IDS",
];

/// How a client starts the server.
struct Start {
    command: String,
    args: Vec<String>,
    env: Vec<(&'static str, String)>,
    /// Whether a token stands in `env` as it is.
    shows_token: bool,
    /// Whether the client has to ask for the token.
    asks_token: bool,
}

/// Writes or prints the configuration.
pub(super) fn run(asked: &McpInstall, cli: &Cli) -> Result<(), Failure> {
    let environment = Environment::read()?;
    let flags = cli.flags();
    let settings = Settings::load(&flags, &environment)?;
    let start = start(asked, (&settings, flags.config.as_deref()), &environment)?;
    if asked.print {
        let whole = added(json!({}), asked, &start)?;
        printer::data(format!("{whole:#}"));
        printer::talk(hint(asked, &start));
        return Ok(());
    }
    let file = match &asked.to {
        Some(file) => file.clone(),
        None => place(asked.client, &environment)?,
    };
    let whole = added(read(&file)?, asked, &start)?;
    write(&file, &format!("{whole:#}\n"))?;
    printer::talk(format!("{} starts the server `{}`", file.display(), asked.name));
    printer::talk(hint(asked, &start));
    Ok(())
}

fn start(
    asked: &McpInstall,
    (settings, config): (&Settings, Option<&Path>),
    environment: &Environment,
) -> Result<Start, Failure> {
    let program = std::env::current_exe().map_err(|source| {
        Failure::user("find out where this program is", "name it by hand, with --print")
            .because(source)
    })?;
    let mut args = vec!["mcp".to_owned()];
    // A client starts it in a folder of its own, so nothing may depend on where that is.
    args.extend(["--data-dir".to_owned(), absolute(&settings.data_dir)?]);
    let is_set = |names: &[&str]| names.iter().find_map(|name| environment.get(name));
    let file = config.map(Path::to_owned).or_else(|| {
        let usual = PathBuf::from("highwire.toml");
        usual.exists().then_some(usual)
    });
    if let Some(file) = &file {
        args.extend(["--config".to_owned(), absolute(file)?]);
    }
    args.extend(asked.surface.words());
    let mut env = Vec::new();
    let in_file = is_set(&TOKENS).is_none() && !settings.highlevel.token.is_empty();
    let (mut shows_token, mut asks_token) = (false, false);
    if !in_file {
        let written = match asked.client {
            McpClient::Claude => format!("${{{TOKEN}}}"),
            McpClient::Cursor => format!("${{env:{TOKEN}}}"),
            McpClient::Vscode => {
                asks_token = true;
                format!("${{input:{}}}", input(&asked.name))
            }
            // It knows no references, and empty is as if it were not set.
            McpClient::ClaudeDesktop if asked.print => String::new(),
            McpClient::ClaudeDesktop => {
                shows_token = is_set(&TOKENS).is_some();
                settings.highlevel.token.expose().to_owned()
            }
        };
        env.push((TOKEN, written));
    }
    let location_in_file =
        is_set(&LOCATIONS).is_none() && connection::location(&settings.highlevel).is_some();
    if !location_in_file {
        let location = connection::location(&settings.highlevel);
        env.push((LOCATION, location.unwrap_or_default().to_owned()));
    }
    if let Some(url) = environment.get(URL) {
        env.push((URL, url.to_owned()));
    }
    let command = program.display().to_string();
    Ok(Start { command, args, env, shows_token, asks_token })
}

/// The configuration with the server in it.
fn added(mut whole: Value, asked: &McpInstall, start: &Start) -> Result<Value, Failure> {
    let env: Map<String, Value> =
        start.env.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let mut server = json!({ "command": start.command, "args": start.args, "env": env });
    let list = match asked.client {
        McpClient::Vscode => "servers",
        McpClient::Claude | McpClient::ClaudeDesktop | McpClient::Cursor => "mcpServers",
    };
    if matches!(asked.client, McpClient::Claude | McpClient::Vscode) {
        server["type"] = json!("stdio");
    }
    let unfit = || {
        let attempted = format!("add the server: `{list}` of the file is no object");
        Failure::user(attempted, "use --print, and put it into the file by hand")
    };
    let members = whole.as_object_mut().ok_or_else(unfit)?;
    let servers = members.entry(list).or_insert_with(|| json!({}));
    servers.as_object_mut().ok_or_else(unfit)?.insert(asked.name.clone(), server);
    if start.asks_token {
        let id = input(&asked.name);
        let inputs = members.entry("inputs").or_insert_with(|| json!([]));
        let inputs = inputs.as_array_mut().ok_or_else(unfit)?;
        if !inputs.iter().any(|input| input["id"] == id.as_str()) {
            inputs.push(json!({
                "type": "promptString",
                "id": id,
                "description": "HighLevel private integration token",
                "password": true,
            }));
        }
    }
    Ok(whole)
}

fn input(name: &str) -> String {
    format!("{name}-token")
}

fn hint(asked: &McpInstall, start: &Start) -> String {
    let lacks = |name: &str| start.env.iter().any(|(is, value)| *is == name && value.is_empty());
    let mut told = Vec::new();
    match asked.client {
        McpClient::Claude | McpClient::Cursor if start.env.iter().any(|(is, _)| *is == TOKEN) => {
            told.push(format!("start the client where {TOKEN} is set: the file only refers to it"));
        }
        McpClient::Vscode if start.asks_token => {
            told.push("the client asks for the token once, and keeps it".to_owned());
        }
        _ => {}
    }
    if start.shows_token {
        told.push(
            "the file holds the token in clear, since this client knows no references; a \
             highwire.toml named by --config keeps it out"
                .to_owned(),
        );
    }
    if lacks(TOKEN) {
        told.push(format!("put the private integration token into {TOKEN}"));
    }
    if lacks(LOCATION) {
        told.push(format!("put the id of the location into {LOCATION}"));
    }
    told.push("restart the client, or reload its servers".to_owned());
    told.join("; ")
}

/// Where a client looks: in the folder of a project, or in a person's own configuration.
fn place(client: McpClient, environment: &Environment) -> Result<PathBuf, Failure> {
    let folder = match client {
        McpClient::Claude => return Ok(PathBuf::from(".mcp.json")),
        McpClient::Cursor => return Ok(PathBuf::from(".cursor/mcp.json")),
        McpClient::Vscode => return Ok(PathBuf::from(".vscode/mcp.json")),
        McpClient::ClaudeDesktop => match std::env::consts::OS {
            "macos" => {
                environment.get("HOME").map(|it| format!("{it}/Library/Application Support"))
            }
            "windows" => environment.get("APPDATA").map(str::to_owned),
            _ => environment
                .get("XDG_CONFIG_HOME")
                .map(str::to_owned)
                .or_else(|| environment.get("HOME").map(|home| format!("{home}/.config"))),
        },
    };
    let folder = folder.ok_or_else(|| {
        Failure::user("find the client's configuration: HOME is not set", "name the file with --to")
    })?;
    Ok(Path::new(&folder).join("Claude").join("claude_desktop_config.json"))
}

fn absolute(path: &Path) -> Result<String, Failure> {
    let whole = std::path::absolute(path).map_err(|source| {
        Failure::user(format!("find out where {} is", path.display()), "name it from the root")
            .because(source)
    })?;
    Ok(whole.display().to_string())
}

fn read(file: &Path) -> Result<Value, Failure> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(json!({})),
        Err(source) => return Err(unwritten(file, source)),
    };
    if text.trim().is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_str(&text).map_err(|source| {
        // What the parser says has no text of the file, only the place.
        let hint = "it may have comments, which would be lost: use --print, and add it by hand";
        Failure::user(format!("read {} as JSON", file.display()), hint).because(source)
    })
}

/// Writes the whole file or nothing.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |source: io::Error| unwritten(file, source);
    // A link stays a link.
    let file = &fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    new.write_all(text.as_bytes()).map_err(failed)?;
    if let Ok(old) = fs::metadata(file) {
        new.as_file().set_permissions(old.permissions()).map_err(failed)?;
    }
    new.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}

fn unwritten(file: &Path, source: io::Error) -> Failure {
    let hint = "make it writable, name another file with --to, or use --print";
    Failure::user(format!("change {}", file.display()), hint).because(source)
}

#[cfg(test)]
mod tests;
