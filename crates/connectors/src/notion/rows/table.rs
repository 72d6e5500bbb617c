//! The columns of a table as a mapping wants them, as they stand in Notion, and how the two differ.

use std::collections::BTreeMap;

use domain::{Fields, Finding};
use jiff::Timestamp;
use notion::{
    PropertyId,
    models::{DataSource, Page, PropertyConfig, PropertySchema, PropertyValue, SelectOption},
};
use serde_json::{Value, json};

use super::drift::Drift;
use crate::notion::value;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holds {
    /// The record's id in the CRM, by which its row is found.
    Key,
    /// Where to look at the record in the CRM's application.
    Link,
    /// When the hub wrote the row last.
    Synced,
    /// What the mapping calls a column, by that name.
    Column(String),
}

/// A column that a mapping wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedColumn {
    /// What it holds.
    pub holds: Holds,
    /// What it is called where it is made, and looked for where its id is not known.
    pub name: String,
    /// Its id, once it is known: people may call it otherwise then.
    pub id: Option<PropertyId>,
    /// Notion's name of the type that it is made as, one of [`CREATABLE`].
    pub kind: String,
    /// The options that it is made with, of a `select`, `multi_select` or `status`.
    pub options: Vec<String>,
}

/// The types that columns can be made as.
pub const CREATABLE: [&str; 11] = [
    "title",
    "rich_text",
    "number",
    "select",
    "multi_select",
    "status",
    "date",
    "checkbox",
    "url",
    "email",
    "phone_number",
];

impl WantedColumn {
    /// How the column is made. A type that cannot be made becomes a text.
    #[must_use]
    pub fn schema(&self) -> PropertySchema {
        let options = || self.options.iter().filter_map(|name| SelectOption::new(name)).collect();
        match self.kind.as_str() {
            "title" => PropertySchema::Title,
            "number" => PropertySchema::Number,
            "select" => PropertySchema::Select(options()),
            "multi_select" => PropertySchema::MultiSelect(options()),
            "status" => PropertySchema::Status(options()),
            "date" => PropertySchema::Date,
            "checkbox" => PropertySchema::Checkbox,
            "url" => PropertySchema::Url,
            "email" => PropertySchema::Email,
            "phone_number" => PropertySchema::PhoneNumber,
            _ => PropertySchema::RichText,
        }
    }
}

/// A column as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) holds: Holds,
    pub(crate) id: PropertyId,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) options: Vec<String>,
}

/// The wanted columns of a table that are there, and how the table differs from what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) drift: Vec<Drift>,
}

/// What is to be written into a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written {
    pub(crate) properties: BTreeMap<PropertyId, PropertyValue>,
    /// How the written fields read in the row.
    pub(crate) faces: Fields,
    /// What could not be written whole.
    pub(crate) drift: Vec<Drift>,
    /// Whether a status lacks an option: somebody may have added it since the columns were read.
    pub(crate) lacks_option: bool,
}

impl Table {
    /// Finds the wanted columns: by their id, by the id that was `known` of them, or by name; the title
    /// by its type, whatever it is called.
    pub(crate) fn of(source: &DataSource, wanted: &[WantedColumn], known: Option<&Self>) -> Self {
        let mut table = Self { columns: Vec::new(), drift: Vec::new() };
        for want in wanted {
            let id = want.id.as_ref().or_else(|| Some(&known?.column(&want.holds)?.id));
            match find(source, want, id) {
                Some(config) => table.take(want, config),
                None => table.drift.push(Drift::Missing { column: want.name.clone() }),
            }
        }
        table
    }

    /// How it differs from what is wanted.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        self.drift.iter().map(Drift::finding).collect()
    }

    pub(crate) fn column(&self, holds: &Holds) -> Option<&Column> {
        self.columns.iter().find(|column| column.holds == *holds)
    }

    /// The column by which rows are found, where it is a text.
    pub(crate) fn key(&self) -> Option<&PropertyId> {
        let column = self.column(&Holds::Key)?;
        (column.kind == "rich_text").then_some(&column.id)
    }

    /// The properties of a row whose columns shall hold these values.
    pub(crate) fn write(&self, fields: &Fields) -> Written {
        let mut written = Written::default();
        for column in &self.columns {
            let Holds::Column(name) = &column.holds else { continue };
            let Some(value) = fields.get(name) else { continue };
            self.write_one(column, (name, value), &mut written);
        }
        written
    }

    /// The properties by which the hub knows a row: its key, its link, and when it was written.
    pub(crate) fn stamp(
        &self,
        key: &str,
        link: Option<&str>,
        now: Timestamp,
    ) -> BTreeMap<PropertyId, PropertyValue> {
        let value = |column: &Column| match &column.holds {
            Holds::Key => Some(json!(key)),
            Holds::Link => link.map(|link| json!(link)),
            Holds::Synced => Some(json!(format!("{now:.3}"))),
            Holds::Column(_) => None,
        };
        let property = |column: &Column| {
            Some((column.id.clone(), value::write(&column.kind, &value(column)?)?))
        };
        self.columns.iter().filter_map(property).collect()
    }

    /// What a row holds, by the names that the mapping gives columns; one that is not there is left out.
    pub(crate) fn read(&self, page: &Page) -> Fields {
        let field = |column: &Column| match &column.holds {
            Holds::Column(name) => Some((name.clone(), value::read(page.property(&column.id)?))),
            _ => None,
        };
        self.columns.iter().filter_map(field).collect()
    }

    /// The key that a row holds.
    pub(crate) fn key_of(&self, page: &Page) -> Option<String> {
        let text = page.property(self.key()?)?.text()?;
        (!text.is_empty()).then_some(text)
    }

    fn take(&mut self, want: &WantedColumn, config: &PropertyConfig) {
        if config.name != want.name && want.kind != "title" {
            let (wanted, now) = (want.name.clone(), config.name.clone());
            self.drift.push(Drift::Renamed { wanted, now });
        }
        let writable = value::WRITABLE.contains(&config.kind.as_str());
        if config.kind != want.kind {
            self.drift.push(Drift::Retyped {
                column: config.name.clone(),
                wanted: want.kind.clone(),
                now: config.kind.clone(),
                writable,
            });
        }
        self.columns.push(Column {
            holds: want.holds.clone(),
            id: config.id.clone(),
            name: config.name.clone(),
            kind: config.kind.clone(),
            options: config.options.clone(),
        });
        for option in want.options.iter().filter_map(|name| SelectOption::new(name)) {
            let has = config.options.iter().any(|known| known == option.name());
            if config.kind == "status" && !has {
                let (column, option) = (config.name.clone(), option.name().to_owned());
                self.drift.push(Drift::NoOption { column, option });
            }
        }
        let wanted = |name: &String| {
            let mut options = want.options.iter().filter_map(|want| SelectOption::new(want));
            want.options.is_empty() || options.any(|option| option.name() == name)
        };
        for option in config.options.iter().filter(|name| !wanted(name)) {
            let (column, option) = (config.name.clone(), option.clone());
            self.drift.push(Drift::NewOption { column, option });
        }
    }

    fn write_one(&self, column: &Column, (name, value): (&String, &Value), to: &mut Written) {
        let face = value::face(&column.kind, value);
        if column.kind == "status"
            && let Some(option) = face.as_str()
            && !column.options.iter().any(|known| known == option)
        {
            let (column, option) = (column.name.clone(), option.to_owned());
            to.drift.push(Drift::NoOption { column, option });
            to.lacks_option = true;
            return;
        }
        let Some(property) = value::write(&column.kind, value) else {
            return;
        };
        if value::loses(&column.kind, value) {
            let (column, kind) = (column.name.clone(), column.kind.clone());
            to.drift.push(Drift::Unfit { column, kind });
        }
        to.properties.insert(column.id.clone(), property);
        to.faces.insert(name.clone(), face);
    }
}

fn find<'a>(
    source: &'a DataSource,
    want: &WantedColumn,
    id: Option<&PropertyId>,
) -> Option<&'a PropertyConfig> {
    if let Some(column) = id.and_then(|id| source.property(id)) {
        return Some(column);
    }
    match want.kind.as_str() {
        "title" => source.properties.values().find(|column| column.kind == "title"),
        _ => source.property_named(&want.name),
    }
}

#[cfg(test)]
mod tests;
