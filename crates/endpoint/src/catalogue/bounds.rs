//! Whether the indexes of a table point at something, so that no view can fail later.

use super::rows::{EditionRow, OperationRow, Rest, SchemaIndex, SchemaRow, ShapeRow, Table};
use super::texts::Text;

/// How far indexes may go, and whether all so far did not go further.
pub(super) struct Bounds {
    texts: usize,
    schemas: usize,
    fine: bool,
}

impl Bounds {
    /// Whether every index of the table points at something.
    pub(super) fn hold(table: &Table) -> bool {
        let (texts, schemas) = (table.texts.len(), table.schemas.len());
        let mut bounds = Self { texts, schemas, fine: true };
        table.schemas.iter().for_each(|row| bounds.schema_row(row));
        table.operations.iter().for_each(|row| bounds.operation(row));
        table.wire_names.iter().for_each(|(wire, meant)| bounds.texts(&[*wire, *meant]));
        bounds.fine
    }

    fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a Text>) {
        self.fine &= texts.into_iter().all(|text| (text.0 as usize) < self.texts);
    }

    fn schemas<'a>(&mut self, schemas: impl IntoIterator<Item = &'a SchemaIndex>) {
        self.fine &= schemas.into_iter().all(|schema| (schema.0 as usize) < self.schemas);
    }

    fn operation(&mut self, row: &OperationRow) {
        self.texts(&[row.id, row.title]);
        row.v2.iter().chain(&row.v3).for_each(|edition| self.edition(edition));
    }

    fn edition(&mut self, row: &EditionRow) {
        self.texts([&row.path].into_iter().chain(&row.version).chain(&row.envelope));
        self.texts(&row.added_in);
        for access in &row.access {
            self.texts([&access.token_class].into_iter().chain(&access.scopes));
        }
        for parameter in &row.parameters {
            self.texts(&[parameter.name]);
            self.schemas(&[parameter.schema]);
        }
        if let Some(body) = &row.body {
            self.texts(&body.content_types);
            self.schemas(&[body.schema]);
        }
        for reply in &row.replies {
            self.texts(&reply.content_type);
            self.schemas(&reply.schema);
        }
        let pagination = &row.pagination;
        self.texts(pagination.size.iter().chain(&pagination.positions).chain(&pagination.rows));
    }

    fn schema_row(&mut self, row: &SchemaRow) {
        self.texts(&row.default);
        match &row.shape {
            ShapeRow::Any | ShapeRow::Boolean => {}
            ShapeRow::Number { minimum, maximum, values, .. } => {
                self.texts(minimum.iter().chain(maximum).chain(values));
            }
            ShapeRow::String(row) => {
                self.texts(row.format.iter().chain(&row.values).chain(&row.pattern));
            }
            ShapeRow::Array { items, .. } => self.schemas(&[*items]),
            ShapeRow::Object { fields, rest } => {
                self.texts(fields.iter().map(|field| &field.name));
                self.schemas(fields.iter().map(|field| &field.schema));
                if let Rest::Of(schema) = rest {
                    self.schemas(&[*schema]);
                }
            }
            ShapeRow::Choice(schemas) => {
                self.schemas(schemas);
                self.fine &= !schemas.is_empty();
            }
        }
    }
}
