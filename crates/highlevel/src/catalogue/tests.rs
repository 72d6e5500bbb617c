//! The committed catalogue: complete, consistent, free of foreign prose, and right in spot checks.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Instant;

use endpoint::Method;
use endpoint::catalogue::{
    Edition, Fault, Generation, Idempotency, Kind, PageStyle, Place, Schema, Shape, validate,
    validate_reply,
};
use serde_json::{Map, Value, json};

use super::*;

fn edition(id: &str, generation: Generation) -> Edition<'static> {
    let operation = operation(id).unwrap_or_else(|| panic!("there is no {id}"));
    operation.edition(generation).unwrap_or_else(|| panic!("{id} is not in {generation}"))
}

fn v2(id: &str) -> Edition<'static> {
    edition(id, Generation::V2)
}

fn v3(id: &str) -> Edition<'static> {
    edition(id, Generation::V3)
}

/// Method and path without the names of parameters and without the last slash.
fn call(operation: Operation<'_>, edition: Edition<'_>) -> String {
    let plain = |segment: &str| if segment.starts_with('{') { "{}" } else { segment }.to_owned();
    let path: Vec<_> = edition.path().trim_end_matches('/').split('/').map(plain).collect();
    format!("{} {}", operation.method(), path.join("/"))
}

fn calls(generation: Generation) -> BTreeSet<String> {
    let calls = operations().filter_map(|it| Some(call(it, it.edition(generation)?)));
    calls.collect()
}

/// Every schema that an operation reaches, each once.
fn schemas() -> Vec<Schema<'static>> {
    let mut waiting = Vec::new();
    for edition in operations().flat_map(Operation::editions) {
        waiting.extend(edition.parameters().map(|parameter| parameter.schema()));
        waiting.extend(edition.body().map(|body| body.schema()));
        waiting.extend(edition.replies().filter_map(|reply| reply.schema()));
    }
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    while let Some(schema) = waiting.pop() {
        if !seen.insert(schema.index()) {
            continue;
        }
        found.push(schema);
        waiting.extend(schema.fields().map(|field| field.schema()));
        waiting.extend(schema.choices().chain(schema.map_values()));
        if let Shape::Array { items, .. } = schema.shape() {
            waiting.push(items);
        }
    }
    found
}

#[test]
fn every_operation_of_both_generations_is_there() {
    let of = |generation| operations().filter(|it| it.edition(generation).is_some()).count();
    assert_eq!((of(Generation::V2), of(Generation::V3)), (576, 627));
    assert_eq!((calls(Generation::V2).len(), calls(Generation::V3).len()), (576, 627));
    assert_eq!(operations().len(), 659);
    assert!(operations().all(|operation| operation.editions().count() > 0));
}

#[test]
fn the_generations_differ_as_documented() {
    let (old, new) = (calls(Generation::V2), calls(Generation::V3));
    assert_eq!(old.intersection(&new).count(), 540);
    assert_eq!(old.difference(&new).count(), 36);
    assert_eq!(new.difference(&old).count(), 87);
    // Four calls only got another path.
    assert_eq!(operations().filter(|it| it.is_removed()).count(), 32);
    assert_eq!(operations().filter(|it| it.is_added()).count(), 83);
    let link = operation("oauth.get-installed-location").unwrap();
    let paths: Vec<_> = link.editions().map(Edition::path).collect();
    assert_eq!(paths, ["/oauth/installedLocations", "/oauth/installed-locations"]);
}

#[test]
fn ids_and_titles_are_unique_and_well_formed() {
    let is_word = |word: &str| {
        let fine = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        !word.is_empty() && word.chars().all(fine)
    };
    let mut titles = HashSet::new();
    for operation in operations() {
        let (product, name) = operation.id().split_once('.').unwrap();
        assert!(product.split('-').all(is_word) && name.split('-').all(is_word), "{operation:?}");
        assert!(titles.insert(operation.title()), "{} stands twice", operation.title());
        assert!(operation.title().len() <= 80, "{}", operation.title());
        assert_eq!(super::operation(operation.id()).unwrap().id(), operation.id());
    }
}

#[test]
fn every_parameter_of_a_path_is_declared_and_required() {
    for operation in operations() {
        for edition in operation.editions() {
            let segments = edition.path().split('/');
            let names: BTreeSet<_> = segments
                .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
                .collect();
            let in_path = edition.parameters().filter(|it| it.place() == Place::Path);
            let declared: BTreeSet<_> =
                in_path.inspect(|it| assert!(it.is_required())).map(|it| it.name()).collect();
            assert_eq!(names, declared, "{operation:?} in {}", edition.generation());
        }
    }
}

#[test]
fn every_reference_of_a_schema_resolves() {
    // Opening refuses an index that points at nothing; this walk sees that all are reached.
    assert_eq!(schemas().len(), catalogue().schema_count());
    let contains_itself = |schema: &Schema<'_>| {
        schema.field("filters").is_some_and(|field| match field.schema().shape() {
            Shape::Array { items, .. } => items.index() == schema.index(),
            _ => false,
        })
    };
    assert!(schemas().iter().any(contains_itself), "the filter of contacts nests");
}

#[test]
fn no_sentence_came_in_with_the_data() {
    let is_word = |text: &str| !text.contains(char::is_whitespace) && text.len() <= 80;
    for operation in operations() {
        assert!(operation.title().split(' ').count() <= 12, "{}", operation.title());
        for edition in operation.editions() {
            for access in edition.access() {
                assert!(is_word(access.token_class()) && access.scopes().all(is_word));
            }
            let names = edition.parameters().map(|it| it.name()).chain(edition.envelope());
            for name in names.chain(edition.version()).chain(edition.pagination().positions()) {
                assert!(is_word(name), "{name:?} of {operation:?}");
            }
            assert!(edition.path().len() <= 120 && !edition.path().contains(' '));
        }
    }
    for schema in schemas() {
        for field in schema.fields() {
            assert!(is_word(field.name()), "{:?}", field.name());
        }
        if let Shape::String { format, pattern, .. } = schema.shape() {
            assert!(format.into_iter().chain(pattern).all(is_word), "{schema:?}");
        }
        for value in schema.values() {
            assert!(value.split(' ').count() <= 3 && value.len() <= 60, "{value:?}");
        }
        assert!(schema.default().is_none_or(is_word), "{:?}", schema.default());
    }
    for (wire, meant) in catalogue().wire_names() {
        assert!(is_word(wire) && is_word(meant));
    }
}

#[test]
fn every_style_of_pagination_has_its_lists() {
    let mut found: BTreeMap<PageStyle, usize> = BTreeMap::new();
    for edition in operations().filter_map(|it| it.edition(Generation::V2)) {
        *found.entry(edition.pagination().style()).or_default() += 1;
    }
    // `facts/highlevel.md` 5: 27 and 3 with bodies; 30; the rest by name.
    assert_eq!(found[&PageStyle::SkipLimit], 30);
    assert_eq!(found[&PageStyle::OffsetLimit], 30);
    assert_eq!(found[&PageStyle::SearchAfter], 3);
    assert_eq!(found[&PageStyle::LastId], 2);
    assert_eq!(found[&PageStyle::Window], 3);
    for style in PageStyle::all() {
        let is_used = operations()
            .flat_map(Operation::editions)
            .any(|edition| edition.pagination().style() == style);
        assert!(is_used, "nothing is paged by {}", style.as_str());
    }
}

#[test]
fn positions_and_sizes_are_parameters_or_fields() {
    for operation in operations() {
        for edition in operation.editions() {
            let pagination = edition.pagination();
            for name in pagination.positions().chain(pagination.size()) {
                let is_there = match pagination.place() {
                    Place::Body => edition.body().unwrap().schema().field(name).is_some(),
                    _ => edition.parameter(name).is_some(),
                };
                assert!(is_there, "{operation:?} has no `{name}`");
            }
        }
    }
}

/// What `facts/highlevel.md` 6 says about one operation of v2.
struct Fact {
    id: &'static str,
    call: &'static str,
    version: &'static str,
    scopes: &'static [&'static str],
    /// Required fields of the body, and required parameters of the query.
    required: &'static [&'static str],
    status: u16,
    envelope: Option<&'static str>,
    style: PageStyle,
}

#[rustfmt::skip]
const FACTS: [Fact; 26] = [
    Fact { id: "contacts.get-contact", call: "GET /contacts/{contactId}", version: "2021-07-28", scopes: &["contacts.readonly"], required: &[], status: 200, envelope: Some("contact"), style: PageStyle::None },
    Fact { id: "contacts.create-contact", call: "POST /contacts/", version: "2021-07-28", scopes: &["contacts.write"], required: &["locationId"], status: 201, envelope: Some("contact"), style: PageStyle::None },
    Fact { id: "contacts.update-contact", call: "PUT /contacts/{contactId}", version: "2021-07-28", scopes: &["contacts.write"], required: &[], status: 200, envelope: Some("contact"), style: PageStyle::None },
    Fact { id: "contacts.upsert-contact", call: "POST /contacts/upsert", version: "2021-07-28", scopes: &["contacts.write"], required: &["locationId"], status: 200, envelope: Some("contact"), style: PageStyle::None },
    Fact { id: "contacts.delete-contact", call: "DELETE /contacts/{contactId}", version: "2021-07-28", scopes: &["contacts.write"], required: &[], status: 200, envelope: None, style: PageStyle::None },
    Fact { id: "contacts.search-contacts-advanced", call: "POST /contacts/search", version: "2021-07-28", scopes: &["contacts.readonly"], required: &["locationId", "pageLimit"], status: 200, envelope: Some("contacts"), style: PageStyle::SearchAfter },
    Fact { id: "contacts.get-duplicate-contact", call: "GET /contacts/search/duplicate", version: "2021-07-28", scopes: &["contacts.readonly"], required: &["locationId"], status: 200, envelope: Some("contact"), style: PageStyle::None },
    Fact { id: "contacts.add-tags", call: "POST /contacts/{contactId}/tags", version: "2021-07-28", scopes: &["contacts.write"], required: &["tags"], status: 201, envelope: Some("tags"), style: PageStyle::None },
    Fact { id: "contacts.bulk-update-tags", call: "POST /contacts/bulk/tags/update/{type}", version: "2021-07-28", scopes: &["contacts.write"], required: &["contacts", "locationId", "tags"], status: 201, envelope: Some("responses"), style: PageStyle::None },
    Fact { id: "contacts.create-task", call: "POST /contacts/{contactId}/tasks", version: "2021-07-28", scopes: &["contacts.write"], required: &["completed", "dueDate", "title"], status: 201, envelope: Some("task"), style: PageStyle::None },
    Fact { id: "contacts.get-appointments-for-contact", call: "GET /contacts/{contactId}/appointments", version: "2021-07-28", scopes: &["contacts.readonly"], required: &[], status: 200, envelope: Some("events"), style: PageStyle::None },
    Fact { id: "conversations.search-conversation", call: "GET /conversations/search", version: "2021-04-15", scopes: &["conversations.readonly"], required: &["locationId"], status: 200, envelope: Some("conversations"), style: PageStyle::SortValue },
    Fact { id: "conversations.get-messages", call: "GET /conversations/{conversationId}/messages", version: "2021-04-15", scopes: &["conversations/message.readonly"], required: &[], status: 200, envelope: Some("messages"), style: PageStyle::LastId },
    Fact { id: "conversations.send-a-new-message", call: "POST /conversations/messages", version: "2021-04-15", scopes: &["conversations/message.write"], required: &["contactId", "type"], status: 200, envelope: None, style: PageStyle::None },
    Fact { id: "conversations.export-messages-by-location", call: "GET /conversations/messages/export", version: "2021-04-15", scopes: &["conversations/message.readonly"], required: &["locationId"], status: 200, envelope: Some("messages"), style: PageStyle::Cursor },
    Fact { id: "calendars.create-appointment", call: "POST /calendars/events/appointments", version: "2021-04-15", scopes: &["calendars/events.write"], required: &["calendarId", "contactId", "locationId", "startTime"], status: 200, envelope: None, style: PageStyle::None },
    Fact { id: "calendars.get-calendar-events", call: "GET /calendars/events", version: "2021-04-15", scopes: &["calendars/events.readonly"], required: &["endTime", "locationId", "startTime"], status: 200, envelope: Some("events"), style: PageStyle::Window },
    Fact { id: "calendars.get-slots", call: "GET /calendars/{calendarId}/free-slots", version: "2021-04-15", scopes: &["calendars.readonly"], required: &["endDate", "startDate"], status: 200, envelope: None, style: PageStyle::Window },
    Fact { id: "calendars.delete-event", call: "DELETE /calendars/events/{eventId}", version: "2021-04-15", scopes: &["calendars/events.write"], required: &[], status: 201, envelope: None, style: PageStyle::None },
    Fact { id: "opportunities.search-opportunity", call: "GET /opportunities/search", version: "2021-07-28", scopes: &["opportunities.readonly"], required: &["location_id"], status: 200, envelope: Some("opportunities"), style: PageStyle::PageOrKeysetPair },
    Fact { id: "opportunities.create-opportunity", call: "POST /opportunities/", version: "2021-07-28", scopes: &["opportunities.write"], required: &["contactId", "locationId", "name", "pipelineId", "status"], status: 201, envelope: Some("opportunity"), style: PageStyle::None },
    Fact { id: "locations.get-custom-fields", call: "GET /locations/{locationId}/customFields", version: "2021-07-28", scopes: &["locations/customFields.readonly"], required: &[], status: 200, envelope: Some("customFields"), style: PageStyle::None },
    Fact { id: "invoices.list-invoices", call: "GET /invoices/", version: "2021-07-28", scopes: &["invoices.readonly"], required: &["altId", "altType", "limit", "offset"], status: 200, envelope: Some("invoices"), style: PageStyle::OffsetLimit },
    Fact { id: "invoices.record-invoice", call: "POST /invoices/{invoiceId}/record-payment", version: "2021-07-28", scopes: &["invoices.write"], required: &["altId", "altType", "mode"], status: 200, envelope: Some("invoice"), style: PageStyle::None },
    Fact { id: "forms.get-forms-submissions", call: "GET /forms/submissions", version: "2021-07-28", scopes: &["forms.readonly"], required: &["locationId"], status: 200, envelope: Some("submissions"), style: PageStyle::Page },
    Fact { id: "users.search-users", call: "GET /users/search", version: "2021-07-28", scopes: &["users.readonly"], required: &["companyId"], status: 200, envelope: Some("users"), style: PageStyle::SkipLimit },
];

#[test]
fn the_facts_hold() {
    for fact in &FACTS {
        let operation = operation(fact.id).unwrap_or_else(|| panic!("there is no {}", fact.id));
        let edition = v2(fact.id);
        let call = format!("{} {}", operation.method(), edition.path());
        assert_eq!(call, fact.call);
        assert_eq!(edition.version(), Some(fact.version), "{}", fact.id);
        assert_eq!(edition.scopes(), fact.scopes, "{}", fact.id);
        let fields = edition.body().map(|body| body.schema());
        let fields = fields.iter().flat_map(|schema| schema.fields());
        let fields = fields.filter(|field| field.is_required()).map(|field| field.name());
        let query = edition.parameters().filter(|it| it.place() == Place::Query);
        let query = query.filter(|it| it.is_required()).map(|it| it.name());
        let required: BTreeSet<_> = fields.chain(query).collect();
        assert_eq!(required, fact.required.iter().copied().collect(), "{}", fact.id);
        assert_eq!(edition.success().unwrap().status(), fact.status, "{}", fact.id);
        assert_eq!(edition.envelope(), fact.envelope, "{}", fact.id);
        assert_eq!(edition.pagination().style(), fact.style, "{}", fact.id);
    }
}

#[test]
fn kinds_tell_what_a_call_does_to_the_world() {
    let of = |id: &str| {
        let operation = operation(id).unwrap_or_else(|| panic!("there is no {id}"));
        (operation.kind(), operation.idempotency())
    };
    for (id, kind, idempotency) in [
        ("contacts.search-contacts-advanced", Kind::Read, Idempotency::Safe),
        ("contacts.upsert-contact", Kind::Write, Idempotency::Repeats),
        ("contacts.update-contact", Kind::Write, Idempotency::Idempotent),
        ("contacts.add-tags", Kind::Write, Idempotency::Idempotent),
        ("contacts.remove-tags", Kind::Delete, Idempotency::Idempotent),
        ("contacts.add-contact-to-workflow", Kind::Send, Idempotency::Repeats),
        ("conversations.send-a-new-message", Kind::Send, Idempotency::Repeats),
        ("conversations.cancel-scheduled-message", Kind::Delete, Idempotency::Idempotent),
        ("social-media-posting.create-post", Kind::Send, Idempotency::Repeats),
        (
            "social-media-posting.bulk-delete-social-planner-posts",
            Kind::Delete,
            Idempotency::Repeats,
        ),
        ("medias.bulk-delete-media-objects", Kind::Delete, Idempotency::Idempotent),
        ("invoices.send-invoice", Kind::Money, Idempotency::Repeats),
        ("invoices.create-invoice", Kind::Write, Idempotency::Repeats),
        ("payments.record-order-payment", Kind::Money, Idempotency::Repeats),
        ("marketplace.delete-charge", Kind::Money, Idempotency::Idempotent),
    ] {
        assert_eq!(of(id), (kind, idempotency), "{id}");
    }
    // Nothing that only reads is sent with a method that changes, except for searches.
    for operation in operations().filter(|it| it.kind() == Kind::Read) {
        assert!(matches!(operation.method(), Method::Get | Method::Post), "{operation:?}");
        assert_eq!(operation.idempotency(), Idempotency::Safe, "{operation:?}");
    }
}

#[test]
fn classes_of_tokens_are_those_that_are_known() {
    for access in operations().flat_map(Operation::editions).flat_map(Edition::access) {
        let class = TokenClass::of(access);
        assert_eq!(class.map(TokenClass::as_str), Some(access.token_class()));
    }
    let class = |id| TokenClass::of(v2(id).access().next().unwrap()).unwrap();
    assert_eq!(class("objects.create-custom-object-schema"), TokenClass::Agency);
    assert_eq!(class("oauth.get-installed-location"), TokenClass::AgencyOAuth);
    assert_eq!(class("marketplace.get-charges"), TokenClass::LocationOAuth);
    assert_eq!(v2("oauth.get-access-token").access().len(), 0);
    assert!(TokenClass::AgencyOAuth.is_agency() && TokenClass::AgencyOAuth.is_oauth_only());
    assert!(!TokenClass::Location.is_agency() && !TokenClass::Location.is_oauth_only());
}

#[test]
fn every_call_with_a_token_has_a_version() {
    for operation in operations() {
        for edition in operation.editions() {
            let is_open = edition.access().len() == 0;
            let id = operation.id();
            assert!(edition.version().is_some() || is_open, "{id} {}", edition.generation());
        }
    }
    assert_eq!(v2("store.list-shipping-zones").version(), Some("2021-07-28"));
    assert_eq!(v2("conversations.get-email-by-id").version(), Some("2021-04-15"));
}

#[test]
fn the_generations_name_the_same_thing_differently() {
    assert!(v2("opportunities.search-opportunity").parameter("location_id").is_some());
    assert!(v3("opportunities.search-opportunity").parameter("locationId").is_some());
    let settings = |edition: Edition<'static>| {
        edition.body().unwrap().schema().field("dndSettings").unwrap().schema()
    };
    assert!(settings(v2("contacts.update-contact")).field("SMS").is_some());
    assert!(settings(v3("contacts.update-contact")).field("sms").is_some());
    assert_eq!(v3("oauth.get-installed-location").pagination().style(), PageStyle::Token);
}

#[test]
fn requests_are_held_to_their_fields() {
    let send = operation("conversations.send-a-new-message").unwrap();
    let check = |body: Value| validate(send, Generation::V2, &Map::new(), Some(&body));
    assert_eq!(check(json!({"type": "SMS", "contactId": "c1", "message": "hello"})), []);
    let problems = check(json!({"type": "sms", "contactid": "c1"}));
    let find = |place: &str| {
        let found = problems.iter().find(|problem| problem.place == place);
        &found.unwrap_or_else(|| panic!("nothing about {place} in {problems:?}")).fault
    };
    assert_eq!(find("body.contactId"), &Fault::Missing);
    let nearest = Some("contactId".to_owned());
    assert_eq!(find("body.contactid"), &Fault::Unknown { nearest });
    assert!(matches!(find("body.type"), Fault::Value { nearest: Some(it), .. } if it == "SMS"));
}

#[test]
fn a_search_of_contacts_is_checked_as_deep_as_it_nests() {
    let search = operation("contacts.search-contacts-advanced").unwrap();
    let with = |filter: Value| {
        let body = json!({"locationId": "l1", "pageLimit": 100, "filters": [filter]});
        validate(search, Generation::V2, &Map::new(), Some(&body))
    };
    let group =
        json!({"group": "OR", "filters": [{"field": "tags", "operator": "eq", "value": 1}]});
    assert_eq!(with(group), []);
    let wrong = json!({"group": "OR", "filters": [{"field": "tags", "operater": "eq"}]});
    assert_eq!(with(wrong)[0].place, "body.filters[0].filters[0].operater");
    let body = json!({"locationId": "l1", "pageLimit": 501});
    let problems = validate(search, Generation::V3, &Map::new(), Some(&body));
    assert_eq!(problems[0].to_string(), "body.pageLimit is out of range: give at most 500");
}

#[test]
fn both_shapes_of_live_replies_pass() {
    let id = "conversations.get-message";
    let message = json!({"id": "m1", "type": 1, "messageType": "TYPE_SMS", "locationId": "l1",
        "contactId": "c1", "conversationId": "v1", "dateAdded": "2026-01-01T00:00:00.000Z",
        "direction": "inbound", "contentType": "text/plain"});
    let get = operation(id).unwrap();
    for reply in [message.clone(), json!({"message": message, "traceId": "t1"})] {
        assert_eq!(validate_reply(get, Generation::V2, 200, &reply), []);
    }
    let slots = operation("calendars.get-slots").unwrap();
    let reply = json!({"2026-01-05": {"slots": ["2026-01-05T10:00:00-05:00"]}, "traceId": "t1"});
    assert_eq!(validate_reply(slots, Generation::V2, 200, &reply), []);
    let wrong = json!({"2026-01-05": {"slots": "none"}});
    assert_eq!(
        validate_reply(slots, Generation::V2, 200, &wrong)[0].place,
        "reply.2026-01-05.slots"
    );
}

#[test]
fn numbers_go_as_texts_where_the_wire_wants_texts() {
    let list = operation("invoices.list-invoices").unwrap();
    let with = |limit: Value| {
        let given = json!({"altId": "l1", "altType": "location", "limit": limit, "offset": 0});
        let Value::Object(given) = given else { unreachable!() };
        validate(list, Generation::V2, &given, None)
    };
    assert_eq!(with(json!("20")), []);
    assert_eq!(with(json!(20)), []);
    assert!(matches!(with(json!("many"))[0].fault, Fault::Format { .. }));
}

#[test]
fn spellings_of_the_wire_are_known() {
    let names: BTreeMap<_, _> = catalogue().wire_names().collect();
    assert_eq!(names["succeded"], "succeeded");
    let reply = v2("businesses.create-business").success().unwrap().schema().unwrap();
    assert!(reply.field("buiseness").is_some());
}

/// Prints and never judges: machines differ. The promise is 5 ms, 10 MB and 1 µs when optimized.
#[test]
fn what_opening_and_looking_up_cost() {
    let start = Instant::now();
    let opened = Catalogue::open(BYTES).unwrap();
    println!("opening took {:?} for {} packed bytes", start.elapsed(), BYTES.len());
    let ids: Vec<_> = opened.operations().map(Operation::id).collect();
    let start = Instant::now();
    let found = ids.iter().filter(|id| opened.operation(id).is_some()).count();
    println!("one lookup took {:?}", start.elapsed() / u32::try_from(found).unwrap());
    assert_eq!(found, ids.len());
}
