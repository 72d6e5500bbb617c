//! Places in the schemas of an operation, as the overlay writes them: `body.items[].name`.
//!
//! A schema that others share is copied along the way before it is changed, so that a correction
//! changes the operation that it names and no other.

use anyhow::{Context as _, Result, bail};

use super::draft::Edition;
use super::schemas::{Graph, NodeId, Rest, Shape};

/// One step into a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// A field of an object.
    Field(String),
    /// The items of a list.
    Items,
    /// The values of a map.
    Values,
}

/// A place: where to begin, and the way from there.
pub(super) struct PlaceOf {
    root: Root,
    steps: Vec<Step>,
}

/// Where a way begins.
enum Root {
    Body,
    Reply(u16),
    Parameter(String),
}

/// What is done at a place: takes the node there, gives the node that is there afterwards.
pub(super) type Edit<'a> = &'a mut dyn FnMut(&mut Graph, NodeId) -> Result<NodeId>;

impl PlaceOf {
    /// Reads `body…`, `reply.200…` or `parameter.name…`, with `.field`, `[]` for the items of a
    /// list and `{}` for the values of a map.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let spaced = text.replace("[]", ".[]").replace("{}", ".{}");
        let mut parts = spaced.split('.');
        let mut next = || parts.next().with_context(|| format!("`{text}` is no place"));
        let root = match next()? {
            "body" => Root::Body,
            "reply" => Root::Reply(next()?.parse().with_context(|| format!("`{text}`: status"))?),
            "parameter" => Root::Parameter(next()?.to_owned()),
            _ => bail!("`{text}` begins neither with body nor with reply nor with parameter"),
        };
        let step = |part: &str| match part {
            "[]" => Step::Items,
            "{}" => Step::Values,
            name => Step::Field(name.to_owned()),
        };
        Ok(Self { root, steps: parts.map(step).collect() })
    }

    /// The node at the place.
    pub(super) fn find(&self, graph: &mut Graph, edition: &mut Edition) -> Result<NodeId> {
        let mut found = None;
        self.edit(graph, edition, &mut |_, node| {
            found = Some(node);
            Ok(node)
        })?;
        found.context("the place is not there")
    }

    /// Changes the node at the place.
    pub(super) fn edit(
        &self,
        graph: &mut Graph,
        edition: &mut Edition,
        edit: Edit<'_>,
    ) -> Result<()> {
        let root = self.root(edition)?;
        *root = walk(graph, *root, &self.steps, edit)?;
        Ok(())
    }

    fn root<'a>(&self, edition: &'a mut Edition) -> Result<&'a mut NodeId> {
        match &self.root {
            Root::Body => {
                edition.body.as_mut().map(|body| &mut body.schema).context("it has no body")
            }
            Root::Reply(status) => {
                let reply = edition.replies.iter_mut().find(|reply| reply.status == *status);
                let schema = reply.and_then(|reply| reply.schema.as_mut());
                schema.with_context(|| format!("it has no schema for {status}"))
            }
            Root::Parameter(name) => {
                let parameter = edition.parameters.iter_mut().find(|it| it.name == *name);
                let schema = parameter.map(|parameter| &mut parameter.schema);
                schema.with_context(|| format!("it has no parameter `{name}`"))
            }
        }
    }
}

fn walk(graph: &mut Graph, at: NodeId, steps: &[Step], edit: Edit<'_>) -> Result<NodeId> {
    let Some((step, rest)) = steps.split_first() else { return edit(graph, at) };
    let mut node = graph.get(at).clone();
    match (&mut node.shape, step) {
        (Shape::Object { fields, .. }, Step::Field(name)) => {
            let field = fields.iter_mut().find(|field| field.name == *name);
            let field = field.with_context(|| format!("there is no field `{name}`"))?;
            field.schema = walk(graph, field.schema, rest, edit)?;
        }
        (Shape::Array { items, .. }, Step::Items) => *items = walk(graph, *items, rest, edit)?,
        (Shape::Object { rest: Rest::Of(values), .. }, Step::Values) => {
            *values = walk(graph, *values, rest, edit)?;
        }
        (Shape::Choice(choices), _) => {
            // Of alternatives, those are meant that have the way.
            let mut taken = 0;
            for choice in choices {
                if has(graph, *choice, step) {
                    *choice = walk(graph, *choice, steps, edit)?;
                    taken += 1;
                }
            }
            if taken == 0 {
                bail!("no alternative has {step:?}");
            }
        }
        (_, step) => bail!("there is no way on at {step:?}"),
    }
    Ok(if node == *graph.get(at) { at } else { graph.add(node) })
}

fn has(graph: &Graph, at: NodeId, step: &Step) -> bool {
    match (&graph.get(at).shape, step) {
        (Shape::Object { fields, .. }, Step::Field(name)) => {
            fields.iter().any(|field| field.name == *name)
        }
        (Shape::Array { .. }, Step::Items) => true,
        (Shape::Object { rest, .. }, Step::Values) => matches!(rest, Rest::Of(_)),
        _ => false,
    }
}
