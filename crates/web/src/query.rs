//! `/v1/query`: what the hub keeps of the CRM, asked in SQL.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use domain::{Queries, Query, QueryCut, QueryError, QueryLimits, Realm, View};
use engine::administration::first_organization;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use crate::{
    api::{Answer, Call, Method, Nothing, Operation, Tag, formats::Number},
    guard::Caller,
    problem::{Kind, Problem},
};

/// The store that speaks SQL, where the hub has one.
pub(crate) type Service = Option<Arc<dyn Queries>>;

/// How many rows one answer has at most.
const MOST_ROWS: u64 = 10_000;

/// The longest statement, in characters.
const LONGEST: usize = 20_000;

/// How long a query may take, so that it ends before its request does.
const TIME: Duration = Duration::from_secs(5);

/// What can go wrong with a question to the mirror.
pub(crate) const ERRORS: &[(Kind, &str)] =
    &[(Kind::Invalid, "The question makes no sense, or takes too long; `detail` says which.")];

/// `POST /v1/query`.
pub(crate) const ASK: Operation = Operation {
    id: "query.ask",
    method: Method::Post,
    path: "/v1/query",
    tag: Tag::Records,
    summary: "Ask in SQL",
    description: "One statement that selects from the views, in SQLite's SQL. It sees the rows of the \
                  caller's realm and changes nothing. `cut` says where there is more than was answered: \
                  `rows` or `bytes`. A query has five seconds.",
    errors: ERRORS,
    ..Operation::COMMON
};

/// `GET /v1/query/views`.
pub(crate) const VIEWS: Operation = Operation {
    id: "query.views",
    path: "/v1/query/views",
    tag: Tag::Records,
    summary: "List what can be asked",
    description: "The views with their columns, and what each holds.",
    ..Operation::COMMON
};

/// A statement in SQL.
#[derive(Debug)]
pub(crate) struct SqlText(String);

/// A question.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// The statement.
    sql: SqlText,
    /// Values for `?1`, `?2` and so on: text, number, true, false or null.
    #[serde(default)]
    parameters: Vec<Value>,
    /// How many rows to answer at most.
    limit: Option<Number<1, MOST_ROWS>>,
}

/// What a query found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "QueryAnswer")]
pub(crate) struct Found {
    /// The names of the columns.
    columns: Vec<String>,
    /// The rows, with a value for each column: text, number or null.
    rows: Vec<Vec<Value>>,
    /// The limit at which the answer was cut: `rows` or `bytes`; null where this is all.
    cut: Option<&'static str>,
}

/// What can be asked.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "QueryViews")]
pub(crate) struct Views {
    /// The views, in order of name.
    views: Vec<Described>,
}

/// A view.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "QueryView")]
pub(crate) struct Described {
    /// Its name.
    name: &'static str,
    /// What its rows are.
    about: &'static str,
    /// Its columns, in order.
    columns: Vec<DescribedColumn>,
}

/// A column.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "QueryColumn")]
pub(crate) struct DescribedColumn {
    /// Its name.
    name: &'static str,
    /// What it holds.
    about: &'static str,
}

/// Answers a question.
pub(crate) async fn ask(
    call: Call<Service, Nothing, Nothing, Question>,
) -> Result<Answer<Found>, Problem> {
    let Question { sql, parameters, limit } = call.body;
    let limits = QueryLimits { time: TIME, ..QueryLimits::default() };
    let rows = limit.map_or(limits.rows, |limit| limit.0 as usize);
    let query = Query {
        realm: realm(&call.caller),
        sql: sql.0,
        parameters,
        limits: QueryLimits { rows, ..limits },
    };
    let answer = reach(&call.state)?.query(query).await?;
    let cut = answer.cut.map(|cut| match cut {
        QueryCut::Rows => "rows",
        QueryCut::Bytes => "bytes",
    });
    Ok(Answer(Found { columns: answer.columns, rows: answer.rows, cut }))
}

/// Lists the views.
pub(crate) async fn views(call: Call<Service>) -> Result<Answer<Views>, Problem> {
    let described = |view: View| {
        let columns = view.columns.iter();
        let column =
            |one: &domain::ViewColumn| DescribedColumn { name: one.name, about: one.about };
        Described { name: view.name, about: view.about, columns: columns.map(column).collect() }
    };
    let views = reach(&call.state)?.views();
    std::future::ready(Ok(Answer(Views { views: views.into_iter().map(described).collect() })))
        .await
}

/// The store behind the operations.
///
/// # Errors
/// Where the hub's store speaks no SQL.
pub(crate) fn reach(service: &Service) -> Result<&Arc<dyn Queries>, Problem> {
    service.as_ref().ok_or_else(|| {
        let hint = "start the hub with `highwire up`, which has one";
        Problem::new(Kind::Unavailable, "this hub has no store that can be asked", hint)
    })
}

/// Whose rows a caller sees. The administrator means the installation's own, as everywhere.
pub(crate) fn realm(caller: &Caller) -> Realm {
    match &caller.principal.realm {
        Realm::Installation => Realm::Organization(first_organization()),
        own => own.clone(),
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Storage(error) => error.into(),
            QueryError::Refused(said) => {
                let (detail, hint) = said.split_once("; ").unwrap_or((&said, "correct it"));
                Self::new(Kind::Invalid, detail, hint)
            }
            QueryError::TooLong(time) => {
                let detail = format!("the query was not done within {} s", time.as_secs());
                Self::new(Kind::Invalid, detail, "narrow it down")
            }
        }
    }
}

impl fmt::Display for SqlText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SqlText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match (1..=LONGEST).contains(&text.chars().count()) {
            true => Ok(Self(text)),
            false => Err(de::Error::custom(format_args!("give 1 to {LONGEST} characters"))),
        }
    }
}

impl JsonSchema for SqlText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SqlText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": LONGEST })
    }
}
