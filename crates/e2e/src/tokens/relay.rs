//! A relay in front of the simulated HighLevel: counts what is asked of the token endpoint, and kills a process around its answer.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// How a request of the token endpoint begins. Clients write a request in one piece.
const TOKEN_REQUEST: &[u8] = b"POST /oauth/token ";

/// When a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// HighLevel has answered, and the answer is still on its way.
    BeforeTheAnswer,
    /// So long after the answer was passed on.
    After(Duration),
}

/// Kills a process, and nothing else.
pub type Kill = Box<dyn FnOnce() + Send>;

/// The relay. Dropping it closes every connection.
pub struct Relay {
    address: SocketAddr,
    watched: Arc<Watched>,
    _serving: JoinSet<()>,
}

#[derive(Default)]
struct Watched {
    asked: AtomicUsize,
    armed: Mutex<Option<(When, Kill)>>,
}

impl Relay {
    /// Listens on a free port and passes everything on to `url`.
    ///
    /// # Errors
    /// Where it cannot listen.
    pub async fn start(url: &str) -> Result<Self> {
        let target: SocketAddr =
            url.strip_prefix("http://").context("the sandbox speaks plain HTTP")?.parse()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let watched = Arc::<Watched>::default();
        let own = Arc::clone(&watched);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let watched = Arc::clone(&own);
                connections.spawn(async move {
                    // Who was killed leaves a broken connection behind.
                    drop(relay(client, target, &watched).await);
                });
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, watched, _serving: serving })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often the token endpoint was asked.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.watched.asked.load(Ordering::SeqCst)
    }

    /// Kills at the next answer of the token endpoint.
    pub fn arm(&self, when: When, kill: Kill) {
        *self.watched.armed() = Some((when, kill));
    }
}

impl Watched {
    fn armed(&self) -> std::sync::MutexGuard<'_, Option<(When, Kill)>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes requests and answers on, one after the other, as clients of HTTP/1.1 send them.
async fn relay(mut client: TcpStream, target: SocketAddr, watched: &Watched) -> Result<()> {
    let mut vendor = TcpStream::connect(target).await?;
    let (mut from_client, mut from_vendor) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut is_token = false;
    loop {
        tokio::select! {
            read = client.read(&mut from_client) => {
                let piece = &from_client[..read?];
                if piece.is_empty() {
                    return Ok(());
                }
                if piece.starts_with(TOKEN_REQUEST) {
                    is_token = true;
                    watched.asked.fetch_add(1, Ordering::SeqCst);
                }
                vendor.write_all(piece).await?;
            }
            read = vendor.read(&mut from_vendor) => {
                let piece = &from_vendor[..read?];
                if piece.is_empty() {
                    return Ok(());
                }
                let armed = if std::mem::take(&mut is_token) { watched.armed().take() } else { None };
                pass_on(&mut client, piece, armed).await?;
            }
        }
    }
}

async fn pass_on(client: &mut TcpStream, piece: &[u8], armed: Option<(When, Kill)>) -> Result<()> {
    match armed {
        None => client.write_all(piece).await?,
        Some((When::BeforeTheAnswer, kill)) => kill(),
        Some((When::After(wait), kill)) => {
            client.write_all(piece).await?;
            tokio::time::sleep(wait).await; // tidy: sleep, the moment of the kill
            kill();
        }
    }
    Ok(())
}
