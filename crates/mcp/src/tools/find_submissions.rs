//! `find_submissions`: who filled a form or a survey in, and what they answered.

use endpoint::catalogue::Kind;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    find_contacts::said,
    rows::{Rows, limit, listed, no_cursor, text},
    told::{moment, put},
};
use crate::{
    ToolError,
    desk::Desk,
    directory::{Entry, Shelf, label},
    names::Noun,
    tool::{Act, Answer, TypedTool},
};

/// The members whose words strangers wrote.
const UNTRUSTED: [&str; 3] = ["/items/*/answers", "/items/*/name", "/items/*/email"];

/// What a page's own machinery adds to the answers.
const MACHINERY: [&str; 4] =
    ["eventData", "fieldsOriSequance", "__submissions_other_field__", "__custom_field_id__"];

/// Finds submissions.
pub(crate) struct FindSubmissions;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    of: Source,
    /// a form or survey
    form: Option<String>,
    query: Option<String>,
    /// a date; a month ago where left out
    since: Option<String>,
    until: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// What was filled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Source {
    #[default]
    Forms,
    Surveys,
}

impl TypedTool for FindSubmissions {
    type Input = Input;
    type Output = Rows;
    const NAME: &'static str = "find_submissions";
    const ABOUT: &'static str = "Finds what people answered in forms or surveys.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let limit = limit(input.limit, 20, 100)?;
        let page: u32 = match said(&input.cursor) {
            None => 1,
            Some(page) => page.parse().map_err(|_| no_cursor())?,
        };
        let source = input.of;
        let today = desk.now().to_zoned(TimeZone::UTC).date();
        let since = day(&input.since)?.unwrap_or_else(|| today.saturating_sub(1.month()));
        let until = day(&input.until)?.unwrap_or(today);
        let mut call = desk
            .raw(source.operation())?
            .with("locationId", desk.place().location.to_string())
            .with("startAt", since.to_string())
            .with("endAt", until.to_string())
            .with("q", said(&input.query))
            .with("limit", limit)
            .with("page", page);
        if let Some(form) = said(&input.form) {
            call = call.with(source.id(), desk.resolve(source.noun(), None, &form).await?.id);
        }
        let reply = desk.read(call).await?.into_json();
        let rows = listed(&reply, "submissions");
        let names = Names {
            forms: desk.labels(source.shelf()).await,
            fields: desk.labels(Shelf::CustomFields).await,
        };
        let items = rows.iter().map(|row| names.submission(source, row)).collect();
        let next = reply.pointer("/meta/nextPage").and_then(Value::as_u64);
        let total = reply.pointer("/meta/total").and_then(Value::as_u64);
        let next_cursor = next.map(|next| next.to_string());
        let answer = Answer::of(&Rows { next_cursor, total, ..Rows::whole(items) })?;
        Ok(Act::Answer(answer.untrusted(&UNTRUSTED)))
    }
}

impl Source {
    fn operation(self) -> &'static str {
        match self {
            Self::Forms => "forms.get-forms-submissions",
            Self::Surveys => "surveys.get-surveys-submissions",
        }
    }

    /// What rows and parameters call its id.
    fn id(self) -> &'static str {
        match self {
            Self::Forms => "formId",
            Self::Surveys => "surveyId",
        }
    }

    fn noun(self) -> Noun {
        match self {
            Self::Forms => Noun::Form,
            Self::Surveys => Noun::Survey,
        }
    }

    fn shelf(self) -> Shelf {
        match self {
            Self::Forms => Shelf::Forms,
            Self::Surveys => Shelf::Surveys,
        }
    }
}

/// The names that submissions are told with.
struct Names {
    forms: std::sync::Arc<Vec<Entry>>,
    fields: std::sync::Arc<Vec<Entry>>,
}

impl Names {
    fn submission(&self, source: Source, row: &Value) -> Value {
        let mut told = Map::new();
        put(&mut told, "id", text(row, "/id"));
        let form = row[source.id()].as_str().map(|id| label(&self.forms, id));
        put(&mut told, "form", form);
        put(&mut told, "contact_id", text(row, "/contactId"));
        put(&mut told, "name", text(row, "/name"));
        put(&mut told, "email", text(row, "/email"));
        put(&mut told, "at", moment(&row["createdAt"]));
        let mut answers = Map::new();
        for (key, answer) in row["others"].as_object().into_iter().flatten() {
            if !MACHINERY.contains(&key.as_str()) && !answer.is_null() {
                answers.insert(label(&self.fields, key), answer.clone());
            }
        }
        put(&mut told, "answers", Some(answers));
        Value::Object(told)
    }
}

fn day(text: &Option<String>) -> Result<Option<Date>, ToolError> {
    let Some(text) = said(text) else { return Ok(None) };
    let day = text.get(..10).and_then(|day| day.parse().ok());
    day.map(Some).ok_or_else(|| ToolError::argument("this is no date", "give it as 2026-03-09"))
}
