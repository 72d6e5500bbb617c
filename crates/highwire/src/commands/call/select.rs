//! Takes a part out of a reply, by a dotted path such as `contacts[].id` or a JSON pointer.

use serde_json::Value;

/// How many names are listed where one is missing.
const NAMES_SHOWN: usize = 30;

/// One step of a path.
enum Step<'p> {
    Name(&'p str),
    Index(usize),
    Each,
}

/// The values that a path leads to: one, or one for each item that `[]` goes through. Where only
/// some of the items have the field, the others give `null`.
///
/// # Errors
/// A sentence that names what there is where the path ends too early.
pub(super) fn select<'v>(value: &'v Value, path: &str) -> Result<Vec<&'v Value>, String> {
    if path.is_empty() || path.starts_with('/') {
        let found = value.pointer(path).map(|found| vec![found]);
        return found.ok_or_else(|| format!("`{path}` leads nowhere: {}", describe(value)));
    }
    let steps = steps(path)?;
    let (mut places, mut is_each, mut walked) = (vec![value], false, String::new());
    for step in steps {
        let next: Vec<_> = match step {
            Step::Each => {
                is_each = true;
                let lists = places.iter().map(|place| place.as_array());
                let Some(lists) = lists.collect::<Option<Vec<_>>>() else {
                    return Err(missing("is no list", &walked, &places));
                };
                lists.into_iter().flatten().collect()
            }
            Step::Name(name) => follow(&places, &walked, name, |place| place.get(name))?,
            Step::Index(index) => {
                follow(&places, &walked, &index.to_string(), |place| place.get(index))?
            }
        };
        (places, walked) = (next, extend(&walked, &step));
    }
    debug_assert!(is_each || places.len() == 1, "only [] goes to several places");
    Ok(places)
}

fn follow<'v>(
    places: &[&'v Value],
    walked: &str,
    name: &str,
    step: impl Fn(&'v Value) -> Option<&'v Value>,
) -> Result<Vec<&'v Value>, String> {
    let found: Vec<_> = places.iter().map(|place| step(place)).collect();
    match found.is_empty() || found.iter().any(Option::is_some) {
        true => Ok(found.into_iter().map(|it| it.unwrap_or(&Value::Null)).collect()),
        false => Err(missing(&format!("has no `{name}`"), walked, places)),
    }
}

fn missing(what: &str, walked: &str, places: &[&Value]) -> String {
    let there = places.first().map_or_else(String::new, |first| describe(first));
    let walked = if walked.is_empty() { "the top level" } else { walked };
    format!("{walked} {what}: {there}")
}

fn describe(value: &Value) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let names: Vec<_> = fields.keys().take(NAMES_SHOWN).map(String::as_str).collect();
            let more = fields.len().saturating_sub(NAMES_SHOWN);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("it has {}{more}", names.join(", "))
        }
        Value::Object(_) => "it is an empty object".to_owned(),
        Value::Array(items) => format!("it is a list of {}: use [] or a number", items.len()),
        Value::Null => "it is null".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => "it is a single value".to_owned(),
    }
}

fn steps(path: &str) -> Result<Vec<Step<'_>>, String> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, mut brackets) = part.find('[').map_or((part, ""), |at| part.split_at(at));
        match name.parse() {
            Ok(index) => steps.push(Step::Index(index)),
            Err(_) if name.is_empty() && !brackets.is_empty() => {}
            Err(_) => steps.push(Step::Name(name)),
        }
        while let Some((inside, rest)) =
            brackets.strip_prefix('[').and_then(|it| it.split_once(']'))
        {
            steps.push(match (inside, inside.parse()) {
                ("", _) => Step::Each,
                (_, Ok(index)) => Step::Index(index),
                (name, Err(_)) => Step::Name(name),
            });
            brackets = rest;
        }
        if !brackets.is_empty() {
            return Err(format!("`{part}` is no step of a path: write names[] or names[0]"));
        }
    }
    Ok(steps)
}

fn extend(walked: &str, step: &Step<'_>) -> String {
    match step {
        Step::Name(name) if walked.is_empty() => (*name).to_owned(),
        Step::Name(name) => format!("{walked}.{name}"),
        Step::Index(index) => format!("{walked}[{index}]"),
        Step::Each => format!("{walked}[]"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn selected(path: &str) -> Result<Vec<Value>, String> {
        let reply = json!({
            "contacts": [{"id": "c1", "tags": ["a", "b"]}, {"id": "c2", "email": "x"}],
            "meta": {"total": 2, "none": null},
            "empty": [],
        });
        select(&reply, path).map(|found| found.into_iter().cloned().collect())
    }

    #[test]
    fn paths_and_pointers_lead_to_values() {
        for (path, expected) in [
            ("meta.total", vec![json!(2)]),
            ("/meta/total", vec![json!(2)]),
            ("contacts[1].id", vec![json!("c2")]),
            ("contacts.0.tags[]", vec![json!("a"), json!("b")]),
            ("contacts[].id", vec![json!("c1"), json!("c2")]),
            ("contacts[].email", vec![Value::Null, json!("x")]),
            ("empty[].id", vec![]),
            ("meta.none", vec![Value::Null]),
        ] {
            assert_eq!(selected(path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn where_a_path_ends_the_names_that_exist_are_told() {
        let told = selected("meta.totl").unwrap_err();
        assert_eq!(told, "meta has no `totl`: it has none, total");
        assert!(selected("contact").unwrap_err().contains("it has contacts, empty, meta"));
        assert!(selected("contacts.id").unwrap_err().contains("list of 2"));
        assert!(
            selected("contacts[].nme").unwrap_err().contains("contacts[] has no `nme`: it has id")
        );
        assert!(selected("meta[]").unwrap_err().contains("meta is no list"));
        assert!(selected("meta[").unwrap_err().contains("no step"));
        assert!(selected("/meta/x").unwrap_err().contains("leads nowhere"));
    }
}
