//! Filters over the mirror as SQL: names that are held against the views, and values as parameters.

use domain::View;
use serde_json::{Map, Value};

use crate::ToolError;

/// The column that tells in which location a record is.
const ACCOUNT: &str = "account";

/// What has to hold of a row, all of it. No text of the caller is in it but names of columns.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    sql: Vec<String>,
    parameters: Vec<Value>,
}

/// The view of this name, in any case of letters.
///
/// # Errors
/// Where there is none, with the names of all.
pub(crate) fn view<'a>(views: &'a [View], name: &str) -> Result<&'a View, ToolError> {
    let wanted = name.trim().to_lowercase();
    views.iter().find(|view| view.name == wanted).ok_or_else(|| {
        let names: Vec<&str> = views.iter().map(|view| view.name).collect();
        let fix = format!("give one of {}", names.join(", "));
        ToolError::argument(format!("there is no entity `{wanted}`"), fix)
    })
}

/// The column of a view that has this name.
///
/// # Errors
/// Where there is none, with the names of all.
pub(crate) fn column(view: &View, name: &str) -> Result<&'static str, ToolError> {
    let found = view.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name.trim()));
    found.map(|column| column.name).ok_or_else(|| {
        let names: Vec<&str> = view.columns.iter().map(|column| column.name).collect();
        let message = format!("{} have no column `{name}`", view.name);
        ToolError::argument(message, format!("give one of {}", names.join(", ")))
    })
}

/// A name as SQL takes it; those of views have no quotes in them.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

impl Conditions {
    /// What is filtered for, in one location.
    ///
    /// # Errors
    /// Where there is no such column, or a filter is none.
    pub(crate) fn of(
        view: &View,
        filters: &Map<String, Value>,
        location: &str,
    ) -> Result<Self, ToolError> {
        let mut conditions = Self::default();
        conditions.stay_in(view, location);
        for (name, filter) in filters {
            conditions.filter(column(view, name)?, filter)?;
        }
        Ok(conditions)
    }

    /// What follows the table in a statement.
    pub(crate) fn sql(&self) -> String {
        match self.sql.is_empty() {
            true => String::new(),
            false => format!(" WHERE {}", self.sql.join(" AND ")),
        }
    }

    /// The values of its parameters, in order.
    pub(crate) fn into_parameters(self) -> Vec<Value> {
        self.parameters
    }

    /// A connection may lead to several locations; the question is of one. Rows of tags and fields
    /// have no location of their own, and stay with their contact.
    fn stay_in(&mut self, view: &View, location: &str) {
        let has = |name: &str| view.columns.iter().any(|column| column.name == name);
        let own = "(\"account\" IS NULL OR \"account\" = ?)";
        let condition = match (has(ACCOUNT), has("contact_id")) {
            (true, _) => own.to_owned(),
            (false, true) => format!("\"contact_id\" IN (SELECT id FROM contacts WHERE {own})"),
            (false, false) => return,
        };
        self.sql.push(condition);
        self.parameters.push(location.into());
    }

    fn filter(&mut self, column: &str, filter: &Value) -> Result<(), ToolError> {
        match filter {
            Value::Null => self.sql.push(format!("{} IS NULL", quoted(column))),
            Value::Array(values) if !values.is_empty() => {
                let places = vec!["?"; values.len()].join(", ");
                self.sql.push(format!("{} COLLATE NOCASE IN ({places})", quoted(column)));
                for value in values {
                    self.bind(column, value)?;
                }
            }
            Value::Object(comparisons) => self.compare(column, comparisons)?,
            value => {
                self.sql.push(format!("{} = ? COLLATE NOCASE", quoted(column)));
                self.bind(column, value)?;
            }
        }
        Ok(())
    }

    fn compare(&mut self, column: &str, comparisons: &Map<String, Value>) -> Result<(), ToolError> {
        let name = quoted(column);
        for (word, value) in comparisons {
            let condition = match (word.as_str(), value) {
                ("ne", Value::Null) => {
                    self.sql.push(format!("{name} IS NOT NULL"));
                    continue;
                }
                ("eq", _) => format!("{name} = ? COLLATE NOCASE"),
                ("ne", _) => format!("{name} IS NOT ? COLLATE NOCASE"),
                ("lt", _) => format!("{name} < ?"),
                ("lte", _) => format!("{name} <= ?"),
                ("gt", _) => format!("{name} > ?"),
                ("gte", _) => format!("{name} >= ?"),
                ("contains", _) => format!("instr(lower({name}), lower(?)) > 0"),
                _ => return Err(no_filter(column)),
            };
            self.sql.push(condition);
            self.bind(column, value)?;
        }
        Ok(())
    }

    fn bind(&mut self, column: &str, value: &Value) -> Result<(), ToolError> {
        let value = match value {
            Value::Bool(is_so) => Value::from(i64::from(*is_so)),
            Value::Number(_) | Value::String(_) => value.clone(),
            Value::Null | Value::Array(_) | Value::Object(_) => return Err(no_filter(column)),
        };
        self.parameters.push(value);
        Ok(())
    }
}

fn no_filter(column: &str) -> ToolError {
    ToolError::argument(
        format!("the filter of `{column}` is none"),
        "give a value, a list of values, or an object of eq, ne, lt, lte, gt, gte, contains",
    )
}
