//! The document at `/openapi.json`: OpenAPI 3.1, made of the operations and of the types that read
//! and answer their requests.

mod errors;

use std::collections::BTreeMap;

use policy::access::Need;
use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{Fields, Nothing, Operation, Reply, Tag, fields};
use crate::problem::Told;

/// Where the document keeps the shapes that have a name.
const SHAPES: &str = "/components/schemas";

/// What speaks against an operation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Clash {
    /// Its name or its place is taken.
    #[error("the operation {0} is there twice; give each its own id, method and path")]
    Twice(&'static str),
    /// Its declaration and its types contradict each other.
    #[error("the operation {0} {1}")]
    Unfit(&'static str, &'static str),
    /// Two types of one name.
    #[error("two types are named {0} in the document; rename one with #[schemars(rename)]")]
    Shapes(String),
}

/// The document while it is made.
pub(crate) struct Document {
    ids: BTreeMap<&'static str, Tag>,
    paths: BTreeMap<&'static str, Map<String, Value>>,
    /// Writes down what is read.
    inputs: SchemaGenerator,
    /// Writes down what is answered.
    outputs: SchemaGenerator,
    problem: Schema,
}

/// A document without operations.
impl Default for Document {
    fn default() -> Self {
        let mut outputs = settings().for_serialize().into_generator();
        let problem = outputs.subschema_for::<Told>();
        Self {
            ids: BTreeMap::new(),
            paths: BTreeMap::new(),
            inputs: settings().for_deserialize().into_generator(),
            outputs,
            problem,
        }
    }
}

impl Document {
    /// Adds an operation with the types of its handler, and what the access table says of it.
    ///
    /// # Errors
    /// Where it cannot stand beside the others, or contradicts itself.
    pub(crate) fn add<P: Fields, Q: Fields, B: Fields, T: Reply>(
        &mut self,
        operation: &'static Operation,
        need: &Need,
    ) -> Result<(), Clash> {
        let method = operation.method.name().to_lowercase();
        let is_taken =
            self.paths.get(operation.path).is_some_and(|methods| methods.contains_key(&method));
        if self.ids.insert(operation.id, operation.tag).is_some() || is_taken {
            return Err(Clash::Twice(operation.id));
        }
        let parameters = self.parameters::<P, Q>(operation)?;
        if !fields::fit::<B>(operation) {
            return Err(Clash::Unfit(operation.id, "reads and has a body; give it a query"));
        }
        let mut told = json!({
            "operationId": operation.id,
            "tags": [operation.tag.text().0],
            "summary": operation.summary,
            "description": errors::description(operation, need),
            "security": errors::security(need),
            "responses": self.responses::<B, T>(operation, need, &parameters),
        });
        if !parameters.is_empty() {
            told["parameters"] = parameters.into();
        }
        if B::are_there() {
            let schema = self.inputs.subschema_for::<B>();
            let content = json!({ "application/json": { "schema": schema } });
            told["requestBody"] = json!({ "required": true, "content": content });
        }
        self.paths.entry(operation.path).or_default().insert(method, told);
        Ok(())
    }

    /// The whole document.
    ///
    /// # Errors
    /// Where two types of different shape have one name.
    pub(crate) fn finish(mut self) -> Result<Value, Clash> {
        let mut schemas = self.outputs.take_definitions(true);
        for (name, schema) in self.inputs.take_definitions(true) {
            match schemas.get(&name) {
                Some(known) if *known != schema => return Err(Clash::Shapes(name)),
                _ => schemas.insert(name, schema),
            };
        }
        let tags: Vec<_> = Tag::ALL
            .iter()
            .filter(|tag| self.ids.values().any(|used| used == *tag))
            .map(|tag| json!({ "name": tag.text().0, "description": tag.text().1 }))
            .collect();
        Ok(json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Highwire",
                "version": env!("CARGO_PKG_VERSION"),
                "summary": "The integration hub for the HighLevel CRM.",
                "description": errors::INTRODUCTION,
                "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
            },
            "servers": [{ "url": "/", "description": "This hub." }],
            "tags": tags,
            "paths": self.paths,
            "components": {
                "schemas": schemas,
                "headers": errors::headers(),
                "securitySchemes": errors::schemes(),
            },
        }))
    }

    fn parameters<P: Fields, Q: Fields>(&self, operation: &Operation) -> Result<Vec<Value>, Clash> {
        let mut parameters = Vec::new();
        let path = properties::<P>();
        let in_path = operation
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')));
        let named: Vec<_> = in_path.collect();
        if named.len() != path.len() || !path.iter().all(|(name, ..)| named.contains(&&**name)) {
            return Err(Clash::Unfit(operation.id, "names other parameters than its path has"));
        }
        parameters.extend(
            path.into_iter().map(|(name, _, schema)| parameter(&name, "path", schema, true)),
        );
        let query = properties::<Q>();
        let pages =
            ["after", "limit"].iter().all(|wanted| query.iter().any(|(name, ..)| name == wanted));
        if operation.is_paged && !pages {
            return Err(Clash::Unfit(
                operation.id,
                "has pages and a query without after and limit",
            ));
        }
        parameters.extend(
            query
                .into_iter()
                .map(|(name, needed, schema)| parameter(&name, "query", schema, needed)),
        );
        parameters.extend(errors::header_parameters(operation));
        Ok(parameters)
    }

    fn responses<B: Fields, T: Reply>(
        &mut self,
        operation: &Operation,
        need: &Need,
        parameters: &[Value],
    ) -> Map<String, Value> {
        let mut responses = Map::new();
        for outcome in T::outcomes(&mut self.outputs) {
            let status = outcome.status;
            let reason = status.canonical_reason().unwrap_or("Done");
            let mut told =
                json!({ "description": reason, "headers": errors::references(operation.has_etag) });
            if let Some(schema) = outcome.schema {
                told["content"] = json!({ "application/json": { "schema": schema } });
            }
            responses.insert(status.as_str().to_owned(), told);
        }
        if operation.has_etag {
            let told = json!({ "description": "The caller has it already.", "headers": errors::references(true) });
            responses.insert("304".to_owned(), told);
        }
        for (status, description) in errors::of(operation, need, B::are_there(), parameters) {
            let content = json!({ "application/problem+json": { "schema": self.problem } });
            let headers = errors::references_of_error(status);
            let told =
                json!({ "description": description, "headers": headers, "content": content });
            responses.insert(status.to_string(), told);
        }
        responses
    }
}

/// The settings of both generators: plain JSON Schema 2020-12, which OpenAPI 3.1 takes as it is.
fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = SHAPES.into();
        settings.meta_schema = None;
    })
}

/// The fields of a path or a query: name, whether it is needed, and shape.
fn properties<T: Fields>() -> Vec<(String, bool, Value)> {
    if is_nothing::<T>() {
        return Vec::new();
    }
    let generator = settings().for_deserialize().with(|settings| settings.inline_subschemas = true);
    let schema = generator.into_generator().into_root_schema_for::<T>().to_value();
    let needed = |name: &str| {
        schema["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name))
    };
    let fields = schema["properties"].as_object().cloned().unwrap_or_default();
    fields.into_iter().map(|(name, shape)| (name.clone(), needed(&name), present(shape))).collect()
}

fn is_nothing<T: 'static>() -> bool {
    std::any::TypeId::of::<T>() == std::any::TypeId::of::<Nothing>()
}

/// The shape of a parameter that is there: a missing one is no `null`.
fn present(mut shape: Value) -> Value {
    if let Some(types) = shape["type"].as_array() {
        let types: Vec<_> = types.iter().filter(|name| *name != "null").cloned().collect();
        shape["type"] = match <[Value; 1]>::try_from(types) {
            Ok([only]) => only,
            Err(several) => several.into(),
        };
    }
    let choices = shape.get("anyOf").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut choices = choices.into_iter().filter(|choice| choice["type"] != "null");
    if let (Some(only), None) = (choices.next(), choices.next()) {
        let description = shape.get("description").cloned();
        shape = only;
        if let Some(description) = description {
            shape["description"] = description;
        }
    }
    if let Some(shape) = shape.as_object_mut() {
        shape.retain(|name, value| !(name == "default" && value.is_null()));
        shape.retain(|name, value| !(name == "type" && value.is_null()));
    }
    shape
}

fn parameter(name: &str, place: &str, mut schema: Value, required: bool) -> Value {
    let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
    let mut told = json!({ "name": name, "in": place, "required": required, "schema": schema });
    if let Some(description) = description {
        told["description"] = description;
    }
    told
}
