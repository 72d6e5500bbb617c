//! `search_operations`: finds operations of the vendor's API by what they do.

use endpoint::catalogue::{Kind, Operation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ToolError,
    desk::Desk,
    guard,
    operations::{Wanted, search, title},
    tool::{Act, TypedTool},
};

/// How many are told where nothing else is asked for.
const USUAL: usize = 8;
/// How many are told at most.
const MOST: usize = 25;

/// Finds operations.
pub(crate) struct SearchOperations;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    query: String,
    /// Such as `invoices`.
    #[serde(default)]
    product: Option<String>,
    #[serde(default)]
    kind: Option<Wish>,
    /// At most 25.
    #[serde(default)]
    limit: Option<usize>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Wish {
    Read,
    Write,
    Send,
    Delete,
    Money,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// With id, title and kind.
    #[schemars(with = "Vec<serde_json::Value>")]
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    id: &'static str,
    title: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<bool>,
}

impl TypedTool for SearchOperations {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "search_operations";
    const ABOUT: &'static str = "Finds operations of the whole HighLevel API by what they do.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let wanted = Wanted {
            query: &input.query,
            product: input.product.as_deref(),
            kind: input.kind.map(Kind::from),
            limit: input.limit.unwrap_or(USUAL).clamp(1, MOST),
        };
        let item = |operation: Operation<'static>| Item {
            id: operation.id(),
            title: title(operation),
            kind: operation.kind().as_str(),
            allowed: (!guard::is_listed(desk.caller(), operation.kind())).then_some(false),
        };
        Act::answer(&Output { items: search(wanted).into_iter().map(item).collect() })
    }
}

impl From<Wish> for Kind {
    fn from(wish: Wish) -> Self {
        match wish {
            Wish::Read => Self::Read,
            Wish::Write => Self::Write,
            Wish::Send => Self::Send,
            Wish::Delete => Self::Delete,
            Wish::Money => Self::Money,
        }
    }
}
