//! Makes the corrections of the overlay; one that changes nothing is an error.
//!
//! The order: ids, so that the others can name operations; then everything that schemas are about;
//! then the rules that read schemas; then what the overlay says against the rules.

mod schema;

use anyhow::{Context as _, Result, bail};
use endpoint::catalogue::{Generation, Idempotency, Kind, PageStyle, Place};
use serde_json::Value;

use self::schema::correct_schema;
use super::draft::{Body, Draft, Edition, Operation, Parameter, Reply};
use super::overlay::{self, Correction, Overlay};
use super::places::PlaceOf;
use super::schemas::{Graph, Source};
use super::titles;

/// The name of the overlay as a document that holds schemas.
const DOCUMENT: &str = "overlay";

/// The beginning of a reference that means a schema of an operation:
/// `use:contacts.get-contact/v2/reply.200.contact`.
const USE: &str = "use:";

/// Makes all corrections.
pub(super) fn apply(draft: &mut Draft, overlay: &Overlay) -> Result<()> {
    each(overlay, |correction| rename(draft, correction))?;
    for (id, title) in &overlay.titles {
        let operation = draft.operation(id)?;
        replace(&mut operation.title, title.clone())
            .with_context(|| format!("correct the overlay: the title of {id}"))?;
    }
    each(overlay, |correction| describe(draft, correction))?;
    each(overlay, |correction| {
        Overwriter { draft: &mut *draft, overlay }.correct(correction, before_rules)
    })?;
    draft.apply_rules();
    each(overlay, |correction| {
        Overwriter { draft: &mut *draft, overlay }.correct(correction, after_rules)
    })
}

/// Every correction is tried, so that all that is wrong is told at once.
fn each(overlay: &Overlay, mut apply: impl FnMut(&Correction) -> Result<()>) -> Result<()> {
    let mut wrong = Vec::new();
    for correction in &overlay.corrections {
        if let Err(error) = apply(correction) {
            wrong.push(format!("{}: {error:#}", correction.name()));
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("correct the overlay:\n{}", wrong.join("\n")) }
}

/// Replaces a value, which has to be another one afterwards.
fn replace<T: PartialEq>(place: &mut T, value: T) -> Result<()> {
    if *place == value {
        bail!("it is so without the correction: take it out");
    }
    *place = value;
    Ok(())
}

fn rename(draft: &mut Draft, correction: &Correction) -> Result<()> {
    let Some(id) = &correction.id else { return Ok(()) };
    let [old] = correction.operations.as_slice() else { bail!("an id is for one operation") };
    let operation = draft.operation(old)?;
    operation.title = titles::title(operation.method, id);
    replace(&mut operation.id, id.clone())
}

fn describe(draft: &mut Draft, correction: &Correction) -> Result<()> {
    if correction.id.is_some() {
        return Ok(());
    }
    for id in &correction.operations {
        let operation = draft.operation(id)?;
        if let Some(kind) = &correction.kind {
            replace(&mut operation.kind, parse_kind(kind)?)?;
        }
        if let Some(idempotency) = &correction.idempotency {
            replace(&mut operation.idempotency, parse_idempotency(idempotency)?)?;
        }
    }
    Ok(())
}

fn parse_kind(text: &str) -> Result<Kind> {
    let kinds = [Kind::Read, Kind::Write, Kind::Send, Kind::Delete, Kind::Money];
    let found = kinds.into_iter().find(|kind| kind.as_str() == text);
    found.with_context(|| format!("there is no kind `{text}`"))
}

fn parse_idempotency(text: &str) -> Result<Idempotency> {
    let all = [Idempotency::Safe, Idempotency::Idempotent, Idempotency::Repeats];
    let found = all.into_iter().find(|it| it.as_str() == text);
    found.with_context(|| format!("there is no idempotency `{text}`"))
}

fn parse_place(text: &str) -> Result<Place> {
    match text {
        "path" => Ok(Place::Path),
        "query" => Ok(Place::Query),
        "header" => Ok(Place::Header),
        "body" => Ok(Place::Body),
        _ => bail!("there is no place `{text}`"),
    }
}

/// What is done to one edition.
type Change = fn(&mut Graph, &Shapes<'_>, &mut Edition, &Correction) -> Result<()>;

/// Applies a change to every edition that a correction names.
struct Overwriter<'a> {
    draft: &'a mut Draft,
    overlay: &'a Overlay,
}

impl Overwriter<'_> {
    fn correct(&mut self, correction: &Correction, change: Change) -> Result<()> {
        if correction.id.is_some() {
            return Ok(());
        }
        if correction.operations.is_empty() {
            bail!("it names no operation");
        }
        self.alias(correction)?;
        let shapes = Shapes { overlay: self.overlay };
        for id in &correction.operations {
            let generations = generations(self.draft.operation(id)?, correction)?;
            for generation in generations {
                let Draft { graph, operations } = &mut *self.draft;
                let operation = operations.iter_mut().find(|operation| operation.id == *id);
                let edition = operation.and_then(|operation| operation.edition(generation));
                let edition = edition.with_context(|| format!("{id} is not in {generation}"))?;
                change(graph, &shapes, edition, correction)
                    .with_context(|| format!("of {id} in {generation}"))?;
            }
        }
        Ok(())
    }

    /// Finds the schemas of operations that the correction, or a shape, refers to.
    fn alias(&mut self, correction: &Correction) -> Result<()> {
        let mut references = Vec::new();
        let given = [&correction.schema, &correction.or, &correction.body];
        let replies = correction.reply.iter().filter_map(|reply| reply.schema.as_ref());
        let schemas = given.into_iter().flatten().chain(correction.fields.values()).chain(replies);
        for schema in schemas.chain(self.overlay.shapes.values()) {
            collect_uses(schema, &mut references);
        }
        for reference in references {
            let place = reference.trim_start_matches(USE);
            let mut parts = place.splitn(3, '/');
            let (Some(id), Some(generation), Some(place)) =
                (parts.next(), parts.next(), parts.next())
            else {
                bail!("`{reference}` is not `use:operation/generation/place`");
            };
            let Draft { graph, operations } = &mut *self.draft;
            let operation = operations.iter_mut().find(|operation| operation.id == id);
            let operation = operation.with_context(|| format!("there is no operation `{id}`"))?;
            let edition = operation.edition(generation.parse()?);
            let edition = edition.with_context(|| format!("{id} is not in {generation}"))?;
            let node = PlaceOf::parse(place)?.find(graph, edition)?;
            graph.alias(&reference, node);
        }
        Ok(())
    }
}

fn collect_uses(json: &Value, found: &mut Vec<String>) {
    match json {
        Value::String(text) if text.starts_with(USE) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_uses(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| collect_uses(field, found)),
        _ => {}
    }
}

fn generations(operation: &Operation, correction: &Correction) -> Result<Vec<Generation>> {
    if correction.generations.is_empty() {
        let has = |generation: &Generation| match generation {
            Generation::V2 => operation.v2.is_some(),
            Generation::V3 => operation.v3.is_some(),
        };
        return Ok(Generation::ALL.into_iter().filter(has).collect());
    }
    let parse = |text: &String| text.parse().with_context(|| "a generation is unknown".to_owned());
    correction.generations.iter().map(parse).collect()
}

/// The schemas of the overlay.
struct Shapes<'a> {
    overlay: &'a Overlay,
}

impl Source for Shapes<'_> {
    fn named<'a>(&'a self, _: &str, reference: &str) -> Result<(&'a str, &'a str, &'a Value)> {
        let name = reference.strip_prefix("#/shapes/");
        let name = name.with_context(|| format!("`{reference}` is no reference to a shape"))?;
        let shape = self.overlay.shapes.get_key_value(name);
        let (name, shape) = shape.with_context(|| format!("there is no shape `{name}`"))?;
        Ok((DOCUMENT, name, shape))
    }
}

fn before_rules(
    graph: &mut Graph,
    shapes: &Shapes<'_>,
    edition: &mut Edition,
    correction: &Correction,
) -> Result<()> {
    if let Some(version) = &correction.version {
        replace(&mut edition.version, Some(version.clone()))?;
    }
    if let Some(access) = &correction.access {
        let ways = access.iter().map(|it| (it.token_class.clone(), it.scopes.clone())).collect();
        replace(&mut edition.access, ways)?;
    }
    if let Some(parameter) = &correction.parameter {
        add_parameter(graph, shapes, edition, parameter)?;
    }
    if let Some(body) = &correction.body {
        if edition.body.is_some() {
            bail!("it has a body: correct that");
        }
        let schema = graph.read(shapes, DOCUMENT, body)?;
        let content_types = vec!["application/json".to_owned()];
        edition.body = Some(Body { content_types, required: true, schema });
    }
    if correction.body_optional {
        let body = edition.body.as_mut().context("it has no body")?;
        replace(&mut body.required, false)?;
    }
    if let Some(reply) = &correction.reply {
        set_reply(graph, shapes, edition, reply)?;
    }
    let Some(at) = &correction.at else { return no_place(correction) };
    let place = PlaceOf::parse(at)?;
    let mut done = false;
    place.edit(graph, edition, &mut |graph, node| {
        let (node, changed) = correct_schema(graph, shapes, node, correction)?;
        done |= changed;
        Ok(node)
    })?;
    if done { Ok(()) } else { bail!("it says nothing about {at}") }
}

/// What is about a place needs one.
fn no_place(correction: &Correction) -> Result<()> {
    let names = [&correction.optional, &correction.required].into_iter().any(|it| !it.is_empty());
    let schema = correction.schema.is_some() || correction.or.is_some() || correction.list;
    let rest =
        !correction.fields.is_empty() || correction.format.is_some() || correction.no_default;
    if names || schema || rest { bail!("say with `at` where") } else { Ok(()) }
}

fn add_parameter(
    graph: &mut Graph,
    shapes: &Shapes<'_>,
    edition: &mut Edition,
    parameter: &overlay::Parameter,
) -> Result<()> {
    if edition.parameters.iter().any(|it| it.name == parameter.name) {
        bail!("`{}` is declared without the correction: take it out", parameter.name);
    }
    let schema = graph.read(shapes, DOCUMENT, &parameter.schema)?;
    let place = parse_place(&parameter.place)?;
    let (name, required) = (parameter.name.clone(), parameter.required);
    edition.parameters.push(Parameter { name, place, required, joined: false, schema });
    Ok(())
}

fn set_reply(
    graph: &mut Graph,
    shapes: &Shapes<'_>,
    edition: &mut Edition,
    reply: &overlay::Reply,
) -> Result<()> {
    let like = |status: u16| edition.replies.iter().find(|it| it.status == status);
    let schema = match (&reply.schema, reply.like) {
        (Some(schema), None) => Some(graph.read(shapes, DOCUMENT, schema)?),
        (None, Some(status)) => like(status).with_context(|| format!("no {status}"))?.schema,
        (None, None) => None,
        (Some(_), Some(_)) => bail!("a reply has a schema or is like another"),
    };
    let content_type = reply.content_type.clone();
    let reply = Reply { status: reply.status, content_type, schema };
    match edition.replies.iter().position(|it| it.status == reply.status) {
        Some(at) if edition.replies[at].schema.is_none() && reply.schema.is_some() => {
            edition.replies[at] = reply;
        }
        Some(_) => bail!("{} is described already: correct it with `at`", reply.status),
        None => edition.replies.push(reply),
    }
    edition.replies.sort_by_key(|reply| reply.status);
    Ok(())
}

fn after_rules(
    _: &mut Graph,
    _: &Shapes<'_>,
    edition: &mut Edition,
    correction: &Correction,
) -> Result<()> {
    let named = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
    if let Some(envelope) = &correction.envelope {
        replace(&mut edition.envelope, named(envelope))?;
    }
    let Some(wanted) = &correction.pagination else { return Ok(()) };
    let mut pagination = edition.pagination.clone();
    if let Some(style) = &wanted.style {
        let found = PageStyle::all().into_iter().find(|it| it.as_str() == style);
        pagination.style = found.with_context(|| format!("there is no style `{style}`"))?;
    }
    if let Some(place) = &wanted.place {
        pagination.place = parse_place(place)?;
    }
    if let Some(size) = &wanted.size {
        pagination.size = named(size);
    }
    pagination.largest = wanted.largest.or(pagination.largest);
    pagination.first = wanted.first.unwrap_or(pagination.first);
    if let Some(positions) = &wanted.positions {
        pagination.positions.clone_from(positions);
    }
    if let Some(rows) = &wanted.rows {
        pagination.rows = named(rows);
    }
    replace(&mut edition.pagination, pagination)
}
