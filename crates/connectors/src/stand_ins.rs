//! Stand-ins for tests: the real time for clients, one that stands still, a vendor that answers what a
//! test says, and a sealer.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::{BoxFuture, Credential, CredentialKey, SealedContent, SecretSealer};
use endpoint::{
    Request, Response, Timer, Transport, TransportError,
    stream::{self, Gathered, StreamTransport, StreamedResponse, Upload},
};
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

/// Time that stands still until somebody waits.
#[derive(Clone, Default)]
pub(crate) struct StillTimer(Arc<Mutex<Timestamp>>);

impl Timer for StillTimer {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no test panics while it looks at the clock")
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().expect("no test panics while it looks at the clock") += duration;
    }
}

type Tell = dyn Fn(&Request) -> Result<Response, TransportError> + Send + Sync;

/// A vendor that answers each request as a test says.
#[derive(Clone)]
pub(crate) struct Told(Arc<Tell>);

impl Told {
    pub(crate) fn by(
        tell: impl Fn(&Request) -> Result<Response, TransportError> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(tell))
    }
}

impl Transport for Told {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        (self.0)(&request)
    }
}

/// An answer with a body of JSON.
pub(crate) fn answer(status: u16, body: &str) -> Response {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Response { status, headers, body: body.to_owned().into() }
}

impl StreamTransport for Told {
    async fn open(
        &self,
        mut request: Request,
        upload: Option<Upload>,
    ) -> Result<StreamedResponse, TransportError> {
        if let Some(upload) = upload {
            match stream::gather(upload.pieces, usize::MAX).await {
                Ok(Gathered::Whole(body) | Gathered::Part(body, _)) => request.body = body,
                Err(source) => {
                    let host = "vendor.test".to_owned();
                    return Err(TransportError::Interrupted { host, source });
                }
            }
        }
        let Response { status, headers, body } = self.send(request).await?;
        Ok(StreamedResponse { status, headers, pieces: stream::whole(body) })
    }
}
