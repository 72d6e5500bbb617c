//! Whatever knocks at the door, it answers, and keeps only what a trusted key has signed.
//!
//! An input is a line that says how the request is signed, then lines of headers, an empty line, and
//! the body. The first line is `ed25519`, `rsa`, `both`, `theirs` (another key), `other` (another
//! body), `twice` (the header comes twice) or `raw` (what follows is sent as it stands); anything
//! else is unsigned.

mod knock;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bytes::Bytes;
use domain::{Journal, Memory, Sequence};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::{Builder, Runtime},
    time::timeout,
};

use self::knock::Knock;
use crate::{House, Keys, house};

/// How many requests one hub takes before a fresh one follows: it keeps everything in memory.
const KNOCKS_PER_HOUSE: usize = 2_000;

/// No answer within this time is an answer that never comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the door may say besides 200 and 401: go on; or it is malformed, elsewhere, of another
/// method, slow, too large, of another kind, too much at once, or in another protocol.
const OTHER_ANSWERS: [u16; 11] = [100, 400, 404, 405, 408, 411, 413, 415, 429, 431, 505];

/// A hub to knock at.
pub struct Door {
    runtime: Runtime,
    keys: Keys,
    house: Option<Occupied>,
    knocks: usize,
}

/// A hub and what was asked of it.
struct Occupied {
    house: House<Memory>,
    store: Memory,
    /// How much of its journal has been looked at.
    seen: Sequence,
    /// Every body that a trusted key signed.
    signed: BTreeSet<Bytes>,
}

impl Default for Door {
    fn default() -> Self {
        Self::new()
    }
}

impl Door {
    /// A door with nobody before it yet.
    ///
    /// # Panics
    /// Where there is no runtime.
    #[must_use]
    pub fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { runtime, keys: Keys::new(1), house: None, knocks: 0 }
    }

    /// Sends the request that the input describes.
    ///
    /// # Panics
    /// Where the door keeps what nobody signed, refuses what is signed, or does not answer.
    pub fn knock(&mut self, input: &[u8]) {
        let knock = Knock::of(input, &self.keys);
        let public = || self.keys.public();
        let occupied =
            self.house.get_or_insert_with(|| self.runtime.block_on(Occupied::open(public())));
        self.runtime.block_on(occupied.take(&knock));
        self.knocks += 1;
        if self.knocks.is_multiple_of(KNOCKS_PER_HOUSE) {
            self.settle();
        }
    }

    /// Waits until everything that came in is mirrored, decided and delivered, and closes the hub.
    ///
    /// # Panics
    /// Where that does not come about.
    pub fn settle(&mut self) {
        if let Some(occupied) = self.house.take() {
            self.runtime.block_on(occupied.settle());
        }
    }
}

impl Occupied {
    async fn open(keys: highlevel::webhook::PublicKeys) -> Self {
        let store = Memory::new(Arc::new(house::beginning));
        let house = House::open(store.clone(), keys).await;
        Self { house, store, seen: Sequence(0), signed: BTreeSet::new() }
    }

    async fn take(&mut self, knock: &Knock) {
        if knock.is_signed {
            self.signed.insert(knock.body.clone());
        }
        let answer = timeout(PATIENCE, self.exchange(knock)).await.expect("the door answers");
        let status = status(&answer);
        match (knock.is_plain, knock.is_signed) {
            (true, true) => assert_eq!(status, Some(200), "a signed delivery is refused"),
            (true, false) => assert_eq!(status, Some(401), "an unsigned delivery is not refused"),
            (false, _) => {
                let known =
                    |status| [200, 401].contains(&status) || OTHER_ANSWERS.contains(&status);
                assert!(status.is_none_or(known), "the door says {status:?}");
            }
        }
        self.check_journal().await;
    }

    async fn exchange(&self, knock: &Knock) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.house.address()).await.expect("the door is open");
        // A door that refuses may close before it has read everything.
        let _ = stream.write_all(&knock.request).await;
        if !knock.is_plain {
            // It may wait for more than there is.
            let _ = stream.shutdown().await;
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        answer
    }

    /// What is new in the journal is byte for byte what was signed.
    async fn check_journal(&mut self) {
        loop {
            let page = self.store.entries_after(self.seen, 100).await.expect("memory is read");
            let Some(last) = page.last() else { return };
            self.seen = last.sequence;
            let is_signed = |body: &Bytes| self.signed.contains(body);
            assert!(page.iter().all(|entry| is_signed(&entry.event.body)), "kept and never signed");
        }
    }

    async fn settle(self) {
        let settled = async {
            while !self.house.status().await.is_settled() {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, settled).await.expect("everything that came in is worked off");
        timeout(PATIENCE, self.house.close()).await.expect("the hub stops");
    }
}

fn status(answer: &[u8]) -> Option<u16> {
    let line = answer.split(|byte| *byte == b'\r').next()?;
    std::str::from_utf8(line).ok()?.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests;
