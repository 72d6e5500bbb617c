//! The header `WWW-Authenticate` of a refusal: where tokens come from, and with which scopes (RFC 9728 5.1).

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{Scope, Scopes};
use policy::access::Denial;

use super::{METADATA, Resource};
use crate::problem::{Kind, Problem};

/// What a refused request to one address is told.
pub(super) struct Challenge<'a> {
    resource: Option<&'a Resource>,
    path: String,
}

impl<'a> Challenge<'a> {
    /// For a request to this path; none where only keys of the hub count.
    pub(super) fn new(resource: Option<&'a Resource>, path: &str) -> Self {
        Self { resource, path: path.to_owned() }
    }

    /// 401: nobody knows who asks; `is_wrong` where a token came that does not count.
    pub(super) fn unknown(&self, is_wrong: bool) -> Response {
        let error = if is_wrong { "error=\"invalid_token\", " } else { "" };
        let scope = format!("{error}scope=\"{}\"", Scope::McpRead);
        self.tell(Problem::from(Denial::Unknown).into_response(), &scope)
    }

    /// 403: what is asked for takes these scopes, all of which are named at once together with what
    /// any request takes.
    pub(super) fn lacking(&self, scopes: &Scopes) -> Response {
        let all: Scopes = scopes.iter().chain([Scope::McpRead]).collect();
        let hint = format!("use a key or a token with the scopes {all}");
        let detail = format!("what is asked for takes the scopes {all}");
        let problem = Problem::new(Kind::Forbidden, detail, hint);
        let scope = format!("error=\"insufficient_scope\", scope=\"{all}\"");
        self.tell(problem.into_response(), &scope)
    }

    fn tell(&self, mut response: Response, what: &str) -> Response {
        let metadata = self.metadata().map(|url| format!(", resource_metadata=\"{url}\""));
        let text = format!("Bearer realm=\"highwire\", {what}{}", metadata.unwrap_or_default());
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }

    /// Where the metadata is, in the form with the path of the route.
    fn metadata(&self) -> Option<String> {
        let origin = self.resource?.url.strip_suffix("/mcp")?;
        Some(format!("{origin}{METADATA}{}", self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(response: &Response) -> &str {
        response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap()
    }

    #[test]
    fn a_challenge_leads_to_the_metadata_and_names_scopes() {
        let resource = Resource {
            url: "https://hub.test/mcp".to_owned(),
            issuers: vec!["https://issuer.test".to_owned()],
            scopes: [Scope::McpRead].into(),
        };
        let challenge = Challenge::new(Some(&resource), "/mcp/readonly");
        let unknown = challenge.unknown(false);
        assert_eq!(unknown.status(), 401);
        assert_eq!(
            told(&unknown),
            "Bearer realm=\"highwire\", scope=\"mcp:read\", resource_metadata=\
             \"https://hub.test/.well-known/oauth-protected-resource/mcp/readonly\""
        );
        assert!(told(&challenge.unknown(true)).contains("error=\"invalid_token\""));
        let lacking = challenge.lacking(&[Scope::McpSend].into());
        assert_eq!(lacking.status(), 403);
        let wanted = "error=\"insufficient_scope\", scope=\"mcp:read mcp:send\"";
        assert!(told(&lacking).contains(wanted), "{}", told(&lacking));
    }

    #[test]
    fn where_only_keys_count_nobody_is_led_anywhere() {
        let unknown = Challenge::new(None, "/mcp").unknown(false);
        assert_eq!(told(&unknown), "Bearer realm=\"highwire\", scope=\"mcp:read\"");
    }
}
