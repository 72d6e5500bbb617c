//! What a text that was given as a token looks like, before anything is asked with it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use endpoint::Secret;
use serde_json::Value;

use crate::catalogue::TokenClass;

/// The kinds of credentials that people have at hand, told apart by their looks alone.
///
/// Looks are a hint for people and never a reason to refuse: HighLevel calls its tokens opaque, and
/// only its answer counts (`facts/highlevel.md` 2.1, 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenForm {
    /// `pit-` and a UUID: a private integration token, a location's or an agency's.
    PrivateToken,
    /// A token of OAuth, which expires in a day.
    AccessToken {
        /// Whom it says that it stands for.
        class: Option<TokenClass>,
    },
    /// A key of the first API, which is retired: a signed text that names a location or a company
    /// by itself.
    RetiredKey,
    /// A UUID and nothing else: a private token without its beginning, the secret of an app, or an
    /// early key of the first API.
    BareUuid,
    /// None of these: cut, quoted, or something else.
    Unknown,
}

impl TokenForm {
    /// The form of a text.
    #[must_use]
    pub fn of(token: &Secret) -> Self {
        let text = token.expose();
        match text.strip_prefix("pit-") {
            Some(rest) if is_uuid(rest) => return Self::PrivateToken,
            None if is_uuid(text) => return Self::BareUuid,
            _ => {}
        }
        match claims(text) {
            Some(claims) if claims.get("authClass").is_some() || is_oauth(&claims) => {
                Self::AccessToken { class: class(&claims) }
            }
            Some(claims) if names_account(&claims) => Self::RetiredKey,
            Some(_) => Self::AccessToken { class: None },
            None => Self::Unknown,
        }
    }

    /// The class of a token of this form that is a location's, or an agency's. None where no token
    /// of this form opens anything.
    #[must_use]
    pub fn class(self, is_agency: bool) -> Option<TokenClass> {
        match (self, is_agency) {
            (Self::PrivateToken, false) => Some(TokenClass::Location),
            (Self::PrivateToken, true) => Some(TokenClass::Agency),
            (Self::AccessToken { .. }, false) => Some(TokenClass::LocationOAuth),
            (Self::AccessToken { .. }, true) => Some(TokenClass::AgencyOAuth),
            (Self::RetiredKey | Self::BareUuid | Self::Unknown, _) => None,
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// The claims of a signed text, read without asking whether the signature is right.
fn claims(text: &str) -> Option<Value> {
    let mut parts = text.split('.');
    let (Some(_), Some(claims), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let bytes = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}

fn is_oauth(claims: &Value) -> bool {
    claims.get("channel").and_then(Value::as_str) == Some("OAUTH")
}

/// Keys of the first API name their account in snake case.
fn names_account(claims: &Value) -> bool {
    claims.get("location_id").is_some() || claims.get("company_id").is_some()
}

fn class(claims: &Value) -> Option<TokenClass> {
    match claims.get("authClass")?.as_str()? {
        "Location" => Some(TokenClass::LocationOAuth),
        "Company" => Some(TokenClass::AgencyOAuth),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", part(r#"{"alg":"HS256"}"#), part(claims), part("signature"))
    }

    fn form(text: &str) -> TokenForm {
        TokenForm::of(&Secret::new(text))
    }

    #[test]
    fn forms_are_told_apart() {
        let uuid = "0f9d3c52-7a41-4f0e-9b6d-2f4f6a1c8e77";
        assert_eq!(form(&format!("pit-{uuid}\r\n")), TokenForm::PrivateToken);
        assert_eq!(form(uuid), TokenForm::BareUuid);
        let location = signed(r#"{"authClass":"Location","channel":"OAUTH"}"#);
        let class = Some(TokenClass::LocationOAuth);
        assert_eq!(form(&location), TokenForm::AccessToken { class });
        let company = signed(r#"{"authClass":"Company"}"#);
        let class = Some(TokenClass::AgencyOAuth);
        assert_eq!(form(&company), TokenForm::AccessToken { class });
        assert_eq!(form(&signed(r#"{"exp":1}"#)), TokenForm::AccessToken { class: None });
        assert_eq!(form(&signed(r#"{"location_id":"l1","version":1}"#)), TokenForm::RetiredKey);
        assert_eq!(form(&signed(r#"{"company_id":"c1"}"#)), TokenForm::RetiredKey);
    }

    #[test]
    fn what_is_cut_or_quoted_is_no_token() {
        let uuid = "0f9d3c52-7a41-4f0e-9b6d-2f4f6a1c8e77";
        for text in [
            "",
            "pit-",
            &format!("pit-{}", &uuid[..30]),
            &format!("\"pit-{uuid}\""),
            &format!("Bearer pit-{uuid}"),
            "a.b.c",
            "....",
            &signed("not JSON"),
            &signed("[1]"),
        ] {
            assert_eq!(form(text), TokenForm::Unknown, "{text}");
        }
    }

    #[test]
    fn a_form_and_an_owner_are_a_class() {
        let access = TokenForm::AccessToken { class: None };
        let classes = [TokenForm::PrivateToken, access, TokenForm::RetiredKey]
            .map(|form| (form.class(false), form.class(true)));
        assert_eq!(
            classes,
            [
                (Some(TokenClass::Location), Some(TokenClass::Agency)),
                (Some(TokenClass::LocationOAuth), Some(TokenClass::AgencyOAuth)),
                (None, None),
            ]
        );
    }
}
