//! Calls any operation of the catalogue once, with values that the simulated HighLevel knows.
//!
//! What a schema tells is made from the schema. What it does not tell, such as where the id of an
//! invoice comes from, stands in `every-operation.toml`. Every record is made for the call that
//! needs it, so that no call depends on what an earlier one did.

use std::{collections::HashMap, pin::Pin, sync::Arc};

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
use serde_json::{Map, Value, json};

use crate::{
    Runtime,
    recipes::{Recipes, placeholder},
};

type RawClient = Client<HttpTransport, Runtime>;

/// What an operation was called with and answered.
struct Called {
    /// The parameters of the call.
    given: Map<String, Value>,
    status: u16,
    body: Value,
}

/// Who calls, and what is known from the start.
pub struct Coverage {
    generation: Generation,
    recipes: Recipes,
    clients: HashMap<TokenClass, RawClient>,
    names: Map<String, Value>,
    count: u32,
}

/// Boxed, since a record may be made of other records.
type Pending<'a, V> = Pin<Box<dyn Future<Output = V> + Send + 'a>>;

impl Coverage {
    /// With a token of every class.
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
        let names = names.into_iter().map(|(name, value)| (name.to_owned(), json!(value)));
        Ok(Self {
            generation,
            recipes: Recipes::read()?,
            clients,
            names: names.collect(),
            count: 0,
        })
    }

    /// Calls an operation once.
    ///
    /// # Errors
    /// In a line without changing parts, when it is refused or its answer is not as documented.
    pub async fn call(&mut self, operation: Operation<'static>) -> Result<(), String> {
        let called = self.send(operation, self.generation).await?;
        let generation = self.generation;
        let problems = validate_reply(operation, generation, called.status, &called.body);
        match problems.first() {
            None => Ok(()),
            Some(problem) => Err(format!("answers otherwise: {problem}")),
        }
    }

    fn send(
        &mut self,
        operation: Operation<'static>,
        generation: Generation,
    ) -> Pending<'_, Result<Called, String>> {
        Box::pin(async move {
            let edition = operation.edition(generation).expect("the generation has it");
            let (call, given) = self.compose(operation, edition).await?;
            let class = self.recipes.class(operation.id());
            let class = class.or_else(|| edition.access().filter_map(TokenClass::of).min());
            let client = &self.clients[&class.unwrap_or(TokenClass::Location)];
            let reply = client.call(&call).await.map_err(|error| {
                let status = error.response().map_or(0, |response| response.status);
                let body = error.response().map(|it| serde_json::from_slice::<Value>(&it.body));
                let message = body.and_then(Result::ok).map(|body| body["message"].to_string());
                let known = message.filter(|message| message != "null");
                format!("{status} {}", known.unwrap_or_else(|| error.to_string()))
            })?;
            Ok(Called { given, status: reply.status(), body: reply.into_json() })
        })
    }

    /// A new record of a kind: its id, and what it was made with.
    fn make<'a>(&'a mut self, key: &'a str) -> Pending<'a, Result<Called, String>> {
        Box::pin(async move {
            let maker = self.recipes.record(key).ok_or_else(|| format!("no recipe of {key}"))?;
            let (by, pointer) = (maker.by.clone(), maker.id.clone());
            let operation = highlevel::catalogue::operation(&by)
                .ok_or_else(|| format!("the recipe of {key} names no operation"))?;
            let edition = operation.edition(self.generation).or(operation.editions().next());
            let generation = edition.map_or(Generation::V2, Edition::generation);
            let mut called = self
                .send(operation, generation)
                .await
                .map_err(|error| format!("{error} (making {key})"))?;
            let id = called.body.pointer(&pointer).cloned();
            called.body = id.ok_or_else(|| format!("no {pointer} in what {by} answers"))?;
            Ok(called)
        })
    }

    async fn compose(
        &mut self,
        operation: Operation<'static>,
        edition: Edition<'static>,
    ) -> Result<(RawCall, Map<String, Value>), String> {
        let mut known = self.names.clone();
        let wanted = self.recipes.values(operation.id(), edition.generation());
        if let Some(before) = self.recipes.before(operation.id()).map(str::to_owned) {
            let before = highlevel::catalogue::operation(&before)
                .ok_or_else(|| format!("{before} is no operation"))?;
            let generation = before.edition(edition.generation()).or(before.editions().next());
            let generation = generation.map_or(Generation::V2, Edition::generation);
            let called = self.send(before, generation).await;
            known.extend(called.map_err(|error| format!("{error} (before it)"))?.given);
        }
        // The last name of a path is the innermost record: it brings those around it along.
        let path: Vec<_> = edition.parameters().filter(|it| it.place() == Place::Path).collect();
        for parameter in path.iter().rev() {
            let name = parameter.name();
            if !known.contains_key(name) && !wanted.contains_key(name) {
                let made = match self.recipes.key(edition.path(), name) {
                    Some(key) => self.make(&key).await?,
                    None => continue,
                };
                known.extend(made.given);
                known.insert(name.to_owned(), made.body);
            }
        }
        for (name, value) in wanted.clone() {
            let value = self.fill(value, &known).await?;
            known.insert(name, value);
        }
        for name in self.asked(operation, edition, &known, &wanted) {
            if self.recipes.record(&name).is_some() {
                let made = self.make(&name).await?;
                known.insert(name, made.body);
            }
        }
        self.count += 1;
        let mut filler = Filler { known: &known, wanted: &wanted, count: self.count, asked: None };
        let mut call = RawCall::of(operation).generation(edition.generation());
        let mut given = Map::new();
        for parameter in edition.parameters() {
            if parameter.is_required() || wanted.contains_key(parameter.name()) {
                let value = sample(parameter.name(), parameter.schema(), &mut filler);
                given.insert(parameter.name().to_owned(), value.clone());
                call = call.with(parameter.name(), value);
            }
        }
        if let Some(body) = edition.body() {
            let made = match known.get("body").filter(|_| wanted.contains_key("body")) {
                Some(whole) => whole.clone(),
                None => sample("", body.schema(), &mut filler),
            };
            call = call.body(made);
            if body.content_types().any(|kind| kind == "multipart/form-data") {
                let field = self.recipes.file(operation.id());
                call = call.file(field, "note.txt", "text/plain", "hello");
            }
        }
        Ok((call, given))
    }

    /// The fields that a request needs and nothing is known of.
    fn asked(
        &self,
        operation: Operation<'static>,
        edition: Edition<'static>,
        known: &Map<String, Value>,
        wanted: &Map<String, Value>,
    ) -> Vec<String> {
        let mut filler = Filler { known, wanted, count: 0, asked: Some(Vec::new()) };
        for parameter in edition.parameters().filter(|it| it.is_required()) {
            let _ = sample(parameter.name(), parameter.schema(), &mut filler);
        }
        if let Some(body) = edition.body().filter(|_| !wanted.contains_key("body")) {
            let _ = sample("", body.schema(), &mut filler);
        }
        let mut asked = filler.asked.unwrap_or_default();
        asked.sort();
        asked.dedup();
        asked.retain(|name| self.recipes.record(name).is_none_or(|it| it.by != operation.id()));
        asked
    }

    /// A value of a recipe, with records in the place of names such as `<contactId>`.
    fn fill<'a>(
        &'a mut self,
        value: Value,
        known: &'a Map<String, Value>,
    ) -> Pending<'a, Result<Value, String>> {
        Box::pin(async move {
            match value {
                Value::String(text) => match placeholder(&text) {
                    Some("unique") => {
                        self.count += 1;
                        Ok(json!(format!("unique{}", self.count)))
                    }
                    Some(name) => match known.get(name) {
                        Some(value) => Ok(value.clone()),
                        None => Ok(self.make(name).await?.body),
                    },
                    None => Ok(Value::String(text)),
                },
                Value::Array(items) => {
                    let mut filled = Vec::new();
                    for item in items {
                        filled.push(self.fill(item, known).await?);
                    }
                    Ok(Value::Array(filled))
                }
                Value::Object(fields) => {
                    let mut filled = Map::new();
                    for (name, field) in fields {
                        filled.insert(name, self.fill(field, known).await?);
                    }
                    Ok(Value::Object(filled))
                }
                other => Ok(other),
            }
        })
    }
}

/// Fills a request with what is known, and with plain values of the right form.
struct Filler<'a> {
    known: &'a Map<String, Value>,
    /// What optional fields are needed all the same.
    wanted: &'a Map<String, Value>,
    count: u32,
    /// Collects the names that nothing is known of, where that is the question.
    asked: Option<Vec<String>>,
}

impl Sampler for Filler<'_> {
    fn known(&mut self, name: &str) -> Option<Value> {
        let known = self.known.get(name).cloned();
        if let (None, Some(asked)) = (&known, &mut self.asked) {
            asked.push(name.to_owned());
        }
        known
    }

    fn text(&mut self, name: &str, format: Option<&str>) -> String {
        let count = self.count;
        match (format, name) {
            (Some("date-time"), _) => "2026-03-04T15:00:00Z".to_owned(),
            (Some("date"), _) => "2026-03-04".to_owned(),
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
        self.wanted.contains_key(field.name())
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
