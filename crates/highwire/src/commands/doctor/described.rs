//! The connections that the settings describe: what their tokens open.

use connectors::{
    highlevel::{
        HighLevel,
        doctor::{self, Keeper, Patient, hosts},
    },
    notion::{self, Notion, rows::NotionRows},
};
use domain::{Connection, Finding};
use endpoint::http::HttpTransport;
use highlevel::auth::TokenForm;
use jiff::Timestamp;

use super::report::Section;
use crate::{
    clock::{self, Timer},
    connection as calls, doors,
    failure::Failure,
    mappings::MappingFile,
    settings::Settings,
    wiring,
};

/// The connections of the settings, those with no more than a token too.
pub(crate) fn connections(settings: &Settings, now: Timestamp) -> Vec<Connection> {
    let mut all = doors::connections(settings, now);
    let has_token = !settings.highlevel.token.is_empty();
    if has_token && all.iter().all(|one| one.vendor != HighLevel::NAME) {
        all.push(Connection {
            tenant: doors::tenant(doors::HIGHLEVEL),
            vendor: HighLevel::NAME.to_owned(),
            name: doors::HIGHLEVEL.to_owned(),
            created_at: now,
        });
    }
    debug_assert!(all.iter().all(|one| [HighLevel::NAME, Notion::NAME].contains(&&*one.vendor)));
    all
}

/// HighLevel with the token of the settings.
pub(super) async fn highlevel(
    settings: &Settings,
    connection: &Connection,
) -> Result<Section, Failure> {
    let mut section = Section::of(connection);
    let named = &settings.highlevel;
    if named.token.is_empty() {
        let why = "highlevel.token (GHL_API_KEY) is not set: events come in, and nothing is called";
        section.findings.push(Finding::skipped("token", why));
        return Ok(section);
    }
    let location = calls::location(named);
    let client = calls::client(settings, calls::tenant(named, location), true)?;
    let patient = Patient {
        form: TokenForm::of(&named.token),
        keeper: Keeper::Settings,
        location,
        company: calls::company(named),
        granted: None,
    };
    let examination = doctor::examine(&client, &patient, clock::now).await;
    section.findings = examination.findings;
    section.calls = examination.calls;
    if calls::url(named)? == highlevel::Settings::default().base_url {
        let transport = transport()?;
        for host in hosts::CONSENT {
            section.findings.push(hosts::ask(&transport, host).await);
        }
    }
    Ok(section)
}

/// Notion with the token of the settings.
pub(super) async fn notion(
    settings: &Settings,
    connection: &Connection,
) -> Result<Section, Failure> {
    let named = &settings.notion;
    let log = Some(named.activity_log.trim()).filter(|log| !log.is_empty());
    let client = wiring::notion_client(named)?;
    let mut examination = notion::doctor::examine(&client, log).await;
    let tables = tables(settings, client).await;
    examination.calls += tables.len();
    examination.findings.extend(tables.into_iter().flatten());
    let section = Section::of(connection);
    Ok(Section { findings: examination.findings, calls: examination.calls, ..section })
}

/// What is found of each table of the mapping file, by one call each.
async fn tables(settings: &Settings, client: wiring::NotionClient) -> Vec<Vec<Finding>> {
    let path = &settings.sync.mapping_file;
    if path.as_os_str().is_empty() {
        return Vec::new();
    }
    let file = match MappingFile::open(path) {
        Ok(file) => file,
        Err(failure) => {
            let hint = "run `highwire notion init --parent PAGE`, which says the line";
            return vec![vec![Finding::bad("mapping file", failure.to_string(), hint)]];
        }
    };
    let rows = NotionRows::new(client, Timer, &settings.highlevel.application_url);
    let mappings = file.mappings(&wiring::default_organization());
    let mut found = Vec::new();
    for mapping in mappings.iter().filter(|mapping| mapping.vendor == Notion::NAME) {
        let subject = format!("table {}", mapping.name);
        found.push(match rows.examine(mapping, clock::now()).await {
            Ok(drift) if drift.is_empty() => {
                vec![Finding::good(&subject, "all mapped columns are there")]
            }
            Ok(drift) => {
                let named = |finding| Finding { subject: subject.clone(), ..finding };
                drift.into_iter().map(named).collect()
            }
            Err(failure) => {
                let (what, hint) =
                    failure.reason.rsplit_once("; ").unwrap_or((&failure.reason, ""));
                vec![Finding::bad(&subject, what, hint)]
            }
        });
    }
    found
}

/// A transport that does not wait long: whoever asks sits in front of it.
pub(crate) fn transport() -> Result<HttpTransport, Failure> {
    HttpTransport::new(endpoint::http::Settings {
        call_timeout: std::time::Duration::from_secs(10),
        ..endpoint::http::Settings::default()
    })
    .map_err(|source| Failure::user("prepare HTTPS", "see the line above").because(source))
}
