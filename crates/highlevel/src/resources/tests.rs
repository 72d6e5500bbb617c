//! Tests of operations: each request compared with its wire form, and realistic replies read.

mod agreement;
mod associations;
mod businesses;
mod calendars;
mod contacts;
mod conversations;
mod forms;
mod installations;
mod invoices;
mod locations;
mod objects;
mod opportunities;
mod payments;
mod users;

use endpoint::{Method, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::*;
use crate::{
    CompanyId, ContactId, ConversationId, CustomFieldId, CustomValueId, Effect, HighLevelEndpoint,
    LocationId, LostReasonId, NoteId, OpportunityId, Paged, PipelineId, StageId, TagId, TaskId,
    UserId, Version, WorkflowId,
    models::{ContactFields, CustomFieldWrite, DndSettings, OpportunityStatus},
    stand_ins::{Answer, BASE, Script, answer, client, wire},
};

/// Version, method, path and body as one text. The catalogue has to agree with them.
fn sent<E: HighLevelEndpoint>(operation: &E) -> String {
    agreement::check_request(operation);
    let request = endpoint::encode(BASE, operation).unwrap();
    format!("{} {}", E::VERSION, wire(&request))
}

fn read<E: HighLevelEndpoint>(body: &'static str) -> E::Response {
    let response = Response { status: 200, headers: vec![], body: body.into() };
    endpoint::decode::<E>(response).unwrap()
}

/// Reads a reply; writing it back has to give the same.
#[track_caller]
fn kept<E: HighLevelEndpoint>(body: &'static str) -> E::Response
where
    E::Response: Serialize,
{
    let reply = read::<E>(body);
    let expected: Value = serde_json::from_str(body).unwrap();
    agreement::check_reply::<E>(&expected);
    assert_eq!(serde_json::to_value(&reply).unwrap(), expected);
    reply
}

/// How many rows each page has, and the requests that brought them.
async fn turned<E: Paged>(first: E, pages: &[&str]) -> (Vec<usize>, Vec<String>) {
    let replies: Vec<Answer> = pages.iter().map(|page| answer(200, page)).collect();
    let (client, script): (_, Script<_>) = client(replies);
    let mut pages = client.pages(first);
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().len());
    }
    (sizes, script.wire())
}

fn contact() -> ContactId {
    ContactId::new("c1")
}

fn location() -> LocationId {
    LocationId::new("l1")
}

fn opportunity() -> OpportunityId {
    OpportunityId::new("o1")
}

fn users() -> Vec<UserId> {
    vec![UserId::new("u1")]
}

fn text(text: &str) -> String {
    text.to_owned()
}

#[test]
fn contacts_are_read_created_changed_and_deleted() {
    let fields = || ContactFields {
        first_name: Some(text("Ada")),
        dnd_settings: Some(DndSettings::default().with("SMS", true)),
        custom_fields: vec![
            CustomFieldWrite::by_id(CustomFieldId::new("f1"), vec!["a", "b"]),
            CustomFieldWrite::by_key("end", "2027-01-01"),
        ],
        ..ContactFields::default()
    };
    let wire_fields = concat!(
        r#""firstName":"Ada","dndSettings":{"SMS":{"status":"active"}},"customFields":["#,
        r#"{"id":"f1","field_value":["a","b"]},{"key":"end","field_value":"2027-01-01"}]"#
    );
    assert_eq!(sent(&GetContact { contact_id: contact() }), "2021-07-28 GET /contacts/c1");
    assert_eq!(
        sent(&CreateContact::new(location(), fields())),
        format!(r#"2021-07-28 POST /contacts/ {{"locationId":"l1",{wire_fields}}}"#)
    );
    assert_eq!(
        sent(&UpdateContact::new(contact(), fields())),
        format!("2021-07-28 PUT /contacts/c1 {{{wire_fields}}}")
    );
    let fields = ContactFields::default;
    let tags = Some(vec![text("only")]);
    let replacing = UpdateContact { replace_tags: tags, ..UpdateContact::new(contact(), fields()) };
    assert_eq!(sent(&replacing), r#"2021-07-28 PUT /contacts/c1 {"tags":["only"]}"#);
    let create_new_if_duplicate_allowed = Some(true);
    assert_eq!(
        sent(&UpsertContact {
            create_new_if_duplicate_allowed,
            ..UpsertContact::new(location(), fields())
        }),
        r#"2021-07-28 POST /contacts/upsert {"locationId":"l1","createNewIfDuplicateAllowed":true}"#
    );
    assert_eq!(sent(&DeleteContact { contact_id: contact() }), "2021-07-28 DELETE /contacts/c1");
    let by_email =
        FindDuplicate { location_id: location(), email: Some(text("a+b@x.test")), number: None };
    assert_eq!(
        sent(&by_email),
        "2021-07-28 GET /contacts/search/duplicate?locationId=l1&email=a%2Bb%40x.test"
    );
}

#[test]
fn contacts_are_searched_with_filters_and_an_order() {
    let search = SearchContacts {
        query: Some(text("ada")),
        filters: vec![
            Filter::any(vec![
                Filter::contains(Field::Email, "@x.test"),
                Filter::is_missing(Field::Phone),
            ]),
            Filter::equals(Field::Custom(CustomFieldId::new("f1")), 7),
            Filter::at_most(Field::DateAdded, "2026-01-01"),
        ],
        sort: vec![Sort::descending(&Field::DateUpdated)],
        ..SearchContacts::new(location())
    };
    assert_eq!(
        sent(&search),
        concat!(
            r#"2021-07-28 POST /contacts/search {"locationId":"l1","pageLimit":100,"query":"ada","#,
            r#""filters":[{"filters":[{"field":"email","operator":"contains","value":"@x.test"},"#,
            r#"{"field":"phone","operator":"not_exists"}],"group":"OR"},"#,
            r#"{"field":"customFields.f1","operator":"eq","value":7},"#,
            r#"{"field":"dateAdded","operator":"range","value":{"lte":"2026-01-01"}}],"#,
            r#""sort":[{"field":"dateUpdated","direction":"desc"}]}"#
        )
    );
}

#[test]
fn what_hangs_on_a_contact_is_reached_by_its_id() {
    let (contact_id, note_id, task_id) = (contact(), NoteId::new("n1"), TaskId::new("t1"));
    let tags = vec![text("vip")];
    let at = "2021-07-28";
    let add = AddTags { contact_id: contact(), tags: tags.clone() };
    assert_eq!(sent(&add), format!(r#"{at} POST /contacts/c1/tags {{"tags":["vip"]}}"#));
    let remove = RemoveTags { contact_id: contact(), tags };
    assert_eq!(sent(&remove), format!(r#"{at} DELETE /contacts/c1/tags {{"tags":["vip"]}}"#));
    let list = ListNotes { contact_id: contact() };
    assert_eq!(sent(&list), format!("{at} GET /contacts/c1/notes"));
    let create = CreateNote { pinned: Some(true), ..CreateNote::new(contact(), "hi") };
    let expected = format!(r#"{at} POST /contacts/c1/notes {{"body":"hi","pinned":true}}"#);
    assert_eq!(sent(&create), expected);
    let get = GetNote { contact_id: contact(), note_id: note_id.clone() };
    assert_eq!(sent(&get), format!("{at} GET /contacts/c1/notes/n1"));
    let delete = DeleteNote { contact_id: contact(), note_id };
    assert_eq!(sent(&delete), format!("{at} DELETE /contacts/c1/notes/n1"));
    let create = CreateTask::new(contact(), "call", Timestamp::from_second(0).unwrap());
    assert_eq!(
        sent(&create),
        format!(
            r#"{at} POST /contacts/c1/tasks {{"title":"call","dueDate":"1970-01-01T00:00:00Z","completed":false}}"#
        )
    );
    let done = CompleteTask { contact_id, task_id, completed: true };
    let expected = format!(r#"{at} PUT /contacts/c1/tasks/t1/completed {{"completed":true}}"#);
    assert_eq!(sent(&done), expected);
    let follow = AddFollowers { contact_id: contact(), followers: users() };
    let expected = format!(r#"{at} POST /contacts/c1/followers {{"followers":["u1"]}}"#);
    assert_eq!(sent(&follow), expected);
    let enroll = AddToWorkflow {
        contact_id: contact(),
        workflow_id: WorkflowId::new("w1"),
        event_start_time: None,
    };
    assert_eq!(sent(&enroll), format!("{at} POST /contacts/c1/workflow/w1 {{}}"));
}

#[test]
fn locations_have_fields_values_and_tags() {
    let at = "2021-07-28";
    let location_id = location;
    let get = GetLocation { location_id: location() };
    assert_eq!(sent(&get), format!("{at} GET /locations/l1"));
    let list = ListCustomFields { location_id: location(), model: Some(text("all")) };
    assert_eq!(sent(&list), format!("{at} GET /locations/l1/customFields?model=all"));
    let create = CreateCustomField {
        location_id: location(),
        name: text("End"),
        data_type: text("DATE"),
        model: None,
        placeholder: None,
        position: None,
        extra: Map::from_iter([(text("parentId"), json!("x"))]),
    };
    assert_eq!(
        sent(&create),
        format!(
            r#"{at} POST /locations/l1/customFields {{"name":"End","dataType":"DATE","parentId":"x"}}"#
        )
    );
    let value = UpdateCustomValue {
        location_id: location(),
        value_id: CustomValueId::new("v1"),
        name: text("Phone"),
        value: text("1"),
    };
    let expected =
        format!(r#"{at} PUT /locations/l1/customValues/v1 {{"name":"Phone","value":"1"}}"#);
    assert_eq!(sent(&value), expected);
    let tag = CreateTag { location_id: location_id(), name: text("vip") };
    assert_eq!(sent(&tag), format!(r#"{at} POST /locations/l1/tags {{"name":"vip"}}"#));
    let delete = DeleteTag { location_id: location_id(), tag_id: TagId::new("t1") };
    assert_eq!(sent(&delete), format!("{at} DELETE /locations/l1/tags/t1"));
}

#[test]
fn opportunities_are_searched_in_one_casing_and_written_in_another() {
    let at = "2021-07-28";
    let search = SearchOpportunities {
        pipeline_id: Some(PipelineId::new("p1")),
        status: Some(OpportunityStatus::Won),
        ..SearchOpportunities::new(location())
    };
    assert_eq!(
        sent(&search),
        format!(
            "{at} GET /opportunities/search?location_id=l1&limit=100&pipeline_id=p1&status=won"
        )
    );
    let pipeline = PipelineId::new("p1");
    let create = CreateOpportunity {
        monetary_value: Some(12.5),
        ..CreateOpportunity::new(location(), pipeline, contact(), "Roof")
    };
    assert_eq!(
        sent(&create),
        format!(
            r#"{at} POST /opportunities/ {{"locationId":"l1","pipelineId":"p1","contactId":"c1","name":"Roof","status":"open","monetaryValue":12.5}}"#
        )
    );
    let stage = Some(StageId::new("s2"));
    let update =
        UpdateOpportunity { pipeline_stage_id: stage, ..UpdateOpportunity::new(opportunity()) };
    assert_eq!(sent(&update), format!(r#"{at} PUT /opportunities/o1 {{"pipelineStageId":"s2"}}"#));
    let lost = SetOpportunityStatus {
        opportunity_id: opportunity(),
        status: OpportunityStatus::Lost,
        lost_reason_id: Some(LostReasonId::new("r1")),
    };
    let expected =
        format!(r#"{at} PUT /opportunities/o1/status {{"status":"lost","lostReasonId":"r1"}}"#);
    assert_eq!(sent(&lost), expected);
    let unfollow = RemoveOpportunityFollowers { opportunity_id: opportunity(), followers: users() };
    let expected = format!(r#"{at} DELETE /opportunities/o1/followers {{"followers":["u1"]}}"#);
    assert_eq!(sent(&unfollow), expected);
    let pipelines = ListPipelines { location_id: location() };
    assert_eq!(sent(&pipelines), format!("{at} GET /opportunities/pipelines?locationId=l1"));
}

#[test]
fn conversations_and_users_have_versions_of_their_own() {
    let search = SearchUsers::new(CompanyId::new("com1"));
    let expected = "2021-07-28 GET /users/search?companyId=com1&limit=100&skip=0";
    assert_eq!(sent(&search), expected);
    let user_id = UserId::new("u1");
    assert_eq!(sent(&GetUser { user_id }), "2021-07-28 GET /users/u1");
    let list = ListMessages::new(ConversationId::new("k1"));
    assert_eq!(sent(&list), "2021-04-15 GET /conversations/k1/messages?limit=100");
    let email = SendMessage {
        extra: Map::from_iter([(text("emailFrom"), json!("shop@x.test"))]),
        scheduled_timestamp: Some(1_795_165_200),
        ..SendMessage::email(contact(), "Hello", "<p>hi</p>")
    };
    assert_eq!(
        sent(&email),
        concat!(
            r#"2021-04-15 POST /conversations/messages {"type":"Email","contactId":"c1","#,
            r#""html":"<p>hi</p>","subject":"Hello","scheduledTimestamp":1795165200,"#,
            r#""emailFrom":"shop@x.test"}"#
        )
    );
}

#[test]
fn replies_are_read_out_of_their_envelopes() {
    let reply = read::<UpsertContact>(r#"{"new":true,"contact":{"id":"c1"},"traceId":"t"}"#);
    assert_eq!((reply.is_new, reply.contact.id), (Some(true), contact()));
    assert_eq!(reply.extra["traceId"], "t");
    let updated = read::<UpdateContact>(r#"{"succeded":true,"contact":{"id":"c1","tags":[]}}"#);
    assert_eq!(updated.contact.tags, Some(vec![]));
    assert!(read::<FindDuplicate>(r#"{"traceId":"t"}"#).contact.is_none());
    let added = read::<AddFollowers>(r#"{"followers":["u1","u2"],"followersAdded":["u2"]}"#);
    assert_eq!(added.followers_added.unwrap(), [UserId::new("u2")]);
    let fields = read::<ListCustomFields>(
        r#"{"customFields":[{"id":"f1","name":"End","fieldKey":"contact.end","dataType":"DATE",
        "position":50,"model":"contact","parentId":"x"}]}"#,
    );
    assert_eq!(fields.custom_fields[0].field_key.as_deref(), Some("contact.end"));
    let user = read::<GetUser>(r#"{"id":"u1","name":"Ada","roles":{"type":"account"}}"#);
    assert_eq!(user.extra["roles"]["type"], "account");
}

#[test]
fn what_may_be_repeated_follows_from_what_it_does() {
    fn rules<E: HighLevelEndpoint>() -> (Method, Effect, bool) {
        (E::METHOD, E::EFFECT, E::REPEATABLE)
    }
    assert_eq!(rules::<SearchContacts>(), (Method::Post, Effect::Read, true));
    assert_eq!(rules::<CreateContact>(), (Method::Post, Effect::Write, false));
    assert_eq!(rules::<UpsertContact>(), (Method::Post, Effect::Write, false));
    assert_eq!(rules::<UpdateContact>(), (Method::Put, Effect::Write, true));
    assert_eq!(rules::<AddTags>(), (Method::Post, Effect::Write, true));
    assert_eq!(rules::<SendMessage>(), (Method::Post, Effect::Send, false));
    assert_eq!(rules::<AddToWorkflow>(), (Method::Post, Effect::Send, false));
    assert_eq!(SendMessage::VERSION, Version::V2021_04_15);
}
