//! What this machine can do without a hub: syncs, signature checks and HTTP exchanges per second.

use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    keys::{Keys, Scheme},
    load,
};

/// How long each limit is measured.
const TIME: Duration = Duration::from_secs(2);

/// How many exchanges the bare server answers.
const ECHOES: usize = 40_000;

/// The limits that an event meets on its way.
pub(crate) struct Machine {
    /// Appends of 4 KiB to a file, each synced.
    pub(crate) syncs: f64,
    /// Checks of an Ed25519 signature over an event, on one core.
    pub(crate) ed25519: f64,
    /// Checks of an RSA-4096 signature over an event, on one core.
    pub(crate) rsa: f64,
    /// Exchanges of the same requests with a server that reads and answers and does nothing else,
    /// on the cores that it shares with the load.
    pub(crate) echoes: f64,
}

impl Machine {
    /// Measures them one after the other.
    pub(crate) fn measure(folder: &Path, keys: &Keys, request: &[u8]) -> Result<Self> {
        let body = vec![b'x'; crate::EVENT_BYTES];
        let checks = |scheme| -> Result<f64> {
            let (key, signature) = (keys.public(scheme)?, keys.signature(scheme, &body)?);
            per_second(|| Ok(key.verify_sig(&body, &signature)?))
        };
        Ok(Self {
            syncs: syncs(folder)?,
            ed25519: checks(Scheme::Ed25519)?,
            rsa: checks(Scheme::Rsa)?,
            echoes: echoes(request)?,
        })
    }

    /// Checks of a signature of this scheme, on one core.
    pub(crate) fn checks(&self, scheme: Scheme) -> f64 {
        match scheme {
            Scheme::Ed25519 => self.ed25519,
            Scheme::Rsa => self.rsa,
        }
    }
}

fn syncs(folder: &Path) -> Result<f64> {
    let mut file = File::create(folder.join("syncs"))?;
    per_second(|| {
        file.write_all(&[0x5a; 4096])?;
        Ok(file.sync_data()?)
    })
}

fn per_second(mut step: impl FnMut() -> Result<()>) -> Result<f64> {
    let (started, mut count) = (Instant::now(), 0_u32);
    while started.elapsed() < TIME {
        step()?;
        count += 1;
    }
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}

fn echoes(request: &[u8]) -> Result<f64> {
    let server = load::runtime()?;
    let listener = server.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let length = request.len();
    server.spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(echo(stream, length));
        }
    });
    let run = load::closed(address, vec![request.to_vec(); ECHOES].into())?;
    Ok(run.rate())
}

/// Answers every `length` bytes.
async fn echo(mut stream: TcpStream, length: usize) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut request = vec![0; length];
    loop {
        stream.read_exact(&mut request).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await?;
    }
}
