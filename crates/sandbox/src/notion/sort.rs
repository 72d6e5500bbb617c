//! The order in which a query wants its rows.

use std::cmp::Ordering;

use super::{
    date::Moment,
    field::Field,
    kind::Kind,
    page::Page,
    refusal::Refusal,
    rich_text,
    schema::{Property, Schema},
};

/// One criterion; earlier ones win.
#[derive(Debug)]
pub(crate) struct Sort {
    by: By,
    descending: bool,
}

#[derive(Debug)]
enum By {
    Created,
    Edited,
    Property(Box<Property>),
}

/// What rows are compared by; empty is last in both directions.
#[derive(Debug, PartialEq, PartialOrd)]
pub(crate) enum Rank {
    Number(f64),
    Text(String),
    Empty,
}

/// Reads `sorts`.
///
/// # Errors
/// When one is malformed or names an unknown property.
pub(crate) fn parse(field: &Field, schema: &Schema) -> Result<Vec<Sort>, Refusal> {
    match field.clone().present() {
        Some(field) => field.items()?.iter().map(|item| one(item, schema)).collect(),
        None => Ok(Vec::new()),
    }
}

fn one(field: &Field, schema: &Schema) -> Result<Sort, Refusal> {
    let direction = field.key("direction").one_of(&["ascending", "descending"])?;
    let by = match field.key("timestamp").present() {
        Some(timestamp) => match timestamp.one_of(&["created_time", "last_edited_time"])? {
            "created_time" => By::Created,
            _ => By::Edited,
        },
        None => {
            let name = field.key("property").string()?;
            let found = schema.find(name).cloned().map(Box::new);
            By::Property(found.ok_or_else(|| unknown(name))?)
        }
    };
    Ok(Sort { by, descending: direction == "descending" })
}

fn unknown(name: &str) -> Refusal {
    Refusal::validation(format!("Could not find sort property with name or id: {name}"))
}

/// Puts rows in order; those that compare equal stay as they were.
pub(crate) fn sort(rows: &mut Vec<&Page>, sorts: &[Sort]) {
    if sorts.is_empty() {
        return;
    }
    let mut ranked: Vec<(Vec<Rank>, &Page)> = rows
        .iter()
        .map(|page| (sorts.iter().map(|sort| sort.rank(page)).collect(), *page))
        .collect();
    ranked.sort_by(|(one, _), (other, _)| compare(sorts, one, other));
    *rows = ranked.into_iter().map(|(_, page)| page).collect();
}

fn compare(sorts: &[Sort], one: &[Rank], other: &[Rank]) -> Ordering {
    let orders = sorts.iter().zip(one.iter().zip(other));
    let mut orders = orders.map(|(sort, (one, other))| {
        let order = one.partial_cmp(other).unwrap_or(Ordering::Equal);
        let empty = *one == Rank::Empty || *other == Rank::Empty;
        match sort.descending && !empty {
            true => order.reverse(),
            false => order,
        }
    });
    orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

impl Sort {
    fn rank(&self, page: &Page) -> Rank {
        match &self.by {
            By::Created => instant(page.created),
            By::Edited => instant(page.edited),
            By::Property(property) => rank(property, page),
        }
    }
}

/// The exact moment: rows of one minute keep their order.
#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds of this age fit into the 53 bits of a float"
)]
fn instant(at: jiff::Timestamp) -> Rank {
    Rank::Number(at.as_microsecond() as f64)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of rows and of options fit into the 53 bits of a float"
)]
fn rank(property: &Property, page: &Page) -> Rank {
    let stored = page.values.get(&property.id);
    let items = page.items(&property.id);
    let ranked = match property.kind {
        Kind::Title | Kind::RichText => match items {
            [] => None,
            items => Some(Rank::Text(rich_text::text_of(items).to_lowercase())),
        },
        Kind::Number => stored.and_then(serde_json::Value::as_f64).map(Rank::Number),
        Kind::Checkbox => {
            let checked = stored.and_then(serde_json::Value::as_bool);
            Some(Rank::Number(f64::from(u8::from(checked.unwrap_or(false)))))
        }
        Kind::Url | Kind::Email | Kind::PhoneNumber => {
            stored.and_then(serde_json::Value::as_str).map(|text| Rank::Text(text.to_lowercase()))
        }
        Kind::Select | Kind::Status | Kind::MultiSelect => items.first().and_then(|id| {
            let at = property.choices.iter().position(|choice| id == choice.id.as_str());
            at.map(|at| Rank::Number(at as f64))
        }),
        Kind::Date => stored
            .and_then(|date| Moment::parse(date["start"].as_str()?))
            .map(|moment| instant(moment.instant())),
        Kind::People | Kind::Relation | Kind::Files => match items {
            [] => None,
            items => Some(Rank::Text(items[0].to_string())),
        },
        Kind::UniqueId => Some(Rank::Number(page.number as f64)),
        Kind::CreatedTime => Some(instant(page.created)),
        Kind::LastEditedTime => Some(instant(page.edited)),
        Kind::CreatedBy => Some(Rank::Text(page.author.to_string())),
        Kind::LastEditedBy => Some(Rank::Text(page.editor.to_string())),
    };
    ranked.unwrap_or(Rank::Empty)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::super::{ids::Ids, page::Parent};
    use super::*;

    fn schema() -> Schema {
        let properties = json!({
            "Name": { "title": {} }, "Fee": { "number": {} }, "Due": { "date": {} },
            "Stage": { "select": { "options": [{ "name": "Zero" }, { "name": "Alpha" }] } },
        });
        Schema::create(&Field::body(&properties), &mut Ids::new(1)).unwrap()
    }

    fn row(number: u64, values: &[(&str, Value)]) -> Page {
        let mut ids = Ids::new(number);
        let at =
            jiff::Timestamp::from_second(1_770_000_000 + i64::try_from(number).unwrap()).unwrap();
        let schema = schema();
        let values = values
            .iter()
            .map(|(name, value)| (schema.find(name).unwrap().id.clone(), value.clone()));
        Page {
            id: ids.uuid(),
            parent: Parent::Workspace,
            created: at,
            edited: at,
            author: ids.uuid(),
            editor: ids.uuid(),
            in_trash: false,
            is_archived: false,
            is_locked: false,
            icon: Value::Null,
            cover: Value::Null,
            values: values.collect::<BTreeMap<_, _>>(),
            number,
        }
    }

    fn sorted(sorts: Value, rows: &[Page]) -> Vec<u64> {
        let sorts = parse(&Field::body(&sorts), &schema()).unwrap();
        let mut rows: Vec<&Page> = rows.iter().collect();
        sort(&mut rows, &sorts);
        rows.into_iter().map(|row| row.number).collect()
    }

    #[test]
    fn empty_is_last_in_both_directions_and_ties_stay() {
        let rows = [
            row(1, &[]),
            row(2, &[("Fee", json!(3))]),
            row(3, &[("Fee", json!(-1.5))]),
            row(4, &[("Fee", json!(3))]),
        ];
        let by = |direction: &str| json!([{ "property": "Fee", "direction": direction }]);
        assert_eq!(sorted(by("ascending"), &rows), [3, 2, 4, 1]);
        assert_eq!(sorted(by("descending"), &rows), [2, 4, 3, 1]);
        assert_eq!(sorted(json!([]), &rows), [1, 2, 3, 4]);
    }

    #[test]
    fn earlier_sorts_win_and_options_have_the_order_of_the_schema() {
        let schema = schema();
        let choices = &schema.find("Stage").unwrap().choices;
        let stage = |at: usize| ("Stage", json!([choices[at].id]));
        let rows = [row(1, &[stage(1)]), row(2, &[stage(0)]), row(3, &[stage(1)])];
        let sorts = json!([
            { "property": "Stage", "direction": "ascending" },
            { "timestamp": "created_time", "direction": "descending" },
        ]);
        assert_eq!(sorted(sorts, &rows), [2, 3, 1]);
    }

    #[test]
    fn dates_are_ordered_by_moment_and_text_without_case() {
        let due = |text: &str| ("Due", json!({ "start": text }));
        let name = |text: &str| ("Name", json!([{ "plain_text": text }]));
        let rows = [
            row(1, &[due("2026-03-05T12:00:00.000+00:00"), name("b")]),
            row(2, &[due("2026-03-05"), name("C")]),
            row(3, &[due("2026-03-05T12:00:00.000+01:00"), name("A")]),
        ];
        let by = |name: &str| json!([{ "property": name, "direction": "ascending" }]);
        assert_eq!(sorted(by("Due"), &rows), [2, 3, 1]);
        assert_eq!(sorted(by("Name"), &rows), [3, 1, 2]);
    }

    #[test]
    fn wrong_sorts_are_refused() {
        for (sorts, expected) in [
            (
                json!([{ "property": "Nobody", "direction": "ascending" }]),
                "Could not find sort property with name or id: Nobody",
            ),
            (json!([{ "property": "Fee" }]), "body[0].direction should be defined"),
            (
                json!([{ "timestamp": "now", "direction": "ascending" }]),
                "body[0].timestamp should be",
            ),
        ] {
            let message = parse(&Field::body(&sorts), &schema()).unwrap_err().message;
            assert!(message.contains(expected), "{message}");
        }
    }
}
