//! The columns that a mapping wants of its table, and how the mapping carries what only Notion knows.

use std::collections::BTreeMap;

use domain::Mapping;
use notion::PropertyId;

use super::table::{Holds, WantedColumn};

/// The setting of a mapping that names the column of the records' ids.
pub const KEY_COLUMN: &str = "key_column";

/// The setting of a mapping that names the column of links; without it there is none.
pub const LINK_COLUMN: &str = "link_column";

/// The setting of a mapping that names the column of the last write; without it there is none.
pub const SYNCED_COLUMN: &str = "synced_column";

/// What the column of the records' ids is called where a mapping says nothing.
const DEFAULT_KEY: &str = "HighLevel ID";

/// What a mapping says of one column beside its name, in settings that are called `type.<column>`,
/// `id.<column>` and `options.<column>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnSettings {
    /// Notion's name of the type; a text where it is none.
    pub kind: Option<String>,
    /// The column's id in Notion.
    pub id: Option<String>,
    /// The options that it is made with. A name has no comma, in Notion or here.
    pub options: Vec<String>,
}

impl ColumnSettings {
    /// Writes them into the settings of a mapping.
    pub fn add_to(&self, settings: &mut BTreeMap<String, String>, column: &str) {
        let options = (!self.options.is_empty()).then(|| self.options.join(","));
        for (name, value) in [("type", &self.kind), ("id", &self.id), ("options", &options)] {
            if let Some(value) = value {
                settings.insert(format!("{name}.{column}"), value.clone());
            }
        }
    }

    fn of(mapping: &Mapping, column: &str) -> Self {
        let said = |name: &str| mapping.settings.get(&format!("{name}.{column}")).cloned();
        let options = said("options").unwrap_or_default();
        let options = options.split(',').map(str::trim).filter(|name| !name.is_empty());
        Self { kind: said("type"), id: said("id"), options: options.map(str::to_owned).collect() }
    }
}

/// The columns that a mapping wants: its own, in their order, then those by which the hub knows a row.
#[must_use]
pub fn wanted(mapping: &Mapping) -> Vec<WantedColumn> {
    let own = mapping.fields.iter().map(|field| {
        let holds = Holds::Column(field.column.clone());
        column(mapping, holds, (&field.column, "rich_text"))
    });
    let named = |setting: &str| mapping.settings.get(setting).map(String::as_str);
    let key = named(KEY_COLUMN).unwrap_or(DEFAULT_KEY);
    let stamps = [
        Some(column(mapping, Holds::Key, (key, "rich_text"))),
        named(LINK_COLUMN).map(|name| column(mapping, Holds::Link, (name, "url"))),
        named(SYNCED_COLUMN).map(|name| column(mapping, Holds::Synced, (name, "date"))),
    ];
    own.chain(stamps.into_iter().flatten()).collect()
}

fn column(mapping: &Mapping, holds: Holds, (name, kind): (&str, &str)) -> WantedColumn {
    let settings = ColumnSettings::of(mapping, name);
    WantedColumn {
        holds,
        name: name.to_owned(),
        id: settings.id.map(|id| PropertyId::new(&id)),
        kind: settings.kind.unwrap_or_else(|| kind.to_owned()),
        options: settings.options,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notion::rows::fixture::mapping;

    #[test]
    fn a_mapping_carries_what_only_notion_knows() {
        let mut mapping = mapping("d");
        let stage = ColumnSettings {
            kind: Some("select".to_owned()),
            id: Some("%3AUPp".to_owned()),
            options: vec!["New".to_owned(), "Won".to_owned()],
        };
        stage.add_to(&mut mapping.settings, "Stage");
        let columns = wanted(&mapping);
        let column = |name: &str| columns.iter().find(|column| column.name == name).unwrap();
        assert_eq!(column("Stage").options, ["New", "Won"]);
        assert_eq!(column("Stage").id, Some(PropertyId::new("%3AUPp")));
        assert_eq!(column("Stage").kind, "select");
        assert_eq!(
            (&column("Name").kind[..], &column("HighLevel ID").kind[..]),
            ("title", "rich_text")
        );
        assert_eq!(column("Last Synced").holds, Holds::Synced);
        mapping.settings.remove(SYNCED_COLUMN);
        assert!(wanted(&mapping).iter().all(|column| column.holds != Holds::Synced));
    }
}
