//! A relay that adds a key to every request: the suite knows no authorization, and the routes ask for it.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// The longest head of a request, in bytes.
const LONGEST: usize = 64 * 1024;

/// A relay before a server. It ends when it is dropped.
pub(crate) struct Relay {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Relay {
    /// A relay to this address.
    pub(crate) async fn start(to: SocketAddr, key: &'static str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                calls.spawn(async move {
                    // A connection that breaks off is the suite's to notice.
                    let _ = pass(stream, to, key).await;
                });
                while calls.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, _tasks: tasks })
    }
}

/// Passes one request on with the key, and what follows as it comes. Each connection has one request, so
/// that no second head passes unseen.
async fn pass(mut client: TcpStream, to: SocketAddr, key: &str) -> Result<()> {
    let mut head = Vec::new();
    let end = loop {
        if let Some(at) = head.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break at;
        }
        ensure!(head.len() < LONGEST, "the head is too long");
        let mut piece = [0; 4096];
        let read = client.read(&mut piece).await?;
        ensure!(read > 0, "the head ends early");
        head.extend_from_slice(&piece[..read]);
    };
    let (lines, body) = (String::from_utf8(head[..end].to_vec())?, &head[end + 4..]);
    let kept = lines.split("\r\n").filter(|line| !line.to_lowercase().starts_with("connection:"));
    let kept: Vec<&str> = kept.collect();
    let kept = kept.join("\r\n");
    let head = format!("{kept}\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\r\n");
    let mut server = TcpStream::connect(to).await?;
    server.write_all(head.as_bytes()).await?;
    server.write_all(body).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
