//! Calls any operation of the catalogue once, with values that the simulated HighLevel knows.

use std::{collections::HashMap, sync::Arc};

use anyhow::{Context as _, Result};
use endpoint::{
    Method, Request, Transport as _,
    catalogue::{Edition, Field, Generation, Operation, Place, Sampler, sample, validate_reply},
    http::{HttpTransport, Settings as HttpSettings},
};
use highlevel::{
    Client, CompanyId, LocationId, RawCall, Settings, Tenant, auth::PrivateToken,
    catalogue::TokenClass,
};
use sandbox::highlevel::HighLevelSandbox;
use serde_json::{Value, json};

use crate::Runtime;

/// Where the ids of the start come from: an operation, the path to the id, and the names that
/// stand for it in other calls.
const SEEDS: &[(&str, &str, &[&str])] = &[
    ("contacts.search-contacts-advanced", "/contacts/0/id", &["contactId", "/contacts"]),
    ("users.search-users", "/users/0/id", &["userId", "assignedTo", "assignedUserId", "/users"]),
    ("opportunities.get-pipelines", "/pipelines/0/id", &["pipelineId"]),
    ("opportunities.get-pipelines", "/pipelines/0/stages/0/id", &["pipelineStageId"]),
    ("workflows.get-workflow", "/workflows/0/id", &["workflowId"]),
    ("campaigns.get-campaigns", "/campaigns/0/id", &["campaignId"]),
    ("calendars.get-calendars", "/calendars/0/id", &["calendarId", "/calendars"]),
];

/// Fields whose meaning no schema tells, by operation, in JSON where they are not texts. An empty
/// one is an optional field that is needed all the same, with whatever is known under its name.
const MEANINGS: &[(&str, &[(&str, &str)])] = &[
    ("contacts.get-duplicate-contact", &[("email", "nobody@coverage.example")]),
    ("contacts.search-contacts-advanced", &[("pageLimit", "1")]),
    ("oauth.get-access-token", &[("grant_type", "refresh_token"), ("refresh_token", "")]),
    ("oauth.get-access-token", &[("grantType", "refresh_token"), ("refreshToken", "")]),
    ("opportunities.upsert-opportunity", &[("contactId", "")]),
    ("users.create-user", &[("type", "account"), ("role", "user")]),
];

/// The fields of a form that hold its file, where the catalogue names them.
const FILES: &[(&str, &str)] = &[("conversations.upload-file-attachments", "fileAttachment")];

type RawClient = Client<HttpTransport, Runtime>;

/// Who has called what, and which ids that gave.
pub struct Coverage {
    generation: Generation,
    clients: HashMap<TokenClass, RawClient>,
    /// The ids of records, by the path of their collection.
    records: HashMap<String, String>,
    names: HashMap<String, Value>,
    count: u32,
}

impl Coverage {
    /// With a token of every class, and the ids of what the sandbox has from the start.
    ///
    /// # Errors
    /// When a token cannot be had.
    pub async fn begin(highlevel: &HighLevelSandbox, generation: Generation) -> Result<Self> {
        let location: Tenant = LocationId::new(highlevel.location_id()).into();
        let company: Tenant = CompanyId::new(highlevel.company_id()).into();
        let (of_location, refresh) = granted(highlevel, "Location").await?;
        let (of_company, _) = granted(highlevel, "Company").await?;
        let tokens = [
            (TokenClass::Location, highlevel.token().to_owned(), &location),
            (TokenClass::LocationOAuth, of_location, &location),
            (TokenClass::Agency, highlevel.agency_token().to_owned(), &company),
            (TokenClass::AgencyOAuth, of_company, &company),
        ];
        let mut clients = HashMap::new();
        for (class, token, tenant) in tokens {
            clients.insert(class, client(highlevel, &token, tenant.clone())?);
        }
        let (client_id, client_secret) = (highlevel.client_id(), highlevel.client_secret());
        let app_id = client_id.split_once('-').map_or("", |(app_id, _)| app_id);
        let names = [
            ("locationId", highlevel.location_id()),
            ("location_id", highlevel.location_id()),
            ("altId", highlevel.location_id()),
            ("altType", "location"),
            ("companyId", highlevel.company_id()),
            ("appId", app_id),
            ("client_id", &client_id),
            ("clientId", &client_id),
            ("client_secret", &client_secret),
            ("clientSecret", &client_secret),
            ("refresh_token", &refresh),
            ("refreshToken", &refresh),
        ];
        let names = names.map(|(name, value)| (name.to_owned(), json!(value))).into();
        let records = HashMap::from([
            ("/locations".to_owned(), highlevel.location_id().to_owned()),
            ("/companies".to_owned(), highlevel.company_id().to_owned()),
        ]);
        let mut coverage = Self { generation, clients, records, names, count: 0 };
        coverage.seed().await;
        Ok(coverage)
    }

    async fn seed(&mut self) {
        for (id, pointer, names) in SEEDS {
            let operation = highlevel::catalogue::operation(id).expect("a known operation");
            let Ok(reply) = self.send(operation, Generation::V2).await else { continue };
            let Some(id) = reply.1.pointer(pointer).and_then(Value::as_str) else { continue };
            for name in *names {
                match name.starts_with('/') {
                    true => self.records.insert((*name).to_owned(), id.to_owned()).is_some(),
                    false => self.names.insert((*name).to_owned(), json!(id)).is_some(),
                };
            }
        }
    }

    /// Calls an operation once.
    ///
    /// # Errors
    /// In a line without changing parts, when it is refused or its answer is not as documented.
    pub async fn call(&mut self, operation: Operation<'static>) -> Result<(), String> {
        let (status, body) = self.send(operation, self.generation).await?;
        let problems = validate_reply(operation, self.generation, status, &body);
        match problems.first() {
            None => Ok(()),
            Some(problem) => Err(format!("answers otherwise: {problem}")),
        }
    }

    async fn send(
        &mut self,
        operation: Operation<'static>,
        generation: Generation,
    ) -> Result<(u16, Value), String> {
        let edition = operation.edition(generation).expect("the generation has it");
        let call = self.compose(operation, edition);
        let class = edition.access().filter_map(TokenClass::of).min();
        let client = &self.clients[&class.unwrap_or(TokenClass::Location)];
        let reply = client.call(&call).await.map_err(|error| {
            let status = error.response().map_or(0, |response| response.status);
            let body = error.response().map(|it| serde_json::from_slice::<Value>(&it.body));
            let message = body.and_then(Result::ok).map(|body| body["message"].to_string());
            let known = message.filter(|message| message != "null");
            format!("{status} {}", known.unwrap_or_else(|| error.to_string()))
        })?;
        let (status, body) = (reply.status(), reply.json().clone());
        self.harvest(edition, reply.content());
        Ok((status, body))
    }

    fn compose(&mut self, operation: Operation<'static>, edition: Edition<'static>) -> RawCall {
        self.count += 1;
        let mut call = RawCall::of(operation).generation(edition.generation());
        for parameter in edition.parameters() {
            let is_path = parameter.place() == Place::Path;
            let record = self.record(edition.path(), parameter.name()).filter(|_| is_path);
            if let Some(record) = record {
                call = call.with(parameter.name(), record);
            } else if parameter.is_required() || self.meaning(operation, parameter.name()).is_some()
            {
                let mut filler = Filler { coverage: self, operation };
                let value = sample(parameter.name(), parameter.schema(), &mut filler);
                call = call.with(parameter.name(), value);
            }
        }
        if let Some(body) = edition.body() {
            let mut filler = Filler { coverage: self, operation };
            call = call.body(sample("", body.schema(), &mut filler));
            if body.content_types().any(|kind| kind == "multipart/form-data") {
                let named = FILES.iter().find(|(id, _)| *id == operation.id());
                let field = named.map_or("file", |(_, field)| field);
                call = call.file(field, "note.txt", "text/plain", "hello");
            }
        }
        call
    }

    /// The id of the record that a name in a path stands for.
    fn record(&self, path: &str, name: &str) -> Option<String> {
        if matches!(name, "locationId" | "companyId") {
            return self.names.get(name)?.as_str().map(str::to_owned);
        }
        let place = path.find(&format!("{{{name}}}"))?;
        self.records.get(&collection(&path[..place])).cloned()
    }

    fn meaning(&self, operation: Operation<'static>, name: &str) -> Option<Value> {
        let mut fields = MEANINGS.iter().filter(|(id, _)| *id == operation.id());
        let (_, text) = fields.find_map(|(_, it)| it.iter().find(|(field, _)| *field == name))?;
        match text.is_empty() {
            true => self.names.get(name).cloned(),
            false => Some(serde_json::from_str(text).unwrap_or_else(|_| json!(text))),
        }
    }

    /// Notes the id of what was made or listed.
    fn harvest(&mut self, edition: Edition<'static>, content: &Value) {
        let row = content.as_array().and_then(|rows| rows.first()).unwrap_or(content);
        let id = ["id", "_id"].iter().find_map(|name| row[*name].as_str());
        if let Some(id) = id {
            let place = collection(edition.path());
            self.records.entry(place).or_insert_with(|| id.to_owned());
        }
    }
}

/// The path of a collection, whatever stands in its names.
fn collection(path: &str) -> String {
    let segments = path.trim_end_matches('/').split('/');
    let plain = segments.map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    plain.collect::<Vec<_>>().join("/")
}

/// Fills a request with what is known, and with plain values of the right form.
struct Filler<'a> {
    coverage: &'a mut Coverage,
    operation: Operation<'static>,
}

impl Sampler for Filler<'_> {
    fn known(&mut self, name: &str) -> Option<Value> {
        let meaning = self.coverage.meaning(self.operation, name);
        meaning.or_else(|| self.coverage.names.get(name).cloned())
    }

    fn text(&mut self, name: &str, format: Option<&str>) -> String {
        let count = self.coverage.count;
        match (format, name) {
            (Some("date-time"), _) => "2026-11-24T15:00:00Z".to_owned(),
            (Some("date"), _) => "2026-11-24".to_owned(),
            (Some("number"), _) => "1".to_owned(),
            (_, name) if name.to_lowercase().contains("email") => {
                format!("person.{count}@coverage.example")
            }
            (_, "phone" | "phoneNo") => format!("+1555020{count:04}"),
            (_, name) if name.to_lowercase().ends_with("url") => "https://example.com/".to_owned(),
            _ => format!("{name} {count}").trim_start().to_owned(),
        }
    }

    fn wants(&mut self, field: Field<'_>) -> bool {
        self.coverage.meaning(self.operation, field.name()).is_some()
    }
}

fn client(highlevel: &HighLevelSandbox, token: &str, tenant: Tenant) -> Result<RawClient> {
    let transport = HttpTransport::new(HttpSettings::default())?;
    let settings = Settings {
        base_url: highlevel.url(),
        requests_per_window: 1_000_000,
        requests_per_day: 1_000_000,
        ..Settings::default()
    };
    Ok(Client::new(transport, Runtime, Arc::new(PrivateToken::new(token)), tenant, settings))
}

/// A token of the app for a location or the company, by way of the consent page, and what
/// refreshes it.
async fn granted(highlevel: &HighLevelSandbox, user_type: &str) -> Result<(String, String)> {
    let transport = HttpTransport::new(HttpSettings::default())?;
    let (url, client_id) = (highlevel.url(), highlevel.client_id());
    let scopes: Vec<&str> = highlevel::catalogue::operations()
        .flat_map(Operation::editions)
        .flat_map(Edition::scopes)
        .collect();
    let page = format!(
        "{url}/oauth/chooselocation?response_type=code&auto_approve=true&user_type={user_type}\
         &client_id={client_id}&scope={}",
        scopes.join("%20")
    );
    let request =
        Request { method: Method::Get, url: page, headers: Vec::new(), body: Vec::new().into() };
    let response = transport.send(request).await?;
    let address = response.header("location").context("the consent page leads nowhere")?;
    let code = address.split_once("code=").context("no code")?.1;
    let code = code.split_once('&').map_or(code, |(code, _)| code);
    let form = format!(
        "client_id={client_id}&client_secret={}&grant_type=authorization_code&code={code}\
         &user_type={user_type}",
        highlevel.client_secret()
    );
    let request = Request {
        method: Method::Post,
        url: format!("{url}/oauth/token"),
        headers: Vec::new(),
        body: form.into(),
    }
    .with_header("content-type", "application/x-www-form-urlencoded");
    let response = transport.send(request).await?;
    let pair: Value = serde_json::from_slice(&response.body)?;
    let text = |name: &str| Some(pair[name].as_str()?.to_owned());
    text("access_token").zip(text("refresh_token")).context("no tokens")
}
