//! A sender: one kept-alive connection that posts signed events and waits for each answer.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::Signed;

/// One connection to a hub.
pub struct Sender {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Sender {
    /// Connects.
    ///
    /// # Errors
    /// Where nobody listens there.
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096) })
    }

    /// The request for an event, as bytes.
    #[must_use]
    pub fn request(event: &Signed) -> Vec<u8> {
        format!(
            "POST /webhooks/highlevel HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\n\
             x-ghl-signature: {}\r\ncontent-length: {}\r\n\r\n{}",
            event.signature,
            event.body.len(),
            event.body
        )
        .into_bytes()
    }

    /// Sends a request and returns the status of its answer.
    ///
    /// # Errors
    /// Where the connection ends before the answer is whole.
    pub async fn send(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the hub closed the connection before it answered");
            }
            if let Some((status, length)) = head(&self.buffer)
                && self.buffer.len() >= length
            {
                return Ok(status);
            }
        }
    }
}

/// The status, and the length of the whole answer once its head is there.
fn head(bytes: &[u8]) -> Option<(u16, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..end]).ok()?;
    let status = text.split(' ').nth(1)?.parse().ok()?;
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|value| value.parse::<usize>().ok())
        .context("an answer without a length")
        .ok()?;
    Some((status, end + length))
}
