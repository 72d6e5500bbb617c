//! `highwire query`: asks the mirror in SQL.

use std::time::Duration;

use domain::{Queries, QueryAnswer, QueryCut, QueryError, QueryLimits, Realm, View};
use serde_json::{Map, Value, json};
use store::Sqlite;

use crate::{actor::Actor, cli, failure::Failure, printer, settings::Settings};

/// How many bytes of values are printed at most.
const BYTES: usize = 256 * 1024 * 1024;

/// How many characters of a value a table shows. Values are whole with `--csv` and `--json`.
const SHOWN: usize = 60;

/// Asks, or lists what can be asked.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    asked: &cli::Query,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_to_read(&settings.data_dir)?;
    if let Some(of) = &asked.schema {
        return describe(&store.views(), of.as_deref(), json);
    }
    let query = domain::Query {
        realm: realm(&store, actor, &asked.owner).await?,
        sql: asked.sql.clone().unwrap_or_default(),
        parameters: asked.values.iter().map(|text| value(text)).collect(),
        limits: QueryLimits {
            rows: asked.limit,
            bytes: BYTES,
            time: Duration::from_secs(asked.timeout),
        },
    };
    let answer = store.query(query).await.map_err(failed)?;
    match (json, asked.csv) {
        (true, _) => objects(&answer).iter().for_each(|row| printer::data(row.to_string())),
        (_, true) => csv(&answer).into_iter().for_each(printer::data),
        (false, false) => {
            printer::data(table(&answer));
        }
    }
    match answer.cut {
        Some(QueryCut::Rows) => printer::talk(format!(
            "There are more than {} rows; --limit takes more, and `order by` says which come first.",
            asked.limit
        )),
        Some(QueryCut::Bytes) => {
            printer::talk("There is more than fits; name fewer columns, or narrow it down.");
        }
        None => {}
    }
    Ok(())
}

/// Whose rows a command reads: those of the key's realm, or of one organization.
pub(crate) async fn realm(
    store: &Sqlite,
    actor: &Actor,
    owner: &cli::Owner,
) -> Result<Realm, Failure> {
    let organization = actor.organization(store, owner.organization.as_ref()).await?;
    Ok(match &actor.principal.realm {
        bound @ Realm::Connection(_) => bound.clone(),
        Realm::Installation | Realm::Organization(_) => Realm::Organization(organization.id),
    })
}

/// What becomes of a query that is not answered.
pub(crate) fn failed(error: QueryError) -> Failure {
    match error {
        QueryError::Storage(error) => error.into(),
        QueryError::Refused(said) => {
            let (reason, hint) = said.split_once("; ").unwrap_or((said.as_str(), "correct it"));
            Failure::user(format!("answer the query: {reason}"), hint)
        }
        QueryError::TooLong(time) => Failure::user(
            format!("answer the query within {} s", time.as_secs()),
            "narrow it down, or give it more time with --timeout",
        ),
    }
}

/// An answer as a table.
pub(crate) fn table(answer: &QueryAnswer) -> String {
    let head: Vec<&str> = answer.columns.iter().map(String::as_str).collect();
    let cells = |row: &Vec<Value>| row.iter().map(short).collect();
    printer::table(&head, answer.rows.iter().map(cells))
}

/// Each row as an object.
pub(crate) fn objects(answer: &QueryAnswer) -> Vec<Value> {
    let object = |row: &Vec<Value>| {
        Value::Object(
            answer.columns.iter().cloned().zip(row.iter().cloned()).collect::<Map<_, _>>(),
        )
    };
    answer.rows.iter().map(object).collect()
}

/// A value for a line of a table. What would move the cursor of a terminal is a space: the values are
/// what anybody wrote to the CRM.
pub(crate) fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// A value that leaves room for others in its line.
pub(crate) fn short(value: &Value) -> String {
    let text = cell(value);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A number is a number, and everything else is text.
fn value(text: &str) -> Value {
    let whole = text.parse::<i64>().map(Value::from);
    let number = || text.parse::<f64>().map(Value::from);
    // `+15125550100` and `007` are no numbers that anybody counts with.
    let is_number = text.parse::<i64>().is_ok_and(|whole| whole.to_string() == text)
        || text.contains('.') && text.parse::<f64>().is_ok_and(f64::is_finite);
    match is_number {
        true => whole.or_else(|_| number()).unwrap_or_else(|_| text.into()),
        false => text.into(),
    }
}

fn csv(answer: &QueryAnswer) -> Vec<String> {
    let line = |cells: Vec<String>| cells.into_iter().map(quoted).collect::<Vec<_>>().join(",");
    let head = line(answer.columns.clone());
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = answer.rows.iter().map(|row| line(row.iter().map(text).collect()));
    std::iter::once(head).chain(rows).collect()
}

/// A field of comma-separated values, as RFC 4180 has it.
fn quoted(text: String) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

fn describe(views: &[View], of: Option<&str>, json: bool) -> Result<(), Failure> {
    let wanted: Vec<&View> =
        views.iter().filter(|view| of.is_none_or(|name| view.name == name)).collect();
    if wanted.is_empty() {
        let names: Vec<&str> = views.iter().map(|view| view.name).collect();
        let attempted = format!("describe the view {}: there is none", of.unwrap_or_default());
        return Err(Failure::user(attempted, format!("choose among {}", names.join(", "))));
    }
    for (index, view) in wanted.iter().enumerate() {
        if json {
            let columns: Vec<Value> = view
                .columns
                .iter()
                .map(|column| json!({"name": column.name, "about": column.about}))
                .collect();
            let line = json!({"view": view.name, "about": view.about, "columns": columns});
            printer::data(line.to_string());
            continue;
        }
        if index > 0 {
            printer::data("");
        }
        printer::data(format!("{}: {}", view.name, view.about));
        for column in &view.columns {
            printer::data(format!("  {:<24} {}", column.name, column.about));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comma_separated_values_survive_what_people_write() {
        let answer = QueryAnswer {
            columns: vec!["name".to_owned(), "value".to_owned()],
            rows: vec![
                vec![json!("Byron, Ada \"the first\""), json!(1.5)],
                vec![json!("two\nlines"), Value::Null],
            ],
            cut: None,
        };
        let lines = csv(&answer);
        assert_eq!(
            lines,
            ["name,value", "\"Byron, Ada \"\"the first\"\"\",1.5", "\"two\nlines\","]
        );
    }

    #[test]
    fn a_value_is_a_number_only_where_nothing_is_lost() {
        assert_eq!(value("12"), json!(12));
        assert_eq!(value("-1.5"), json!(-1.5));
        for text in ["+15125550100", "007", "1e5", "nan", "", "12 ", "Austin"] {
            assert_eq!(value(text), json!(text));
        }
    }

    #[test]
    fn a_cell_moves_no_cursor() {
        assert_eq!(cell(&json!("a\u{1b}[2Jb\nc")), "a [2Jb c");
        assert_eq!(cell(&Value::Null), "");
        assert_eq!(short(&"é".repeat(61).into()), format!("{}…", "é".repeat(60)));
        assert_eq!(short(&"é".repeat(60).into()), "é".repeat(60));
    }
}
