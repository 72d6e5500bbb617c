//! `highwire doctor`: looks at the hub and its connections without changing anything, and says what to change.

mod address;
pub(crate) mod described;
mod installation;
pub(crate) mod report;
pub(crate) mod stored;

use std::sync::Arc;

use domain::{Connection, Connections, Finding, Realm, SecretSealer, Verdict};
use store::Sqlite;

use self::{report::Section, stored::Instruments};
use crate::{
    actor::Actor, cli, clock, doors, failure::Failure, master_keys, sealer::Sealer,
    settings::Settings,
};

/// Looks, tells, and fails where something does not work.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    asked: &cli::Doctor,
    json: bool,
) -> Result<(), Failure> {
    let ward = Ward { settings, actor, store: open(settings)? };
    let connections = ward.connections(asked).await?;
    let mut sections = Vec::new();
    if asked.connection.is_none() && actor.principal.realm == Realm::Installation {
        sections.push(installation::examine(settings, ward.store.as_ref()).await);
    }
    for connection in connections {
        sections.push(ward.examine(connection).await?);
    }
    report::print(&sections, json);
    let all = || sections.iter().flat_map(|section| &section.findings);
    match all().filter(|finding| finding.verdict == Verdict::Bad).count() {
        0 => Ok(()),
        bad => Err(Failure::user(
            format!("find everything in order: {bad} of {} findings are bad", all().count()),
            "change what stands in the last column, from the top down, and run this again",
        )),
    }
}

/// Findings as a table for people.
pub(super) fn findings(findings: &[Finding]) -> String {
    report::table(findings)
}

/// What the command works on.
struct Ward<'a> {
    settings: &'a Settings,
    actor: &'a Actor,
    /// None before the first start of a hub.
    store: Option<Sqlite>,
}

impl Ward<'_> {
    /// The connections that are asked for and in sight, in order of organization and name.
    async fn connections(&self, asked: &cli::Doctor) -> Result<Vec<Connection>, Failure> {
        let only = self.organization(asked).await?;
        let mut all = match &self.store {
            Some(store) => store.listing().await?.connections,
            None => Vec::new(),
        };
        for described in described::connections(self.settings, clock::now()) {
            if all.iter().all(|known| known.tenant != described.tenant) {
                all.push(described);
            }
        }
        all.retain(|one| only.as_ref().is_none_or(|only| *only == one.tenant.organization));
        let order = |one: &Connection| (one.tenant.organization.clone(), one.name.clone());
        all.sort_by_key(order);
        let Some(named) = asked.connection.as_deref().map(str::trim) else { return Ok(all) };
        all.retain(|one| one.name == named || one.tenant.connection.as_str() == named);
        match all.is_empty() {
            false => Ok(all),
            // What was asked for is not repeated: it may be a token in the wrong place.
            true => Err(Failure::user(
                "find such a connection",
                "`highwire connections list` shows those that are there",
            )),
        }
    }

    /// The organization that it is about; none for all of them.
    async fn organization(
        &self,
        asked: &cli::Doctor,
    ) -> Result<Option<domain::OrganizationId>, Failure> {
        let is_installation = self.actor.principal.realm == Realm::Installation;
        match (&self.store, &asked.owner.organization) {
            (_, None) if is_installation => Ok(None),
            (Some(store), named) => {
                Ok(Some(self.actor.organization(store, named.as_ref()).await?.id))
            }
            (None, named) => Ok(named.clone()),
        }
    }

    async fn examine(&self, connection: Connection) -> Result<Section, Failure> {
        if let Some(section) = examine_described(self.settings, &connection).await? {
            return Ok(section);
        }
        let keyring = master_keys::look(self.settings);
        match (&self.store, keyring) {
            (Some(store), Ok(Some(keyring))) => {
                let sealer: Arc<dyn SecretSealer> = Arc::new(Sealer::new(keyring));
                let actor = self.actor.name();
                Instruments::new(self.settings, store, &sealer, actor)?.examine(&connection).await
            }
            _ => {
                let why = "not asked: no master key opens what is stored";
                let findings = vec![Finding::skipped("credential", why)];
                Ok(Section { findings, ..Section::of(&connection) })
            }
        }
    }
}

/// Examines a connection that the settings describe; none where they do not describe this one.
pub(crate) async fn examine_described(
    settings: &Settings,
    connection: &Connection,
) -> Result<Option<Section>, Failure> {
    if doors::tenant(&connection.name) != connection.tenant {
        return Ok(None);
    }
    Ok(match connection.vendor.as_str() {
        connectors::highlevel::HighLevel::NAME => {
            Some(described::highlevel(settings, connection).await?)
        }
        connectors::notion::Notion::NAME => Some(described::notion(settings, connection).await?),
        _ => None,
    })
}

/// The data folder's state; none where there is none yet. One that is there and cannot be opened is a
/// finding about the folder, and not the end.
fn open(settings: &Settings) -> Result<Option<Sqlite>, Failure> {
    match Sqlite::open_beside(&settings.data_dir) {
        Ok(store) => Ok(Some(store)),
        Err(error) => {
            tracing::debug!(%error, "the data folder cannot be opened");
            Ok(None)
        }
    }
}
