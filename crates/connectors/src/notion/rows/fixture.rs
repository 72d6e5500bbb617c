//! A mapping of contacts for tests.

use domain::{
    ConnectionId, Direction, Entity, MappedField, Mapping, NewRows, OnDelete, Only, OrganizationId,
    Tenant, ValueKind, Wins,
};

use super::wanted::{ColumnSettings, KEY_COLUMN, LINK_COLUMN, SYNCED_COLUMN};

/// Contacts and this data source.
pub(super) fn mapping(data_source: &str) -> Mapping {
    let columns = [
        ("name", "Name", ValueKind::Text, "title"),
        ("email", "Email", ValueKind::Email, "email"),
        ("tags", "Tags", ValueKind::List, "multi_select"),
        ("about", "About", ValueKind::Text, "rich_text"),
        ("stage", "Stage", ValueKind::Text, "status"),
    ];
    let field = |(field, column, kind, _): &(&str, &str, ValueKind, &str)| MappedField {
        field: (*field).to_owned(),
        column: (*column).to_owned(),
        kind: *kind,
        direction: Direction::Both,
        wins: Wins::LastWrite,
    };
    let stamps =
        [(KEY_COLUMN, "HighLevel ID"), (LINK_COLUMN, "HighLevel"), (SYNCED_COLUMN, "Last Synced")];
    let setting = |(name, column): (&str, &str)| (name.to_owned(), column.to_owned());
    let mut settings = stamps.map(setting).into();
    for (_, column, _, kind) in columns {
        let kind = Some(kind.to_owned());
        ColumnSettings { kind, ..ColumnSettings::default() }.add_to(&mut settings, column);
    }
    let organization = OrganizationId::new("default");
    Mapping {
        name: "contacts".to_owned(),
        tenant: Tenant { organization, connection: ConnectionId::new("highlevel") },
        account: None,
        counterpart: ConnectionId::new("notion"),
        vendor: "notion".to_owned(),
        table: data_source.to_owned(),
        entity: Entity::Contact,
        direction: Direction::Both,
        fields: columns.iter().map(field).collect(),
        only: Only::default(),
        new_rows: NewRows::Ignore,
        on_delete: OnDelete::Keep,
        skew_seconds: 60,
        settings,
    }
}
