//! The mapping file: which records are kept equal with which tables, as people write it.
//!
//! It is a file of its own, since `highwire notion init` writes ids into it. What it says is checked
//! whole: each mistake has its line and what to do.

mod file;
mod fill;
mod line;
mod presets;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::Path};

use connectors::{
    application,
    notion::rows::{ColumnSettings, KEY_COLUMN, LINK_COLUMN, SYNCED_COLUMN, WantedColumn, wanted},
};
use domain::{
    ConnectionId, Direction, Entity, MappedField, Mapping, OrganizationId, Tenant, ValueKind, Wins,
};
use policy::sync::face::{Access, CONTACT_FIELDS, CUSTOM, OPPORTUNITY_FIELDS};
use toml::Spanned;

pub(crate) use self::presets::Preset;
use self::{
    file::{Field, Sheet},
    line::{Mistake, line_of},
};
use crate::failure::Failure;

/// How many seconds a row's clock may be behind: Notion tells the minute of an edit, rounded down.
const NOTION_SKEW_SECONDS: u32 = 60;

/// What the connection of the CRM is called where a mapping says nothing.
const CRM: &str = "highlevel";

/// The types of columns in a mapping file, with Notion's names and what their values are.
const TYPES: [(&str, &str, ValueKind); 14] = [
    ("title", "title", ValueKind::Text),
    ("text", "rich_text", ValueKind::Text),
    ("number", "number", ValueKind::Number),
    ("select", "select", ValueKind::Text),
    ("multi_select", "multi_select", ValueKind::List),
    ("status", "status", ValueKind::Text),
    ("date", "date", ValueKind::Date),
    ("moment", "date", ValueKind::Text),
    ("checkbox", "checkbox", ValueKind::Flag),
    ("url", "url", ValueKind::Text),
    ("email", "email", ValueKind::Email),
    ("phone", "phone_number", ValueKind::Phone),
    ("list", "multi_select", ValueKind::List),
    ("any", "rich_text", ValueKind::Any),
];

/// A mapping file that was read.
#[derive(Clone, Debug)]
pub(crate) struct MappingFile {
    text: String,
    sheets: BTreeMap<String, Spanned<Sheet>>,
}

impl MappingFile {
    /// Reads the file of this name.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|source| {
            Failure::user(
                format!("read the mapping file {}", path.display()),
                "make one with `highwire notion mapping --preset reference > FILE`, and name it in \
                 sync.mapping_file",
            )
            .because(source)
        })?;
        Self::parse(&text).map_err(|mistake| {
            let Mistake { line, what, hint } = mistake;
            Failure::user(format!("use {}, line {line}: {what}", path.display()), hint)
        })
    }

    /// Reads a text, and checks everything that it says.
    fn parse(text: &str) -> Result<Self, Mistake> {
        let sheets = file::read(text)?;
        let file = Self { text: text.to_owned(), sheets };
        for (name, sheet) in &file.sheets {
            file.check(name, sheet)?;
        }
        Ok(file)
    }

    /// The mappings, for this organization.
    pub(crate) fn mappings(&self, organization: &OrganizationId) -> Vec<Mapping> {
        let mapping = |(name, sheet): (&String, &Spanned<Sheet>)| {
            mapping(name, sheet.get_ref(), organization)
        };
        self.sheets.iter().map(mapping).collect()
    }

    /// The tables of Notion that the file names.
    pub(crate) fn notion_tables(&self) -> Vec<NotionTable<'_>> {
        let organization = crate::wiring::default_organization();
        let of_notion = self.sheets.iter().filter(|(_, sheet)| sheet.get_ref().is_notion());
        let mut tables = Vec::new();
        for (name, sheet) in of_notion {
            let sheet = sheet.get_ref();
            tables.push(NotionTable {
                mapping: name,
                title: sheet.title.as_deref().unwrap_or(name),
                columns: wanted(&mapping(name, sheet, &organization)),
                sheet,
            });
        }
        tables
    }

    fn check(&self, name: &str, sheet: &Spanned<Sheet>) -> Result<(), Mistake> {
        let (at, sheet) = (sheet.span().start, sheet.get_ref());
        let mistake = |at: usize, what: String, hint: &str| {
            Err(Mistake { line: line_of(&self.text, at), what, hint: hint.to_owned() })
        };
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(is_plain) {
            let what = format!("`{name}` is no name of a mapping");
            return mistake(at, what, "use small letters, digits and underscores");
        }
        for (index, field) in sheet.fields.iter().enumerate() {
            self.check_field(sheet, field)?;
            let earlier = &sheet.fields[..index];
            let own = field.get_ref();
            if earlier.iter().any(|other| other.get_ref().column_name() == own.column_name()) {
                let what = format!("the column `{}` is named twice", own.column_name());
                return mistake(field.span().start, what, "give each field a column of its own");
            }
        }
        if sheet.with == application::NAME && sheet.connection.is_none() {
            let what = format!("`{name}` does not say which application it is about");
            return mistake(
                at,
                what,
                "add the `connection` that `highwire connect application` prints",
            );
        }
        let titles = |field: &&Spanned<Field>| field.get_ref().kind == "title";
        if sheet.is_notion() && sheet.fields.iter().filter(titles).count() != 1 {
            let what = format!("`{name}` needs one column of the type title");
            return mistake(at, what, "give exactly one of its fields `type = \"title\"`");
        }
        Ok(())
    }

    fn check_field(&self, sheet: &Sheet, field: &Spanned<Field>) -> Result<(), Mistake> {
        let (at, field) = (field.span().start, field.get_ref());
        let mistake =
            |what: String, hint: String| Err(Mistake { line: line_of(&self.text, at), what, hint });
        let Some((_, _, kind)) = TYPES.iter().find(|(name, _, _)| *name == field.kind) else {
            let names: Vec<&str> = TYPES.iter().map(|(name, _, _)| *name).collect();
            let what = format!("`{}` is no type of a column", field.kind);
            return mistake(what, format!("use one of: {}", names.join(", ")));
        };
        if field.wins == Wins::Union && *kind != ValueKind::List {
            let what = format!("`{}` is no list, so nothing can be united", field.column_name());
            return mistake(what, "use `wins = \"crm\"`, \"row\" or \"last_write\"".to_owned());
        }
        if field.field.strip_prefix(CUSTOM).is_some_and(|name| !name.is_empty()) {
            return Ok(());
        }
        let known: &[(&str, Access)] = match sheet.record {
            Entity::Opportunity => &OPPORTUNITY_FIELDS,
            _ => &CONTACT_FIELDS,
        };
        let Some((_, access)) = known.iter().find(|(name, _)| *name == field.field) else {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let what = format!("`{}` is no field of a {}", field.field, sheet.record);
            let hint = format!("use one of: {}, or {CUSTOM}NAME", names.join(", "));
            return mistake(what, hint);
        };
        let reaches = field.direction.within(sheet.direction).is_some_and(Direction::reaches_crm);
        if *access == Access::Read && reaches {
            let what = format!("`{}` is set by the CRM alone", field.field);
            return mistake(what, "add `direction = \"from_crm\"` to it".to_owned());
        }
        Ok(())
    }
}

/// A table of Notion as a mapping file names it.
#[derive(Clone, Debug)]
pub(crate) struct NotionTable<'a> {
    /// The name of its mapping.
    pub(crate) mapping: &'a str,
    /// What it is called where it is made.
    pub(crate) title: &'a str,
    /// The columns that it needs.
    pub(crate) columns: Vec<WantedColumn>,
    sheet: &'a Sheet,
}

impl NotionTable<'_> {
    /// Its data source, where it is known.
    pub(crate) fn data_source(&self) -> Option<&str> {
        let table = self.sheet.table.get_ref();
        (!table.is_empty()).then_some(table)
    }
}

fn mapping(name: &str, sheet: &Sheet, organization: &OrganizationId) -> Mapping {
    let connection = sheet.connection.as_deref().unwrap_or(&sheet.with);
    let crm = sheet.crm.as_deref().unwrap_or(CRM);
    Mapping {
        name: name.to_owned(),
        tenant: Tenant { organization: organization.clone(), connection: ConnectionId::new(crm) },
        account: sheet.account.clone().filter(|account| !account.is_empty()),
        counterpart: ConnectionId::new(connection),
        vendor: sheet.with.clone(),
        table: sheet.table.get_ref().clone(),
        entity: sheet.record,
        direction: sheet.direction,
        fields: sheet.fields.iter().map(|field| mapped(field.get_ref())).collect(),
        only: sheet.only.clone(),
        new_rows: sheet.new_rows,
        on_delete: sheet.on_delete,
        skew_seconds: sheet.skew_seconds.unwrap_or(match sheet.is_notion() {
            true => NOTION_SKEW_SECONDS,
            false => domain::DEFAULT_SKEW_SECONDS,
        }),
        settings: settings(sheet),
    }
}

fn mapped(field: &Field) -> MappedField {
    let kind = TYPES.iter().find(|(name, _, _)| *name == field.kind);
    MappedField {
        field: field.field.clone(),
        column: field.column_name().to_owned(),
        kind: kind.map_or(ValueKind::Text, |(_, _, kind)| *kind),
        direction: field.direction,
        wins: field.wins,
    }
}

/// What only the counterpart's vendor understands.
fn settings(sheet: &Sheet) -> BTreeMap<String, String> {
    let mut settings = sheet.settings.clone();
    if !sheet.is_notion() {
        return settings;
    }
    for field in sheet.fields.iter().map(Spanned::get_ref) {
        let kind = TYPES.iter().find(|(name, _, _)| *name == field.kind);
        let column = ColumnSettings {
            kind: kind.map(|(_, kind, _)| (*kind).to_owned()),
            id: field.column.get_ref().id().map(str::to_owned),
            options: field.options.clone(),
        };
        column.add_to(&mut settings, field.column_name());
    }
    let stamps =
        [(KEY_COLUMN, &sheet.key), (LINK_COLUMN, &sheet.link), (SYNCED_COLUMN, &sheet.synced)];
    for (name, column) in stamps {
        let Some(column) = column else { continue };
        let column = column.get_ref();
        settings.insert(name.to_owned(), column.name().to_owned());
        let id = column.id().map(str::to_owned);
        ColumnSettings { id, ..ColumnSettings::default() }.add_to(&mut settings, column.name());
    }
    settings
}
