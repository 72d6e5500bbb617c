//! Writes into a mapping file what `notion init` learned: the ids of tables and columns.
//!
//! Only the values change, each in its place: comments, order and spelling stay as people wrote them.

use std::ops::Range;

use connectors::notion::{rows::Holds, tables::ReadyTable};
use toml::Spanned;

use super::{
    MappingFile,
    file::{Column, Sheet},
};

impl MappingFile {
    /// The text with the ids of these tables, by the names of their mappings.
    pub(crate) fn filled(&self, ready: &[(String, ReadyTable)]) -> String {
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for (name, table) in ready {
            if let Some(sheet) = self.sheets.get(name) {
                edits.extend(edits_of(sheet.get_ref(), table));
            }
        }
        edits.sort_by_key(|(range, _)| range.start);
        let mut text = self.text.clone();
        for (range, value) in edits.into_iter().rev() {
            text.replace_range(range, &value);
        }
        text
    }
}

fn edits_of(sheet: &Sheet, ready: &ReadyTable) -> Vec<(Range<usize>, String)> {
    let id = |holds: &Holds| {
        let column = ready.columns.iter().find(|column| column.holds == *holds)?;
        Some(column.id.as_str())
    };
    let column = |column: &Spanned<Column>, holds: Holds| {
        let (name, id) = (column.get_ref().name(), id(&holds)?);
        let value = format!("{{ name = {}, id = {} }}", quoted(name), quoted(id));
        (column.get_ref().id() != Some(id)).then(|| (column.span(), value))
    };
    let fields = sheet.fields.iter().map(|field| {
        let field = field.get_ref();
        column(&field.column, Holds::Column(field.column_name().to_owned()))
    });
    let stamps =
        [(&sheet.key, Holds::Key), (&sheet.link, Holds::Link), (&sheet.synced, Holds::Synced)];
    let stamps = stamps.into_iter().map(|(named, holds)| column(named.as_ref()?, holds));
    let table = (*sheet.table.get_ref() != ready.data_source)
        .then(|| (sheet.table.span(), quoted(&ready.data_source)));
    fields.chain(stamps).chain([table]).flatten().collect()
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
