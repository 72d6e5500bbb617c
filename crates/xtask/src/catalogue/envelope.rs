//! The field of a successful reply that holds what was asked for, by rule.

use super::draft::{Edition, Reply};
use super::schemas::{Field, Graph, NodeId, Shape};

/// Fields that tell something about the reply, not what was asked for.
const ABOUT: [&str; 31] = [
    "aggregations",
    "cache",
    "code",
    "count",
    "currentPage",
    "errorCount",
    "hasMore",
    "installToFutureLocations",
    "lastMessageId",
    "message",
    "meta",
    "metadata",
    "msg",
    "new",
    "nextCursor",
    "nextPage",
    "pagination",
    "results_count",
    "stageAggregations",
    "status",
    "statusCode",
    "success",
    "succeded",
    "succeeded",
    "total",
    "totalCount",
    "totalPages",
    "traceId",
    "updated",
    "page",
    "limit",
];

/// The one field that is an object or a list, where all others are about the reply.
///
/// A reply that is itself what was asked for has none.
pub(super) fn envelope(graph: &Graph, edition: &Edition) -> Option<String> {
    let fields = reply_fields(graph, edition)?;
    let (about, rest): (Vec<_>, Vec<_>) =
        fields.iter().partition(|field| ABOUT.contains(&field.name.as_str()));
    match rest.as_slice() {
        [only] if holds_something(graph, only.schema) => Some(only.name.clone()),
        // `message` and `meta` can be the content where nothing else is.
        [] => about
            .iter()
            .find(|it| it.name == "message" && is_object(graph, it.schema))
            .map(|it| it.name.clone()),
        _ => None,
    }
}

/// The only list among the fields of a successful reply.
pub(super) fn rows(graph: &Graph, edition: &Edition) -> Option<String> {
    let fields = reply_fields(graph, edition)?;
    let mut lists = fields.iter().filter(|field| is_list(graph, field.schema));
    match (lists.next(), lists.next()) {
        (Some(only), None) => Some(only.name.clone()),
        _ => None,
    }
}

fn reply_fields<'a>(graph: &'a Graph, edition: &Edition) -> Option<&'a [Field]> {
    let success = |reply: &&Reply| (200..300).contains(&reply.status);
    let schema = edition.replies.iter().find(success)?.schema?;
    match &graph.get(schema).shape {
        Shape::Object { fields, .. } => Some(fields),
        _ => None,
    }
}

fn holds_something(graph: &Graph, schema: NodeId) -> bool {
    is_object(graph, schema) || is_list(graph, schema)
}

fn is_object(graph: &Graph, schema: NodeId) -> bool {
    matches!(graph.get(schema).shape, Shape::Object { .. } | Shape::Choice(_))
}

fn is_list(graph: &Graph, schema: NodeId) -> bool {
    matches!(graph.get(schema).shape, Shape::Array { .. })
}
