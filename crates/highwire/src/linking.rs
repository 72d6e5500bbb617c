//! What the hub keeps equal with what: the mappings of the settings, and who carries them out.

use std::{collections::BTreeMap, sync::Arc};

use connectors::{application, highlevel::HighLevel};
use domain::{
    Connection, ConnectionId, Connections, Counterpart, Destination, Entity, Mapping, NewRows,
    OnDelete, Only,
};
use engine::{Linking, LinkingParts};
use jiff::Timestamp;
use policy::sync::preset::{self, Switches};
use store::Sqlite;

use crate::{
    doors, failure::Failure, port, settings::Settings, subscriptions::Needs, wiring::Ground,
};

/// The setting of a mapping that names the CRM's field which takes the row's id.
const ROW_ID_FIELD: &str = "row_id_field";

/// The mappings, and the destination of each.
pub(crate) struct Links {
    pub(crate) mappings: Arc<[Mapping]>,
    pub(crate) destinations: BTreeMap<ConnectionId, Arc<dyn Destination>>,
}

/// What the settings ask for. Nothing is called.
///
/// # Errors
/// Where they name what is not there.
pub(crate) async fn links(ground: &Ground<'_>) -> Result<Links, Failure> {
    let Ground { settings, store, sealer, broker, clock } = *ground;
    let mappings: Arc<[Mapping]> = mappings(settings, store).await?.into();
    if mappings.is_empty() {
        return Ok(Links { mappings, destinations: BTreeMap::new() });
    }
    let needs = Needs { settings, store, sealer: Arc::clone(sealer), clock };
    let own: Arc<dyn Counterpart> = Arc::new(needs.application()?);
    let of_own = mappings.iter().filter(|one| one.vendor == application::NAME);
    let linking = Linking::new(LinkingParts {
        store: store.clone(),
        crm: port::highlevel(settings, broker, store, clock),
        counterparts: of_own.map(|one| (one.counterpart.clone(), Arc::clone(&own))).collect(),
        mappings: Arc::clone(&mappings),
        clock: Arc::clone(clock),
    });
    let linking: Arc<dyn Destination> = Arc::new(linking);
    let destinations =
        mappings.iter().map(|one| (one.destination(), Arc::clone(&linking))).collect();
    Ok(Links { mappings, destinations })
}

/// The mappings that the settings describe.
///
/// # Errors
/// Where they name what is not there.
pub(crate) async fn mappings(settings: &Settings, store: &Sqlite) -> Result<Vec<Mapping>, Failure> {
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
