//! `highwire organizations`: the tenants of this installation.

use domain::{Added, Holdings, Organization, OrganizationId, Organizations, Removal};
use serde_json::json;
use store::Sqlite;

use crate::{actor::Actor, clock, failure::Failure, printer, settings::Settings, wiring};

/// Adds an organization.
pub(crate) async fn add(
    settings: &Settings,
    id: OrganizationId,
    name: Option<String>,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let name = name.unwrap_or_else(|| id.as_str().trim_start_matches("org_").to_owned());
    let organization = Organization { id, name, created_at: clock::now() };
    match store.add_organization(organization.clone()).await? {
        Added::New => {
            printer::data(if json { line(&organization) } else { organization.id.to_string() });
            Ok(())
        }
        Added::Exists | Added::NoOrganization => {
            let attempted = format!("add {}: the id is or was another's", organization.id);
            Err(Failure::user(attempted, "choose another id; none is given twice"))
        }
    }
}

/// Lists the organizations that the actor can see.
pub(crate) async fn list(settings: &Settings, actor: &Actor, json: bool) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let own = actor.principal.realm.organization();
    let mut all = store.organizations().await?;
    all.retain(|organization| own.is_none_or(|own| *own == organization.id));
    if json {
        all.iter().for_each(|organization| printer::data(line(organization)));
        return Ok(());
    }
    let rows = all.into_iter().map(|organization| {
        let created = organization.created_at.to_string();
        vec![organization.id.to_string(), organization.name, created]
    });
    printer::data(printer::table(&["organization", "name", "added"], rows));
    Ok(())
}

/// Removes an organization that owns nothing any more.
pub(crate) async fn remove(
    settings: &Settings,
    id: &OrganizationId,
    json: bool,
) -> Result<(), Failure> {
    if *id == wiring::default_organization() {
        let attempted = format!("remove {id}: what the settings connect is its own");
        return Err(Failure::user(attempted, "it stays as long as the installation"));
    }
    let store = Sqlite::open_beside(&settings.data_dir)?;
    match store.remove_organization(id, clock::now()).await? {
        Removal::Removed => {
            let told = json!({ "organization": id, "removed": true }).to_string();
            printer::data(if json { told } else { format!("{id} is removed") });
            Ok(())
        }
        Removal::Absent => Err(Failure::user(
            format!("find the organization {id}"),
            "`highwire organizations list` shows those that are there",
        )),
        Removal::Owns(holdings) => Err(owning(id, holdings)),
    }
}

fn owning(id: &OrganizationId, holdings: Holdings) -> Failure {
    let Holdings { members, connections, api_keys, credentials, subscriptions } = holdings;
    let kinds = [
        (members, format!("members: `highwire members remove MEMBER --organization {id}`")),
        (api_keys, format!("API keys: `highwire api-keys revoke KEY --organization {id}`")),
        (
            connections,
            format!("connections: `highwire connections remove CONNECTION --organization {id}`"),
        ),
        (
            subscriptions,
            format!(
                "subscriptions: `highwire subscriptions remove SUBSCRIPTION --organization {id}`"
            ),
        ),
        (credentials, "stored credentials: remove what they belong to".to_owned()),
    ];
    let kinds = kinds.into_iter().filter(|(count, _)| *count > 0);
    let details = kinds.map(|(count, what)| format!("{count} {what}"));
    Failure::user(
        format!("remove {id}: it still owns things"),
        "remove them first, then run this again; its events stay in the journal",
    )
    .with_details(details)
}

fn line(organization: &Organization) -> String {
    json!({
        "organization": organization.id,
        "name": organization.name,
        "created_at": organization.created_at,
    })
    .to_string()
}
