//! Questions in SQL to the mirror, and what is told where one makes no sense.

use domain::{Query, QueryAnswer, QueryError, QueryLimits, Realm, View};
use serde_json::Value;

use crate::{ToolError, desk::Desk};

/// How many bytes of values an answer has at most: what is longer would be cut anyway.
const BYTES: usize = 1 << 20;

/// Asks the mirror of the desk's connection.
///
/// # Errors
/// Where the question is refused, with what there is to ask.
pub(crate) async fn ask(
    desk: &Desk,
    sql: String,
    parameters: Vec<Value>,
    rows: usize,
) -> Result<QueryAnswer, ToolError> {
    let queries = desk.queries().await?;
    let query = Query {
        realm: Realm::Connection(desk.place().tenant.clone()),
        sql: sql.clone(),
        parameters,
        limits: QueryLimits { rows, bytes: BYTES, ..QueryLimits::default() },
    };
    queries.query(query).await.map_err(|error| refusal(error, &sql, &queries.views()))
}

/// The views as an assistant reads them: those that a text names with their columns, and else all.
fn told(views: &[View], sql: &str) -> String {
    let sql = sql.to_lowercase();
    let words: Vec<&str> =
        sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let is_meant = |view: &&View| words.contains(&view.name);
    let meant: Vec<&View> = views.iter().filter(is_meant).collect();
    let shown = if meant.is_empty() { views.iter().collect() } else { meant };
    let others = views.iter().filter(|view| !shown.contains(view)).map(|view| view.name);
    let others: Vec<&str> = others.collect();
    let columns = |view: &&View| {
        let names: Vec<&str> = view.columns.iter().map(|column| column.name).collect();
        format!("{}({})", view.name, names.join(", "))
    };
    let shown: Vec<String> = shown.iter().map(columns).collect();
    match others.is_empty() {
        true => format!("ask these views: {}", shown.join("; ")),
        false => {
            format!("ask these views: {}; there are {} too", shown.join("; "), others.join(", "))
        }
    }
}

fn refusal(error: QueryError, sql: &str, views: &[View]) -> ToolError {
    match error {
        QueryError::Refused(message) => ToolError::new("invalid_query", message, told(views, sql)),
        QueryError::TooLong(_) => {
            ToolError::new("too_long", error.to_string(), "filter by more, or count instead")
        }
        QueryError::Storage(error) => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use domain::ViewColumn;

    use super::*;

    fn views() -> Vec<View> {
        let view = |name, columns: &[&'static str]| View {
            name,
            about: "",
            columns: columns.iter().map(|name| ViewColumn { name, about: "" }).collect(),
        };
        vec![view("contacts", &["id", "name"]), view("notes", &["id", "body"])]
    }

    #[test]
    fn the_views_that_were_meant_are_told_with_their_columns() {
        let meant = told(&views(), "SELECT nam FROM Contacts");
        assert_eq!(meant, "ask these views: contacts(id, name); there are notes too");
        let all = told(&views(), "SELECT 1 FROM contact");
        assert_eq!(all, "ask these views: contacts(id, name); notes(id, body)");
    }
}
