//! A tool: what assistants are told of it, and what a call of it comes to.

use std::{collections::BTreeSet, sync::Arc};

use domain::BoxFuture;
use endpoint::catalogue::Kind;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{ToolError, desk::Desk, plan::Plan, schema};

/// What assistants are told of a tool.
#[derive(Clone, Debug)]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// What it may do at worst; a tool of kind read never gives a plan.
    pub kind: Kind,
    /// Whether calling it twice with the same arguments does what calling it once does.
    pub is_idempotent: bool,
    /// What it takes, closed, without what every tool takes.
    pub input: Arc<JsonObject>,
    /// What it gives.
    pub output: Arc<JsonObject>,
}

/// What a call comes to.
#[derive(Debug)]
pub enum Act {
    /// It only read.
    Answer(Answer),
    /// It would change this.
    Plan(Plan),
}

/// An answer before it is cut to size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// What is told: an object.
    pub value: Value,
    /// The members, as JSON Pointers, whose text strangers wrote: messages, notes, form answers. A `*`
    /// stands for every item of a list.
    pub untrusted: Vec<String>,
}

/// A tool as the server has it.
pub trait Tool: Send + Sync {
    /// What assistants are told of it.
    fn spec(&self) -> ToolSpec;

    /// Reads what the call needs, and gives an answer or a plan.
    fn call<'a>(
        &'a self,
        desk: &'a Desk,
        arguments: JsonObject,
    ) -> BoxFuture<'a, Result<Act, ToolError>>;
}

/// A tool whose arguments and results are types.
pub(crate) trait TypedTool: Send + Sync + 'static {
    /// What it takes: `#[serde(deny_unknown_fields)]`, each member described where its name does not
    /// say it.
    type Input: DeserializeOwned + JsonSchema + Send;
    /// What it gives: an object.
    type Output: Serialize + JsonSchema;
    /// Its name.
    const NAME: &'static str;
    /// What it does, in one sentence.
    const ABOUT: &'static str;
    /// What it may do at worst.
    const KIND: Kind;
    /// Whether calling it twice does what calling it once does.
    const IS_IDEMPOTENT: bool;

    /// Reads what the call needs, and gives an answer or a plan.
    fn act(
        &self,
        desk: &Desk,
        input: Self::Input,
    ) -> impl Future<Output = Result<Act, ToolError>> + Send;
}

impl<T: TypedTool> Tool for T {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: T::NAME.to_owned(),
            about: T::ABOUT,
            kind: T::KIND,
            is_idempotent: T::IS_IDEMPOTENT,
            input: Arc::new(schema::input_of::<T::Input>()),
            output: Arc::new(schema::output_of::<T::Output>()),
        }
    }

    fn call<'a>(
        &'a self,
        desk: &'a Desk,
        arguments: JsonObject,
    ) -> BoxFuture<'a, Result<Act, ToolError>> {
        Box::pin(async move {
            let input = serde_json::from_value(Value::Object(arguments)).map_err(|error| {
                ToolError::argument(
                    format!("the arguments do not fit: {error}"),
                    format!("correct them; {} takes what its input schema says", T::NAME),
                )
            })?;
            self.act(desk, input).await
        })
    }
}

impl Act {
    /// An answer without texts of strangers.
    ///
    /// # Errors
    /// Where the value is no JSON, which is a bug.
    pub fn answer(value: &impl Serialize) -> Result<Self, ToolError> {
        Ok(Self::Answer(Answer::of(value)?))
    }
}

impl Answer {
    /// An answer without texts of strangers.
    ///
    /// # Errors
    /// Where the value is no JSON, which is a bug.
    pub fn of(value: &impl Serialize) -> Result<Self, ToolError> {
        let value = serde_json::to_value(value).map_err(|error| {
            ToolError::new("bug", format!("the answer is no JSON: {error}"), "report this as a bug")
        })?;
        Ok(Self { value, untrusted: Vec::new() })
    }

    /// The same, with the members whose texts strangers wrote.
    #[must_use]
    pub fn untrusted(mut self, pointers: &[&str]) -> Self {
        self.untrusted.extend(pointers.iter().map(|pointer| (*pointer).to_owned()));
        self
    }
}

/// The kinds that a set of operations has.
#[must_use]
pub fn every_kind() -> BTreeSet<Kind> {
    [Kind::Read, Kind::Write, Kind::Send, Kind::Delete, Kind::Money].into()
}
