//! `highwire sync repairshopr` as its users meet it: alone, beside a running hub, and by the hub itself.

#![expect(clippy::unwrap_used, reason = "what does not stand ends its test")]

use std::time::Duration;

use e2e::{Hub, Program, Vendors};
use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use serde_json::{Value, json};

/// How long the hub may take to see what changed at the shop.
const PATIENCE: u32 = 300;

/// An owner with a sandbox.
struct Owner {
    program: Program,
    vendors: Vendors,
    folder: tempfile::TempDir,
}

impl Owner {
    fn with_a_shop() -> Self {
        let (program, folder) = (Program::built().unwrap(), tempfile::tempdir().unwrap());
        let vendors = Vendors::start(&program, folder.path(), &["--customers", "12"]).unwrap();
        Self { program, vendors, folder }
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let vendors = &self.vendors;
        let text = |key| vendors.text(key).unwrap().to_owned();
        vec![
            ("HIGHWIRE_DATA_DIR", self.folder.path().join("data").display().to_string()),
            ("HIGHWIRE_LISTEN", "127.0.0.1:0".to_owned()),
            ("HIGHWIRE_HIGHLEVEL_URL", text("url")),
            ("GHL_API_KEY", text("token")),
            ("GHL_LOCATION_ID", text("location_id")),
            ("HIGHWIRE_SYNC_REPAIRSHOPR_SCHEDULED", "true".to_owned()),
        ]
    }

    /// What a command prints, which has to succeed.
    fn run(&self, words: &[&str], input: &str) -> String {
        let given = self.folder.path().join("input");
        std::fs::write(&given, input).unwrap();
        let mut command = self.program.command(self.folder.path());
        let command = command.args(words).envs(self.variables());
        let output = command.stdin(std::fs::File::open(&given).unwrap()).output().unwrap();
        let talk = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {talk}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn shop(&self, key: &str) -> &str {
        self.vendors.repairshopr()[key].as_str().unwrap()
    }

    fn connect(&self) {
        let words = ["connect", "repairshopr", "--subdomain", self.shop("subdomain"), "--url"];
        let words = [&words[..], &[self.shop("url")]].concat();
        self.run(&words, self.shop("key"));
    }

    fn sync(&self) -> Value {
        let told = self.run(&["sync", "repairshopr", "--json"], "");
        serde_json::from_str(told.lines().last().unwrap()).unwrap()
    }

    async fn call(&self, method: Method, url: String, body: Value) -> Value {
        let body = if method == Method::Get { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request { method, url, headers: Vec::new(), body: body.into() };
        let request = request.with_header("authorization", self.shop("key"));
        let transport = HttpTransport::new(HttpSettings::default()).unwrap();
        let answer = transport.send(request).await.unwrap();
        assert_eq!(answer.status, 200);
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// How often the shop was asked by each method.
    async fn methods(&self) -> Vec<String> {
        let url = format!("{}/_sandbox/requests", self.shop("url"));
        let told = self.call(Method::Get, url, Value::Null).await;
        let requests = told["requests"].as_array().unwrap();
        requests.iter().map(|one| one["method"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_shop_is_brought_alone_and_beside_a_hub_and_nothing_is_written_to_it() {
    let owner = Owner::with_a_shop();
    owner.connect();
    let first = owner.sync();
    let created = first["people"]["created"].as_u64().unwrap();
    assert!(created >= 11, "{first}");
    assert_eq!((&first["people"]["failed"], &first["leads"]), (&json!(0), &Value::Null), "{first}");
    let again = owner.sync();
    assert_eq!(again["people"]["unchanged"], created, "{again}");
    assert_eq!((&again["people"]["created"], &again["people"]["updated"]), (&json!(0), &json!(0)));
    assert!(owner.methods().await.iter().all(|method| method == "GET"));

    let folder = owner.folder.path();
    let hub = Hub::start(&owner.program, folder, owner.variables()).unwrap();
    let url = format!("{}/api/v1/customers/30000005", owner.shop("url"));
    owner.call(Method::Put, url, json!({ "firstname": "Augusta" })).await;
    // The hub reads the lists; it or the command brings who changed.
    owner.sync();
    until_told(&owner).await;
    let settled = owner.sync();
    assert_eq!(settled["people"]["unchanged"], created, "{settled}");
    hub.ask_to_stop().unwrap();
    assert!(hub.wait().unwrap().success());
}

/// Waits until HighLevel has the name that the shop has.
async fn until_told(owner: &Owner) {
    let place = owner.vendors.text("location_id").unwrap();
    let base = owner.vendors.text("url").unwrap();
    let url = format!("{base}/contacts/?locationId={place}&limit=20&query=augusta");
    let transport = HttpTransport::new(HttpSettings::default()).unwrap();
    for _ in 0..PATIENCE {
        let request = Request {
            method: Method::Get,
            url: url.clone(),
            headers: vec![],
            body: <_>::default(),
        };
        let bearer = format!("Bearer {}", owner.vendors.text("token").unwrap());
        let request = request.with_header("authorization", bearer);
        let answer = transport.send(request.with_header("version", "2021-07-28")).await.unwrap();
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        if told["contacts"].as_array().is_some_and(|found| !found.is_empty()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await; // tidy: sleep, the hub is another process
    }
    panic!("HighLevel was not told");
}
