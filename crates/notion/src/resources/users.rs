//! `/v1/users`: who the connection is.

use endpoint::{Endpoint, Method};

use crate::models::User;

/// Reads the bot that the token belongs to. It needs no share, so it tells whether a token works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetMe;

impl Endpoint for GetMe {
    const NAME: &'static str = "users.me";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/users/me";
    type Response = User;
}
