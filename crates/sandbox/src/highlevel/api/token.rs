//! Tokens: who presents one, what it opens, and why it does not (`facts/highlevel.md` 2.1 and 2.5).

use std::{collections::HashMap, fmt, sync::Arc};

use endpoint::catalogue::Edition;
use highlevel::catalogue::TokenClass;
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

    /// Whether it opens an operation: any one way of access is enough.
    ///
    /// # Errors
    /// 401 in the words for the class or the scope.
    pub(crate) fn open(&self, edition: Edition<'static>) -> Result<(), Refusal> {
        let mut is_of_class = edition.access().len() == 0;
        for access in edition.access() {
            if TokenClass::of(access).is_some_and(|wanted| self.class.is(wanted)) {
                is_of_class = true;
                if access.scopes().all(|scope| self.has(scope)) {
                    return Ok(());
                }
            }
        }
        match is_of_class {
            true if edition.access().len() == 0 => Ok(()),
            true => Err(Refusal::unauthorized("The token is not authorized for this scope.")),
            false => Err(Refusal::unauthorized(self.class.mismatch(edition))),
        }
    }

    fn is_private(&self) -> bool {
        matches!(self.class, Class::PrivateLocation | Class::PrivateAgency)
    }

    fn has(&self, scope: &str) -> bool {
        let listed = |scopes: &Arc<[String]>| scopes.iter().any(|listed| listed == scope);
        self.scopes.as_ref().is_none_or(listed)
    }
}

impl Class {
    fn is(self, wanted: TokenClass) -> bool {
        match wanted {
            TokenClass::Location => matches!(self, Self::PrivateLocation | Self::OauthLocation),
            TokenClass::LocationOAuth => self == Self::OauthLocation,
            TokenClass::Agency => matches!(self, Self::PrivateAgency | Self::OauthCompany),
            TokenClass::AgencyOAuth => self == Self::OauthCompany,
        }
    }

    /// In which words an operation of other classes is refused.
    fn mismatch(self, edition: Edition<'static>) -> &'static str {
        let wanted: Vec<TokenClass> = edition.access().filter_map(TokenClass::of).collect();
        let is_private = matches!(self, Self::PrivateLocation | Self::PrivateAgency);
        let is_agency = matches!(self, Self::PrivateAgency | Self::OauthCompany);
        if is_private && wanted.iter().any(|class| class.is_agency() == is_agency) {
            return "This token's user type is not yet supported!";
        }
        match self == Self::OauthCompany && wanted.iter().all(|class| !class.is_agency()) {
            true => "This authClass type is not allowed to access this scope.",
            false => "Token's user type mismatch!",
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

    /// Gives a private token a successor of the same rights, and lets it live until a moment
    /// (`facts/highlevel.md` 2.1). Whether there was such a token.
    pub(crate) fn rotate(&mut self, old: &str, new: &str, until: Timestamp) -> bool {
        let Some(token) = self.known.get(old).filter(|token| token.is_private()).cloned() else {
            return false;
        };
        let ended = Token { expires: Some(until), ..Token::clone(&token) };
        self.known.insert(old.to_owned(), Arc::new(ended));
        self.known.insert(new.to_owned(), token);
        true
    }

    /// Takes back all tokens of a location that is no more.
    pub(crate) fn forget(&mut self, location: &str) {
        self.known.retain(|_, token| token.location.as_deref() != Some(location));
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
            Some(token) if !token.is_private() => {
                Err(Refusal::unauthorized("Invalid token: access token is invalid"))
            }
            Some(_) => Err(Refusal::unauthorized("Invalid Private Integration token")),
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

    fn edition(id: &str) -> Edition<'static> {
        highlevel::catalogue::operation(id).unwrap().editions().next().unwrap()
    }

    fn refused(class: Class, id: &str) -> Option<String> {
        let refusal = token(class, None).open(edition(id)).err()?;
        Some(refusal.into_body()["message"].as_str()?.to_owned())
    }

    const CLASSES: [Class; 4] =
        [Class::PrivateLocation, Class::PrivateAgency, Class::OauthLocation, Class::OauthCompany];

    #[test]
    fn classes_open_what_is_theirs() {
        let open = |id| CLASSES.map(|class| refused(class, id).is_none());
        assert_eq!(open("locations.get-location"), [true; 4]);
        assert_eq!(open("contacts.get-contact"), [true, false, true, false]);
        assert_eq!(open("locations.put-location"), [false, true, false, true]);
        assert_eq!(open("oauth.get-installed-location"), [false, false, false, true]);
    }

    #[test]
    fn refusals_have_the_words_for_the_class() {
        let words = |class, id| refused(class, id).unwrap();
        let mismatch = "Token's user type mismatch!";
        assert_eq!(words(Class::PrivateAgency, "contacts.get-contact"), mismatch);
        assert_eq!(words(Class::OauthLocation, "locations.put-location"), mismatch);
        let company = words(Class::OauthCompany, "contacts.get-contact");
        assert!(company.starts_with("This authClass type"), "{company}");
        let private = words(Class::PrivateAgency, "oauth.get-installed-location");
        assert!(private.ends_with("not yet supported!"), "{private}");
    }

    #[test]
    fn a_list_of_scopes_is_enforced() {
        let token = token(Class::PrivateLocation, Some(&["contacts.readonly"]));
        assert!(token.open(edition("contacts.get-contact")).is_ok());
        assert_eq!(token.open(edition("contacts.update-contact")).unwrap_err().status, 401);
    }

    #[test]
    fn a_rotated_private_token_lives_on_until_its_moment() {
        let until: Timestamp = "2026-03-12T12:00:00Z".parse().unwrap();
        let before: Timestamp = "2026-03-12T11:59:59Z".parse().unwrap();
        let mut tokens = Tokens::default();
        tokens.add("pit-old", token(Class::PrivateLocation, None));
        tokens.add("oauth", token(Class::OauthLocation, None));
        assert!(tokens.rotate("pit-old", "pit-new", until));
        assert!(!tokens.rotate("oauth", "pit-x", until));
        assert!(tokens.find(Some("Bearer pit-old"), before).is_ok());
        let refusal = tokens.find(Some("Bearer pit-old"), until).unwrap_err();
        assert_eq!(refusal.into_body()["message"], "Invalid Private Integration token");
        assert!(tokens.find(Some("Bearer pit-new"), until).is_ok());
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
