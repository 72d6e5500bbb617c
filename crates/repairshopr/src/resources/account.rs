//! `/me` and `/settings`: who the key belongs to, and how the account is set.

use endpoint::{Endpoint, Method};

use crate::models::{Me, Preferences};

/// Reads whom the key belongs to. It needs no permission, so it tells whether a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetMe;

impl Endpoint for GetMe {
    const NAME: &'static str = "account.me";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/me";
    type Response = Me;
}

/// Reads the account's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetPreferences;

impl Endpoint for GetPreferences {
    const NAME: &'static str = "account.settings";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/settings";
    type Response = Preferences;
}
