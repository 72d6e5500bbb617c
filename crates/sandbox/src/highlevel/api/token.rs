//! Tokens: who presents one, what it opens, and why it does not (`facts/highlevel.md` 2.1 and 2.5).

use std::{collections::HashMap, fmt, sync::Arc};

use jiff::Timestamp;

use super::refusal::Refusal;

/// Where a token came from and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    PrivateLocation,
    PrivateAgency,
    OauthLocation,
    OauthCompany,
}

/// Which tokens an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// None at all: the token endpoint and the consent page.
    Public,
    Location,
    Agency,
    Both,
    /// Only an OAuth token of a company.
    AgencyOauth,
}

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) class: Class,
    /// None of a company's token.
    pub(crate) location: Option<String>,
    pub(crate) company: String,
    /// The app whose limits it shares.
    pub(crate) app: String,
    /// All scopes where there is no list.
    pub(crate) scopes: Option<Arc<[String]>>,
    /// Never, for private tokens.
    pub(crate) expires: Option<Timestamp>,
}

impl Token {
    /// The location or company that its requests are counted for.
    pub(crate) fn resource(&self) -> &str {
        self.location.as_deref().unwrap_or(&self.company)
    }

    fn is_location(&self) -> bool {
        matches!(self.class, Class::PrivateLocation | Class::OauthLocation)
    }

    /// Whether it opens an operation.
    ///
    /// # Errors
    /// 401 in the words for the class or the scope.
    pub(crate) fn open(&self, access: Access, scope: &str) -> Result<(), Refusal> {
        let mismatch = "Token's user type mismatch!";
        let refused = match (access, self.class) {
            (Access::Location, Class::OauthCompany) => {
                Some("This authClass type is not allowed to access this scope.")
            }
            (Access::Location, Class::PrivateAgency) => Some(mismatch),
            (Access::Agency | Access::AgencyOauth, _) if self.is_location() => Some(mismatch),
            (Access::AgencyOauth, Class::PrivateAgency) => {
                Some("This token's user type is not yet supported!")
            }
            _ => None,
        };
        if let Some(message) = refused {
            return Err(Refusal::unauthorized(message));
        }
        let listed = |scopes: &Arc<[String]>| scopes.iter().any(|listed| listed == scope);
        match scope.is_empty() || self.scopes.as_ref().is_none_or(listed) {
            true => Ok(()),
            false => Err(Refusal::unauthorized("The token is not authorized for this scope.")),
        }
    }
}

/// All tokens that were given out.
#[derive(Default)]
pub(crate) struct Tokens {
    known: HashMap<String, Arc<Token>>,
}

/// Without the tokens.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("count", &self.known.len()).finish()
    }
}

impl Tokens {
    pub(crate) fn add(&mut self, text: &str, token: Token) {
        self.known.insert(text.to_owned(), Arc::new(token));
    }

    /// Takes back all tokens of an app for a location or a company.
    pub(crate) fn revoke(&mut self, app: &str, resource: &str) {
        self.known.retain(|_, token| token.app != app || token.resource() != resource);
    }

    /// What the token of an `Authorization` header stands for.
    ///
    /// # Errors
    /// 401 when there is none, it is unknown or it has expired.
    pub(crate) fn find(
        &self,
        authorization: Option<&str>,
        now: Timestamp,
    ) -> Result<Arc<Token>, Refusal> {
        let text = authorization.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let text = text.ok_or_else(|| Refusal::unauthorized("Invalid JWT"))?;
        match self.known.get(text) {
            Some(token) if token.expires.is_none_or(|expires| now < expires) => Ok(token.clone()),
            Some(_) => Err(Refusal::unauthorized("Invalid token: access token is invalid")),
            None if text.starts_with("pit-") => {
                Err(Refusal::unauthorized("Invalid Private Integration token"))
            }
            None => Err(Refusal::unauthorized("Invalid JWT")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(class: Class, scopes: Option<&[&str]>) -> Token {
        let location = matches!(class, Class::PrivateLocation | Class::OauthLocation);
        Token {
            class,
            location: location.then(|| "l".to_owned()),
            company: "c".to_owned(),
            app: "a".to_owned(),
            scopes: scopes.map(|list| list.iter().map(|scope| (*scope).to_owned()).collect()),
            expires: None,
        }
    }

    fn refused(class: Class, access: Access) -> Option<String> {
        let refusal = token(class, None).open(access, "x").err()?;
        Some(refusal.into_body()["message"].as_str()?.to_owned())
    }

    #[test]
    fn classes_open_what_is_theirs() {
        let classes = [
            Class::PrivateLocation,
            Class::PrivateAgency,
            Class::OauthLocation,
            Class::OauthCompany,
        ];
        let open = |access| classes.map(|class| refused(class, access).is_none());
        assert_eq!(open(Access::Both), [true; 4]);
        assert_eq!(open(Access::Location), [true, false, true, false]);
        assert_eq!(open(Access::Agency), [false, true, false, true]);
        assert_eq!(open(Access::AgencyOauth), [false, false, false, true]);
        let company = refused(Class::OauthCompany, Access::Location).unwrap();
        assert!(company.starts_with("This authClass type"), "{company}");
    }

    #[test]
    fn a_list_of_scopes_is_enforced() {
        let token = token(Class::PrivateLocation, Some(&["contacts.readonly"]));
        assert!(token.open(Access::Location, "contacts.readonly").is_ok());
        assert!(token.open(Access::Location, "").is_ok());
        assert_eq!(token.open(Access::Location, "contacts.write").unwrap_err().status, 401);
    }

    #[test]
    fn unknown_and_expired_tokens_are_told_apart() {
        let now: Timestamp = "2026-03-05T12:00:00Z".parse().unwrap();
        let mut tokens = Tokens::default();
        tokens.add("old", Token { expires: Some(now), ..token(Class::OauthLocation, None) });
        tokens.add("new", token(Class::OauthLocation, None));
        let message = |header| {
            let refusal = tokens.find(header, now).err()?;
            Some(refusal.into_body()["message"].as_str()?.to_owned())
        };
        assert_eq!(message(Some("Bearer new")), None);
        assert_eq!(message(None).as_deref(), Some("Invalid JWT"));
        assert_eq!(message(Some("new")).as_deref(), Some("Invalid JWT"));
        let expired = message(Some("bearer old")).unwrap();
        assert!(expired.starts_with("Invalid token"), "{expired}");
        let unknown = message(Some("Bearer pit-x")).unwrap();
        assert_eq!(unknown, "Invalid Private Integration token");
    }
}
