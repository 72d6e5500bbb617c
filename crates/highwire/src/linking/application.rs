//! The mapping of the user's own application, as the settings describe it.

use connectors::{application, highlevel::HighLevel};
use domain::{Connection, Connections, Entity, Mapping, NewRows, OnDelete, Only};
use jiff::Timestamp;
use policy::sync::preset::{self, Switches};
use store::Sqlite;

use crate::{doors, failure::Failure, settings::Settings};

/// The setting of a mapping that names the CRM's field which takes the row's id.
const ROW_ID_FIELD: &str = "row_id_field";

/// The mappings that the settings describe.
///
/// # Errors
/// Where they name what is not there.
pub(super) async fn mappings(settings: &Settings, store: &Sqlite) -> Result<Vec<Mapping>, Failure> {
    let wanted = &settings.sync.application;
    if wanted.connection.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = store.listing().await?.connections;
    for described in doors::connections(settings, Timestamp::UNIX_EPOCH) {
        if known.iter().all(|one| one.tenant != described.tenant) {
            known.push(described);
        }
    }
    let counterpart = find(&known, application::NAME, ("connection", &wanted.connection))?;
    known.retain(|one| one.tenant.organization == counterpart.tenant.organization);
    let crm = find(&known, HighLevel::NAME, ("crm", &wanted.crm))?;
    let name = named(&wanted.name)?;
    let row_id = (!wanted.id_field.is_empty())
        .then(|| (ROW_ID_FIELD.to_owned(), format!("custom_fields.{}", wanted.id_field)));
    let fields = preset::contact(&Switches {
        custom_fields: wanted.custom_fields,
        machine_prefix: wanted.machine_prefix.clone(),
    });
    Ok(vec![Mapping {
        table: name.clone(),
        name,
        tenant: crm.tenant,
        account: (!wanted.account.is_empty()).then(|| wanted.account.clone()),
        counterpart: counterpart.tenant.connection,
        vendor: application::NAME.to_owned(),
        entity: Entity::Contact,
        direction: wanted.direction,
        fields,
        only: Only { tags: wanted.tags.clone(), ..Only::default() },
        new_rows: if wanted.new_contacts { NewRows::Create } else { NewRows::Ignore },
        on_delete: if wanted.remove_rows { OnDelete::Remove } else { OnDelete::Keep },
        skew_seconds: wanted.skew_seconds,
        settings: row_id.into_iter().collect(),
    }])
}

/// The connection to this vendor that a setting names by its id or name; the only one where it is empty.
fn find(
    known: &[Connection],
    vendor: &str,
    (key, asked): (&str, &str),
) -> Result<Connection, Failure> {
    let asked = asked.trim();
    let is_it = |one: &&Connection| {
        one.vendor == vendor
            && (asked.is_empty() || one.name == asked || one.tenant.connection.as_str() == asked)
    };
    let mut found = known.iter().filter(is_it);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => Err(Failure::user(
            format!("use sync.application.{key}: there is no such connection to {vendor}"),
            format!(
                "`highwire connections list` shows those that are; `highwire connect {vendor}` makes one"
            ),
        )),
        (Some(_), Some(_)) => Err(Failure::user(
            format!("use sync.application.{key}: several connections to {vendor} could be meant"),
            "give the id of one: `highwire connections list` shows them",
        )),
    }
}

/// The name of a mapping, which stands in addresses.
fn named(name: &str) -> Result<String, Failure> {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
    match (1..=64).contains(&name.len()) && name.bytes().all(is_plain) {
        true => Ok(name.to_owned()),
        false => Err(Failure::user(
            "use sync.application.name: it cannot stand in an address",
            "give 1 to 64 letters, digits, - or _",
        )),
    }
}
