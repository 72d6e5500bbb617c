//! `highwire organizations`: the tenants of this installation.

use domain::{Organization, OrganizationId};
use serde_json::json;
use store::Sqlite;

use crate::{actor::Actor, administration, failure::Failure, printer, settings::Settings, wiring};

/// Adds an organization.
pub(crate) async fn add(
    settings: &Settings,
    actor: &Actor,
    (id, name): (OrganizationId, Option<String>),
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let first = wiring::default_organization();
    let desk = administration::desk(&store, actor, &first);
    let organization = desk.add_organization(id, name).await?;
    printer::data(if json { line(&organization) } else { organization.id.to_string() });
    Ok(())
}

/// Lists the organizations that the actor can see.
pub(crate) async fn list(settings: &Settings, actor: &Actor, json: bool) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let first = wiring::default_organization();
    let all = administration::desk(&store, actor, &first).organizations().await?;
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
    actor: &Actor,
    id: &OrganizationId,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let first = wiring::default_organization();
    administration::desk(&store, actor, &first).remove_organization(id).await?;
    let told = json!({ "organization": id, "removed": true }).to_string();
    printer::data(if json { told } else { format!("{id} is removed") });
    Ok(())
}

fn line(organization: &Organization) -> String {
    json!({
        "organization": organization.id,
        "name": organization.name,
        "created_at": organization.created_at,
    })
    .to_string()
}
