//! A hub between a simulated HighLevel and an application of somebody's own.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use e2e::{Answer, Editor, Hub, Letter, Mailbox, Program, RawRequest};
use endpoint::Method;
use jiff::{SignedDuration, Timestamp};
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings, Oddities};
use serde_json::{Map, Value, json};

/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often another process is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The field of HighLevel that takes the application's ids. The hub makes it.
pub(crate) const ID_FIELD: &str = "Application ID";

/// The mappings that the hub has, in order: one for each application.
const MAPPINGS: [&str; 2] = ["people", "clients"];

pub(crate) struct House {
    pub(crate) vendor: HighLevelSandbox,
    pub(crate) own: Vec<Own>,
    pub(crate) key: String,
    hub: Hub,
    program: Program,
    folder: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
}

/// A person as an application keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) crm_id: Option<String>,
    pub(crate) fields: Map<String, Value>,
    pub(crate) updated_at: Timestamp,
}

impl Person {
    /// The value of a column; null where it has none.
    pub(crate) fn value(&self, column: &str) -> Value {
        self.fields.get(column).cloned().unwrap_or_default()
    }
}

/// An application of somebody's own: it keeps people, takes signed messages, and tells what is edited.
pub(crate) struct Own {
    pub(crate) mapping: &'static str,
    mailbox: Mailbox,
    desk: Arc<Mutex<Desk>>,
}

/// What an application has.
#[derive(Default)]
struct Desk {
    people: Vec<Person>,
    /// What it answers instead of doing anything.
    refuses: Option<u16>,
    /// How often it did what it was told.
    taken: usize,
    clock: Option<Timestamp>,
}

impl House {
    /// A house with so many applications, before a HighLevel with these oddities.
    pub(crate) async fn open(applications: usize, oddities: Oddities) -> Result<Self> {
        let settings = HighLevelSettings {
            contacts: 3,
            other_contacts: 0,
            opportunities: 0,
            oddities,
            ..HighLevelSettings::default()
        };
        let vendor = HighLevelSandbox::start(settings, e2e::clock()).await?;
        let (program, folder) = (Program::built()?, tempfile::tempdir()?);
        let mut variables = vec![
            ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", vendor.webhook_public_keys().remove(0)),
            ("HIGHWIRE_HIGHLEVEL_URL", vendor.url()),
            ("GHL_API_KEY", vendor.token().to_owned()),
            ("GHL_LOCATION_ID", vendor.location_id().to_owned()),
            ("HIGHWIRE_SUBSCRIPTIONS_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1".to_owned()),
        ];
        let (mut own, mut file) = (Vec::new(), String::new());
        for mapping in &MAPPINGS[..applications] {
            let one = Own::open(mapping).await?;
            let url = format!("{}/hooks", one.mailbox.url());
            let connect = ["connect", "application", "--name", mapping, "--url", &url];
            let made = run(&program, &folder, &variables, &connect)?;
            let connection = made[0]["connection"].as_str().context("a connection")?;
            ensure!(made[1]["secret"].as_str().is_some_and(|text| text.starts_with("whsec_")));
            let preset = run_raw(
                &program,
                &folder,
                &variables,
                &["notion", "mapping", "--preset", "application"],
            )?;
            // The ids of one application go into the field of HighLevel; the other one keeps to itself.
            let crossing = match *mapping {
                "people" => {
                    format!("\nsettings = {{ row_id_field = \"custom_fields.{ID_FIELD}\" }}\n")
                }
                _ => String::new(),
            };
            let sheet = preset
                .replace("[mappings.people]", &format!("[mappings.{mapping}]"))
                .replace("con_…", connection);
            file += &format!("{sheet}{crossing}");
            own.push(one);
        }
        let path = folder.path().join("mappings.toml");
        std::fs::write(&path, file)?;
        variables.push(("HIGHWIRE_SYNC_MAPPING_FILE", path.display().to_string()));
        let hub = Hub::start(&program, folder.path(), variables.clone())?;
        vendor.subscribe(&format!("http://{}/webhooks/highlevel", hub.address()))?;
        let scopes = ["rows:read", "rows:write", "contacts:read", "events:read"];
        let mut create = vec!["api-keys", "create", "--name", "own", "--role", "application"];
        scopes.iter().for_each(|scope| create.extend(["--scope", scope]));
        let made = run(&program, &folder, &variables, &create)?;
        let key = made[0]["secret"].as_str().context("a key")?.to_owned();
        Ok(Self { vendor, own, key, hub, program, folder, variables })
    }

    /// How often a contact was changed in HighLevel, by whomever.
    pub(crate) fn changes_at_vendor(&self) -> usize {
        let told = self.vendor.sender().deliveries();
        let changes = ["ContactUpdate", "ContactTagUpdate"];
        let told = told.iter().filter(|one| changes.contains(&one.event.as_str()));
        told.map(|one| one.webhook_id.as_str()).collect::<BTreeSet<_>>().len()
    }

    /// What a command prints that succeeds, a value a line.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Vec<Value>> {
        run(&self.program, &self.folder, &self.variables, arguments)
    }

    /// Asks the hub; the status, and the answer as JSON.
    pub(crate) async fn ask(&self, line: &str, body: Option<&Value>) -> Result<(u16, Value)> {
        let mut request = RawRequest {
            line: format!("{line} HTTP/1.1"),
            headers: Vec::new(),
            body: body.map(ToString::to_string).unwrap_or_default().into_bytes(),
        }
        .with("authorization", format!("Bearer {}", self.key));
        if body.is_some() {
            request = request.with("content-type", "application/json");
        }
        let (status, answer) = request.send(self.hub.address()).await?;
        let (_, body) = answer.split_once("\r\n\r\n").context("an answer has a body")?;
        Ok((status, serde_json::from_str(body).unwrap_or_default()))
    }

    /// Tells the hub a person of an application.
    pub(crate) async fn tell(&self, own: &Own, person: &Person) -> Result<(u16, Value)> {
        let mut body = json!({ "updated_at": person.updated_at, "fields": person.fields });
        if let Some(crm_id) = &person.crm_id {
            body["crm_id"] = crm_id.as_str().into();
        }
        let line = format!("PUT /v1/mappings/{}/rows/{}", own.mapping, person.id);
        self.ask(&line, Some(&body)).await
    }

    /// A contact as HighLevel has it, its custom fields under `custom_fields.` and their names.
    pub(crate) async fn contact(&self, id: &str) -> Result<Value> {
        let (status, mut contact) =
            self.ask(&format!("GET /v1/contacts/{id}?fresh=true"), None).await?;
        ensure!(status == 200, "{contact}");
        contact["email"] = contact["emails"][0].clone();
        contact["phone"] = contact["phones"][0].clone();
        contact["city"] = contact["address"]["city"].clone();
        Ok(contact)
    }

    /// Changes a contact as a person does who works in HighLevel.
    pub(crate) async fn edit_contact(&self, id: &str, change: Value) -> Result<()> {
        let path = format!("/contacts/{id}");
        Editor::new()?.at_highlevel(&self.vendor, Method::Put, &path, change).await?;
        Ok(())
    }

    /// Makes a contact as a person does who works in HighLevel; its id.
    pub(crate) async fn add_contact(&self, mut contact: Value) -> Result<String> {
        contact["locationId"] = self.vendor.location_id().into();
        let editor = Editor::new()?;
        let made = editor.at_highlevel(&self.vendor, Method::Post, "/contacts/", contact).await?;
        made["contact"]["id"].as_str().map(str::to_owned).context("an id")
    }
}

impl Own {
    async fn open(mapping: &'static str) -> Result<Self> {
        let desk = Arc::new(Mutex::new(Desk::default()));
        let behind = Arc::clone(&desk);
        let mailbox = Mailbox::open(move |letter: &Letter| lock(&behind).take(letter)).await?;
        Ok(Self { mapping, mailbox, desk })
    }

    /// Everything that was posted to it.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.mailbox.letters()
    }

    /// How often it did what it was told.
    pub(crate) fn taken(&self) -> usize {
        lock(&self.desk).taken
    }

    /// Answers so from now on, and does nothing.
    pub(crate) fn refuse(&self, status: Option<u16>) {
        lock(&self.desk).refuses = status;
    }

    pub(crate) fn people(&self) -> Vec<Person> {
        lock(&self.desk).people.clone()
    }

    /// The person that is the contact with this id.
    pub(crate) fn person(&self, crm_id: &str) -> Option<Person> {
        self.people().into_iter().find(|one| one.crm_id.as_deref() == Some(crm_id))
    }

    /// Somebody who works in the application changes a column, or adds a person.
    pub(crate) fn edit(&self, id: &str, column: &str, value: Value) -> Person {
        let mut desk = lock(&self.desk);
        let now = desk.now();
        let at = desk.people.iter().position(|one| one.id == id).unwrap_or_else(|| {
            let (crm_id, fields) = (None, Map::new());
            desk.people.push(Person { id: id.to_owned(), crm_id, fields, updated_at: now });
            desk.people.len() - 1
        });
        let person = &mut desk.people[at];
        person.fields.insert(column.to_owned(), value);
        person.updated_at = now;
        person.clone()
    }
}

impl Desk {
    /// The application's own clock, which never shows a time twice, in whole microseconds.
    fn now(&mut self) -> Timestamp {
        let now = e2e::clock().now().as_microsecond();
        let now = Timestamp::from_microsecond(now).expect("it was one");
        let after = |last: Timestamp| last + SignedDuration::from_millis(1);
        let now = self.clock.map_or(now, |last| now.max(after(last)));
        self.clock = Some(now);
        now
    }

    fn take(&mut self, letter: &Letter) -> Answer {
        if let Some(status) = self.refuses {
            return answer(status, &Value::Null);
        }
        let message: Value = serde_json::from_slice(&letter.body).unwrap_or_default();
        let data = &message["data"];
        let crm_id = data["record"]["id"].as_str().map(str::to_owned);
        let own = data["external_id"].as_str();
        let now = self.now();
        let known = self.people.iter_mut().find(|one| {
            own.is_some_and(|id| id == one.id) || (crm_id.is_some() && one.crm_id == crm_id)
        });
        let person = match known {
            Some(person) => {
                let based_on = data["based_on"].as_str().and_then(|text| text.parse().ok());
                if based_on.is_some_and(|at: Timestamp| at != person.updated_at) {
                    return answer(409, &told(person));
                }
                person
            }
            None => {
                let id = format!("p-{}", self.people.len() + 1);
                self.people.push(Person { id, crm_id: None, fields: Map::new(), updated_at: now });
                self.people.last_mut().expect("it was added")
            }
        };
        person.crm_id = crm_id;
        for (column, value) in data["fields"].as_object().into_iter().flatten() {
            person.fields.insert(column.clone(), value.clone());
        }
        person.updated_at = now;
        let told = told(person);
        self.taken += 1;
        answer(200, &told)
    }
}

/// Waits until something holds.
pub(crate) async fn until<F: Future<Output = Result<bool>>>(
    what: &str,
    holds: impl Fn() -> F,
) -> Result<()> {
    let began = Instant::now();
    while !holds().await? {
        ensure!(began.elapsed() < PATIENCE, "it did not come to this: {what}");
        tokio::time::sleep(LOOK).await; // tidy: sleep, the hub is another process
    }
    Ok(())
}

fn run(
    program: &Program,
    folder: &tempfile::TempDir,
    variables: &[(&'static str, String)],
    arguments: &[&str],
) -> Result<Vec<Value>> {
    let arguments = [arguments, &["--json"]].concat();
    let out = run_raw(program, folder, variables, &arguments)?;
    Ok(out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn run_raw(
    program: &Program,
    folder: &tempfile::TempDir,
    variables: &[(&'static str, String)],
    arguments: &[&str],
) -> Result<String> {
    let mut command = program.command(folder.path());
    let output = command.args(arguments).envs(variables.iter().cloned()).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{arguments:?}: {said}");
    Ok(String::from_utf8(output.stdout)?)
}

/// What an application answers of a person.
fn told(person: &Person) -> Value {
    json!({
        "external_id": person.id,
        "updated_at": person.updated_at,
        "fields": person.fields,
    })
}

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, content_type: "application/json", body: body.to_string() }
}

fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}
