//! Calls that pass and calls that do not: rights, tenants, accounts, and what is told of them.

use anyhow::{Result, ensure};
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings};
use serde_json::{Value, json};

use super::house::House;

/// Who may do everything.
const ALL: &str = "proxy:read,proxy:write";

async fn open(more: &[(&'static str, &str)]) -> Result<(HighLevelSandbox, House)> {
    let highlevel = HighLevelSandbox::start(HighLevelSettings::default(), e2e::clock()).await?;
    let (token, location) = (highlevel.token().to_owned(), highlevel.location_id().to_owned());
    let house = House::open(&highlevel.url(), (&token, &location), more)?;
    Ok((highlevel, house))
}

const ALLOW_WRITES: (&str, &str) = ("HIGHWIRE_PROXY_ALLOW", "read,write");

fn json_body(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_reads_and_writes_without_a_token() -> Result<()> {
    let (highlevel, house) = open(&[ALLOW_WRITES]).await?;
    let key = house.key("application", ALL, &[])?;
    // The location is the connection's, where the call names none.
    let made = json_body(&json!({ "firstName": "Ada", "email": "ada@proxy.test" }));
    let made = house.send(&key, "POST /highlevel/contacts/", &JSON, &made)?;
    ensure!(made.status == 201, "{}", made.text());
    let contact = made.json()?["contact"].clone();
    assert_eq!(contact["locationId"], highlevel.location_id());

    let id = contact["id"].as_str().expect("an id");
    let read = house.call(&key, &format!("GET /highlevel/contacts/{id}"))?;
    assert_eq!((read.status, &read.json()?["contact"]["firstName"]), (200, &json!("Ada")));
    for header in ["x-ratelimit-remaining: ", "x-content-type-options: nosniff", "sandbox\r\n"] {
        assert!(format!("{}\r\n", read.head).contains(header), "{}", read.head);
    }
    let list = house.call(&key, "GET /highlevel/contacts/?limit=2")?;
    assert_eq!((list.status, list.json()?["contacts"].as_array().map(Vec::len)), (200, Some(2)));

    // What HighLevel refuses is passed on as it is; what it says about a token is not.
    let absent = house.call(&key, "GET /highlevel/contacts/AbsentAbsentAbsent00")?;
    assert!(absent.status == 400 || absent.status == 404, "{}", absent.text());
    assert!(absent.json()?["message"].is_string() || absent.json()?["message"].is_array());
    highlevel.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rights_come_from_the_key_and_from_the_list() -> Result<()> {
    let (highlevel, house) = open(&[ALLOW_WRITES]).await?;
    let (read, create) = ("GET /highlevel/contacts/?limit=1", "POST /highlevel/contacts/");
    let body = json_body(&json!({ "firstName": "Ada" }));
    let status = |key: &str, line: &str| -> Result<(u16, String)> {
        let body: &[u8] = if line.starts_with("GET") { b"" } else { &body };
        let answer = house.send(key, line, &JSON, body)?;
        Ok((answer.status, answer.text()))
    };
    let reader = house.key("application", "proxy:read", &[])?;
    let writer = house.key("application", "proxy:write", &[])?;
    let other = house.key("application", "events:read", &[])?;
    let assistant = house.key("assistant", "proxy:read", &[])?;
    assert_eq!(status(&reader, read)?.0, 200);
    assert_eq!(status(&assistant, read)?.0, 200);
    assert_eq!(status(&writer, create)?.0, 201);
    for (key, line, scope) in [
        (&reader, create, "proxy:write"),
        (&writer, read, "proxy:read"),
        (&other, read, "proxy:read"),
    ] {
        let (status, text) = status(key, line)?;
        assert!(status == 403 && text.contains(scope), "{text}");
    }
    assert_eq!(status("hwk_0_none", read)?.0, 401);
    // Nobody makes a key for an assistant that writes.
    assert!(house.key("assistant", "proxy:write", &[]).is_err());

    // What is not on the list is nobody's.
    let before = highlevel.request_count();
    let both = house.key("application", ALL, &[])?;
    for (line, told) in [
        ("DELETE /highlevel/contacts/c1", "contacts.delete-contact"),
        ("GET /highlevel/oauth/installedLocations", "oauth.get-installed-location"),
        ("POST /highlevel/oauth/locationToken", "oauth."),
        ("GET /highlevel/contact/c1", "the nearest is `contacts.get-contact`"),
        ("OPTIONS /highlevel/contacts/c1", ""),
    ] {
        let (status, text) = status(&both, line)?;
        assert!(matches!(status, 403 | 405) && text.contains(told), "{line}: {text}");
    }
    assert_eq!(highlevel.request_count(), before);
    highlevel.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_connections_of_others_are_not_there() -> Result<()> {
    let (highlevel, house) = open(&[]).await?;
    house.run(&["organizations", "add", "other", "--name", "Other"])?;
    let other = house.key("application", "proxy:read", &["--organization", "other"])?;
    let own = house.key("application", "proxy:read", &[])?;
    let before = highlevel.request_count();
    let foreign = house.call(&other, "GET /highlevel/contacts/?limit=1")?;
    let absent = house.call(&own, "GET /nobody/contacts/?limit=1")?;
    assert_eq!((foreign.status, absent.status), (404, 404));
    let without_id = |answer: &super::house::Answer| -> Result<Value> {
        let mut told = answer.json()?;
        told.as_object_mut().expect("a problem").remove("correlation_id");
        Ok(told)
    };
    assert_eq!(without_id(&foreign)?, without_id(&absent)?);
    assert_eq!(highlevel.request_count(), before);
    highlevel.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_accounts_of_others_are_refused_wherever_they_are_named() -> Result<()> {
    let (highlevel, house) =
        open(&[("HIGHWIRE_PROXY_ALLOW", "read,write,delete,send,money")]).await?;
    let key = house.key("application", ALL, &[])?;
    let (own, other) = (highlevel.location_id(), highlevel.other_location_id());
    let before = highlevel.request_count();
    for (line, body) in [
        (format!("GET /highlevel/locations/{other}"), json!(null)),
        (format!("GET /highlevel/locations/{other}/tags"), json!(null)),
        (format!("GET /highlevel/contacts/?locationId={other}"), json!(null)),
        (format!("GET /highlevel/contacts/?locationId={own}&locationId={other}"), json!(null)),
        (format!("GET /highlevel/contacts/?locationId={own},{other}"), json!(null)),
        (format!("GET /highlevel/contacts/?locationId[]={other}"), json!(null)),
        (format!("GET /highlevel/opportunities/search?location_id={other}"), json!(null)),
        (
            format!("GET /highlevel/invoices/?altId={other}&altType=location&limit=1&offset=0"),
            json!(null),
        ),
        ("POST /highlevel/contacts/".to_owned(), json!({ "locationId": other })),
        ("POST /highlevel/contacts/".to_owned(), json!({ "a": [{ "location_id": other }] })),
        (
            "POST /highlevel/contacts/search".to_owned(),
            json!({ "locationId": other, "pageLimit": 1 }),
        ),
    ] {
        let body = if body.is_null() { Vec::new() } else { json_body(&body) };
        let answer = house.send(&key, &line, &JSON, &body)?;
        ensure!(answer.status == 403, "{line}: {}", answer.text());
        ensure!(!answer.text().contains(other), "{line}: {}", answer.text());
    }
    let twice = format!(r#"{{"locationId":"{own}","locationId":"{other}"}}"#);
    let answer = house.send(&key, "POST /highlevel/contacts/", &JSON, twice.as_bytes())?;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert_eq!(highlevel.request_count(), before);
    highlevel.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_and_headers_that_make_no_sense_stay_here() -> Result<()> {
    let (highlevel, house) = open(&[ALLOW_WRITES, ("HIGHWIRE_PROXY_BODY_MEGABYTES", "1")]).await?;
    let key = house.key("application", ALL, &[])?;
    let before = highlevel.request_count();
    let large = format!(r#"{{"firstName":"{}"}}"#, "x".repeat(2 * 1024 * 1024));
    let send = |headers: &[(&str, &str)], body: &[u8]| {
        house.send(&key, "POST /highlevel/contacts/", headers, body).map(|answer| answer.status)
    };
    assert_eq!(send(&JSON, large.as_bytes())?, 413);
    assert_eq!(send(&JSON, b"{")?, 400);
    assert_eq!(send(&[("content-type", "text/plain")], b"{}")?, 400);
    assert_eq!(send(&[("content-type", "multipart/form-data; boundary=x")], b"--x--")?, 400);
    let urgent = [JSON[0], ("x-highwire-priority", "urgent")];
    assert_eq!(send(&urgent, b"{}")?, 400);
    assert_eq!(house.call(&key, "GET /highlevel/contacts/c1?_method=DELETE")?.status, 400);
    assert_eq!(highlevel.request_count(), before);
    let bulk = [("x-highwire-priority", "bulk")];
    let list = house.send(&key, "GET /highlevel/contacts/?limit=1", &bulk, b"")?;
    assert_eq!(list.status, 200);
    highlevel.stop().await;
    Ok(())
}
