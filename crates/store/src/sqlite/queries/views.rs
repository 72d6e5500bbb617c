//! The views that a query sees, as data: what each column is called, what it holds, where it is from.
//!
//! A view of the user stands on a hidden view of the rows of one realm. The name of a hidden view has
//! a character in it that no query may contain, so nobody can name one, or pass for one.

mod crm;
mod history;

use std::collections::BTreeMap;

use domain::{Entity, Realm, View, ViewColumn};
use rusqlite::Connection;

/// What the name of a hidden view begins with. SQL has no other way to write it than as it is, and a
/// query with it is refused.
pub(super) const HIDDEN: char = '\u{1}';

/// A column: its name, what it holds, and where that is from.
#[derive(Clone, Copy)]
struct Column(&'static str, &'static str, Of);

/// Where the value of a column is from; `r` is the row.
#[derive(Clone, Copy)]
enum Of {
    /// A field of the record: text, number, or the JSON of a list or object.
    Field(&'static str),
    /// A field by which rows are found at once.
    Found(&'static str),
    /// A field that is true or false: 1 or 0.
    Flag(&'static str),
    /// A field that is a moment.
    Moment(&'static str),
    /// The name of the record of this entity whose id the field is.
    Name(Entity, &'static str),
    /// The hub's own time, in microseconds.
    Micros(&'static str),
    /// An expression. `{rows}` is the hidden view of rows, `{user}` the shelves of users, and so on.
    Sql(&'static str),
}

/// The view of one entity: records that are there.
struct EntityView {
    name: &'static str,
    about: &'static str,
    entity: Entity,
    columns: &'static [Column],
}

/// A view of something else.
struct OtherView {
    name: &'static str,
    about: &'static str,
    columns: &'static [Column],
    /// What follows `FROM`.
    from: &'static str,
}

/// What the columns of every entity begin with.
const ID: Column = Column("id", "its id at the vendor", Of::Sql("r.id"));

/// What the columns of every entity end with.
const OF_THE_HUB: &[Column] = &[
    Column(
        "updated_at",
        "when the newest thing happened that the row tells",
        Of::Micros("occurred_at"),
    ),
    Column("account", "the vendor's account, such as a location", Of::Sql("r.account")),
    Column("connection", "the connection by which it came", Of::Sql("{connection_of_r}")),
    Column("version", "how often it changed, from 1", Of::Sql("r.version")),
    Column(
        "origin",
        "how that came in: webhook, keyed, backfill, reconcile or written",
        Of::Sql("r.origin"),
    ),
    Column("first_seen_at", "when the hub first heard of it", Of::Micros("first_seen_at")),
    Column(
        "last_seen_at",
        "when the hub last heard something new of it",
        Of::Micros("last_seen_at"),
    ),
];

/// The shelves of a realm: number, connection and entity of each.
pub(super) struct Shelves(Vec<(i64, String, Entity)>);

impl Shelves {
    /// Those of a realm, as they are now.
    pub(super) fn of(connection: &Connection, realm: &Realm) -> rusqlite::Result<Self> {
        let link = match realm {
            Realm::Connection(tenant) => Some(tenant.connection.as_str()),
            Realm::Organization(_) | Realm::Installation => None,
        };
        let organization = realm.organization().map(domain::OrganizationId::as_str);
        let mut statement = connection.prepare(
            "SELECT number, connection, entity FROM main.shelf
             WHERE (?1 IS NULL OR organization = ?1) AND (?2 IS NULL OR connection = ?2)
             ORDER BY number",
        )?;
        let shelf =
            |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, super::row::parsed(row, 2)?));
        Ok(Self(statement.query_map((organization, link), shelf)?.collect::<Result<_, _>>()?))
    }

    /// The numbers of an entity's shelves, with commas between.
    fn of_entity(&self, entity: Entity) -> String {
        join(self.numbers(entity))
    }

    /// The numbers of an entity's shelves.
    pub(super) fn numbers(&self, entity: Entity) -> impl Iterator<Item = i64> {
        self.0.iter().filter(move |(_, _, kind)| *kind == entity).map(|(number, _, _)| *number)
    }

    fn all(&self) -> String {
        join(self.0.iter().map(|(number, _, _)| *number))
    }

    /// An expression for a value that follows from the shelf of `r`.
    fn case(&self, value: impl Fn(&(i64, String, Entity)) -> String) -> String {
        match self.0.is_empty() {
            true => "NULL".to_owned(),
            false => {
                let whens = self
                    .0
                    .iter()
                    .map(|shelf| format!(" WHEN {} THEN {}", shelf.0, text(&value(shelf))));
                format!("CASE r.shelf{} END", whens.collect::<String>())
            }
        }
    }

    /// Puts the shelves and hidden names into an expression.
    fn fill(&self, sql: &str) -> String {
        let mut sql = sql
            .replace("{rows}", &hidden("row"))
            .replace("{tags}", &hidden("tag"))
            .replace("{changes}", &hidden("change"))
            .replace("{change_sets}", &hidden("change_set"))
            .replace("{runs}", &hidden("run"))
            .replace("{events}", &hidden("event"));
        if sql.contains("{connection_of_r}") {
            sql = sql.replace("{connection_of_r}", &self.case(|(_, link, _)| link.clone()));
        }
        if sql.contains("{entity_of_r}") {
            let entity = |shelf: &(i64, String, Entity)| shelf.2.name().to_owned();
            sql = sql.replace("{entity_of_r}", &self.case(entity));
        }
        for entity in Entity::ALL {
            let place = format!("{{{}}}", entity.name());
            if sql.contains(&place) {
                sql = sql.replace(&place, &self.of_entity(entity));
            }
        }
        sql
    }

    fn expression(&self, column: &Column) -> String {
        let field = |name: &str| format!("json_extract(r.fields, '$.{name}')");
        match column.2 {
            Of::Found(name) => format!("r.{name}"),
            Of::Field(name) | Of::Flag(name) => field(name),
            Of::Moment(name) => moment(&field(name)),
            Of::Micros(name) => micros(&format!("r.{name}")),
            Of::Name(entity, name) => format!(
                "(SELECT json_extract(n.fields, '$.name') FROM {} AS n
                  WHERE n.shelf IN ({}) AND n.id = {})",
                hidden("row"),
                self.of_entity(entity),
                if name == "contact_id" { "r.contact_id".to_owned() } else { field(name) }
            ),
            Of::Sql(sql) => self.fill(sql),
        }
    }
}

/// What the views are, for whoever asks for them.
pub(super) fn described() -> Vec<View> {
    let column = |column: &Column| ViewColumn { name: column.0, about: column.1 };
    let entities = crm::VIEWS.iter().map(|view| View {
        name: view.name,
        about: view.about,
        columns: columns(view).iter().map(column).collect(),
    });
    let others = history::VIEWS.iter().map(|view| View {
        name: view.name,
        about: view.about,
        columns: view.columns.iter().map(column).collect(),
    });
    let mut views: Vec<View> = entities.chain(others).collect();
    views.sort_by_key(|view| view.name);
    views
}

/// The view of an entity, where it has one.
pub(super) fn of_entity(entity: Entity) -> Option<&'static str> {
    crm::VIEWS.iter().find(|view| view.entity == entity).map(|view| view.name)
}

/// Makes the views of a realm. They last as long as the connection, and stand in its own memory.
pub(super) fn make(
    connection: &Connection,
    realm: &Realm,
    shelves: &Shelves,
) -> rusqlite::Result<()> {
    let mut sql = format!(
        "CREATE TEMP VIEW {} AS SELECT number, shelf, id, version, occurred_at, deleted_at, event,
             origin, first_seen_at, last_seen_at, fields, email, phone, contact_id,
             (SELECT account FROM main.site WHERE site.number = mirrored.site) AS account
         FROM main.mirrored WHERE shelf IN ({});
         CREATE TEMP VIEW {} AS SELECT tag, number FROM main.tag WHERE shelf IN ({});
         CREATE TEMP VIEW {} AS SELECT * FROM main.change WHERE {};
         CREATE TEMP VIEW {} AS SELECT * FROM main.change_set WHERE {};
         CREATE TEMP VIEW {} AS SELECT * FROM main.sync_run WHERE {};
         CREATE TEMP VIEW {} AS SELECT * FROM journal.journal WHERE {};",
        hidden("row"),
        shelves.all(),
        hidden("tag"),
        shelves.of_entity(Entity::Contact),
        hidden("change"),
        owner(realm, "version >= 0"),
        hidden("change_set"),
        owner(realm, "writes >= 0"),
        hidden("run"),
        owner(realm, "is_open >= 0"),
        hidden("event"),
        owner(realm, "journaled_at >= 0"),
    );
    for view in crm::VIEWS {
        let columns: Vec<String> = columns(view)
            .iter()
            .map(|column| format!("{} AS \"{}\"", shelves.expression(column), column.0))
            .collect();
        sql += &format!(
            "CREATE TEMP VIEW {} AS SELECT {} FROM {} AS r
             WHERE r.shelf IN ({}) AND r.deleted_at IS NULL;",
            view.name,
            columns.join(", "),
            hidden("row"),
            shelves.of_entity(view.entity)
        );
    }
    for view in history::VIEWS {
        let columns: Vec<String> = view
            .columns
            .iter()
            .map(|column| format!("{} AS \"{}\"", shelves.expression(column), column.0))
            .collect();
        let from = shelves.fill(view.from);
        sql += &format!(
            "CREATE TEMP VIEW {} AS SELECT {} FROM {from};",
            view.name,
            columns.join(", ")
        );
    }
    connection.execute_batch(&sql)
}

/// Whether a name is that of a view, hidden or not.
pub(super) fn is_view(names: &BTreeMap<&'static str, ()>, name: &str) -> bool {
    name.starts_with(HIDDEN) || names.contains_key(name)
}

fn columns(view: &EntityView) -> Vec<Column> {
    [&[ID], view.columns, OF_THE_HUB].concat()
}

fn hidden(name: &str) -> String {
    format!("\"{HIDDEN}{name}\"")
}

/// The condition that a row with organization and connection is of a realm; `every` holds of every row,
/// and asks for one of its columns.
fn owner(realm: &Realm, every: &str) -> String {
    match realm {
        Realm::Installation => every.to_owned(),
        Realm::Organization(organization) => {
            format!("organization = {}", text(organization.as_str()))
        }
        Realm::Connection(tenant) => format!(
            "organization = {} AND connection = {}",
            text(tenant.organization.as_str()),
            text(tenant.connection.as_str())
        ),
    }
}

/// A text as SQL writes it.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Numbers with commas between. Where there are none, one that no shelf has: an empty list would be no
/// condition on a row, and what has no condition is no longer asked of the guard by its view.
fn join(numbers: impl Iterator<Item = i64>) -> String {
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    match numbers.is_empty() {
        true => "-1".to_owned(),
        false => numbers.join(", "),
    }
}

/// Microseconds since 1970 as `2026-01-31T12:00:00.000Z`.
fn micros(value: &str) -> String {
    format!("strftime('%Y-%m-%dT%H:%M:%fZ', {value} / 1000000.0, 'unixepoch')")
}

/// A vendor's moment in the same form: texts are mostly that already, numbers are milliseconds since
/// 1970. What is none of these stays as it is.
fn moment(value: &str) -> String {
    format!(
        "CASE WHEN {value} GLOB '????-??-??T??:??:??.???Z' THEN {value}
              WHEN typeof({value}) IN ('integer', 'real')
                  THEN strftime('%Y-%m-%dT%H:%M:%fZ', {value} / 1000.0, 'unixepoch')
              ELSE coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', {value}), {value}) END"
    )
}
