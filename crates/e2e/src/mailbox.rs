//! A mailbox: an HTTP server that keeps every request as it came and answers as it is told to.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// A request as it came.
#[derive(Clone)]
pub struct Letter {
    /// Everything before the empty line.
    pub head: String,
    /// Everything after it.
    pub body: Vec<u8>,
}

impl Letter {
    /// The value of the header with this lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| line.to_ascii_lowercase().starts_with(&format!("{name}:"));
        self.head.lines().find(named)?.split_once(':').map(|(_, value)| value.trim())
    }
}

/// What a letter is answered with.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

type Clerk = dyn Fn(&Letter) -> Answer + Send + Sync;

/// A running mailbox; dropping it closes it.
pub struct Mailbox {
    address: SocketAddr,
    letters: Arc<Mutex<Vec<Letter>>>,
    _serving: JoinSet<()>,
}

impl Mailbox {
    /// Opens one on a free port; `clerk` answers.
    ///
    /// # Errors
    /// Where it cannot listen.
    pub async fn open(clerk: impl Fn(&Letter) -> Answer + Send + Sync + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let letters = Arc::default();
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, Arc::clone(&letters), Arc::new(clerk)));
        Ok(Self { address, letters, _serving: serving })
    }

    /// Where it takes letters, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The letters so far, in order.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        lock(&self.letters).clone()
    }
}

fn lock(letters: &Mutex<Vec<Letter>>) -> MutexGuard<'_, Vec<Letter>> {
    letters.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, letters: Arc<Mutex<Vec<Letter>>>, clerk: Arc<Clerk>) {
    let mut visits = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (letters, clerk) = (Arc::clone(&letters), Arc::clone(&clerk));
        // A visitor that leaves early leaves no letter.
        visits.spawn(async move {
            let _ = visit(stream, &letters, &*clerk).await;
        });
    }
}

/// One letter per connection.
async fn visit(mut stream: TcpStream, letters: &Mutex<Vec<Letter>>, clerk: &Clerk) -> Result<()> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        read(&mut stream, &mut bytes).await?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut letter = Letter { head, body: bytes.split_off(end + 4) };
    let length = letter.header("content-length").map_or(Ok(0), str::parse::<usize>)?;
    while letter.body.len() < length {
        read(&mut stream, &mut letter.body).await?;
    }
    let Answer { status, content_type, body } = clerk(&letter);
    lock(letters).push(letter);
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Answer\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    Ok(stream.shutdown().await?)
}

async fn read(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<()> {
    let count = stream.read_buf(bytes).await?;
    (count > 0).then_some(()).context("the visitor left")
}
