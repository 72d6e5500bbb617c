//! `/campaigns` and the campaigns of a contact: list, enter, leave one, leave all.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{acts::Acts, answer::Answer, call::Call, moment::iso, refusal::Refusal, world::World};

pub(crate) const ACTS: Acts = &[
    ("campaigns.get-campaigns", list),
    ("contacts.add-contact-to-campaign", enter),
    ("contacts.remove-contact-from-campaign", leave),
    ("contacts.remove-contact-from-every-campaign", leave_all),
];

/// The campaigns of a location and who is in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Campaigns {
    all: Vec<Value>,
    /// By contact, in the order in which they were entered.
    entered: BTreeMap<String, Vec<Entry>>,
}

/// A contact's place in a campaign.
#[derive(Clone, Debug)]
struct Entry {
    id: String,
    campaign: String,
    added: String,
}

impl Campaigns {
    /// Takes a deleted contact out.
    pub(crate) fn forget(&mut self, contact: &str) {
        self.entered.remove(contact);
    }

    fn check(&self, id: &str) -> Result<(), Refusal> {
        match self.all.iter().any(|campaign| campaign["id"] == id) {
            true => Ok(()),
            false => Err(Refusal::not_found("Campaign", id)),
        }
    }
}

/// The same three campaigns in every location.
pub(crate) fn seed(world: &mut World) {
    for account in world.accounts.values_mut() {
        for (name, status) in [
            ("Spring checkup", "published"),
            ("Lapsed contracts", "published"),
            ("Trade fair", "draft"),
        ] {
            let id = world.ids.record();
            let campaign =
                json!({ "id": id, "name": name, "status": status, "locationId": account.id });
            account.campaigns.all.push(campaign);
        }
    }
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let status = call.query("status");
    let all = &world.account(call)?.campaigns.all;
    let listed: Vec<&Value> =
        all.iter().filter(|campaign| status.is_none_or(|it| campaign["status"] == it)).collect();
    Ok(json!({ "campaigns": listed }).into())
}

/// Entering twice is as good as once, and tells nothing the second time.
fn enter(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (contact, campaign) = (call.segment("contactId"), call.segment("campaignId"));
    let id = world.ids.record();
    let account = world.contact_account(call)?;
    account.campaigns.check(campaign)?;
    let entries = account.campaigns.entered.entry(contact.to_owned()).or_default();
    if entries.iter().all(|entry| entry.campaign != campaign) {
        let entry = Entry { id, campaign: campaign.to_owned(), added: iso(call.now) };
        entries.push(entry.clone());
        let location = account.id.clone();
        world.tell("CampaignStatusUpdate", &location, told(contact, &entry, "running"));
    }
    Ok(Answer::created(json!({ "succeded": true })))
}

/// `status` is how the contact stands in the campaign from now on.
fn told(contact: &str, entry: &Entry, status: &str) -> Map<String, Value> {
    let fields = [
        ("id", &*entry.id),
        ("contactId", contact),
        ("status", status),
        ("templateId", &*entry.campaign),
        ("dateAdded", &*entry.added),
    ];
    fields.into_iter().map(|(key, text)| (key.to_owned(), json!(text))).collect()
}

fn leave(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let campaign = call.segment("campaignId");
    let campaigns = &world.contact_account(call)?.campaigns;
    campaigns.check(campaign)?;
    let entries = campaigns.entered.get(call.segment("contactId"));
    match entries.is_some_and(|entries| entries.iter().any(|entry| entry.campaign == campaign)) {
        true => drop_entries(world, call, |entry| entry.campaign == campaign),
        false => Err(Refusal::not_found("Campaign of the contact", campaign)),
    }
}

fn leave_all(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    drop_entries(world, call, |_| true)
}

fn drop_entries(
    world: &mut World,
    call: &Call,
    is_left: impl Fn(&Entry) -> bool,
) -> Result<Answer, Refusal> {
    let contact = call.segment("contactId");
    let account = world.contact_account(call)?;
    let location = account.id.clone();
    let entries = account.campaigns.entered.remove(contact).unwrap_or_default();
    let (left, kept): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|it| is_left(it));
    if !kept.is_empty() {
        account.campaigns.entered.insert(contact.to_owned(), kept);
    }
    for entry in left {
        world.tell("CampaignStatusUpdate", &location, told(contact, &entry, "removed"));
    }
    Ok(json!({ "succeded": true }).into())
}

#[cfg(test)]
mod tests {
    use crate::highlevel::{api::desk::Desk, receiver::Receiver};

    use super::*;

    #[tokio::test]
    async fn a_contact_enters_and_leaves_campaigns_and_each_is_told() {
        let desk = Desk::open().await;
        let receiver = Receiver::start(&[]).await;
        desk.sandbox.subscribe(&receiver.url()).unwrap();
        let location = desk.sandbox.location_id().to_owned();
        let path = format!("GET /campaigns/?locationId={location}");
        let all = desk.ok(&path, Value::Null).await;
        assert_eq!(all["campaigns"].as_array().unwrap().len(), 3);
        let open = desk.ok(&format!("{path}&status=published"), Value::Null).await;
        assert_eq!(open["campaigns"].as_array().unwrap().len(), 2);
        let body = json!({ "locationId": location, "email": "c@example.com" });
        let made = desk.ok("POST /contacts/", body).await;
        let contact = made["contact"]["id"].as_str().unwrap().to_owned();
        let campaign = all["campaigns"][0]["id"].as_str().unwrap();
        let at = format!("/contacts/{contact}/campaigns/{campaign}");
        for _ in 0..2 {
            assert_eq!(desk.ok(&format!("POST {at}"), json!({})).await["succeded"], true);
        }
        desk.ok(&format!("DELETE {at}"), Value::Null).await;
        assert_eq!(desk.refused(&format!("DELETE {at}"), Value::Null).await.0, 404);
        desk.ok(&format!("POST {at}"), json!({})).await;
        desk.ok(&format!("DELETE /contacts/{contact}/campaigns/removeAll"), Value::Null).await;
        assert_eq!(desk.refused(&format!("DELETE {at}"), Value::Null).await.0, 404);
        let absent = format!("POST /contacts/{contact}/campaigns/absent");
        assert_eq!(desk.refused(&absent, json!({})).await.0, 404);
        let told = desk.told(&receiver, 5).await;
        let statuses: Vec<&Value> = told[1..].iter().map(|event| &event["status"]).collect();
        assert_eq!(statuses, ["running", "removed", "running", "removed"]);
        assert_eq!(
            (&told[1]["type"], &told[1]["contactId"]),
            (&json!("CampaignStatusUpdate"), &json!(contact))
        );
    }
}
