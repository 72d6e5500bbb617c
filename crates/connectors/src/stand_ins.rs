//! Stand-ins for tests: the real time for clients, and a sealer.

use std::time::Duration;

use domain::{BoxFuture, Credential, CredentialKey, SealedContent, SecretSealer};
use endpoint::Timer;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

/// The real time.
#[derive(Clone, Copy)]
pub(crate) struct RealTimer;

impl Timer for RealTimer {
    #[expect(clippy::disallowed_methods, reason = "time enters a test here")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await; // tidy: sleep, the client asks for it
    }
}

/// Turns a text around, and cannot open what says that it is damaged.
pub(crate) struct Mirror;

impl SecretSealer for Mirror {
    fn open<'a>(&'a self, stored: &'a Credential) -> BoxFuture<'a, Result<SecretString, String>> {
        let text = String::from_utf8_lossy(&stored.content.bytes).into_owned();
        Box::pin(async move {
            match text.as_str() {
                "degamad" => Err("it is damaged; store it again".to_owned()),
                text => Ok(text.chars().rev().collect::<String>().into()),
            }
        })
    }

    fn seal<'a>(
        &'a self,
        _: &'a CredentialKey,
        secret: &'a SecretString,
    ) -> BoxFuture<'a, Result<SealedContent, String>> {
        let bytes = secret.expose_secret().chars().rev().collect::<String>().into();
        Box::pin(async move { Ok(SealedContent { bytes, master_key: "mk_1".to_owned() }) })
    }
}
