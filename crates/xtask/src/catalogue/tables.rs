//! From the draft to the stored table: equal schemas become one, texts are stored once.
//!
//! Schemas are equal where nobody could tell them apart by looking inside, however deep: that also
//! joins schemas that contain themselves. The order of everything follows from the operations in
//! order of id, so the same input always gives the same bytes.

use std::collections::HashMap;

use anyhow::{Result, bail};
use endpoint::catalogue::{
    AccessRow, BodyRow, EditionRow, FieldRow, OperationRow, PaginationRow, ParameterRow, ReplyRow,
    Rest, SchemaIndex, SchemaRow, ShapeRow, StringRow, Table, Text,
};

use super::draft::{Draft, Edition, Operation, Pagination};
use super::overlay::Overlay;
use super::schemas::{self, Graph, Node, NodeId, Shape};

/// The stored form of the whole draft.
pub(super) fn table(draft: &Draft, overlay: &Overlay) -> Result<Table> {
    let classes = classes(&draft.graph);
    let mut writer = Writer {
        graph: &draft.graph,
        classes: &classes,
        table: Table::default(),
        texts: HashMap::new(),
        schemas: HashMap::new(),
        waiting: Vec::new(),
    };
    for operation in &draft.operations {
        let row = writer.operation(operation);
        writer.table.operations.push(row);
    }
    for name in &overlay.wire_names {
        let Some(wire) = writer.texts.get(&name.wire).copied() else {
            bail!("nothing is called `{}`: take it out of the overlay", name.wire);
        };
        let means = writer.text(&name.means);
        writer.table.wire_names.push((wire, means));
    }
    Ok(writer.table)
}

/// The class of every node: two nodes have one class where they have the same values.
///
/// Begins with all nodes alike and tells them apart by what they say and by the classes of what is
/// inside, until no more can be told apart.
fn classes(graph: &Graph) -> Vec<u32> {
    let mut classes = vec![0; graph.len()];
    let mut count = 1;
    loop {
        let mut known: HashMap<Node, u32> = HashMap::new();
        let class = |id| {
            let node = graph.get(id).map(|inner| NodeId(classes[inner.0 as usize]));
            let next = known.len() as u32;
            *known.entry(node).or_insert(next)
        };
        let finer: Vec<u32> = (0..graph.len() as u32).map(NodeId).map(class).collect();
        let told_apart = known.len();
        classes = finer;
        if told_apart == count {
            return classes;
        }
        count = told_apart;
    }
}

struct Writer<'a> {
    graph: &'a Graph,
    classes: &'a [u32],
    table: Table,
    texts: HashMap<String, Text>,
    /// The place of each class that is stored.
    schemas: HashMap<u32, SchemaIndex>,
    /// Nodes with a place, whose rows are not yet written.
    waiting: Vec<(SchemaIndex, NodeId)>,
}

impl Writer<'_> {
    fn text(&mut self, text: &str) -> Text {
        if let Some(known) = self.texts.get(text) {
            return *known;
        }
        let place = self.table.texts.push(text);
        self.texts.insert(text.to_owned(), place);
        place
    }

    fn maybe(&mut self, text: Option<&String>) -> Option<Text> {
        text.map(|text| self.text(text))
    }

    fn all(&mut self, texts: &[String]) -> Vec<Text> {
        texts.iter().map(|text| self.text(text)).collect()
    }

    fn operation(&mut self, operation: &Operation) -> OperationRow {
        OperationRow {
            id: self.text(&operation.id),
            title: self.text(&operation.title),
            method: operation.method,
            kind: operation.kind,
            idempotency: operation.idempotency,
            v2: operation.v2.as_ref().map(|edition| self.edition(edition)),
            v3: operation.v3.as_ref().map(|edition| self.edition(edition)),
        }
    }

    fn edition(&mut self, edition: &Edition) -> EditionRow {
        let row = EditionRow {
            path: self.text(&edition.path),
            version: self.maybe(edition.version.as_ref()),
            access: self.access(edition),
            parameters: self.parameters(edition),
            body: self.body(edition),
            replies: self.replies(edition),
            envelope: self.maybe(edition.envelope.as_ref()),
            pagination: self.pagination(&edition.pagination),
            deprecated: edition.deprecated,
            added_in: self.maybe(edition.added_in.as_ref()),
        };
        self.write_waiting();
        row
    }

    fn access(&mut self, edition: &Edition) -> Vec<AccessRow> {
        let row = |(class, scopes): &(String, Vec<String>)| AccessRow {
            token_class: self.text(class),
            scopes: self.all(scopes),
        };
        edition.access.iter().map(row).collect()
    }

    fn parameters(&mut self, edition: &Edition) -> Vec<ParameterRow> {
        let row = |parameter: &super::draft::Parameter| ParameterRow {
            name: self.text(&parameter.name),
            place: parameter.place,
            required: parameter.required,
            joined: parameter.joined,
            schema: self.schema(parameter.schema),
        };
        edition.parameters.iter().map(row).collect()
    }

    fn body(&mut self, edition: &Edition) -> Option<BodyRow> {
        let body = edition.body.as_ref()?;
        Some(BodyRow {
            content_types: self.all(&body.content_types),
            required: body.required,
            schema: self.schema(body.schema),
        })
    }

    fn replies(&mut self, edition: &Edition) -> Vec<ReplyRow> {
        let row = |reply: &super::draft::Reply| ReplyRow {
            status: reply.status,
            content_type: self.maybe(reply.content_type.as_ref()),
            schema: reply.schema.map(|schema| self.schema(schema)),
        };
        edition.replies.iter().map(row).collect()
    }

    fn pagination(&mut self, pagination: &Pagination) -> PaginationRow {
        PaginationRow {
            style: pagination.style,
            place: pagination.place,
            size: self.maybe(pagination.size.as_ref()),
            largest: pagination.largest,
            positions: self.all(&pagination.positions),
            first: pagination.first,
            rows: self.maybe(pagination.rows.as_ref()),
        }
    }

    /// The place of a schema. Its row follows, since it may point back at this place.
    fn schema(&mut self, id: NodeId) -> SchemaIndex {
        let class = self.classes[id.0 as usize];
        if let Some(known) = self.schemas.get(&class) {
            return *known;
        }
        let place = SchemaIndex(self.schemas.len() as u32);
        self.schemas.insert(class, place);
        self.waiting.push((place, id));
        place
    }

    fn write_waiting(&mut self) {
        while let Some((place, id)) = self.waiting.pop() {
            let row = self.schema_row(self.graph.get(id));
            let rows = &mut self.table.schemas;
            if rows.len() < self.schemas.len() {
                let empty = SchemaRow { shape: ShapeRow::Any, nullable: false, default: None };
                rows.resize(self.schemas.len(), empty);
            }
            rows[place.0 as usize] = row;
        }
    }

    fn schema_row(&mut self, node: &Node) -> SchemaRow {
        SchemaRow {
            shape: self.shape(&node.shape),
            nullable: node.nullable,
            default: self.maybe(node.default.as_ref()),
        }
    }

    fn shape(&mut self, shape: &Shape) -> ShapeRow {
        match shape {
            Shape::Any => ShapeRow::Any,
            Shape::Boolean => ShapeRow::Boolean,
            Shape::Number { whole, minimum, maximum, values } => ShapeRow::Number {
                whole: *whole,
                minimum: self.maybe(minimum.as_ref()),
                maximum: self.maybe(maximum.as_ref()),
                values: self.all(values),
            },
            Shape::Text(text) => ShapeRow::String(StringRow {
                format: self.maybe(text.format.as_ref()),
                values: self.all(&text.values),
                shortest: text.shortest,
                longest: text.longest,
                pattern: self.maybe(text.pattern.as_ref()),
            }),
            Shape::Array { items, shortest, longest, unique } => ShapeRow::Array {
                items: self.schema(*items),
                shortest: *shortest,
                longest: *longest,
                unique: *unique,
            },
            Shape::Object { fields, rest } => {
                let fields = fields.iter().map(|field| self.field(field)).collect();
                ShapeRow::Object { fields, rest: self.rest(*rest) }
            }
            Shape::Choice(choices) => {
                ShapeRow::Choice(choices.iter().map(|choice| self.schema(*choice)).collect())
            }
        }
    }

    fn field(&mut self, field: &schemas::Field) -> FieldRow {
        FieldRow {
            name: self.text(&field.name),
            schema: self.schema(field.schema),
            required: field.required,
            read_only: field.read_only,
            deprecated: field.deprecated,
        }
    }

    fn rest(&mut self, rest: schemas::Rest) -> Rest {
        match rest {
            schemas::Rest::Unsaid => Rest::Unsaid,
            schemas::Rest::Refused => Rest::Refused,
            schemas::Rest::Anything => Rest::Anything,
            schemas::Rest::Of(values) => Rest::Of(self.schema(values)),
        }
    }
}
