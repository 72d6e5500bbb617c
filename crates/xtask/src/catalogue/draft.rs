//! The catalogue while it is made: every operation with its editions, schemas still as nodes.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use endpoint::Method;
use endpoint::catalogue::{Generation, Idempotency, Kind, PageStyle, Place};
use serde_json::Value;

use super::overlay::Overlay;
use super::schemas::{Graph, Node, NodeId, Shape};
use super::specification::{Specifications, Written};
use super::{envelope, kinds, merge, paging, titles};

/// The classes of token, by the name of the security scheme (`facts/highlevel.md` 1.3).
const TOKEN_CLASSES: [(&str, &str); 5] = [
    ("bearer", "location"),
    ("Location-Access", "location"),
    ("Location-Access-Only", "location-oauth"),
    ("Agency-Access", "agency"),
    ("Agency-Access-Only", "agency-oauth"),
];

/// What an operation may say; the second list is prose or said elsewhere.
const SAID: [&str; 7] = [
    "operationId",
    "parameters",
    "responses",
    "requestBody",
    "security",
    "deprecated",
    "x-version-added",
];
const PROSE: [&str; 4] = ["summary", "description", "tags", "externalDocs"];

/// The whole catalogue.
pub(super) struct Draft {
    pub(super) graph: Graph,
    pub(super) operations: Vec<Operation>,
}

/// One operation.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) method: Method,
    pub(super) kind: Kind,
    pub(super) idempotency: Idempotency,
    pub(super) v2: Option<Edition>,
    pub(super) v3: Option<Edition>,
}

/// One operation in one generation.
pub(super) struct Edition {
    /// `operationId`.
    pub(super) name: String,
    pub(super) product: String,
    pub(super) path: String,
    pub(super) version: Option<String>,
    /// Class of token and scopes.
    pub(super) access: Vec<(String, Vec<String>)>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    pub(super) replies: Vec<Reply>,
    pub(super) envelope: Option<String>,
    pub(super) pagination: Pagination,
    pub(super) deprecated: bool,
    pub(super) added_in: Option<String>,
}

/// One parameter.
#[derive(Clone)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) required: bool,
    pub(super) joined: bool,
    pub(super) schema: NodeId,
}

/// The body of a request.
pub(super) struct Body {
    pub(super) content_types: Vec<String>,
    pub(super) required: bool,
    pub(super) schema: NodeId,
}

/// One documented answer.
#[derive(Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) schema: Option<NodeId>,
}

/// How a list continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pagination {
    pub(super) style: PageStyle,
    pub(super) place: Place,
    pub(super) size: Option<String>,
    pub(super) largest: Option<u32>,
    pub(super) positions: Vec<String>,
    pub(super) first: u32,
    pub(super) rows: Option<String>,
}

impl Draft {
    /// Everything that the specifications say, and what follows from it by rule.
    pub(super) fn of(specifications: &Specifications, overlay: &Overlay) -> Result<Self> {
        let mut graph = Graph::default();
        let mut editions = Vec::new();
        for written in specifications.operations()? {
            let edition = edition(&mut graph, specifications, &written).with_context(|| {
                let Written { document, method, path, .. } = &written;
                format!("{document}: {method} {path} cannot be represented")
            })?;
            editions.push((written.generation, written.method, edition));
        }
        let operations = merge::merge(editions, overlay)?;
        Ok(Self { graph, operations })
    }

    /// What follows by rule once the corrections are made: titles, envelopes, pagination.
    ///
    /// Fails where a path has a parameter that nobody declares, or two operations one id.
    pub(super) fn finish(&mut self) -> Result<()> {
        for operation in &self.operations {
            for edition in operation.editions() {
                for name in template_names(&edition.path) {
                    if !edition.parameters.iter().any(|it| it.is_in_path(name)) {
                        bail!("{}: nobody declares `{name}`: correct it", operation.id);
                    }
                }
            }
        }
        let calls = |it: &'_ Operation| {
            it.editions().map(|edition| (it.method, edition.path.clone())).collect::<Vec<_>>()
        };
        let calls: Vec<_> = self.operations.iter().flat_map(calls).collect();
        let calls: Vec<_> = calls.iter().map(|(method, path)| (*method, path.as_str())).collect();
        if let [idle, ..] = kinds::idle(&calls).as_slice() {
            bail!("no call is `{idle}`: take its rule out of `kinds`");
        }
        self.operations.sort_by(|left, right| left.id.cmp(&right.id));
        for pair in self.operations.windows(2) {
            if pair[0].id == pair[1].id {
                bail!("two operations are called {}: give one another id", pair[0].id);
            }
        }
        let mut titles = BTreeMap::new();
        let title = |it: &Operation| (it.title.clone(), it.id.clone());
        let twice = self.operations.iter().map(title).filter_map(|(title, id)| {
            titles.insert(title, id.clone()).map(|other| format!("{other} and {id}"))
        });
        let twice: Vec<_> = twice.collect();
        if twice.is_empty() {
            Ok(())
        } else {
            bail!("operations have one title, give another:\n{}", twice.join("\n"))
        }
    }

    /// What the rules say about every edition, before corrections speak.
    pub(super) fn apply_rules(&mut self) {
        for operation in &mut self.operations {
            let id = operation.id.clone();
            let reads = operation.kind == Kind::Read;
            for edition in [&mut operation.v2, &mut operation.v3].into_iter().flatten() {
                edition.envelope = envelope::envelope(&self.graph, edition);
                edition.pagination = paging::pagination(&self.graph, &id, edition, reads);
            }
        }
    }

    pub(super) fn operation(&mut self, id: &str) -> Result<&mut Operation> {
        let found = self.operations.iter_mut().find(|operation| operation.id == id);
        found.with_context(|| format!("there is no operation `{id}`"))
    }
}

impl Operation {
    pub(super) fn of(
        id: String,
        method: Method,
        v2: Option<Edition>,
        v3: Option<Edition>,
    ) -> Result<Self> {
        let first = v2.as_ref().or(v3.as_ref()).context("an operation is in no generation")?;
        let (kind, idempotency) = kinds::classify(method, &first.path, &first.name);
        let title = titles::title(method, &id);
        Ok(Self { id, title, method, kind, idempotency, v2, v3 })
    }

    pub(super) fn editions(&self) -> impl Iterator<Item = &Edition> {
        self.v2.iter().chain(&self.v3)
    }

    pub(super) fn edition(&mut self, generation: Generation) -> Option<&mut Edition> {
        match generation {
            Generation::V2 => self.v2.as_mut(),
            Generation::V3 => self.v3.as_mut(),
        }
    }
}

impl Parameter {
    fn is_in_path(&self, name: &str) -> bool {
        self.place == Place::Path && self.name == name
    }
}

impl Pagination {
    pub(super) fn none() -> Self {
        Self {
            style: PageStyle::None,
            place: Place::Query,
            size: None,
            largest: None,
            positions: Vec::new(),
            first: 0,
            rows: None,
        }
    }
}

/// The names in braces.
pub(super) fn template_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn edition(
    graph: &mut Graph,
    specifications: &Specifications,
    written: &Written<'_>,
) -> Result<Edition> {
    let json = written.json.as_object().context("it is no object")?;
    for word in json.keys() {
        if !SAID.contains(&word.as_str()) && !PROSE.contains(&word.as_str()) {
            bail!("nothing here can represent `{word}`");
        }
    }
    let mut reader = Reader { graph, specifications, document: written.document };
    let (version, parameters) = reader.parameters(&written.json["parameters"])?;
    let text = |word: &str| written.json[word].as_str().map(str::to_owned);
    Ok(Edition {
        name: text("operationId").context("it has no operationId")?,
        product: written.product.to_owned(),
        path: written.path.to_owned(),
        version,
        access: access(&written.json["security"])?,
        parameters,
        body: reader.body(&written.json["requestBody"])?,
        replies: reader.replies(&written.json["responses"])?,
        envelope: None,
        pagination: Pagination::none(),
        deprecated: written.json["deprecated"] == Value::Bool(true),
        added_in: text("x-version-added"),
    })
}

/// Any of the ways is enough; two names of one class are one way.
fn access(security: &Value) -> Result<Vec<(String, Vec<String>)>> {
    let mut ways: Vec<(String, Vec<String>)> = Vec::new();
    let schemes = security.as_array().into_iter().flatten().filter_map(Value::as_object).flatten();
    for (scheme, scopes) in schemes {
        let class = TOKEN_CLASSES.iter().find(|(name, _)| name == scheme);
        let (_, class) = class.with_context(|| format!("there is no security `{scheme}`"))?;
        let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str);
        let way = ((*class).to_owned(), scopes.map(str::to_owned).collect());
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    Ok(ways)
}

/// Reads the parts of one operation.
struct Reader<'a> {
    graph: &'a mut Graph,
    specifications: &'a Specifications,
    document: &'a str,
}

impl Reader<'_> {
    fn schema(&mut self, json: &Value) -> Result<NodeId> {
        self.graph.read(self.specifications, self.document, json)
    }

    /// The value of the version header, and everything else.
    fn parameters(&mut self, json: &Value) -> Result<(Option<String>, Vec<Parameter>)> {
        let mut version = None;
        let mut parameters = Vec::new();
        for parameter in json.as_array().context("it has no list of parameters")? {
            let name = parameter["name"].as_str().context("a parameter has no name")?;
            match (parameter["in"].as_str(), name.to_lowercase().as_str()) {
                (Some("header"), "version") => {
                    let value = parameter["schema"]["enum"][0].as_str();
                    version = Some(value.context("the version header has no value")?.to_owned());
                }
                // The way of access says it already.
                (Some("header"), "authorization") => {}
                (Some("path"), _) => parameters.push(self.parameter(parameter, Place::Path)?),
                (Some("query"), _) => parameters.push(self.parameter(parameter, Place::Query)?),
                (place, _) => bail!("nothing here can represent `{name}` in {place:?}"),
            }
        }
        Ok((version, parameters))
    }

    fn parameter(&mut self, json: &Value, place: Place) -> Result<Parameter> {
        let name = json["name"].as_str().context("a parameter has no name")?.to_owned();
        // Alternatives and defaults stand beside the schema in some places, instead of inside.
        let mut schema = json["schema"].clone();
        for word in ["anyOf", "oneOf", "default"] {
            if let Some(value) = json.get(word) {
                if word != "default" {
                    schema = Value::Object(serde_json::Map::new());
                }
                schema[word] = value.clone();
            }
        }
        if schema["deprecated"] == Value::Bool(true) {
            bail!("the parameter `{name}` is deprecated, which nothing here can represent");
        }
        let schema =
            self.schema(&schema).with_context(|| format!("the parameter `{name}` is odd"))?;
        let joined = json["explode"] == Value::Bool(false);
        // A path cannot be without what stands in it.
        let required = place == Place::Path || json["required"] == Value::Bool(true);
        Ok(Parameter { name, place, required, joined, schema })
    }

    fn body(&mut self, json: &Value) -> Result<Option<Body>> {
        let Some(content) = json["content"].as_object() else { return Ok(None) };
        let (_, first) = content.iter().next().context("a body has no media type")?;
        let schema = match first.get("schema") {
            Some(schema) => self.schema(schema)?,
            None => self.graph.add(Node::of(Shape::Any)),
        };
        for other in content.values().skip(1) {
            if other.get("schema") != first.get("schema") {
                bail!("a body has one schema per media type, which nothing here can represent");
            }
        }
        // Where a form and JSON are both taken, the form is the one that is documented.
        let mut content_types: Vec<String> = content.keys().cloned().collect();
        content_types.sort_by_key(|media| media == "application/json");
        let required = json["required"] == Value::Bool(true);
        Ok(Some(Body { content_types, required, schema }))
    }

    fn replies(&mut self, json: &Value) -> Result<Vec<Reply>> {
        let mut replies = Vec::new();
        for (status, json) in json.as_object().context("it has no answers")? {
            let status = status.parse().with_context(|| format!("`{status}` is no status"))?;
            let content = json["content"].as_object();
            let media = content.and_then(|content| content.get("application/json"));
            if content.is_some() && media.is_none() {
                bail!("an answer is no JSON, which nothing here can represent");
            }
            let schema = media.and_then(|media| media.get("schema"));
            let schema = schema.map(|schema| self.schema(schema)).transpose()?;
            // Binary answers name their media type where a header would be described.
            let content_type = json["headers"]["Content-Type"]["description"].as_str();
            let content_type = content_type.map(str::to_owned);
            replies.push(Reply { status, content_type, schema });
        }
        replies.sort_by_key(|reply| reply.status);
        Ok(replies)
    }
}
