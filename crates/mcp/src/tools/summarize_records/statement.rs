//! The SQL of a summary: names that are held against the views, and values as parameters.

use domain::View;
use serde_json::Value;

use super::{
    super::conditions::{Conditions, column, quoted, view},
    Input, Measure,
};
use crate::ToolError;

/// Columns in which strangers may have written.
pub(super) const WRITTEN: [&str; 9] =
    ["address", "body", "custom_fields", "fields", "name", "notes", "subject", "title", "value"];

/// A summary in SQL. No text of the caller is in it but the names of views and columns.
#[derive(Debug)]
pub(super) struct Statement {
    view: &'static str,
    /// What is grouped by: a name for the column, and the expression.
    keys: Vec<(String, String)>,
    /// What is measured: a name for the column, and the expression.
    measure: Option<(&'static str, String)>,
    conditions: Conditions,
}

impl Statement {
    /// The summary that is asked for, of one location.
    ///
    /// # Errors
    /// Where there is no such view or column, or a filter is none.
    pub(super) fn of(input: &Input, views: &[View], location: &str) -> Result<Self, ToolError> {
        let view = view(views, &input.entity)?;
        let keys = input.group_by.iter().map(|name| key(view, name));
        Ok(Self {
            view: view.name,
            keys: keys.collect::<Result<_, _>>()?,
            measure: measured(view, input)?,
            conditions: Conditions::of(view, &input.filters, location)?,
        })
    }

    /// The statement. The greatest groups come first; equal ones in order of their names.
    pub(super) fn sql(&self) -> String {
        let mut selected: Vec<String> =
            self.keys.iter().map(|(name, key)| format!("{key} AS {}", quoted(name))).collect();
        selected.push("count(*) AS \"count\"".to_owned());
        if let Some((name, measure)) = &self.measure {
            selected.push(format!("{measure} AS \"{name}\""));
        }
        selected.push("sum(count(*)) OVER () AS \"records\"".to_owned());
        let conditions = self.conditions.sql();
        let selected = selected.join(", ");
        let mut sql = format!("SELECT {selected} FROM \"{}\"{conditions}", self.view);
        if !self.keys.is_empty() {
            let places: Vec<String> =
                (1..=self.keys.len()).map(|place| place.to_string()).collect();
            let places = places.join(", ");
            let first = self.measure.as_ref().map_or("count", |(name, _)| name);
            sql.push_str(&format!(" GROUP BY {places} ORDER BY \"{first}\" DESC, {places}"));
        }
        sql
    }

    /// The values of its parameters.
    pub(super) fn parameters(self) -> Vec<Value> {
        self.conditions.into_parameters()
    }
}

/// A column, or the day, week, month or year of one.
fn key(view: &View, name: &str) -> Result<(String, String), ToolError> {
    let Some((moment, period)) = name.rsplit_once(':') else {
        let column = column(view, name)?;
        return Ok((column.to_owned(), quoted(column)));
    };
    let column = column(view, moment)?;
    let form = match period.trim() {
        "day" => "%Y-%m-%d",
        "week" => "%G-W%V",
        "month" => "%Y-%m",
        "year" => "%Y",
        _ => {
            let fix = format!("give {column}:day, {column}:week, {column}:month or {column}:year");
            return Err(ToolError::argument(format!("`{name}` is no period"), fix));
        }
    };
    Ok((format!("{column}:{}", period.trim()), format!("strftime('{form}', {})", quoted(column))))
}

fn measured(view: &View, input: &Input) -> Result<Option<(&'static str, String)>, ToolError> {
    let of = input.of.as_deref().map(|name| column(view, name)).transpose()?;
    let measured = match (input.measure, of) {
        (Measure::Count, _) => return Ok(None),
        (_, None) => {
            return Err(ToolError::argument(
                "nothing is named that could be measured",
                "give a column in `of`, such as value of opportunities or total of invoices",
            ));
        }
        (Measure::Sum, Some(of)) => ("sum", format!("coalesce(sum({}), 0)", quoted(of))),
        (Measure::Average, Some(of)) => ("average", format!("avg({})", quoted(of))),
        (Measure::Min, Some(of)) => ("min", format!("min({})", quoted(of))),
        (Measure::Max, Some(of)) => ("max", format!("max({})", quoted(of))),
    };
    Ok(Some(measured))
}

#[cfg(test)]
mod tests {
    use domain::ViewColumn;
    use serde_json::json;

    use super::*;

    fn views() -> Vec<View> {
        let view = |name, columns: &[&'static str]| View {
            name,
            about: "",
            columns: columns.iter().map(|name| ViewColumn { name, about: "" }).collect(),
        };
        vec![
            view("opportunities", &["id", "status", "value", "created_at", "account"]),
            view("contact_tags", &["contact_id", "tag"]),
        ]
    }

    fn statement(asked: Value) -> Result<Statement, ToolError> {
        let input: Input = serde_json::from_value(asked).unwrap();
        Statement::of(&input, &views(), "loc")
    }

    #[test]
    fn names_are_checked_and_values_are_bound() {
        let asked = statement(json!({
            "entity": "Opportunities",
            "filters": {"created_at": null, "status": ["open", "won"], "value": {"gte": 10}},
            "group_by": ["status", "created_at:month"],
            "measure": "sum",
            "of": "value",
        }));
        let asked = asked.unwrap();
        insta::assert_snapshot!(asked.sql(), @r#"SELECT "status" AS "status", strftime('%Y-%m', "created_at") AS "created_at:month", count(*) AS "count", coalesce(sum("value"), 0) AS "sum", sum(count(*)) OVER () AS "records" FROM "opportunities" WHERE ("account" IS NULL OR "account" = ?) AND "created_at" IS NULL AND "status" COLLATE NOCASE IN (?, ?) AND "value" >= ? GROUP BY 1, 2 ORDER BY "sum" DESC, 1, 2"#);
        assert_eq!(asked.parameters(), [json!("loc"), json!("open"), json!("won"), json!(10)]);
    }

    #[test]
    fn tags_stay_with_the_contacts_of_the_location() {
        let asked = statement(json!({"entity": "contact_tags", "group_by": ["tag"]})).unwrap();
        insta::assert_snapshot!(asked.sql(), @r#"SELECT "tag" AS "tag", count(*) AS "count", sum(count(*)) OVER () AS "records" FROM "contact_tags" WHERE "contact_id" IN (SELECT id FROM contacts WHERE ("account" IS NULL OR "account" = ?)) GROUP BY 1 ORDER BY "count" DESC, 1"#);
        assert_eq!(asked.parameters(), [json!("loc")]);
    }

    #[test]
    fn text_of_the_caller_is_never_part_of_it() {
        let evil = "x'; DROP TABLE row; --";
        let asked = statement(json!({"entity": "opportunities", "filters": {"status": evil}}));
        let asked = asked.unwrap();
        assert!(!asked.sql().contains("DROP"));
        assert_eq!(asked.parameters()[1], json!(evil));
        for wrong in [
            json!({"entity": evil}),
            json!({"entity": "opportunities", "filters": {evil: 1}}),
            json!({"entity": "opportunities", "filters": {"value": {evil: 1}}}),
            json!({"entity": "opportunities", "filters": {"value": [[1]]}}),
            json!({"entity": "opportunities", "filters": {"value": []}}),
            json!({"entity": "opportunities", "group_by": [evil]}),
            json!({"entity": "opportunities", "group_by": ["created_at:decade"]}),
            json!({"entity": "opportunities", "measure": "sum"}),
            json!({"entity": "opportunities", "measure": "sum", "of": evil}),
        ] {
            assert_eq!(statement(wrong.clone()).unwrap_err().code, "invalid_arguments", "{wrong}");
        }
    }
}
