//! The set-up pages as a person uses them: three steps over HTTP against a real hub and the simulated HighLevel.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use e2e::{Hub, Program, Vendors};
use endpoint::{
    Method, Request, Response, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use serde_json::{Value, json};

/// How often a page that refreshes itself is looked at again.
const LOOKS: usize = 40;

/// Somebody with a browser, a hub, and a sandbox.
struct Person {
    program: Program,
    vendors: Vendors,
    folder: tempfile::TempDir,
    hub: Hub,
    transport: HttpTransport,
    cookies: BTreeMap<String, String>,
}

impl Person {
    fn sit_down() -> Result<Self> {
        let (program, folder) = (Program::built()?, tempfile::tempdir()?);
        let vendors = Vendors::start(&program, folder.path(), &["--contacts", "3"])?;
        let variables = [("HIGHWIRE_HIGHLEVEL_URL", vendors.text("url")?.to_owned())];
        let hub = Hub::start(&program, folder.path(), variables)?;
        let transport = HttpTransport::new(HttpSettings::default())?;
        Ok(Self { program, vendors, folder, hub, transport, cookies: BTreeMap::new() })
    }

    /// What `highwire connect browser` prints.
    fn link(&self) -> Result<String> {
        let mut command = self.program.command(self.folder.path());
        command
            .args(["connect", "browser", "--json"])
            .env("HIGHWIRE_DATA_DIR", self.folder.path().join("data"))
            .env("HIGHWIRE_LISTEN", self.hub.address().to_string());
        let output = command.output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said: Value = serde_json::from_slice(&output.stdout)?;
        Ok(said["open"].as_str().context("a link")?.to_owned())
    }

    async fn get(&mut self, path: &str) -> Result<Page> {
        self.ask(Method::Get, path, String::new()).await
    }

    /// Fills in the form of a page that leads to `path`, and follows where it leads.
    async fn submit(&mut self, page: &Page, path: &str, fields: &[(&str, &str)]) -> Result<Page> {
        ensure!(page.html.contains(&format!("action=\"{path}\"")), "no form to {path}: {page:?}");
        let token = page.form_token(path)?;
        let fields = fields.iter().copied().chain([("form_token", token.as_str())]);
        let body: Vec<_> = fields.map(|(name, value)| format!("{name}={value}")).collect();
        let answer = self.ask(Method::Post, path, body.join("&")).await?;
        match answer.leads_to.clone() {
            Some(next) => self.get(&next).await,
            None => Ok(answer),
        }
    }

    async fn ask(&mut self, method: Method, path: &str, body: String) -> Result<Page> {
        let cookies: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let url = format!("http://{}{path}", self.hub.address());
        let request = Request { method, url, headers: Vec::new(), body: body.into() }
            .with_header("content-type", "application/x-www-form-urlencoded")
            .with_header("cookie", cookies.join("; "));
        let answer = self.transport.send(request).await?;
        for (name, value) in &answer.headers {
            if name == "set-cookie"
                && let Some((name, value)) =
                    value.split(';').next().and_then(|pair| pair.split_once('='))
            {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(Page::of(&answer))
    }

    /// Opens an address that is none of the hub's pages, as a browser does that was led there.
    async fn visit(&self, url: &str) -> Result<Page> {
        let url = url.to_owned();
        let request =
            Request { method: Method::Get, url, headers: Vec::new(), body: Vec::new().into() };
        Ok(Page::of(&self.transport.send(request).await?))
    }

    /// One of the sandbox's own controls.
    async fn control(&self, path: &str, body: Value) -> Result<()> {
        let url = format!("{}/_sandbox/{path}", self.vendors.text("url")?);
        let body = body.to_string().into();
        let request = Request { method: Method::Post, url, headers: Vec::new(), body };
        let answer = self.transport.send(request).await?;
        ensure!(answer.status == 200, "{path}: {:?}", answer.body);
        Ok(())
    }

    /// What the doctor says of the one connection, and its exit code.
    fn doctor(&self) -> Result<(i32, Vec<Value>)> {
        let mut command = self.program.command(self.folder.path());
        command
            .args(["doctor", "highlevel", "--json"])
            .env("HIGHWIRE_DATA_DIR", self.folder.path().join("data"))
            .env("HIGHWIRE_HIGHLEVEL_URL", self.vendors.text("url")?);
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines = said.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok((output.status.code().context("killed")?, lines))
    }

    /// What the simulated HighLevel was asked of this operation.
    async fn asked(&self, operation: &str) -> Result<usize> {
        let path = format!("/_sandbox/requests?operation={operation}");
        let told = self.vendors.get(&path).await?;
        Ok(told["requests"].as_array().context("a list")?.len())
    }
}

/// What came back.
#[derive(Debug)]
struct Page {
    status: u16,
    html: String,
    leads_to: Option<String>,
}

impl Page {
    fn of(answer: &Response) -> Self {
        Self {
            status: answer.status,
            html: String::from_utf8_lossy(&answer.body).into_owned(),
            leads_to: answer.header("location").map(str::to_owned),
        }
    }

    /// The token that stands in the form to this path.
    fn form_token(&self, path: &str) -> Result<String> {
        let form = self.html.split(&format!("action=\"{path}\"")).nth(1).context("the form")?;
        let value = form.split("name=\"form_token\" value=\"").nth(1).context("its token")?;
        Ok(value.split('"').next().unwrap_or_default().to_owned())
    }

    fn shows(&self, part: &str) -> Result<()> {
        ensure!(self.html.contains(part), "{part} is missing: {} {}", self.status, self.html);
        Ok(())
    }

    /// What stands in the page's box for secrets.
    fn secret(&self) -> Result<String> {
        let at = self.html.split("<output>").nth(1).context("a secret")?;
        Ok(at.split("</output>").next().unwrap_or_default().to_owned())
    }
}

#[tokio::test]
async fn a_person_connects_sets_up_the_webhook_and_tests_both_ways() -> Result<()> {
    let mut person = Person::sit_down()?;
    let token = person.vendors.text("token")?.to_owned();
    let link = person.link()?;
    let ticket = link.split_once("ticket=").context("a ticket")?.1.to_owned();
    let asks = person.get(&format!("/connect/open?ticket={ticket}")).await?;
    let list = person.submit(&asks, "/connect/open", &[("ticket", &ticket)]).await?;
    list.shows("Nothing is connected yet")?;

    // 1: connect. A wrong token is refused with a way out, and nothing is stored.
    let form = person.get("/connect/new/highlevel-token").await?;
    let path = "/connect/new/highlevel-token";
    let dead = "pit-00000000-0000-4000-8000-000000000000";
    let refused = person.submit(&form, path, &[("token", dead)]).await?;
    ensure!(refused.status == 400 && !refused.html.contains(dead), "{refused:?}");
    refused.shows("HighLevel does not take the token")?;
    let connected = person.submit(&refused, path, &[("token", &token)]).await?;
    connected.shows("HighLevel is connected")?;
    connected.shows("Northwind Harbor")?;
    ensure!(!connected.html.contains(&token), "the token is shown");
    let below = connected.html.split("href=\"").find_map(|part| {
        let path = part.split('"').next()?;
        path.strip_suffix("/webhook").filter(|path| path.starts_with("/connect/connections/"))
    });
    let below = below.context("a way on")?.to_owned();

    // 2: webhook. The address is shown once, and a workflow gets in by it.
    let webhook = format!("{below}/webhook");
    let plan = person.get(&webhook).await?;
    plan.shows("/webhooks/highlevel")?;
    let made = person.submit(&plan, &webhook, &[("proof", "workflow-token")]).await?;
    let address = made.secret()?;
    ensure!(address.contains("/webhooks/highlevel/workflow/hwk_"), "{address}");
    ensure!(!person.get(&webhook).await?.html.contains(&address), "it is shown again");

    // 3: test. The event arrives, and a message is accepted.
    let arrival = send_an_event(&mut person, &below).await?;
    send_a_reply(&mut person, &below, &arrival).await?;

    let doctor = format!("{below}/doctor");
    let show = person.get(&below).await?;
    person.submit(&show, &doctor, &[]).await?.shows("Everything that was looked at works")?;
    Ok(())
}

/// Sends the test event, and waits for the page that says what became of it.
async fn send_an_event(person: &mut Person, below: &str) -> Result<Page> {
    let test = format!("{below}/test");
    let page = person.get(&test).await?;
    let mut arrival = person.submit(&page, &test, &[]).await?;
    arrival.shows("answered with 200, as evt_")?;
    let event = arrival.html.split("as evt_").nth(1).and_then(|rest| rest.get(..32));
    let event = format!("evt_{}", event.context("an event")?);
    for _ in 0..LOOKS {
        if !arrival.html.contains("on its way") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await; // tidy: sleep, the page asks for it
        arrival = person.get(&format!("{test}?event={event}")).await?;
    }
    arrival.shows("it changed one record")?;
    ensure!(!arrival.html.contains("on its way"), "{arrival:?}");
    Ok(arrival)
}

/// Sends a message, which HighLevel takes once the person has confirmed it.
async fn send_a_reply(person: &mut Person, below: &str, arrival: &Page) -> Result<()> {
    let reply = format!("{below}/reply");
    let contacts = person
        .vendors
        .get(&format!("/contacts/?locationId={}&limit=1", person.vendors.text("location_id")?))
        .await?;
    let contact = contacts["contacts"][0]["id"].as_str().context("a contact")?.to_owned();
    let unconfirmed = [("contact", contact.as_str()), ("text", "hello")];
    let unsent = person.submit(arrival, &reply, &unconfirmed).await?;
    ensure!(unsent.status == 400, "{unsent:?}");
    assert_eq!(person.asked("conversations.send-a-new-message").await?, 0);
    let confirmed = [("contact", contact.as_str()), ("text", "hello"), ("confirm", "yes")];
    let sent = person.submit(arrival, &reply, &confirmed).await?;
    sent.shows("accepted the message as")?;
    assert_eq!(person.asked("conversations.send-a-new-message").await?, 1);
    Ok(())
}

/// Neither the link nor the pages open anything twice, or to who has not signed in.
#[tokio::test]
async fn nobody_else_gets_in() -> Result<()> {
    let mut person = Person::sit_down()?;
    let stranger = person.get("/connect").await?;
    ensure!(stranger.status == 401, "{stranger:?}");
    let ticket = person.link()?.split_once("ticket=").context("a ticket")?.1.to_owned();
    let asks = person.get(&format!("/connect/open?ticket={ticket}")).await?;
    let fields = [("ticket", ticket.as_str())];
    person.submit(&asks, "/connect/open", &fields).await?.shows("Connections")?;
    person.cookies.clear();
    let again = person.get(&format!("/connect/open?ticket={ticket}")).await?;
    let refused = person.submit(&again, "/connect/open", &fields).await?;
    ensure!(refused.status == 400, "{refused:?}");
    refused.shows("used up or too old")?;
    let inside = person.get("/connect").await?;
    ensure!(inside.status == 401, "{inside:?}");
    Ok(())
}

/// The whole life of an installation, as the pages make it and as the doctor sees it.
#[tokio::test]
async fn an_installed_app_is_examined_as_long_as_it_lives() -> Result<()> {
    let mut person = Person::sit_down()?;
    let callback = format!("http://{}/oauth/callback/highlevel", person.hub.address());
    person.control("app", json!({ "redirect_uri": callback })).await?;
    let ticket = person.link()?.split_once("ticket=").context("a ticket")?.1.to_owned();
    let asks = person.get(&format!("/connect/open?ticket={ticket}")).await?;
    person.submit(&asks, "/connect/open", &[("ticket", ticket.as_str())]).await?;
    let location = person.vendors.text("location_id")?.to_owned();
    let path = "/connect/new/highlevel-app";
    let form = person.get(path).await?;
    let fields = [
        ("client_id", person.vendors.text("client_id")?.to_owned()),
        ("client_secret", person.vendors.text("client_secret")?.to_owned()),
        ("consent_host", person.vendors.text("url")?.to_owned()),
    ];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let asked = person.submit(&form, path, &fields).await?;
    asked.shows("Agree at HighLevel")?;
    let link = asked.html.split("class=\"button\" href=\"").nth(1).context("a link")?;
    let link = link.split('"').next().unwrap_or_default().replace("&amp;", "&");
    let agreed = format!("{link}&auto_approve=true&location_id={location}");
    let back = person.visit(&agreed).await?.leads_to.context("it leads nowhere")?;
    ensure!(back.starts_with(&callback), "{back}");
    person.visit(&back).await?.shows("Connected")?;
    person.get("/connect").await?.shows("Northwind Harbor")?;

    let bad = |said: &[Value]| -> Vec<String> {
        let bad = said.iter().filter(|finding| finding["verdict"] == "bad");
        bad.map(|finding| finding.to_string()).collect()
    };
    let (code, said) = person.doctor()?;
    ensure!(code == 0 && bad(&said).is_empty(), "{said:#?}");
    ensure!(said.iter().any(|it| it["subject"] == "location" && it["verdict"] == "good"));

    // A day later the location is suspended: it gets no new token until that is over.
    person.control("suspend", json!({ "location_id": location, "suspended": true })).await?;
    person.control("clock", json!({ "advance_seconds": 90_000 })).await?;
    let (code, said) = person.doctor()?;
    let found = bad(&said);
    ensure!(code == 1 && found.len() == 1 && found[0].contains("suspended"), "{said:#?}");
    person.control("suspend", json!({ "location_id": location, "suspended": false })).await?;
    let (code, said) = person.doctor()?;
    ensure!(code == 0 && bad(&said).is_empty(), "{said:#?}");

    // The app is taken off, and only a person can bring it back.
    person.control("uninstall", json!({ "location_id": location })).await?;
    let (code, said) = person.doctor()?;
    let found = bad(&said);
    ensure!(code == 1 && found.len() == 1, "{said:#?}");
    ensure!(found[0].contains("highwire connect highlevel"), "{found:?}");

    let requests = person.vendors.get("/_sandbox/requests").await?;
    let requests = requests["requests"].as_array().context("a list")?;
    for request in requests.iter().filter(|request| request["path"] != "/oauth/token") {
        ensure!(request["method"] == "GET", "{request}");
    }
    Ok(())
}
