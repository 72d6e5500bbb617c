//! Each prompt, and what it is made of.

use serde_json::json;

use super::*;

fn text(name: &str, arguments: Value) -> Result<String, ToolError> {
    let Value::Object(arguments) = arguments else { panic!("an object") };
    let got = serde_json::to_value(get(&Surface::default(), name, Some(&arguments))?).unwrap();
    Ok(got["messages"][0]["content"]["text"].as_str().unwrap().to_owned())
}

#[test]
fn every_argument_is_used_and_every_place_is_filled() {
    for task in TASKS {
        for argument in task.arguments {
            let place = format!("{{{}}}", argument.name);
            assert!(task.text.contains(&place), "{}: {place}", task.name);
        }
        let given = task.arguments.iter().map(|one| (one.name.to_owned(), json!("Zed")));
        let filled = text(task.name, Value::Object(given.collect())).unwrap();
        assert!(!filled.contains('{') && filled.contains(CARE), "{filled}");
    }
    assert!(TASKS.is_sorted_by_key(|task| task.name), "lists are in order of name");
}

#[test]
fn what_a_person_gives_is_text_and_nothing_else() {
    let given = json!({"contact": "{goal}", "goal": "a visit"});
    let filled = text("follow_up_lead", given).unwrap();
    assert!(filled.contains("Follow up with {goal}; the goal is a visit."), "{filled}");
}

#[test]
fn what_is_missing_or_unknown_is_refused() {
    let missing = text("follow_up_lead", json!({})).unwrap_err();
    assert!(missing.message.contains("contact"));
    assert!(text("weekly_report", json!({"weeks": "1"})).is_err());
    assert!(text("weekly_report", json!({"days": 7})).is_err());
    assert!(get(&Surface::default(), "no_such", None).unwrap_err().fix.contains("weekly_report"));
    assert!(text("weekly_report", json!({})).unwrap().contains("last 7 days"));
}

#[test]
fn the_list_is_what_the_snapshot_says() {
    insta::assert_json_snapshot!("prompts", listed(&Surface::default()));
}

#[test]
fn where_the_tools_are_not_there_are_no_prompts() {
    let surface = Surface { profile: Profile::Meta, ..Surface::default() };
    assert!(listed(&surface).is_empty());
    assert!(get(&surface, "weekly_report", None).is_err());
}
