//! What becomes of answers on their way out.

use domain::{Actor, ConnectionId, OrganizationId, Realm, Tenant};
use highlevel::LocationId;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    cut::{MOST_BYTES, size_of},
    *,
};
use crate::{Caller, Mode, Place, Surface, tool::Answer, tool::every_kind};

fn owner(location: &str) -> Owner {
    let caller = Caller {
        actor: Actor::Installation,
        realm: Realm::Installation,
        kinds: every_kind(),
        mode: Mode::Default,
        surface: Surface::default(),
    };
    let tenant = Tenant {
        organization: OrganizationId::new("default"),
        connection: ConnectionId::new("highlevel"),
    };
    Owner::new(&caller, &Place { tenant, location: LocationId::new(location), name: None })
}

fn fields(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn records(count: usize) -> Answer {
    let record = |number: usize| json!({ "id": number, "body": "ä".repeat(200) });
    let items: Vec<_> = (0..count).map(record).collect();
    let value = json!({ "items": items, "total": count });
    Answer { value, untrusted: vec!["/items/*/body".to_owned()] }
}

#[test]
fn what_is_empty_is_dropped_but_not_from_lists() {
    let mut answer = json!({
        "name": "Ada", "phone": null, "tags": [], "address": {"city": "", "zip": null},
        "open": false, "count": 0, "row": [null, "", {"x": null}],
    });
    shape(&mut answer);
    assert_eq!(answer, json!({ "name": "Ada", "open": false, "count": 0, "row": [null, "", {}] }));
}

#[test]
fn fields_lead_into_objects_and_lists() {
    let record = json!({
        "id": "1", "name": "Ada", "a.b": 1,
        "stages": [{"id": "s1", "name": "New"}, {"id": "s2", "name": "Won"}],
        "owner": {"name": "Grace", "email": "grace@example.com"},
    });
    let narrow = project(&record, &fields(&["id", "stages.name", "owner.email", "a.b", "gone.x"]));
    assert_eq!(
        narrow,
        json!({
            "id": "1", "a.b": 1, "stages": [{"name": "New"}, {"name": "Won"}],
            "owner": {"email": "grace@example.com"},
        })
    );
    assert_eq!(project(&record, &fields(&["id", "*"])), record);
    assert_eq!(project(&record, &[]), record);
    assert_eq!(project(&json!([record]), &fields(&["name"])), json!([{ "name": "Ada" }]));
}

#[test]
fn a_table_quotes_what_needs_it_and_flattens_objects() {
    let items = [
        json!({ "name": "Lovelace, Ada", "tags": ["vip", "new"], "owner": {"id": 7} }),
        json!({ "name": "says \"hi\"", "note": "two\nlines", "more": [{"a": 1}] }),
    ];
    assert_eq!(
        csv(&items),
        "name,owner.id,tags,more,note\n\
         \"Lovelace, Ada\",7,vip; new,,\n\
         \"says \"\"hi\"\"\",,,\"[{\"\"a\"\":1}]\",\"two\nlines\"\n"
    );
}

#[test]
fn a_long_list_is_told_in_pieces_that_lose_nothing() {
    let (handles, owner) = (Handles::default(), owner("l1"));
    let cut = Cut { handles: &handles, owner: &owner, now: Timestamp::UNIX_EPOCH };
    let told = cut.answer(records(300));
    assert!(size_of(&told.value) <= MOST_BYTES);
    assert_eq!(told.untrusted, ["/items/*/body"]);
    let mut seen = told.value["items"].as_array().unwrap().clone();
    assert!(seen.len() > 50, "most of the room is used: {}", seen.len());
    let mut handle = told.value["more"]["handle"].as_str().map(str::to_owned);
    while let Some(next) = handle {
        let piece = cut.more(&next, None).unwrap();
        assert_eq!(piece, cut.more(&next, None).unwrap(), "asking twice tells the same");
        assert!(size_of(&piece.value) <= MOST_BYTES);
        assert_eq!(piece.untrusted, ["/items/*/body"]);
        seen.extend(piece.value["items"].as_array().unwrap().iter().cloned());
        handle = piece.value["more"]["handle"].as_str().map(str::to_owned);
    }
    assert_eq!(json!(seen), records(300).value["items"]);
}

#[test]
fn what_is_no_list_is_told_as_text_and_can_be_pointed_into() {
    let (handles, owner) = (Handles::default(), owner("l1"));
    let cut = Cut { handles: &handles, owner: &owner, now: Timestamp::UNIX_EPOCH };
    let value = json!({ "page": {"html": "é".repeat(40_000), "title": "Home"} });
    let answer = Answer { value: value.clone(), untrusted: vec!["/page/html".to_owned()] };
    let told = cut.answer(answer);
    assert!(size_of(&told.value) <= MOST_BYTES);
    assert_eq!(told.untrusted, ["/json"]);
    let mut text = told.value["json"].as_str().unwrap().to_owned();
    let first = told.value["more"]["handle"].as_str().unwrap().to_owned();
    let mut handle = Some(first.clone());
    while let Some(next) = handle {
        let piece = cut.more(&next, None).unwrap();
        assert_eq!(piece.untrusted, ["/json"]);
        text.push_str(piece.value["json"].as_str().unwrap());
        handle = piece.value["more"]["handle"].as_str().map(str::to_owned);
    }
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    let title = cut.more(&first, Some("/page/title")).unwrap();
    assert_eq!(title.value, json!({ "value": "Home" }));
    assert_eq!(cut.more(&first, Some("/page/x")).unwrap_err().code, "invalid_arguments");
}

#[test]
fn one_record_of_a_list_can_be_pointed_at() {
    let (handles, owner) = (Handles::default(), owner("l1"));
    let cut = Cut { handles: &handles, owner: &owner, now: Timestamp::UNIX_EPOCH };
    let told = cut.answer(records(300));
    let handle = told.value["more"]["handle"].as_str().unwrap().to_owned();
    let last = cut.more(&handle, Some("/299/id")).unwrap();
    assert_eq!(last.value, json!({ "value": 299 }));
    assert_eq!(last.untrusted, ["/value"]);
}

#[test]
fn a_rest_is_its_owner_s_for_ten_minutes() {
    let (handles, ours, other) = (Handles::default(), owner("l1"), owner("l2"));
    let begin = Timestamp::UNIX_EPOCH;
    let cut = Cut { handles: &handles, owner: &ours, now: begin };
    let told = cut.answer(records(300));
    let handle = told.value["more"]["handle"].as_str().unwrap();
    assert!(cut.more(handle, None).is_ok());
    let theirs = Cut { owner: &other, ..cut };
    assert_eq!(theirs.more(handle, None).unwrap_err().code, "unknown_handle");
    let later = Cut { now: begin + SignedDuration::from_mins(11), ..cut };
    assert_eq!(later.more(handle, None).unwrap_err().code, "unknown_handle");
    assert_eq!(cut.more("x", None).unwrap_err().code, "unknown_handle");
}

#[test]
fn the_oldest_rest_gives_way() {
    let (handles, owner) = (Handles::default(), owner("l1"));
    let cut = Cut { handles: &handles, owner: &owner, now: Timestamp::UNIX_EPOCH };
    let handle = |answer: Answer| answer.value["more"]["handle"].as_str().unwrap().to_owned();
    let first = handle(cut.answer(records(2_000)));
    let second = handle(cut.answer(records(2_000)));
    assert!(cut.more(&first, None).is_ok() && cut.more(&second, None).is_ok());
    let third = handle(cut.answer(records(2_000)));
    assert!(cut.more(&first, None).is_err(), "there is no room for three");
    assert!(cut.more(&second, None).is_ok() && cut.more(&third, None).is_ok());
    let too_large = cut.answer(records(9_000)).value;
    assert!(too_large["more"]["handle"].is_null(), "what is too large is not kept");
    assert!(too_large["more"]["next"].as_str().unwrap().contains("ask for less"));
}
