//! Schemathesis holds a running hub to its own document, with requests that it makes up of it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result, ensure};
use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};

use crate::{Events, Hub, Program, Sender, Vendors};

/// The key of the installation's administrator, who may everything.
const ADMINISTRATOR: &str = "the-administrator-of-the-fuzzed-hub";

/// How many events the hub has before the requests come.
const EVENTS: u64 = 5;

/// How long to look, and where to begin.
#[derive(Clone, Copy, Debug)]
pub struct Fuzzing {
    /// How long requests are made up, in seconds.
    pub seconds: u32,
    /// What they follow from.
    pub seed: u64,
}

/// Installs the fuzzer where it is missing, and lets it loose on a hub before simulated vendors. What
/// it says stands in the output of the test.
///
/// # Errors
/// Where the hub differs from its document, or something cannot be started.
pub async fn fuzz(program: &Program, folder: &Path, fuzzing: Fuzzing) -> Result<()> {
    let tools = Tools::install()?;
    let vendors = Vendors::start(program, folder, &[])?;
    let events = Events::new(fuzzing.seed, 400)?;
    let variables = [
        ("HIGHWIRE_SERVER_ADMINISTRATOR_KEY", ADMINISTRATOR.to_owned()),
        ("HIGHWIRE_SERVER_REQUESTS_PER_MINUTE", "0".to_owned()),
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()),
        ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()),
        ("HIGHWIRE_HIGHLEVEL_URL", vendors.text("url")?.to_owned()),
        ("GHL_API_KEY", vendors.text("token")?.to_owned()),
        ("GHL_LOCATION_ID", vendors.text("location_id")?.to_owned()),
    ];
    let hub = Hub::start(program, folder, variables)?;
    let mut sender = Sender::connect(hub.address()).await?;
    for number in 0..EVENTS {
        let status = sender.send(&Sender::request(&events.signed(number, 1)?)).await?;
        ensure!(status == 200, "an event was answered {status}");
    }
    let url = format!("http://{}/openapi.json", hub.address());
    let document = folder.join("openapi.json");
    fs::write(&document, read(&url).await?)?;
    tools.validate(&document)?;
    tools.run(&url, folder, fuzzing)
}

/// A Python environment of its own beside its requirements.
struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Installs what the requirements pin, once for each version of them.
    fn install() -> Result<Self> {
        let tools = Self { folder: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemathesis") };
        let wanted = fs::read(tools.folder.join("requirements.txt"))?;
        let installed = tools.folder.join(".venv/installed.txt");
        if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
            return Ok(tools);
        }
        let hint = "install Python 3.10 or newer with its module venv";
        let mut python = Command::new("python3");
        python.args(["-m", "venv", "--clear", ".venv"]);
        ensure!(tools.status(&mut python).context(hint)?.success(), "make .venv; {hint}");
        let mut pip = Command::new(tools.program("pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"]);
        let installs = tools.status(&mut pip)?.success();
        ensure!(installs, "install the fuzzer; check that the registry of Python can be reached");
        fs::write(installed, wanted)?;
        Ok(tools)
    }

    /// Holds a document against the rules of OpenAPI itself.
    fn validate(&self, document: &Path) -> Result<()> {
        let mut validator = Command::new(self.program("openapi-spec-validator"));
        let is_valid = self.status(validator.arg(document))?.success();
        ensure!(is_valid, "the document is no OpenAPI; see the lines above");
        Ok(())
    }

    fn run(&self, url: &str, folder: &Path, fuzzing: Fuzzing) -> Result<()> {
        let mut fuzzer = Command::new(self.program("schemathesis"));
        fuzzer
            .args(["--config-file", "schemathesis.toml", "run", url])
            .arg(format!("--header=Authorization: Bearer {ADMINISTRATOR}"))
            .arg(format!("--seed={}", fuzzing.seed))
            .arg(format!("--max-time={}", fuzzing.seconds))
            .args(["--continue-on-failure", "--no-color"])
            .env("SCHEMATHESIS_HOOKS", "hooks")
            .env("PYTHONPATH", ".")
            .env("HYPOTHESIS_STORAGE_DIRECTORY", folder.join("hypothesis"));
        let finds_nothing = self.status(&mut fuzzer)?.success();
        ensure!(finds_nothing, "the hub is not what its document says; see the failures above");
        Ok(())
    }

    fn program(&self, name: &str) -> PathBuf {
        self.folder.join(".venv/bin").join(name)
    }

    fn status(&self, command: &mut Command) -> Result<ExitStatus> {
        let program = command.get_program().to_owned();
        command.current_dir(&self.folder).stdin(Stdio::null());
        command.status().with_context(|| format!("start {}", program.display()))
    }
}

async fn read(url: &str) -> Result<Vec<u8>> {
    let (method, url) = (Method::Get, url.to_owned());
    let request = Request { method, url, headers: Vec::new(), body: Vec::new().into() };
    let answer = HttpTransport::new(HttpSettings::default())?.send(request).await?;
    ensure!(answer.status == 200, "the document was answered {}", answer.status);
    Ok(answer.body.to_vec())
}
