//! Calls any operation of the catalogue once, with values that the simulated HighLevel knows.
//!
//! What a schema tells is made from the schema. What it does not tell, such as where the id of an
//! invoice comes from, stands in `every-operation.toml`. Every record is made for the call that
//! needs it, so that no call depends on what an earlier one did.

use std::{
    collections::{BTreeSet, HashMap},
    pin::Pin,
};

use anyhow::Result;
use endpoint::catalogue::{Edition, Generation, Operation, Place, sample, validate_reply};
use endpoint::http::HttpTransport;
use highlevel::{Client, CompanyId, LocationId, RawCall, Tenant, catalogue::TokenClass};
use sandbox::highlevel::HighLevelSandbox;
use serde_json::{Map, Value, json};

use crate::{
    Runtime,
    callers::{RawClient, client, granted},
    filler::Filler,
    recipes::{Maker, Recipes, placeholder},
};

/// Stands in a recipe for whatever the schema leads to.
const ANY: &str = "any";

/// The values of one call.
pub struct Values {
    /// Those of path, query and headers.
    pub parameters: Map<String, Value>,
    /// The body.
    pub body: Option<Value>,
    /// The name of the part with the file, where the body is a form in parts.
    pub part: Option<String>,
}

/// A call before it is made.
struct Composed {
    call: RawCall,
    given: Map<String, Value>,
    part: Option<String>,
}

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
    /// The entries of the recipes that some call needed.
    used: BTreeSet<String>,
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
            used: BTreeSet::new(),
        })
    }

    /// The entries of `every-operation.toml` that no call has needed until now.
    #[must_use]
    pub fn unused(&self) -> BTreeSet<String> {
        self.recipes.entries().difference(&self.used).cloned().collect()
    }

    /// The clients, one for each class of token.
    #[must_use]
    pub fn clients(&self) -> HashMap<TokenClass, Client<HttpTransport, Runtime>> {
        self.clients.clone()
    }

    /// The values with which an operation can be called, whatever calls it: in the generation of this
    /// world where it has the operation, and else in the other. Records that they need are made.
    ///
    /// # Errors
    /// Where a record cannot be made.
    pub async fn values(&mut self, operation: Operation<'static>) -> Result<Values, String> {
        let edition = operation.edition(self.generation).or(operation.editions().next());
        let edition = edition.expect("an operation is in some generation");
        let Composed { call, given, part } = self.compose(operation, edition, Map::new()).await?;
        Ok(Values { parameters: given, body: call.given_body().cloned(), part })
    }

    /// Calls an operation once.
    ///
    /// # Errors
    /// In a line without changing parts, when it is refused or its answer is not as documented.
    pub async fn call(&mut self, operation: Operation<'static>) -> Result<(), String> {
        let generation = self.generation;
        let called = self.send(operation, generation, Map::new()).await?;
        let problems = validate_reply(operation, generation, called.status, &called.body);
        match problems.first() {
            None => Ok(()),
            Some(problem) => Err(format!("answers otherwise: {problem}")),
        }
    }

    /// With the values of the operation's recipe, and others where they are given.
    fn send(
        &mut self,
        operation: Operation<'static>,
        generation: Generation,
        with: Map<String, Value>,
    ) -> Pending<'_, Result<Called, String>> {
        Box::pin(async move {
            let edition = operation.edition(generation).expect("the generation has it");
            let Composed { call, given, .. } = self.compose(operation, edition, with).await?;
            let class = edition.access().filter_map(TokenClass::of).min();
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
            self.used.insert(format!("records.{key}"));
            let Maker { by, id: pointer, with } = maker.clone();
            let operation = highlevel::catalogue::operation(&by)
                .ok_or_else(|| format!("the recipe of {key} names no operation"))?;
            let edition = operation.edition(self.generation).or(operation.editions().next());
            let generation = edition.map_or(Generation::V2, Edition::generation);
            let mut called = self
                .send(operation, generation, with)
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
        with: Map<String, Value>,
    ) -> Result<Composed, String> {
        let (known, wanted) = self.gather(operation, edition, with).await?;
        let part = self.part(operation.id()).await?;
        self.count += 1;
        let mut filler = Filler::new(&known, &wanted, self.count);
        let mut call = RawCall::of(operation).generation(edition.generation());
        let mut given = Map::new();
        for parameter in edition.parameters() {
            if parameter.is_required() || wanted.contains_key(parameter.name()) {
                let value = sample(parameter.name(), parameter.schema(), &mut filler);
                given.insert(parameter.name().to_owned(), value.clone());
                call = call.with(parameter.name(), value);
            }
        }
        let mut sent = given.clone();
        let mut file = None;
        if let Some(body) = edition.body() {
            let made = match known.get("body").filter(|_| wanted.contains_key("body")) {
                Some(whole) => whole.clone(),
                None => sample("", body.schema(), &mut filler),
            };
            sent.insert("body".to_owned(), made.clone());
            call = call.body(made);
            if body.content_types().any(|kind| kind == "multipart/form-data") {
                self.used.insert(format!("files.{}", operation.id()));
                call = call.file(&part, "note.txt", "text/plain", "hello");
                file = Some(part);
            }
        }
        let sent = Value::Object(sent);
        for name in wanted.keys().filter(|name| holds(&sent, name, known.get(*name))) {
            self.used.insert(format!("values.{}.{name}", operation.id()));
            self.used.insert(format!("values.{}/{}.{name}", operation.id(), edition.generation()));
        }
        Ok(Composed { call, given, part: file })
    }

    /// What is known for a call, and which of it goes where it is optional, too.
    async fn gather(
        &mut self,
        operation: Operation<'static>,
        edition: Edition<'static>,
        with: Map<String, Value>,
    ) -> Result<(Map<String, Value>, Map<String, Value>), String> {
        let mut known = self.names.clone();
        let mut wanted = self.recipes.values(operation.id(), edition.generation());
        wanted.extend(with);
        if let Some(before) = self.recipes.before(operation.id()).map(str::to_owned) {
            self.used.insert(format!("before.{}", operation.id()));
            known.extend(self.go_before(&before, edition.generation()).await?);
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
            if value.as_str().and_then(placeholder) == Some(ANY) {
                continue;
            }
            let value = self.fill(value, &known).await?;
            known.insert(name, value);
        }
        for name in self.asked(operation, edition, &known, &wanted) {
            if self.recipes.record(&name).is_some() {
                let made = self.make(&name).await?;
                known.insert(name, made.body);
            }
        }
        Ok((known, wanted))
    }

    /// What the call before an operation was made with, and what it answered.
    async fn go_before(
        &mut self,
        before: &str,
        generation: Generation,
    ) -> Result<Map<String, Value>, String> {
        let operation = highlevel::catalogue::operation(before)
            .ok_or_else(|| format!("{before} is no operation"))?;
        let edition = operation.edition(generation).or(operation.editions().next());
        let generation = edition.map_or(Generation::V2, Edition::generation);
        let called = self.send(operation, generation, Map::new()).await;
        let mut called = called.map_err(|error| format!("{error} (before it)"))?;
        called.given.extend(called.body.as_object().cloned().unwrap_or_default());
        Ok(called.given)
    }

    /// The name of the part that holds the file: a text, which may begin with a record.
    async fn part(&mut self, operation: &str) -> Result<String, String> {
        let name = self.recipes.file(operation).to_owned();
        match name.strip_prefix('<').and_then(|name| name.split_once('>')) {
            None => Ok(name),
            Some((record, rest)) => {
                let made = self.make(record).await?.body;
                Ok(format!("{}{rest}", made.as_str().unwrap_or_default()))
            }
        }
    }

    /// The fields that a request needs and nothing is known of.
    fn asked(
        &self,
        operation: Operation<'static>,
        edition: Edition<'static>,
        known: &Map<String, Value>,
        wanted: &Map<String, Value>,
    ) -> Vec<String> {
        let mut filler = Filler::new(known, wanted, 0);
        for parameter in edition.parameters().filter(|it| it.is_required()) {
            let _ = sample(parameter.name(), parameter.schema(), &mut filler);
        }
        if let Some(body) = edition.body().filter(|_| !wanted.contains_key("body")) {
            let _ = sample("", body.schema(), &mut filler);
        }
        let by_itself = |name: &String| {
            self.recipes.record(name).is_some_and(|maker| maker.by == operation.id())
        };
        let unknown = filler.met.into_iter().filter(|name| !known.contains_key(name));
        unknown.filter(|name| !by_itself(name)).collect()
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

/// Whether a request has a field of this name, of this value where there is one. The items of a list
/// go by the name of the list without its last letter, as where values are made.
fn holds(request: &Value, name: &str, wanted: Option<&Value>) -> bool {
    let is = |value: &Value| wanted.is_none_or(|wanted| wanted == value);
    match request {
        Value::Object(fields) => fields.iter().any(|(key, field)| {
            let items = field.as_array().filter(|_| key.strip_suffix('s') == Some(name));
            (key == name && is(field))
                || items.is_some_and(|items| items.iter().any(is))
                || holds(field, name, wanted)
        }),
        Value::Array(items) => items.iter().any(|item| holds(item, name, wanted)),
        _ => false,
    }
}
