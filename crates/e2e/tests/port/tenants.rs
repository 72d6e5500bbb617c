//! Whose CRM it is: what is another's is not there, and every write is in the audit by ids.

use anyhow::{Result, ensure};
use domain::{Actor, Audit as _, Outcome, Realm};
use serde_json::json;
use store::Sqlite;

use crate::house::{ALL, House, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_anothers_is_not_there() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let draft = json!({"email": "ada@example.com"});
    let made = house.ask(&key, "POST /v1/contacts", Some(draft)).await?.good()?;
    let id = text(&made["contact"], "id")?;
    house.run(&["organizations", "add", "org_other", "--name", "Other"])?;
    let other = house.key(ALL, &["--organization", "org_other"])?;
    let calls = house.vendor.request_count();
    for (line, body) in [
        (format!("GET /v1/contacts/{id}"), None),
        ("GET /v1/contacts?email=ada@example.com".to_owned(), None),
        (format!("PATCH /v1/contacts/{id}"), Some(json!({"first_name": "X"}))),
        (format!("POST /v1/contacts/{id}/tags"), Some(json!({"tags": ["x"]}))),
        (format!("DELETE /v1/contacts/{id}/tags/x"), None),
        (format!("POST /v1/contacts/{id}/messages"), Some(json!({"channel": "sms", "text": "x"}))),
    ] {
        let refused = house.ask(&other, &line, body.clone()).await?;
        ensure!((refused.status, refused.problem()?) == (409, "connection-unready"), "{refused:?}");
        let place = if line.contains('?') { '&' } else { '?' };
        let named = format!("{line}{place}connection=con_highlevel");
        let refused = house.ask(&other, &named, body.clone()).await?;
        ensure!((refused.status, refused.problem()?) == (404, "not-found"), "{refused:?}");
        ensure!(!refused.body.to_string().contains("ada@example.com"), "{refused:?}");
    }
    ensure!(house.vendor.request_count() == calls, "nobody was asked");
    let named = format!("GET /v1/contacts/{id}?connection=con_highlevel");
    ensure!(house.ask(&key, &named, None).await?.status == 200);
    let unheard = format!("GET /v1/contacts/{id}?connection=con_unheard");
    ensure!(house.ask(&key, &unheard, None).await?.status == 404);
    for (scopes, line, status) in [
        ("contacts:read", format!("PATCH /v1/contacts/{id}"), 403),
        ("contacts:write", format!("GET /v1/contacts/{id}"), 403),
        ("contacts:write", format!("POST /v1/contacts/{id}/messages"), 403),
        ("contacts:read", "GET /v1/contacts/..%2Fopportunities".to_owned(), 404),
        ("contacts:read", "GET /v1/contacts/nobody".to_owned(), 404),
    ] {
        let narrow = house.key(scopes, &[])?;
        let answer = house.ask(&narrow, &line, None).await?;
        ensure!(answer.status == status, "{line}: {answer:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_is_noted_by_ids_alone() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let draft = json!({"email": "ada@example.com", "first_name": "Ada", "tags": ["secret tag"]});
    let made = house.ask(&key, "POST /v1/contacts", Some(draft)).await?.good()?;
    let id = text(&made["contact"], "id")?;
    let tags = format!("POST /v1/contacts/{id}/tags");
    house.ask(&key, &tags, Some(json!({"tags": ["another tag"]}))).await?.good()?;
    let message = format!("POST /v1/contacts/{id}/messages");
    let sms = json!({"channel": "sms", "text": "without a number"});
    ensure!(house.ask(&key, &message, Some(sms)).await?.status == 422);
    let store = Sqlite::open_to_read(&house.data())?;
    let all = store.audit(&Realm::Installation, "", None, 100).await?;
    let acts: Vec<_> = all
        .iter()
        .map(|entry| &entry.noted)
        .filter(|it| it.act.starts_with("contact") || it.act.starts_with("message"))
        .collect();
    let told: Vec<_> = acts.iter().map(|it| (it.act.as_str(), it.outcome)).collect();
    let expected = [
        ("message.sent", Outcome::Refused),
        ("contact.tagged", Outcome::Done),
        ("contact.upserted", Outcome::Done),
    ];
    ensure!(told == expected, "{told:?}");
    for noted in acts {
        ensure!(noted.subject.as_deref() == Some(id), "{noted:?}");
        ensure!(matches!(noted.actor, Actor::Key(_)), "{noted:?}");
        let written = format!("{noted:?}");
        ensure!(!["ada", "Ada", "tag\"", "number"].iter().any(|it| written.contains(it)));
    }
    Ok(())
}
