//! `/forms` and `/surveys`: the lists, who filled them in, and files for custom fields.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{
    account::Account, acts::Acts, answer::Answer, call::Call, ids::RecordIds, moment::iso,
    refusal::Refusal, world::World,
};

pub(crate) const ACTS: Acts = &[
    ("forms.get-forms", list_forms),
    ("forms.get-forms-submissions", form_submissions),
    ("forms.upload-to-custom-fields", upload),
    ("surveys.get-surveys", list_surveys),
    ("surveys.get-surveys-submissions", survey_submissions),
];

/// The largest files that are taken, in bytes (`facts/highlevel.md` 6.7).
const LARGEST: u64 = 50 << 20;
/// Endings of the files that are taken (`facts/highlevel.md` 6.7).
const ENDINGS: [&str; 16] = [
    "pdf", "doc", "docx", "jpg", "jpeg", "png", "gif", "csv", "xls", "xlsx", "mp4", "mpeg", "zip",
    "rar", "txt", "svg",
];
/// How many submissions each form and survey has, and how far they lie apart.
const SUBMISSIONS: usize = 6;
const APART: SignedDuration = SignedDuration::from_hours(9 * 24);

/// The forms or the surveys of a location.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forms {
    all: Vec<Value>,
    submissions: Vec<Submission>,
    /// What the ages of the submissions are counted from: when they are first asked for.
    seen: Option<Timestamp>,
}

/// Somebody filled a form in.
#[derive(Clone, Debug)]
struct Submission {
    id: String,
    form: String,
    contact: String,
    age: SignedDuration,
}

/// What tells forms from surveys.
struct Kind {
    list: &'static str,
    id: &'static str,
    event: &'static str,
    of: fn(&mut Account) -> &mut Forms,
}

const FORMS: Kind =
    Kind { list: "forms", id: "formId", event: "form", of: |account| &mut account.forms };
const SURVEYS: Kind =
    Kind { list: "surveys", id: "surveyId", event: "survey", of: |account| &mut account.surveys };

/// Two forms and a survey in every location, filled in by its first contacts over two months.
pub(crate) fn seed(world: &mut World) {
    for account in world.accounts.values_mut() {
        let people = account.contacts().iter().take(SUBMISSIONS);
        let people: Vec<String> = people.map(|contact| contact.id.to_string()).collect();
        for (kind, names) in [
            (FORMS, &["Ask for a visit", "Report a fault"][..]),
            (SURVEYS, &["After the visit"][..]),
        ] {
            let location = account.id.clone();
            for name in names {
                add((kind.of)(account), &mut world.ids, (&location, name), &people);
            }
        }
    }
}

fn add(forms: &mut Forms, ids: &mut RecordIds, (location, name): (&str, &str), people: &[String]) {
    let form = ids.record();
    forms.all.push(json!({ "id": form, "name": name, "locationId": location }));
    let mut age = SignedDuration::from_hours(20);
    for contact in people {
        let submission =
            Submission { id: ids.object(), form: form.clone(), contact: contact.clone(), age };
        forms.submissions.push(submission);
        age += APART;
    }
}

fn list_forms(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    list(world, call, &FORMS)
}

fn list_surveys(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    list(world, call, &SURVEYS)
}

/// There are no folders, which is the one type that can be asked for beside the kind itself.
fn list(world: &mut World, call: &Call, kind: &Kind) -> Result<Answer, Refusal> {
    let (limit, skip) =
        (call.number("limit", 10, 1..=50)?, call.number("skip", 0, 0..=usize::MAX)?);
    let wants_folders = call.query("type") == Some("folder");
    let all = &(kind.of)(world.account(call)?).all;
    let found: &[Value] = if wants_folders { &[] } else { all };
    let page: Vec<&Value> = found.iter().skip(skip).take(limit).collect();
    Ok(json!({ kind.list: page, "total": found.len() }).into())
}

fn form_submissions(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    submissions(world, call, &FORMS)
}

fn survey_submissions(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    submissions(world, call, &SURVEYS)
}

/// Newest first, of the last month unless other days are asked for.
fn submissions(world: &mut World, call: &Call, kind: &Kind) -> Result<Answer, Refusal> {
    let limit = call.number("limit", 20, 1..=100)?;
    let page = call.number("page", 1, 1..=usize::MAX)?;
    let today = call.now.to_zoned(TimeZone::UTC).date();
    let last_month = today.checked_sub(jiff::Span::new().months(1)).unwrap_or(today);
    let (first, last) = (day(call, "startAt", last_month)?, day(call, "endAt", today)?);
    let account = world.account(call)?;
    let forms = (kind.of)(account);
    let seen = *forms.seen.get_or_insert(call.now);
    let mut given: Vec<(Timestamp, Submission)> = forms
        .submissions
        .iter()
        .map(|it| (seen.checked_sub(it.age).unwrap_or(seen), it.clone()))
        .collect();
    given.sort_by(|one, other| (other.0, &other.1.id).cmp(&(one.0, &one.1.id)));
    let (form, query) = (call.query(kind.id), call.query("q").map(str::to_lowercase));
    let found: Vec<Value> = given
        .iter()
        .filter(|(at, it)| {
            let day = at.to_zoned(TimeZone::UTC).date();
            first <= day && day <= last && form.is_none_or(|form| it.form == form)
        })
        .map(|(at, it)| shown(account, it, *at, kind))
        .filter(|shown| query.as_deref().is_none_or(|query| mentions(account, shown, query)))
        .collect();
    let start = (page - 1).saturating_mul(limit);
    let rows: Vec<&Value> = found.iter().skip(start).take(limit).collect();
    let next = (start.saturating_add(limit) < found.len()).then_some(page + 1);
    let previous = (page > 1).then(|| page - 1);
    let meta = json!({
        "total": found.len(), "currentPage": page, "nextPage": next, "prevPage": previous,
    });
    Ok(json!({ "submissions": rows, "meta": meta }).into())
}

fn day(call: &Call, name: &str, default: Date) -> Result<Date, Refusal> {
    let complaint = || Refusal::unprocessable(vec![format!("{name} must be a date: YYYY-MM-DD")]);
    call.query(name).map_or(Ok(default), |text| text.parse().map_err(|_| complaint()))
}

fn shown(account: &Account, submission: &Submission, at: Timestamp, kind: &Kind) -> Value {
    let contact = account.contacts().get(&submission.contact);
    let text = |name: &str| contact.and_then(|it| it.text(name)).unwrap_or_default().to_owned();
    let name = contact.map(|contact| contact.full_name()).unwrap_or_default();
    let mut others = Map::new();
    for (id, value) in contact.into_iter().flat_map(|contact| &contact.custom_fields) {
        others.insert(id.to_string(), value.clone());
    }
    for (key, value) in [
        ("full_name", json!(name)),
        ("phone", json!(text("phone"))),
        ("fieldsOriSequance", json!(["full_name", "email", "phone"])),
        (
            "eventData",
            json!({
                "type": "page-visit", "source": "Direct traffic", "medium": kind.event,
                "mediumId": submission.form, "domain": "northwindharbor.example",
                "timestamp": at.as_millisecond(),
                "page": { "url": "https://northwindharbor.example/contact", "title": "Contact" },
            }),
        ),
    ] {
        others.insert(key.to_owned(), value);
    }
    json!({
        "id": submission.id, "contactId": submission.contact, "createdAt": iso(at),
        kind.id: submission.form, "name": name, "email": text("email"), "others": others,
    })
}

/// By the contact's id, name, address or number.
fn mentions(account: &Account, shown: &Value, query: &str) -> bool {
    let contact = account.contacts().get(shown["contactId"].as_str().unwrap_or_default());
    let phone = contact.and_then(|contact| contact.text("phone")).unwrap_or_default();
    let texts = ["contactId", "name", "email"].map(|name| shown[name].as_str().unwrap_or_default());
    texts.iter().chain([&phone]).any(|text| text.to_lowercase().contains(query))
}

/// Each part is named by its field and an id for the file: `<field>_<file>`.
fn upload(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.query("contactId").unwrap_or_default();
    let account = world.account(call)?;
    let mut contact = account.contact(id)?.clone();
    let files: Vec<(&String, &Value)> =
        call.body.iter().filter(|(_, value)| value.is_object()).collect();
    if files.is_empty() {
        return Err(Refusal::bad_request(
            "File is required: send it as the part <fieldId>_<fileId>",
        ));
    }
    for (part, file) in files {
        let (field, file_id) = part.split_once('_').unwrap_or((part, ""));
        if account.custom_fields.get(field).is_none() {
            return Err(Refusal::not_found("Custom field", field));
        }
        check_file(file)?;
        let entry = entry((field, file_id), file, id);
        let known = contact.custom_fields.iter().position(|(known, _)| **known == *field);
        let old = known.map(|place| contact.custom_fields.remove(place).1);
        let mut all = old.and_then(|old| old.as_object().cloned()).unwrap_or_default();
        all.insert(file_id.to_owned(), entry);
        contact.custom_fields.push((field.into(), Value::Object(all)));
    }
    contact.updated = call.now;
    let (location, told) = (account.id.clone(), contact.told());
    let shown = contact.show(&location);
    account.put_contact(contact);
    world.tell("ContactUpdate", &location, told);
    Ok(json!({ "contact": shown }).into())
}

fn check_file(file: &Value) -> Result<(), Refusal> {
    let name = file["fileName"].as_str().unwrap_or_default();
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    if !ENDINGS.contains(&ending.as_str()) {
        let message =
            format!("File type of {name} is not supported: send one of {}", ENDINGS.join(", "));
        return Err(Refusal::bad_request(message));
    }
    match file["size"].as_u64().unwrap_or_default() > LARGEST {
        true => Err(Refusal::new(413, "File size exceeds 50 MB: send a smaller one")),
        false => Ok(()),
    }
}

/// A file as a field of a contact holds it (`facts/highlevel.md` 9.2).
fn entry((field, id): (&str, &str), file: &Value, contact: &str) -> Value {
    json!({
        "meta": {
            "fieldname": format!("{field}_{id}"), "originalname": file["fileName"],
            "mimetype": file["contentType"], "size": file["size"],
        },
        "url": format!("https://files.northwindharbor.example/contact/{contact}/{field}/{id}"),
        "documentId": id,
    })
}

#[cfg(test)]
mod tests {
    use crate::highlevel::api::desk::Desk;

    use super::*;

    #[tokio::test]
    async fn forms_and_surveys_are_listed_with_their_submissions() {
        let desk = Desk::open().await;
        let location = desk.sandbox.location_id().to_owned();
        for (kind, id, count) in [("forms", "formId", 2), ("surveys", "surveyId", 1)] {
            let list = format!("GET /{kind}/?locationId={location}");
            let all = desk.ok(&list, Value::Null).await;
            assert_eq!(
                (all[kind].as_array().unwrap().len(), &all["total"]),
                (count, &json!(count))
            );
            let past = desk.ok(&format!("{list}&skip={count}"), Value::Null).await;
            assert_eq!(past[kind], json!([]));
            assert_eq!(desk.refused(&format!("{list}&limit=51"), Value::Null).await.0, 422);

            let given = format!("GET /{kind}/submissions?locationId={location}");
            let (_, month) = desk.call(&given, Value::Null).await;
            assert_eq!(month["meta"]["total"], 4 * count);
            let year = format!("{given}&startAt=2025-04-01&endAt=2026-03-05");
            let (_, all_year) = desk.call(&year, Value::Null).await;
            assert_eq!(all_year["meta"]["total"], 6 * count);
            let (_, page) = desk.call(&format!("{year}&limit=4&page=2"), Value::Null).await;
            let rest = 6 * count - 4;
            assert_eq!(page["submissions"].as_array().unwrap().len(), rest.min(4));
            assert_eq!(page["meta"]["prevPage"], 1);
            let one = text(&all[kind][0]["id"]);
            let (_, of_one) = desk.call(&format!("{year}&{id}={one}"), Value::Null).await;
            assert_eq!(of_one["meta"]["total"], 6);
            let who = text(&of_one["submissions"][0]["contactId"]);
            let (_, of_who) = desk.call(&format!("{year}&{id}={one}&q={who}"), Value::Null).await;
            assert_eq!(
                of_who["meta"],
                json!({ "total": 1, "currentPage": 1, "nextPage": null, "prevPage": null })
            );
            let wrong = desk.refused(&format!("{given}&startAt=03-05-2026"), Value::Null).await;
            assert_eq!(wrong.0, 422);
        }
    }

    fn text(value: &Value) -> String {
        value.as_str().unwrap().to_owned()
    }
}
