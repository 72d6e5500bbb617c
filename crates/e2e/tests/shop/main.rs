//! A shop's customers become HighLevel's contacts, once, and never the other way round.

mod binary;
mod cut;
mod house;

use domain::crm::{Channel, ContactPatch};
use endpoint::Method;
use engine::shop::Brought;
use sandbox::fault::{Fault, FaultAction};
use serde_json::{Value, json};

use self::{
    cut::Cut,
    house::{House, customer},
};

#[tokio::test]
async fn everybody_is_brought_once_and_nothing_is_written_to_the_shop() {
    let house = House::with_customers(60).await;
    let (report, steps) = house.sync().await;
    assert_eq!(report.failed, 0, "{report:?}");
    assert!(report.created > 60, "customers and the contacts below them: {report:?}");
    assert_eq!(report.skipped["walk_in"], 1);
    assert!(report.skipped["disabled"] >= 2, "{report:?}");
    assert_eq!(house.highlevel.contact_count() as u64, report.created + 3);
    assert_eq!(house.requests(&house.shop.url()).await.keys().collect::<Vec<_>>(), ["GET"]);
    assert!(house.shop.outbox().is_empty(), "nobody was e-mailed");
    let all = steps.iter().filter(|step| matches!(step.brought, Brought::Created(_))).count();
    assert_eq!(all as u64, report.created);

    let before = house.requests(&house.highlevel.url()).await;
    let (again, _) = house.sync().await;
    assert_eq!((again.created, again.updated, again.failed), (0, 0, 0), "{again:?}");
    assert_eq!(again.unchanged, report.created);
    let after = house.requests(&house.highlevel.url()).await;
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(after.get(method), before.get(method), "{method}");
    }
    let reads = after["GET"] - before["GET"];
    assert!(reads <= 2, "{reads} reads where nothing changed");
}

#[tokio::test]
async fn a_person_comes_with_tags_wishes_and_the_shops_id() {
    let house = House::with_customers(1).await;
    let ada = json!({
        "firstname": "Ada", "lastname": "Frost", "email": "Ada@Example.com", "phone": "(555) 010-0142",
        "business_name": "Frost Dental", "address": "1 Main St", "city": "Mesa", "zip": "85201",
        "opt_out": true, "get_sms": false, "properties": {"Plan": "Gold"},
    });
    let made = house.shop_write(Method::Post, "customers", ada).await;
    let id = made["customer"]["id"].to_string();
    let below = json!({
        "customer_id": made["customer"]["id"], "name": "Ludwig van Dyke",
        "email": "ludwig@example.com", "phone": "5550100142",
    });
    house.shop_write(Method::Post, "contacts", below).await;
    let (report, _) = house.sync().await;
    assert_eq!((report.created, report.failed), (2, 0), "{report:?}");
    assert_eq!(report.left_out["shared_phone"], 1);

    let contact = house.contact("ada@example.com").await.unwrap();
    assert_eq!(contact.phones, ["+15550100142"]);
    assert_eq!(contact.company.as_deref(), Some("Frost Dental"));
    assert_eq!(contact.source.as_deref(), Some("repairshopr-sync"));
    assert_eq!(contact.custom_fields["repairshopr_id"], json!(id));
    let tags: Vec<_> = contact.tags.iter().map(String::as_str).collect();
    assert_eq!(tags, ["location-mesa", "repairshopr", "tier-gold"]);
    let wishes = contact.do_not_disturb.unwrap();
    assert_eq!(wishes.channels, [Channel::Email, Channel::Sms].into());
    let ludwig = house.contact("ludwig@example.com").await.unwrap();
    assert_eq!(ludwig.last_name.unwrap().to_lowercase(), "van dyke");
    assert_eq!(ludwig.company.as_deref(), Some("Frost Dental"));
    assert_eq!(ludwig.custom_fields["repairshopr_id"], json!(id));
}

#[tokio::test]
async fn what_somebody_typed_at_the_crm_stays_and_what_the_shop_says_anew_comes() {
    let house = House::with_customers(1).await;
    let made =
        house.shop_write(Method::Post, "customers", customer("Ada", "ada@example.com")).await;
    let path = format!("customers/{}", made["customer"]["id"]);
    house.sync().await;
    let contact = house.contact("ada@example.com").await.unwrap();
    let typed =
        ContactPatch { last_name: Some(Some("Typed".to_owned())), ..ContactPatch::default() };
    house.crm.patch_contact(&house.plan.behalf, &contact.id, &typed, None).await.unwrap();
    let (report, _) = house.sync().await;
    assert_eq!((report.updated, report.unchanged), (0, 1), "{report:?}");

    house.wait(60).await;
    let news = json!({ "firstname": "Augusta", "lastname": "Winter", "opt_out": true });
    house.shop_write(Method::Put, &path, news).await;
    let (report, _) = house.sync().await;
    assert_eq!(report.updated, 1, "{report:?}");
    let contact = house.contact("ada@example.com").await.unwrap();
    assert_eq!(contact.first_name.unwrap().to_lowercase(), "augusta");
    assert_eq!(contact.last_name.unwrap().to_lowercase(), "typed");
    assert!(contact.do_not_disturb.unwrap().channels.contains(&Channel::Email));

    // A wish that the shop takes back is not taken back at the CRM.
    house.wait(60).await;
    house.shop_write(Method::Put, &path, json!({ "opt_out": false })).await;
    let (report, _) = house.sync().await;
    assert_eq!(report.updated, 0, "{report:?}");
    let contact = house.contact("ada@example.com").await.unwrap();
    assert!(contact.do_not_disturb.unwrap().channels.contains(&Channel::Email));
}

#[tokio::test]
async fn whom_the_crm_knows_is_found_and_keeps_where_they_came_from() {
    let house = House::with_customers(1).await;
    let known = domain::crm::ContactDraft {
        email: Some("ada@example.com".to_owned()),
        first_name: Some("Augusta".to_owned()),
        source: Some("web site".to_owned()),
        tags: vec!["vip".to_owned()],
        ..domain::crm::ContactDraft::default()
    };
    house.crm.upsert_contact(&house.plan.behalf, &known).await.unwrap();
    house.shop_write(Method::Post, "customers", customer("Ada", "ada@example.com")).await;
    let (report, _) = house.sync().await;
    assert_eq!((report.created, report.updated), (0, 1), "{report:?}");
    let contact = house.contact("ada@example.com").await.unwrap();
    assert_eq!(contact.first_name.unwrap().to_lowercase(), "augusta");
    assert_eq!(contact.last_name.unwrap().to_lowercase(), "frost", "it had none");
    assert_eq!(contact.source.as_deref(), Some("web site"));
    assert!(contact.tags.contains("vip") && contact.tags.contains("repairshopr"));
    assert_eq!(house.bring().await.0.unchanged, 1);
}

#[tokio::test]
async fn people_decide_about_people() {
    let house = House::with_customers(1).await;
    let mut one = customer("Ada", "ada@example.com");
    one["mobile"] = json!("5550100142");
    house.shop_write(Method::Post, "customers", one).await;
    house.sync().await;
    let contact = house.contact("ada@example.com").await.unwrap();
    // Another customer with another address and the same number may be somebody else.
    let mut other = customer("Ben", "ben@example.com");
    other["mobile"] = json!("5550100142");
    house.shop_write(Method::Post, "customers", other).await;
    let (report, _) = house.sync().await;
    assert_eq!((report.failed, report.created), (1, 0), "{report:?}");
    let reason = &report.failures[0].reason;
    assert!(reason.contains(&contact.id) && !reason.contains("example.com"), "{reason}");

    // Whom somebody deleted at the CRM is not made again.
    house.delete_contact(&contact.id).await;
    house.wait(60).await;
    let id = report_row(&house.bring().await.1, "unchanged");
    house.shop_write(Method::Put, &format!("customers/{id}"), json!({"firstname": "Ida"})).await;
    let (report, _) = house.sync().await;
    assert_eq!(report.skipped["deleted_at_the_crm"], 1, "{report:?}");
    assert!(house.contact("ada@example.com").await.is_none());
}

#[tokio::test]
async fn a_lead_is_handed_over_once_whatever_happens_to_the_answer() {
    let house = House::with_customers(1).await;
    house.shop_write(Method::Post, "customers", customer("Ida", "ida@example.com")).await;
    house.sync().await;
    let lead = |email: &str, tags: Value| json!({ "first_name": "Ada", "email": email, "tags": tags, "created_at": "2026-11-01" });
    let contacts = [
        ("c1", lead("Ada@example.com", json!(["to-shop"]))),
        ("c2", lead("ben@example.com", json!(["other"]))),
        ("c3", lead("ida@example.com", json!(["to-shop"]))),
        ("c4", lead("eve@example.com", json!(["to-shop", "repairshopr"]))),
    ];
    // The shop makes the lead, and the answer is lost.
    let lost = FaultAction::Reset { committed: true };
    let lost = Fault::always(lost).on("leads.create").times(1);
    house.shop.faults().set(vec![lost]).unwrap();
    let report = house.hand_over(&contacts).await;
    assert_eq!((report.created, report.failed), (0, 1), "{report:?}");
    assert_eq!(report.skipped["customer_already"], 1);
    for _ in 0..2 {
        let report = house.hand_over(&contacts).await;
        assert_eq!((report.created, report.failed), (0, 0), "{report:?}");
    }
    let leads = house.shop_read("leads").await;
    let emails: Vec<_> = leads["leads"].as_array().unwrap().iter().map(|it| &it["email"]).collect();
    assert_eq!(emails, ["ada@example.com"]);
    assert_eq!(
        house.requests(&house.shop.url()).await["POST"],
        1 + 1,
        "one of them is the owner's"
    );
    let second = [("c5", lead("finn@example.com", json!(["to-shop"])))];
    assert_eq!(house.hand_over(&second).await.created, 1);
    assert!(house.shop.outbox().is_empty());
}

#[tokio::test]
async fn whoever_is_killed_at_a_link_makes_nobody_twice() {
    for number in 0..4 {
        for cut in [Cut::Before(number), Cut::After(number)] {
            let house = House::with_customers(4).await;
            house.mirror_people().await;
            let began = house.bring_until(cut).await;
            assert_eq!(began.is_err(), number < 4, "{cut:?}");
            let report = house.bring().await.0;
            assert_eq!(report.failed, 0, "{cut:?}: {report:?}");
            assert_eq!(house.highlevel.contact_count(), 3 + 4, "{cut:?}: three were there");
            let settled = house.bring().await.0;
            assert_eq!((settled.unchanged, settled.created), (4, 0), "{cut:?}");
        }
    }
}

#[tokio::test]
async fn whoever_is_killed_at_a_lead_makes_it_once() {
    let contact = json!({ "first_name": "Ada", "email": "ada@example.com", "tags": ["to-shop"] });
    for cut in [Cut::Before(0), Cut::After(0), Cut::Before(1), Cut::After(1)] {
        let house = House::with_customers(1).await;
        let contacts = [("c1", contact.clone())];
        assert!(house.hand_over_until(&contacts, cut).await.is_err(), "{cut:?}");
        house.hand_over(&contacts).await;
        house.hand_over(&contacts).await;
        let leads = house.shop_read("leads").await;
        assert_eq!(leads["leads"].as_array().unwrap().len(), 1, "{cut:?}");
    }
}

/// The id of the customer with which a run did this.
fn report_row(steps: &[engine::shop::ShopStep], brought: &str) -> String {
    let step = steps.iter().find(|step| step.brought.name() == brought);
    step.expect("the run told of them").row.id.clone()
}
