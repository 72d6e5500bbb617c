//! A call: what the client sends and reads, whether a type describes its operation or the catalogue does.

use endpoint::{Method, Request, Response};

use crate::{Error, HighLevelEndpoint};

/// One operation with the values of one call, ready for [`crate::Client::call`].
///
/// Every [`HighLevelEndpoint`] is one, and so is [`crate::RawCall`]: both levels share the client's token,
/// budget and repetitions. Nothing else can be.
pub trait Call: sealed::Sealed {
    /// What a success says.
    type Response;

    /// What the client has to know before it sends the call.
    fn profile(&self) -> Profile;

    /// The request, without credentials.
    ///
    /// # Errors
    /// When a value makes no sense; nothing was sent.
    fn request(&self, base_url: &str) -> Result<Request, Error>;

    /// Reads the reply.
    ///
    /// # Errors
    /// For any status outside 200–299, and for a success that is not what the operation answers.
    fn read(&self, response: Response) -> Result<Self::Response, Error>;
}

/// What the client has to know about an operation, whatever its values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its id, such as `contacts.get-contact`.
    pub operation: &'static str,
    /// Its method.
    pub method: Method,
    /// Whether the same call twice leaves the account as the same call once.
    pub repeatable: bool,
    /// The scope that the token needs, where it is known.
    pub scope: Option<&'static str>,
    /// Whether it is called with a token. The token operations themselves are not.
    pub needs_token: bool,
}

impl Profile {
    pub(crate) fn of<E: HighLevelEndpoint>() -> Self {
        Self {
            operation: E::NAME,
            method: E::METHOD,
            repeatable: E::REPEATABLE,
            scope: E::SCOPE,
            needs_token: true,
        }
    }
}

impl<E: HighLevelEndpoint> Call for E {
    type Response = E::Response;

    fn profile(&self) -> Profile {
        Profile::of::<E>()
    }

    fn request(&self, base_url: &str) -> Result<Request, Error> {
        let request = endpoint::encode(base_url, self);
        let request = request.map_err(|error| Error::of(Profile::of::<E>(), error))?;
        Ok(request.with_header("version", E::VERSION.as_str()))
    }

    /// An empty success reads as `null` where the operation allows one.
    fn read(&self, mut response: Response) -> Result<E::Response, Error> {
        let is_success = (200..300).contains(&response.status);
        if E::EMPTY_REPLY && is_success && response.body.is_empty() {
            response.body = "null".into();
        }
        endpoint::decode::<E>(response).map_err(|error| Error::of(Profile::of::<E>(), error))
    }
}

mod sealed {
    use crate::{HighLevelEndpoint, RawCall, auth::Exchange};

    pub trait Sealed {}

    impl<E: HighLevelEndpoint> Sealed for E {}

    impl Sealed for RawCall {}

    impl Sealed for Exchange<'_> {}
}
