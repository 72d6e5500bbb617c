//! A HighLevel that misbehaves: it repeats tokens, answers endlessly, and breaks off.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use anyhow::Result;

/// A server of its own thread. Dropping it ends it at the next connection.
pub(crate) struct Vendor {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
    is_over: Arc<AtomicBool>,
}

/// A megabyte of a reply.
pub(crate) const MEGABYTE: usize = 1024 * 1024;

/// How many megabytes its endless reply has.
pub(crate) const LARGE: usize = 64;

impl Vendor {
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let (heads, is_over) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let vendor = Self { url, heads: Arc::clone(&heads), is_over: Arc::clone(&is_over) };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if is_over.load(Ordering::Acquire) {
                    return;
                }
                let heads = Arc::clone(&heads);
                // A peer that goes away in the middle is part of the tests.
                thread::spawn(move || drop(serve(stream, &heads)));
            }
        });
        Ok(vendor)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The heads of what it was asked.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no test panics while it looks").clone()
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
    }
}

fn serve(stream: TcpStream, heads: &Mutex<Vec<String>>) -> Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line)? > 2 {
        head.push_str(&line);
        line.clear();
    }
    heads.lock().expect("no test panics while it looks").push(head.clone());
    let header = |name: &str| {
        let found = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_default().to_owned()
    };
    let token = header("authorization").replace("Bearer ", "");
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut reply = Reply { stream };
    match path.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default() {
        "large" => reply.large(),
        "echo" => reply.echo(&token),
        "refusal" => reply.whole("403 Forbidden", &format!(r#"{{"message":"no {token}"}}"#)),
        "unauthorized" => {
            reply.whole("401 Unauthorized", &format!(r#"{{"message":"Invalid JWT {token}"}}"#))
        }
        "compressed" => reply.compressed(),
        "elsewhere" => reply.elsewhere(),
        "cut" => reply.cut(),
        "upload-file" => {
            let length = header("content-length").parse().ok();
            let mut body = reader.take(length.unwrap_or(u64::MAX));
            let read = std::io::copy(&mut body, &mut std::io::sink())?;
            reply.whole("201 Created", &format!(r#"{{"bytes":{read},"announced":{length:?}}}"#))
        }
        _ => reply.whole("200 OK", "{}"),
    }
}

struct Reply {
    stream: TcpStream,
}

impl Reply {
    fn write(&mut self, text: &str) -> Result<()> {
        Ok(self.stream.write_all(text.as_bytes())?)
    }

    fn whole(&mut self, status: &str, body: &str) -> Result<()> {
        let length = body.len();
        self.write(&format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{body}"
        ))
    }

    fn begin(&mut self, more: &str) -> Result<()> {
        self.write(&format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n{more}transfer-encoding: chunked\r\n\
             connection: close\r\n\r\n"
        ))
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<()> {
        self.write(&format!("{:x}\r\n", bytes.len()))?;
        self.stream.write_all(bytes)?;
        self.write("\r\n")
    }

    fn large(&mut self) -> Result<()> {
        self.begin("")?;
        let megabyte = vec![b'p'; MEGABYTE];
        for _ in 0..LARGE {
            self.chunk(&megabyte)?;
        }
        self.write("0\r\n\r\n")
    }

    /// The token in headers, whole, and in pieces of one byte.
    fn echo(&mut self, token: &str) -> Result<()> {
        self.begin(&format!(
            "set-cookie: session={token}\r\nauthorization: Bearer {token}\r\n\
             www-authenticate: Bearer {token}\r\nx-request-id: {token}\r\nx-echo: {token}\r\n"
        ))?;
        self.chunk(format!("<p>{token} {token}").as_bytes())?;
        for byte in token.as_bytes() {
            self.chunk(&[*byte])?;
        }
        self.chunk(b"</p>")?;
        self.write("0\r\n\r\n")
    }

    fn compressed(&mut self) -> Result<()> {
        self.begin("content-encoding: gzip\r\n")?;
        self.chunk(b"whatever")?;
        self.write("0\r\n\r\n")
    }

    fn elsewhere(&mut self) -> Result<()> {
        self.write(
            "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest\r\n\
             content-length: 0\r\nconnection: close\r\n\r\n",
        )
    }

    fn cut(&mut self) -> Result<()> {
        self.begin("")?;
        self.chunk(b"the beginning")
    }
}
