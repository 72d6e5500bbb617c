//! Corrects what stands at one place of a schema.

use anyhow::{Context as _, Result, bail};

use super::{DOCUMENT, Shapes, replace};
use crate::catalogue::overlay::Correction;
use crate::catalogue::schemas::{Field, Graph, Node, NodeId, Shape};

/// The corrected node, and whether anything was to be corrected.
pub(super) fn correct_schema(
    graph: &mut Graph,
    shapes: &Shapes<'_>,
    at: NodeId,
    correction: &Correction,
) -> Result<(NodeId, bool)> {
    let mut id = at;
    let mut done = false;
    if let Some(schema) = &correction.schema {
        id = graph.read(shapes, DOCUMENT, schema)?;
        if graph.are_alike(at, id, 0) {
            bail!("it is so without the correction: take it out");
        }
        done = true;
    }
    if let Some(other) = &correction.or {
        let other = graph.read(shapes, DOCUMENT, other)?;
        id = graph.add(Node::of(Shape::Choice(vec![id, other])));
        done = true;
    }
    if correction.list {
        let items = id;
        let (shortest, longest, unique) = (None, None, false);
        id = graph.add(Node::of(Shape::Array { items, shortest, longest, unique }));
        done = true;
    }
    let mut node = graph.get(id).clone();
    if let Some(format) = &correction.format {
        let Shape::Text(text) = &mut node.shape else { bail!("a format is for texts") };
        replace(&mut text.format, Some(format.clone()))?;
        done = true;
    }
    if correction.no_default {
        replace(&mut node.default, None)?;
        done = true;
    }
    done |= correct_fields(graph, shapes, &mut node, correction)?;
    Ok((if node == *graph.get(id) { id } else { graph.add(node) }, done))
}

fn correct_fields(
    graph: &mut Graph,
    shapes: &Shapes<'_>,
    node: &mut Node,
    correction: &Correction,
) -> Result<bool> {
    let marks = [(&correction.optional, false), (&correction.required, true)];
    if correction.fields.is_empty() && marks.iter().all(|(names, _)| names.is_empty()) {
        return Ok(false);
    }
    if let Shape::Choice(_) = node.shape {
        bail!("it is a choice: name a field of an alternative");
    }
    let Shape::Object { fields, .. } = &mut node.shape else { bail!("it is no object") };
    for (names, required) in marks {
        for name in names {
            let field = fields.iter_mut().find(|field| field.name == *name);
            let field = field.with_context(|| format!("there is no field `{name}`"))?;
            replace(&mut field.required, required).with_context(|| format!("`{name}`"))?;
        }
    }
    for (name, json) in &correction.fields {
        let schema = graph.read(shapes, DOCUMENT, json)?;
        match fields.iter_mut().find(|field| field.name == *name) {
            Some(field) if graph.are_alike(field.schema, schema, 0) => {
                bail!("`{name}` is so without the correction: take it out");
            }
            Some(field) => field.schema = schema,
            None => {
                let (required, read_only, deprecated) = (false, false, false);
                let name = name.clone();
                fields.push(Field { name, schema, required, read_only, deprecated });
            }
        }
    }
    Ok(true)
}
