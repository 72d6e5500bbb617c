//! `highwire connections`: the links of organizations to vendors, and how their webhooks prove themselves.

mod proof;
mod table;

use aws_lc_rs::rand;
use domain::{Connection, ConnectionId, Connections, Organization, OrganizationId, Tenant};
use engine::administration::Described;
use serde_json::json;
use store::Sqlite;

use crate::{
    actor::Actor,
    administration,
    cli::{self, Owner, Vendor, Which},
    clock, doors,
    failure::Failure,
    printer,
    settings::Settings,
    wiring,
};

/// What the commands work on.
struct Desk<'a> {
    settings: &'a Settings,
    actor: &'a Actor,
    store: Sqlite,
    json: bool,
}

/// Runs one of the commands.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    command: cli::Connections,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let desk = Desk { settings, actor, store, json };
    match command {
        cli::Connections::Add(add) => desk.add(add).await,
        cli::Connections::ConnectAccount(accounts) => {
            let connection = desk.find(&accounts.which).await?;
            desk.connect(&connection, &accounts.accounts).await?;
            desk.tell(&connection, "connected")
        }
        cli::Connections::DisconnectAccount(accounts) => desk.disconnect(&accounts).await,
        cli::Connections::List { owner } => table::list(&desk, &owner).await,
        cli::Connections::Remove { which } => desk.remove(&which).await,
        cli::Connections::Secret { which, make, remove } => {
            let connection = desk.find(&which).await?;
            match remove {
                true => proof::remove_secret(&desk, &connection).await,
                false => proof::store_secret(&desk, &connection, make).await,
            }
        }
        cli::Connections::Token { which, door } => {
            let connection = desk.find(&which).await?;
            proof::make_token(&desk, &connection, door).await
        }
        cli::Connections::Verification { which, accept } => {
            let connection = desk.find(&which).await?;
            proof::verification(&desk, &connection, accept.as_deref()).await
        }
    }
}

impl Desk<'_> {
    async fn organization(&self, owner: &Owner) -> Result<Organization, Failure> {
        self.actor.organization(&self.store, owner.organization.as_ref()).await
    }

    async fn add(&self, add: cli::AddConnection) -> Result<(), Failure> {
        let organization = self.organization(&add.owner).await?.id;
        let vendor = vendor_name(add.vendor);
        let name = add.name.unwrap_or_else(|| vendor.to_owned());
        let accounts: Vec<String> = add.locations.into_iter().chain(add.companies).collect();
        if !accounts.is_empty() && add.vendor != Vendor::Highlevel {
            let hint = "leave out --location and --company: only HighLevel has them";
            return Err(Failure::user(format!("connect accounts of {vendor}"), hint));
        }
        if self
            .all()
            .await?
            .iter()
            .any(|one| one.tenant.organization == organization && one.name == name)
        {
            let hint = "choose another name, or remove that one first";
            return Err(Failure::user(format!("add a second connection named {name}"), hint));
        }
        let connection = Connection {
            tenant: Tenant { organization, connection: draw_id()? },
            vendor: vendor.to_owned(),
            name,
            created_at: clock::now(),
        };
        self.store.put_connection(connection.clone()).await?;
        if let Err(failure) = self.connect(&connection, &accounts).await {
            // Whoever tries again finds the name free, and no half of a connection.
            self.store.remove_connection(&connection.tenant).await?;
            return Err(failure);
        }
        self.tell(&connection, "added")?;
        self.tell_next(&connection, add.vendor);
        Ok(())
    }

    /// What makes a new connection's webhooks come, where the vendor has no app for it.
    fn tell_next(&self, connection: &Connection, vendor: Vendor) {
        let id = &connection.tenant.connection;
        match vendor {
            Vendor::Highlevel => {}
            Vendor::Notion => printer::talk(format!(
                "Add a webhook with the address {} in Notion, then look at what Notion sends there with \
                 `highwire connections verification {id}`.",
                proof::address(self, connection)
            )),
            Vendor::Repairshopr => printer::talk(format!(
                "`highwire connections token {id} --door repairshopr` makes the address for its \
                 notification center."
            )),
        }
    }

    /// Gives accounts to a connection.
    async fn connect(&self, connection: &Connection, accounts: &[String]) -> Result<(), Failure> {
        let (first, described) = self.grounds()?;
        let desk = administration::desk(&self.store, self.actor, &first);
        for id in accounts {
            desk.connect_account(&connection.tenant, id.trim(), &described).await?;
        }
        Ok(())
    }

    async fn disconnect(&self, accounts: &cli::Accounts) -> Result<(), Failure> {
        let connection = self.find(&accounts.which).await?;
        let (first, described) = self.grounds()?;
        let desk = administration::desk(&self.store, self.actor, &first);
        for id in &accounts.accounts {
            desk.disconnect_account(&connection.tenant, id.trim(), &described).await?;
        }
        self.tell(&connection, "disconnected")
    }

    async fn remove(&self, which: &Which) -> Result<(), Failure> {
        let connection = self.find(which).await?;
        let (first, described) = self.grounds()?;
        let desk = administration::desk(&self.store, self.actor, &first);
        let revoked = desk.remove_connection(&connection.tenant, &described).await?;
        if revoked > 0 {
            printer::talk(format!("{revoked} keys that were bound to it are revoked."));
        }
        self.tell(&connection, "removed")
    }

    /// What administration goes by: the first organization, and what the settings describe.
    fn grounds(&self) -> Result<(OrganizationId, Described), Failure> {
        let described = doors::described(self.settings, clock::now())?;
        Ok((wiring::default_organization(), described))
    }

    /// Every connection, those of the settings too.
    async fn all(&self) -> Result<Vec<Connection>, Failure> {
        let mut all = self.store.listing().await?.connections;
        for described in doors::connections(self.settings, clock::now()) {
            if all.iter().all(|known| known.tenant != described.tenant) {
                all.push(described);
            }
        }
        Ok(all)
    }

    /// The connection with this id or name.
    async fn find(&self, which: &Which) -> Result<Connection, Failure> {
        let organization = self.organization(&which.owner).await?.id;
        let asked = which.connection.trim();
        let is_it = |one: &Connection| {
            one.tenant.organization == organization
                && (one.name == asked || one.tenant.connection.as_str() == asked)
        };
        let found = self.all().await?.into_iter().find(is_it);
        found.ok_or_else(|| {
            let hint = "`highwire connections list` shows those that are there";
            // What was asked for is not repeated: it may be a token in the wrong place.
            Failure::user(format!("find such a connection of {organization}"), hint)
        })
    }

    fn tell(&self, connection: &Connection, what: &str) -> Result<(), Failure> {
        let Tenant { organization, connection: id } = &connection.tenant;
        printer::data(match self.json {
            true => {
                json!({ "connection": id, "organization": organization, what: true }).to_string()
            }
            false => {
                format!("{id} ({}) of {organization}: {}", connection.name, what.replace('_', " "))
            }
        });
        Ok(())
    }
}

fn vendor_name(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Highlevel => connectors::highlevel::HighLevel::NAME,
        Vendor::Notion => connectors::notion::Notion::NAME,
        Vendor::Repairshopr => connectors::repairshopr::RepairShopr::NAME,
    }
}

/// An id that nobody guesses: it stands in the address of a webhook.
fn draw_id() -> Result<ConnectionId, Failure> {
    let mut random = [0; 8];
    let failed = |_| Failure::user("draw random bytes", "try again; the system has none to give");
    rand::fill(&mut random).map_err(failed)?;
    Ok(ConnectionId::new(&format!("{:016x}", u64::from_be_bytes(random))))
}
