//! An upstream that answers at once: one contact, or twenty, whatever is asked.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use anyhow::Result;
use serde_json::{Value, json};

/// The upstream. Its threads end with the program.
pub(crate) struct Upstream {
    url: String,
}

impl Upstream {
    /// Starts it on a free port.
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let one = Arc::new(reply(&json!({"contact": contact(0)})));
        let twenty: Vec<Value> = (0..20).map(contact).collect();
        let twenty = Arc::new(reply(&json!({"contacts": twenty, "total": 20})));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (one, twenty) = (Arc::clone(&one), Arc::clone(&twenty));
                thread::spawn(move || answer(stream, &one, &twenty));
            }
        });
        Ok(Self { url })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn location(&self) -> &'static str {
        "ve9EPM428h8vShlRW1KT"
    }

    pub(crate) fn contact(&self) -> &'static str {
        "x9ZcKqPwVb3mTnRd5Ls0"
    }
}

/// Answers the requests of one connection, until it is closed.
fn answer(stream: TcpStream, one: &[u8], twenty: &[u8]) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut line, mut length) = (String::new(), String::new(), 0);
        reader.read_line(&mut head).ok().filter(|bytes| *bytes > 0)?;
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
            let (name, value) = line.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
        }
        reader.read_exact(&mut vec![0; length]).ok()?;
        let is_list = head.starts_with("POST") || head.starts_with("GET /contacts/?");
        writer.write_all(if is_list { twenty } else { one }).ok()?;
    }
}

fn reply(body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    (head + &body).into_bytes()
}

/// A contact with the members that HighLevel gives.
fn contact(number: usize) -> Value {
    let id = format!("x9ZcKqPwVb3mTnRd5L{number:02}");
    json!({
        "id": id,
        "locationId": "ve9EPM428h8vShlRW1KT",
        "contactName": format!("marion keller{number}"),
        "firstName": "marion",
        "lastName": format!("keller{number}"),
        "firstNameRaw": "Marion",
        "lastNameRaw": format!("Keller{number}"),
        "companyName": "Keller & Daughters Joinery",
        "email": format!("marion{number}@example.com"),
        "phone": format!("+491515550{number:03}"),
        "dnd": false,
        "dndSettings": {},
        "type": "lead",
        "source": "public api",
        "assignedTo": null,
        "city": "Kassel",
        "state": null,
        "postalCode": "34117",
        "address1": "Lange Gasse 7",
        "country": "DE",
        "website": null,
        "timezone": "Europe/Berlin",
        "dateAdded": "2026-03-09T08:15:30.000Z",
        "dateUpdated": "2026-03-10T09:16:31.000Z",
        "dateOfBirth": null,
        "businessId": null,
        "followers": [],
        "tags": ["newsletter", "workshop"],
        "additionalEmails": [],
        "customFields": [
            {"id": "Qm1Xw2Er3Ty4Ui5Op6As", "value": "oak"},
            {"id": "Zx9Cv8Bn7Mq6We5Rt4Yu", "value": "2026-06-30"}
        ],
        "attributions": [{
            "url": "https://example.com/oak?from=spring", "isFirst": true, "medium": "form",
            "pageUrl": "https://example.com/oak", "utmSessionSource": "Direct traffic"
        }]
    })
}
