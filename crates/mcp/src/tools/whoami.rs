//! `whoami`: where the caller may work, and what they may do there.

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Mode, ToolError,
    desk::Desk,
    tool::{Act, TypedTool},
};

/// Tells the caller of themselves.
pub(crate) struct Whoami;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    locations: Vec<Location>,
    mode: &'static str,
    may: Vec<&'static str>,
}

#[derive(Serialize, JsonSchema)]
struct Location {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl TypedTool for Whoami {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "whoami";
    const ABOUT: &'static str = "Tells which locations you can work in, and what you may do there.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, _: Input) -> Result<Act, ToolError> {
        let caller = desk.caller();
        let places = desk.house().places(caller).await?;
        let locations = places
            .into_iter()
            .map(|place| Location { id: place.location.to_string(), name: place.name })
            .collect();
        let mode = match caller.mode {
            Mode::ReadOnly => "read_only",
            Mode::Strict => "strict",
            Mode::Default => "default",
            Mode::Trusted => "trusted",
        };
        let may = caller.kinds.iter().map(|kind| kind.as_str()).collect();
        Act::answer(&Output { locations, mode, may })
    }
}
