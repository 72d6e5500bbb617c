//! `/locations/{locationId}/templates`: texts for messages, listed by kind and deleted.

use serde_json::{Value, json};

use super::{
    account::Account, acts::Acts, answer::Answer, call::Call, ids::RecordIds, refusal::Refusal,
    world::World,
};

pub(crate) const ACTS: Acts = &[
    ("locations.get-all-or-email-sms-templates", list),
    ("locations.delete-an-email-sms-template", remove),
];

/// The templates that a location has from the start.
pub(crate) fn seed(account: &mut Account, ids: &mut RecordIds, at: &str) {
    for (name, kind, content) in [
        (
            "Visit tomorrow",
            "sms",
            json!({ "body": "See you tomorrow, {{contact.first_name}}.", "attachments": [] }),
        ),
        (
            "Renewal offer",
            "email",
            json!({
                "subject": "Your support plan",
                "html": "<p>Your plan ends soon. Shall we renew it?</p>",
                "attachments": [],
            }),
        ),
        (
            "We are on our way",
            "whatsapp",
            json!({ "body": "Our technician is on the way.", "attachments": [] }),
        ),
    ] {
        let id = ids.record();
        let template = json!({
            "id": id,
            "name": name,
            "type": kind,
            "template": content,
            "dateAdded": at,
            "locationId": account.id,
            "urlAttachments": [],
            "deleted": false,
        });
        account.templates.add(&id, template);
    }
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (skip, limit) =
        (call.number("skip", 0, 0..=usize::MAX)?, call.number("limit", 25, 1..=100)?);
    let is_deleted = call.query("deleted") == Some("true");
    let wanted = |template: &&Value| {
        template["deleted"] == is_deleted
            && call.query("type").is_none_or(|kind| template["type"] == kind)
    };
    let found: Vec<&Value> = world.account(call)?.templates.iter().filter(wanted).collect();
    let page: Vec<&&Value> = found.iter().skip(skip).take(limit).collect();
    Ok(json!({ "templates": page, "totalCount": found.len() }).into())
}

/// It stays in the list of the deleted.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("id");
    let template = world.account(call)?.templates.get_mut(id);
    let template = template.filter(|template| template["deleted"] == false);
    template.ok_or_else(|| Refusal::not_found("Template", id))?["deleted"] = json!(true);
    Ok(json!({}).into())
}
