//! Schemas as a graph: each node says what values it has, and points at the nodes inside it.
//!
//! Named schemas become nodes once, so that a schema can contain itself. Whatever a schema says
//! that a node cannot hold is an error, except for prose.

use std::collections::HashMap;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use super::keywords::{
    combination, count, is_bare_list, known, number, scalar_example, text, texts, type_of,
};
use super::specification::Specifications;

/// Schemas that stand for each other further than this contain nothing else.
const DEEPEST: usize = 16;

/// The place of a node in its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(pub(super) u32);

/// What values there are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Node {
    pub(super) shape: Shape,
    pub(super) nullable: bool,
    /// As JSON.
    pub(super) default: Option<String>,
}

/// What values there are, leaving `null` aside. Numbers are as JSON writes them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    Any,
    Boolean,
    Number { whole: bool, minimum: Option<String>, maximum: Option<String>, values: Vec<String> },
    Text(Text),
    Array { items: NodeId, shortest: Option<u32>, longest: Option<u32>, unique: bool },
    Object { fields: Vec<Field>, rest: Rest },
    Choice(Vec<NodeId>),
}

/// What texts there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Text {
    pub(super) format: Option<String>,
    pub(super) values: Vec<String>,
    pub(super) shortest: Option<u32>,
    pub(super) longest: Option<u32>,
    pub(super) pattern: Option<String>,
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) schema: NodeId,
    pub(super) required: bool,
    pub(super) read_only: bool,
    pub(super) deprecated: bool,
}

/// What an object's other names mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rest {
    Unsaid,
    Refused,
    Anything,
    Of(NodeId),
}

impl Node {
    pub(super) fn of(shape: Shape) -> Self {
        Self { shape, nullable: false, default: None }
    }

    /// The same node with other nodes inside.
    pub(super) fn map(&self, mut inner: impl FnMut(NodeId) -> NodeId) -> Self {
        let mut node = self.clone();
        match &mut node.shape {
            Shape::Any | Shape::Boolean | Shape::Number { .. } | Shape::Text(_) => {}
            Shape::Array { items, .. } => *items = inner(*items),
            Shape::Object { fields, rest } => {
                for field in fields {
                    field.schema = inner(field.schema);
                }
                if let Rest::Of(values) = rest {
                    *values = inner(*values);
                }
            }
            Shape::Choice(choices) => {
                for choice in choices {
                    *choice = inner(*choice);
                }
            }
        }
        node
    }

    /// The nodes inside, in order.
    pub(super) fn inner(&self) -> Vec<NodeId> {
        let mut inner = Vec::new();
        let _ = self.map(|node| {
            inner.push(node);
            node
        });
        inner
    }
}

/// All nodes.
#[derive(Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    /// The nodes of named schemas, by document and name.
    named: HashMap<(String, String), NodeId>,
    /// References that mean nodes which are there already.
    aliases: HashMap<String, NodeId>,
}

/// Where schemas come from: a name in a document leads to a document, a name and a schema.
pub(super) trait Source {
    fn named<'a>(
        &'a self,
        document: &str,
        reference: &str,
    ) -> Result<(&'a str, &'a str, &'a Value)>;
}

impl Source for Specifications {
    fn named<'a>(
        &'a self,
        document: &str,
        reference: &str,
    ) -> Result<(&'a str, &'a str, &'a Value)> {
        self.schema(document, reference)
    }
}

impl Graph {
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        NodeId(u32::try_from(self.nodes.len() - 1).expect("there are fewer than 2^32 nodes"))
    }

    /// Lets a reference mean a node that is there already.
    pub(super) fn alias(&mut self, reference: &str, node: NodeId) {
        self.aliases.insert(reference.to_owned(), node);
    }

    /// Whether two nodes have the same values, as far as a person would look.
    pub(super) fn are_alike(&self, left: NodeId, right: NodeId, depth: usize) -> bool {
        if left == right || depth > DEEPEST {
            return true;
        }
        let nowhere = |_| NodeId(0);
        let (left, right) = (self.get(left), self.get(right));
        left.map(nowhere) == right.map(nowhere)
            && left
                .inner()
                .into_iter()
                .zip(right.inner())
                .all(|(left, right)| self.are_alike(left, right, depth + 1))
    }

    /// The node for a schema of a document.
    pub(super) fn read(
        &mut self,
        source: &dyn Source,
        document: &str,
        json: &Value,
    ) -> Result<NodeId> {
        if let Some(reference) = json.get("$ref").and_then(Value::as_str) {
            return self.read_named(source, document, reference);
        }
        let node = self.node(source, document, json, 0)?;
        Ok(self.add(node))
    }

    fn read_named(
        &mut self,
        source: &dyn Source,
        document: &str,
        reference: &str,
    ) -> Result<NodeId> {
        if let Some(known) = self.aliases.get(reference) {
            return Ok(*known);
        }
        let (document, name, json) = source.named(document, reference)?;
        let key = (document.to_owned(), name.to_owned());
        if let Some(known) = self.named.get(&key) {
            return Ok(*known);
        }
        // The place is taken before the schema is read, since it may contain itself.
        let id = self.add(Node::of(Shape::Any));
        self.named.insert(key, id);
        let node = self
            .node(source, document, json, 0)
            .with_context(|| format!("`{name}` in {document} cannot be represented"))?;
        self.nodes[id.0 as usize] = node;
        Ok(id)
    }

    /// The node itself, so that others can be made from it.
    fn node(
        &mut self,
        source: &dyn Source,
        document: &str,
        json: &Value,
        depth: usize,
    ) -> Result<Node> {
        if depth > DEEPEST {
            bail!("schemas stand for each other in a circle");
        }
        let Some(schema) = json.as_object() else { bail!("a schema is no object: {json}") };
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            if let Some(known) = self.aliases.get(reference) {
                return Ok(self.get(*known).clone());
            }
            let (document, _, json) = source.named(document, reference)?;
            return self.node(source, document, json, depth + 1);
        }
        let mut node = match combination(schema)? {
            Some(("allOf", parts)) => self.all_of(source, document, schema, parts, depth)?,
            Some((keyword, parts)) => {
                known(schema, &[keyword])?;
                let parts = parts.iter().map(|part| self.read(source, document, part));
                let mut choices = parts.collect::<Result<Vec<_>>>()?;
                choices.dedup();
                Node::of(Shape::Choice(choices))
            }
            None => Node::of(self.shape(source, document, schema)?),
        };
        node.nullable |= schema.get("nullable") == Some(&Value::Bool(true));
        if let Some(default) = schema.get("default") {
            node.default = Some(default.to_string());
        }
        Ok(node)
    }

    /// One part alone is that part; several are objects, whose fields come together.
    fn all_of(
        &mut self,
        source: &dyn Source,
        document: &str,
        schema: &Map<String, Value>,
        parts: &[Value],
        depth: usize,
    ) -> Result<Node> {
        known(schema, &["allOf", "properties", "required", "additionalProperties"])?;
        let parts = parts.iter().map(|part| self.node(source, document, part, depth + 1));
        let mut parts = parts.collect::<Result<Vec<_>>>()?;
        // What stands beside `allOf` is one more part.
        let mut beside = schema.clone();
        beside.retain(|word, _| word.ends_with("roperties") || word == "required");
        if !beside.is_empty() {
            parts.push(Node::of(self.object(source, document, &beside)?));
        }
        let mut parts = parts.into_iter();
        let mut whole = parts.next().context("`allOf` is empty")?;
        for part in parts {
            join(&mut whole, part)?;
        }
        Ok(whole)
    }

    fn shape(
        &mut self,
        source: &dyn Source,
        document: &str,
        schema: &Map<String, Value>,
    ) -> Result<Shape> {
        match type_of(schema)? {
            "any" => known(schema, &[]).map(|()| Shape::Any),
            "boolean" => known(schema, &[]).map(|()| Shape::Boolean),
            "integer" => number(schema, true),
            "number" => number(schema, false),
            "string" => text(schema).map(Shape::Text),
            "array" => self.array(source, document, schema),
            "object" => match scalar_example(schema) {
                Some(shape) => Ok(shape),
                None => self.object(source, document, schema),
            },
            other => bail!("there is no type `{other}`"),
        }
    }

    fn array(
        &mut self,
        source: &dyn Source,
        document: &str,
        schema: &Map<String, Value>,
    ) -> Result<Shape> {
        known(schema, &["items", "minItems", "maxItems", "uniqueItems"])?;
        let items = match schema.get("items") {
            Some(items) if !is_bare_list(items) => self.read(source, document, items)?,
            _ => self.add(Node::of(Shape::Any)),
        };
        Ok(Shape::Array {
            items,
            shortest: count(schema, "minItems")?,
            longest: count(schema, "maxItems")?,
            unique: schema.get("uniqueItems") == Some(&Value::Bool(true)),
        })
    }

    fn object(
        &mut self,
        source: &dyn Source,
        document: &str,
        schema: &Map<String, Value>,
    ) -> Result<Shape> {
        known(schema, &["properties", "required", "additionalProperties"])?;
        let required = texts(schema.get("required"))?;
        let mut fields = Vec::new();
        let empty = Map::new();
        for (name, json) in schema
            .get("properties")
            .map_or(Some(&empty), Value::as_object)
            .context("`properties` is no object")?
        {
            let schema = self
                .read(source, document, json)
                .with_context(|| format!("the field `{name}` cannot be represented"))?;
            let says = |word: &str| json.get(word) == Some(&Value::Bool(true));
            let (read_only, deprecated) = (says("readOnly"), says("deprecated"));
            let required = required.contains(name);
            fields.push(Field { name: name.clone(), schema, required, read_only, deprecated });
        }
        // Some objects require a field that they forget to describe.
        for name in required {
            if fields.iter().all(|field| field.name != name) {
                let schema = self.add(Node::of(Shape::Any));
                let (read_only, deprecated) = (false, false);
                fields.push(Field { name, schema, required: true, read_only, deprecated });
            }
        }
        let rest = match schema.get("additionalProperties") {
            None => Rest::Unsaid,
            Some(Value::Bool(false)) => Rest::Refused,
            Some(Value::Bool(true)) => Rest::Anything,
            Some(values) => Rest::Of(self.read(source, document, values)?),
        };
        Ok(Shape::Object { fields, rest })
    }
}

/// Adds the fields of one object to another's.
fn join(whole: &mut Node, part: Node) -> Result<()> {
    let (Shape::Object { fields, rest }, Shape::Object { fields: more, rest: other }) =
        (&mut whole.shape, part.shape)
    else {
        bail!("`allOf` joins what are no objects");
    };
    for field in more {
        fields.retain(|known| known.name != field.name);
        fields.push(field);
    }
    fields.sort_by(|left, right| left.name.cmp(&right.name));
    if *rest == Rest::Unsaid {
        *rest = other;
    }
    Ok(())
}
