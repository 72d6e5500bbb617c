//! A simulated HighLevel, a hub whose log is kept, and a person with a terminal and a browser.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::PathBuf,
    process::{Child, ChildStdout, Output, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use e2e::Program;
use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings};
use serde_json::{Value, json};

/// The second location of the simulated agency.
pub(crate) const OTHER_LOCATION: &str = "Rk3Vd8PzQm5TbWy1NcXs";

/// How every token of the simulated app begins: nothing may show one.
const TOKEN: &str = "eyJhbGciOi";

/// How long anything may take to show.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything of a test.
pub(crate) struct House {
    pub(crate) vendor: HighLevelSandbox,
    program: Program,
    folder: tempfile::TempDir,
    hub: Option<Hub>,
    http: HttpTransport,
    /// Where the hub listens: the app has to have it registered before anything comes from there.
    port: u16,
    /// What nobody may see: codes, secrets, and states outside of the address to open.
    hidden: std::sync::Mutex<Vec<String>>,
    /// What was said where somebody sees it.
    said: std::sync::Mutex<Vec<String>>,
}

struct Hub(Child);

/// A person who was shown an address.
pub(crate) struct Asking {
    pub(crate) url: String,
    process: Child,
    rest: BufReader<ChildStdout>,
}

/// A consent that came back.
pub(crate) struct Connected {
    pub(crate) url: String,
    /// Where the consent page led to.
    pub(crate) callback: String,
    /// The status and the page that the person saw.
    pub(crate) page: (u16, String),
    pub(crate) output: Output,
}

impl Drop for Hub {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Connected {
    /// What the command said of the connection.
    pub(crate) fn told(&self) -> Result<Value> {
        let out = String::from_utf8_lossy(&self.output.stdout);
        let said = String::from_utf8_lossy(&self.output.stderr);
        ensure!(self.output.status.success(), "{said}\n{:?}", self.page);
        Ok(serde_json::from_str(out.lines().next().context("a line")?)?)
    }
}

impl House {
    /// With a hub that runs, and whose address the app has registered.
    pub(crate) async fn open(variables: &[(&str, &str)]) -> Result<Self> {
        let mut house = Self::closed().await?;
        let log = File::create(house.log())?;
        let mut process = house
            .command()
            .args(["up", "--json"])
            .env("HIGHWIRE_LOG_LEVEL", "trace")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("stdout")?).read_line(&mut line)?;
        house.hub = Some(Hub(process));
        let said: Value = serde_json::from_str(&line).with_context(|| format!("{line:?}"))?;
        let url = said["url"].as_str().context("an address")?;
        house.vendor.subscribe(&format!("{url}/webhooks/highlevel"))?;
        house.control("app", json!({ "redirect_uri": house.callback() })).await?;
        Ok(house)
    }

    /// Without a hub.
    pub(crate) async fn closed() -> Result<Self> {
        let settings = HighLevelSettings {
            contacts: 5,
            other_contacts: 1,
            opportunities: 1,
            ..HighLevelSettings::default()
        };
        let vendor = HighLevelSandbox::start(settings, e2e::clock()).await?;
        let hidden = vec![
            TOKEN.to_owned(),
            vendor.client_secret(),
            vendor.token().to_owned(),
            vendor.other_token().to_owned(),
            vendor.agency_token().to_owned(),
        ];
        Ok(Self {
            vendor,
            program: Program::built()?,
            folder: tempfile::tempdir()?,
            hub: None,
            http: HttpTransport::new(HttpSettings::default())?,
            port: free_port()?,
            hidden: std::sync::Mutex::new(hidden),
            said: std::sync::Mutex::default(),
        })
    }

    /// Where the hub takes the answers of consent pages.
    pub(crate) fn callback(&self) -> String {
        format!("http://127.0.0.1:{}/oauth/callback/highlevel", self.port)
    }

    /// Asks for a consent, opens the page, agrees by these words, and waits for the command.
    pub(crate) async fn connect(&self, flags: &[&str], agreement: &str) -> Result<Connected> {
        let mut asking = self.ask(flags)?;
        let url = asking.url.clone();
        let callback = self.agree(&url, agreement).await?;
        let page = self.get(&callback).await?;
        let output = asking.end()?;
        self.note(&output);
        Ok(Connected { url, callback, page, output })
    }

    /// Runs the command until it shows the address.
    pub(crate) fn ask(&self, flags: &[&str]) -> Result<Asking> {
        let mut process = self
            .command()
            .args(["connect", "highlevel", "--json"])
            .args(flags)
            .env("HIGHWIRE_LOG_LEVEL", "trace")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut rest = BufReader::new(process.stdout.take().context("stdout")?);
        let mut line = String::new();
        rest.read_line(&mut line)?;
        if line.is_empty() {
            let mut said = String::new();
            process.stderr.take().context("stderr")?.read_to_string(&mut said)?;
            bail!("it did not ask: {said}");
        }
        let said: Value = serde_json::from_str(&line)?;
        let url = said["open"].as_str().context("an address")?.to_owned();
        let (_, state) = url.split_once("&state=").context("a state")?;
        self.hide(state.split('&').next().context("a state")?);
        Ok(Asking { url, process, rest })
    }

    /// Agrees without anybody having asked, as from the marketplace; where it leads to.
    pub(crate) async fn walk_in(&self, agreement: &str) -> Result<String> {
        let (url, client) = (self.vendor.url(), self.vendor.client_id());
        let page = format!("{url}/v2/oauth/chooselocation?response_type=code&client_id={client}");
        self.agree(&page, agreement).await
    }

    async fn agree(&self, url: &str, agreement: &str) -> Result<String> {
        let url = format!("{url}&auto_approve=true&{agreement}");
        let answer = self.http.send(request(Method::Get, &url, Vec::new())).await?;
        ensure!(
            answer.status == 302,
            "{}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        let callback = answer.header("location").context("it leads nowhere")?.to_owned();
        let (_, code) = callback.split_once("code=").context("a code")?;
        self.hide(code.split('&').next().context("a code")?);
        Ok(callback)
    }

    /// Opens an address; what the person sees.
    pub(crate) async fn get(&self, url: &str) -> Result<(u16, String)> {
        let answer = self.http.send(request(Method::Get, url, Vec::new())).await?;
        let page = String::from_utf8(answer.body.to_vec())?;
        if url.contains("/oauth/callback/") {
            self.said.lock().expect("nobody panics while they hold it").push(page.clone());
        }
        Ok((answer.status, page))
    }

    /// The same address with a state that nobody made.
    pub(crate) fn forged(&self, callback: &str) -> Result<String> {
        let (before, state) = callback.split_once("&state=").context("a state")?;
        let other = state.chars().rev().collect::<String>();
        ensure!(other != state);
        Ok(format!("{before}&state={other}"))
    }

    pub(crate) fn without_state(&self, callback: &str) -> Result<String> {
        Ok(callback.split_once("&state=").context("a state")?.0.to_owned())
    }

    /// What a command prints that succeeds, a value a line.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Vec<Value>> {
        let output = self.command().args(arguments).arg("--json").output()?;
        self.note(&output);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{arguments:?}: {said}");
        let out = String::from_utf8(output.stdout)?;
        Ok(out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    /// What a command prints that reads a credential from stdin and succeeds.
    pub(crate) fn given(&self, arguments: &[&str], credential: &str) -> Result<Value> {
        let output = self.fed(arguments, credential)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{arguments:?}: {said}");
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// What a command says that reads a credential from stdin and is refused.
    pub(crate) fn refused(&self, arguments: &[&str], credential: &str) -> Result<String> {
        let output = self.fed(arguments, credential)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.code() == Some(1) && said.contains("hint: "), "{said}");
        Ok(said)
    }

    fn fed(&self, arguments: &[&str], credential: &str) -> Result<Output> {
        self.hide(credential.trim());
        let mut command = self.command();
        command.args(arguments).arg("--json").env("HIGHWIRE_LOG_LEVEL", "trace");
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        process.stdin.take().context("stdin")?.write_all(credential.as_bytes())?;
        let output = process.wait_with_output()?;
        self.note(&output);
        Ok(output)
    }

    /// Posts to a control of the simulated HighLevel.
    pub(crate) async fn control(&self, name: &str, body: Value) -> Result<Value> {
        let url = format!("{}/_sandbox/{name}", self.vendor.url());
        let answer = self.http.send(request(Method::Post, &url, body.to_string().into())).await?;
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        ensure!(answer.status == 200, "{name}: {} {body}", answer.status);
        Ok(serde_json::from_str(&body)?)
    }

    async fn look(&self, path: &str) -> Result<Value> {
        let url = format!("{}/_sandbox/{path}", self.vendor.url());
        let answer = self.http.send(request(Method::Get, &url, Vec::new())).await?;
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// How often an operation was asked for, of the latest requests.
    pub(crate) async fn asked(&self, operation: &str) -> Result<usize> {
        let told = self.look(&format!("requests?operation={operation}")).await?;
        Ok(told["requests"].as_array().context("requests")?.len())
    }

    /// What the latest requests were answered with.
    pub(crate) async fn statuses(&self) -> Result<Vec<u64>> {
        let told = self.look("requests").await?;
        let requests = told["requests"].as_array().context("requests")?;
        Ok(requests.iter().filter_map(|one| one["status"].as_u64()).collect())
    }

    pub(crate) async fn deliveries(&self) -> Result<Vec<Value>> {
        let told = self.look("deliveries").await?;
        Ok(told["deliveries"].as_array().context("deliveries")?.clone())
    }

    /// Makes a location as the agency does, which gets the app by itself.
    pub(crate) async fn make_location(&self) -> Result<String> {
        let url = format!("{}/locations/", self.vendor.url());
        let body = json!({ "name": "Quay", "companyId": self.vendor.company_id() });
        let request = request(Method::Post, &url, body.to_string().into())
            .with_header("authorization", format!("Bearer {}", self.vendor.agency_token()))
            .with_header("version", "2021-07-28")
            .with_header("content-type", "application/json");
        let answer = self.http.send(request).await?;
        let made: Value = serde_json::from_slice(&answer.body)?;
        Ok(made["id"].as_str().with_context(|| made.to_string())?.to_owned())
    }

    /// Waits until the connections are as they should be.
    pub(crate) async fn until(&self, is_so: impl Fn(&[Value]) -> Result<bool>) -> Result<()> {
        let since = Instant::now();
        loop {
            let listed = self.run(&["connections", "list"])?;
            if is_so(&listed)? {
                return Ok(());
            }
            ensure!(since.elapsed() < PATIENCE, "it did not come to be: {listed:?}");
            tokio::time::sleep(Duration::from_millis(200)).await; // tidy: sleep, a process is polled
        }
    }

    /// Whether a credential of this kind is stored.
    pub(crate) fn has_credential(&self, kind: &str) -> Result<bool> {
        let store = store::Sqlite::open_to_read(&self.data())?;
        let organization = domain::OrganizationId::new("default");
        let listed = std::thread::scope(|scope| {
            let read = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().build()?;
                let read = domain::Credentials::credentials(&store, &organization, None);
                Ok::<_, anyhow::Error>(runtime.block_on(read)?)
            });
            read.join().expect("it reads")
        })?;
        Ok(listed.iter().any(|one| one.key.kind == kind))
    }

    /// Nothing that was hidden stands in an output, a page, the log, or a file of the data folder.
    pub(crate) fn ends_without_leaks(mut self) -> Result<()> {
        drop(self.hub.take());
        let mut places: Vec<(String, Vec<u8>)> = Vec::new();
        if self.log().exists() {
            let log = std::fs::read(self.log())?;
            ensure!(!log.is_empty(), "the log was kept");
            places.push(("the log".to_owned(), log));
        }
        for text in self.said.lock().expect("nobody panics while they hold it").iter() {
            places.push(("an output".to_owned(), text.clone().into_bytes()));
        }
        for file in std::fs::read_dir(self.data())? {
            let path = file?.path();
            // What only holds room on the disk for the worst hour holds nothing else.
            if path.is_file() && !path.ends_with("space.reserve") {
                places.push((path.display().to_string(), std::fs::read(&path)?));
            }
        }
        for secret in self.hidden.lock().expect("nobody panics while they hold it").iter() {
            for (place, bytes) in &places {
                let is_there =
                    bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                ensure!(!is_there, "{secret} stands in {place}");
            }
        }
        Ok(())
    }

    fn hide(&self, secret: &str) {
        self.hidden.lock().expect("nobody panics while they hold it").push(secret.to_owned());
    }

    fn note(&self, output: &Output) {
        let mut said = self.said.lock().expect("nobody panics while they hold it");
        for bytes in [&output.stdout, &output.stderr] {
            said.push(String::from_utf8_lossy(bytes).into_owned());
        }
    }

    fn command(&self) -> std::process::Command {
        let mut command = self.program.command(self.folder.path());
        command
            .env("HIGHWIRE_DATA_DIR", self.data())
            .env("HIGHWIRE_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("HIGHWIRE_HIGHLEVEL_URL", self.vendor.url())
            .env("HIGHWIRE_HIGHLEVEL_CONSENT_HOST", self.vendor.url())
            .env("HIGHWIRE_HIGHLEVEL_CLIENT_ID", self.vendor.client_id())
            .env("HIGHWIRE_HIGHLEVEL_CLIENT_SECRET", self.vendor.client_secret())
            .env("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", self.vendor.webhook_public_keys().join(","));
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("hub.log")
    }
}

impl Asking {
    /// Waits for the end, and gives what was said after the address.
    fn end(&mut self) -> Result<Output> {
        let mut stdout = Vec::new();
        self.rest.read_to_end(&mut stdout)?;
        let mut stderr = Vec::new();
        self.process.stderr.take().context("stderr")?.read_to_end(&mut stderr)?;
        Ok(Output { status: self.process.wait()?, stdout, stderr })
    }

    /// Ends the command as somebody does who has seen enough.
    pub(crate) fn give_up(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

fn request(method: Method, url: &str, body: Vec<u8>) -> Request {
    Request { method, url: url.to_owned(), headers: Vec::new(), body: body.into() }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
