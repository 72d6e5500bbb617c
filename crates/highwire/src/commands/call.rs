//! `highwire call`: calls any operation of the HighLevel API and prints what it answers.

pub(super) mod arguments;
mod defaults;
mod draft;
pub(super) mod flags;
mod help;
mod paging;
mod preview;
mod refusal;
mod select;
mod values;
mod way;

use std::path::Path;

use endpoint::catalogue::{Edition, Kind};
use highlevel::{Call as _, RawReply};
use serde_json::Value;

use self::{arguments::Arguments, defaults::Defaults, draft::Draft, refusal::Called, way::Way};
use crate::{
    cli::Cli,
    connection::HighLevelClient,
    failure::Failure,
    printer,
    settings::{Environment, Settings},
};

/// What clap cannot know about the flags of `call`.
pub(crate) fn flags_help() -> String {
    format!(
        "Every parameter of the operation is a flag, as on the wire or in kebab case: --contactId\n\
         and --contact-id are the same. Repeat a flag to give a list. A location or company that\n\
         is not named is that of the settings, or of the connection that is named. `highwire call OPERATION --help` explains one\n\
         operation.\n\n{}\n\n\
         Examples:\n  \
         highwire call contacts.get-contact --contact-id ID --select contact.email\n  \
         highwire call contacts.create-contact --set firstName=Ada --set tags=vip --dry-run\n  \
         highwire call conversations.search-conversation --paginate --rows 500",
        help::own_flags()
    )
}

/// How replies are printed.
struct Output<'a> {
    select: Option<&'a str>,
    file: Option<&'a Path>,
    pretty: bool,
    /// How many rows of pages are printed at most.
    rows: usize,
    /// Whether the call changes something, so that its reply must not be lost.
    changes: bool,
}

/// Reads the words, checks everything, and only then talks to HighLevel.
pub(crate) fn run(words: &[String], cli: &Cli) -> Result<(), Failure> {
    let arguments = Arguments::parse(words);
    if arguments.help {
        let (call, edition) = draft::edition(&arguments)?;
        printer::data(help::page(call.operation(), edition));
        return Ok(());
    }
    let mut flags = cli.flags();
    flags.config = arguments.config.clone().or(flags.config);
    flags.data_dir = arguments.data_dir.clone().or(flags.data_dir);
    let settings = Settings::load(&flags, &Environment::read()?)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Failure::user("start the runtime", "free some memory").because(source))?;
    let way = runtime.block_on(Way::find(&settings, arguments.connection.as_deref()))?;
    let defaults = Defaults { named: None, location: way.location(), company: way.company() };
    let draft = draft::build(&arguments, defaults)?;
    let output = Output {
        select: arguments.select.as_deref(),
        file: arguments.output.as_deref(),
        pretty: printer::is_terminal() && !arguments.json && !cli.global.json,
        rows: arguments.rows.unwrap_or(usize::MAX),
        changes: draft.call.operation().kind() != Kind::Read,
    };
    let (_, edition) = draft::edition(&arguments)?;
    check(&arguments, &draft, edition)?;
    let url = way.url()?;
    if arguments.dry_run {
        let told = preview::preview(&draft, url, way.has_token())?;
        printer::data(output.text(&told));
        return Ok(());
    }
    let location = draft.call.parameter("locationId").and_then(Value::as_str);
    let needs_token = draft.call.profile().needs_token;
    let client = runtime.block_on(way.client(location, needs_token))?;
    let (operation, kind) = (draft.call.operation(), draft.call.operation().kind());
    if kind != Kind::Read {
        printer::talk(format!("{}: a {} operation at {url}", operation.id(), kind.as_str()));
    }
    let called = Called { edition, connection: way.connection() };
    match arguments.paginate {
        true => runtime.block_on(rows(&client, draft, called, &output)),
        false => runtime.block_on(reply(&client, &draft, called, &output)),
    }
}

/// What makes no sense together; nothing was sent yet.
fn check(arguments: &Arguments, draft: &Draft, edition: Edition<'_>) -> Result<(), Failure> {
    let mut problems = Vec::new();
    let operation = draft.call.operation();
    if arguments.paginate && operation.kind() != Kind::Read {
        let kind = operation.kind().as_str();
        problems.push(format!("--paginate goes through lists, and this is a {kind} operation"));
    }
    if arguments.rows.is_some() && !arguments.paginate {
        problems.push("--rows counts the rows of --paginate: add that".to_owned());
    }
    if arguments.paginate && arguments.output.is_some() {
        problems.push("--output does not go with --paginate: redirect stdout".to_owned());
    }
    let folder = arguments.output.as_deref().and_then(Path::parent);
    if let Some(folder) = folder.filter(|it| !it.as_os_str().is_empty() && !it.is_dir()) {
        problems.push(format!("--output needs the folder {}: make it", folder.display()));
    }
    let media_type = edition.success().and_then(|reply| reply.content_type());
    let is_file = media_type.is_some_and(|it| !it.starts_with("text/"));
    if is_file && arguments.output.is_none() && !arguments.dry_run && printer::is_terminal() {
        problems
            .push("the reply is a file, which no terminal can show: add --output FILE".to_owned());
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(draft::refused(operation.id(), problems)),
    }
}

async fn reply(
    client: &HighLevelClient,
    draft: &Draft,
    called: Called<'_>,
    output: &Output<'_>,
) -> Result<(), Failure> {
    let reply: RawReply =
        client.call(&draft.call).await.map_err(|error| refusal::failure(&error, called))?;
    output.print(reply.json(), reply.bytes())
}

/// Rows as they come, one a line.
async fn rows(
    client: &HighLevelClient,
    draft: Draft,
    called: Called<'_>,
    output: &Output<'_>,
) -> Result<(), Failure> {
    let (mut left, mut is_found) = (output.rows, false);
    let mut pages = client.pages(draft.call);
    while left > 0 {
        let Some(page) = pages.next().await else { break };
        let page = page.map_err(|error| refusal::failure(&error, called))?;
        output.print_rows(&page[..page.len().min(left)], &mut is_found)?;
        left = left.saturating_sub(page.len());
    }
    Ok(())
}

impl Output<'_> {
    /// Prints a reply: JSON, or the bytes of what is none.
    fn print(&self, json: &Value, bytes: &[u8]) -> Result<(), Failure> {
        let is_json = !json.is_null() || bytes.trim_ascii() == b"null";
        let lines = match (is_json, self.select) {
            (false, None) => return self.print_bytes(bytes),
            (false, Some(path)) => Err(not_selected(path, "the reply is no JSON")),
            (true, None) => Ok(vec![self.text(json)]),
            (true, Some(path)) => self.selected(json, path),
        }?;
        match self.file {
            Some(file) => write(file, format!("{}\n", lines.join("\n")).as_bytes()),
            None => {
                lines.iter().for_each(printer::data);
                Ok(())
            }
        }
    }

    /// Prints rows, one a line. A row that lacks what is selected gives `null`, and is a failure
    /// only where no row before or beside it has it.
    fn print_rows(&self, rows: &[Value], is_found: &mut bool) -> Result<(), Failure> {
        let Some(path) = self.select else {
            rows.iter().for_each(|row| printer::data(row.to_string()));
            return Ok(());
        };
        let found: Vec<_> = rows.iter().map(|row| select::select(row, path)).collect();
        *is_found |= found.iter().any(Result::is_ok);
        for lines in found {
            match lines {
                Ok(values) => values.into_iter().map(line).for_each(printer::data),
                Err(_) if *is_found => printer::data("null"),
                Err(problem) => return Err(not_selected(path, &problem)),
            }
        }
        Ok(())
    }

    fn selected(&self, json: &Value, path: &str) -> Result<Vec<String>, Failure> {
        let found = select::select(json, path).map_err(|problem| {
            let lost = self.changes.then(|| format!("the reply was {json}"));
            not_selected(path, &problem).with_details(lost)
        })?;
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            value => self.text(value),
        };
        Ok(found.into_iter().map(text).collect())
    }

    fn print_bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let is_text = std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'));
        match self.file {
            Some(file) => write(file, bytes),
            None if is_text || !printer::is_terminal() => {
                printer::bytes(bytes);
                Ok(())
            }
            None => Err(Failure::user(
                format!("print {} bytes, which no terminal can show", bytes.len()),
                "the call was carried out; call it again with --output FILE if it only reads",
            )),
        }
    }

    fn text(&self, json: &Value) -> String {
        match self.pretty {
            true => format!("{json:#}"),
            false => json.to_string(),
        }
    }
}

/// A value on one line: texts as they are, everything else as JSON.
fn line(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn not_selected(path: &str, problem: &str) -> Failure {
    Failure::user(
        format!("select {path}: {problem}"),
        "the call was carried out: repeat it with another --select only where it reads",
    )
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(file, bytes).map_err(|source| {
        let hint = "the call was carried out; make the file writable";
        Failure::user(format!("write the reply to {}", file.display()), hint).because(source)
    })
}
