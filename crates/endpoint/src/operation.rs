//! The operation as a value: method, path template, parameters and body of one call.

use std::fmt;

use serde::de::DeserializeOwned;

/// One operation of a vendor's API, with the values of one call in its fields.
///
/// Sending, simulating, describing and counting it are functions over the same type.
pub trait Endpoint {
    /// The name by which people and logs know the operation, such as `pages.create`.
    const NAME: &'static str;
    /// The HTTP method.
    const METHOD: Method;
    /// The path below the vendor's base address, with `{name}` where a parameter goes.
    const PATH: &'static str;
    /// What a successful reply says.
    type Response: DeserializeOwned;

    /// The values for the `{name}` segments of [`Self::PATH`], unencoded.
    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        Vec::new()
    }

    /// The query, unencoded, in the order in which it is sent.
    fn query(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The JSON body, or none.
    ///
    /// # Errors
    /// When the body has no JSON form.
    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        Ok(None)
    }
}

/// The HTTP methods that vendors use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads; safe to repeat.
    Get,
    /// Creates or acts; repeating may act twice.
    Post,
    /// Replaces; safe to repeat.
    Put,
    /// Changes in part.
    Patch,
    /// Removes; safe to repeat.
    Delete,
}

impl Method {
    /// The method as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether HTTP lets a caller repeat the method without a second effect (RFC 9110, 9.2.2).
    #[must_use]
    pub fn is_idempotent(self) -> bool {
        matches!(self, Self::Get | Self::Put | Self::Delete)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
