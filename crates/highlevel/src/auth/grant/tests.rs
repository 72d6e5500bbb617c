//! Tests: what a code buys on each path of an installation, and the proof key.

use jiff::Timestamp;

use super::*;
use crate::{
    CompanyId, Kind, Tenant,
    stand_ins::{Answer, BASE, ManualTimer, Script, answer},
};

const REDIRECT: &str = "https://hub.test/oauth";

fn app() -> OAuthApp {
    OAuthApp {
        base_url: BASE.to_owned(),
        client_id: "66aa-k1".to_owned(),
        client_secret: Secret::new("s&cret"),
    }
}

/// What the exchange of a code ends with, and what was sent.
async fn exchange(
    answers: impl IntoIterator<Item = Answer>,
    user_type: Option<UserType>,
    verifier: Option<&Verifier>,
) -> (Result<Grant, Error>, Vec<String>) {
    let timer = ManualTimer::new();
    let script = Script::new(timer.clone(), answers);
    let code = Secret::new("c/1");
    let exchange = CodeExchange { code: &code, redirect_url: REDIRECT, user_type, verifier };
    let done = exchange_code(&script, &timer, &app(), &exchange).await;
    (done, script.wire())
}

fn company() -> Tenant {
    CompanyId::new("com1").into()
}

fn location(id: &str) -> Tenant {
    LocationId::new(id).into()
}

#[tokio::test]
async fn each_path_of_an_installation_is_told_apart_in_either_spelling() {
    let bulk = |approved: &[&str], for_future_locations| Install::Bulk {
        approved: approved.iter().map(|id| LocationId::new(id)).collect(),
        for_future_locations,
    };
    let old = r#""access_token":"a","refresh_token":"r","expires_in":86399"#;
    let new = r#""accessToken":"a","refreshToken":"r","expiresIn":86399"#;
    for names in [old, new] {
        for (rest, tenant, install) in [
            (
                r#""userType":"Location","locationId":"loc1","companyId":"com1",
                "isBulkInstallation":false"#,
                location("loc1"),
                Install::Location,
            ),
            (
                r#""userType":"Company","companyId":"com1","isBulkInstallation":true,
                "approvedLocations":["loc1","loc2"],"installToFutureLocations":true"#,
                company(),
                bulk(&["loc1", "loc2"], true),
            ),
            (
                r#""userType":"Company","companyId":"com1","locationId":"",
                "isBulkInstallation":true,"approvedLocations":null"#,
                company(),
                bulk(&[], false),
            ),
            (
                r#""userType":"Company","companyId":"com1","isBulkInstallation":false"#,
                company(),
                Install::Agency,
            ),
        ] {
            let body = format!("{{{names},{rest},\"scope\":\"oauth.write\",\"userId\":\"u1\"}}");
            let grant = exchange([answer(200, &body)], None, None).await.0.unwrap();
            assert_eq!((grant.pair.tenant, grant.install), (tenant, install), "{body}");
            assert_eq!((grant.pair.access.expose(), grant.pair.refresh.expose()), ("a", "r"));
            assert_eq!(grant.pair.expires_at, Timestamp::from_second(86_399).unwrap());
            assert_eq!(grant.pair.scope, "oauth.write");
        }
    }
}

const GRANTED: &str = r#"{"access_token":"a","refresh_token":"r","locationId":"loc1"}"#;

#[tokio::test]
async fn what_was_said_to_the_consent_page_is_said_again() {
    let verifier = Verifier::from_secret(Secret::new("proof"));
    let sent = exchange([answer(200, GRANTED)], Some(UserType::Company), Some(&verifier)).await.1;
    assert_eq!(
        sent,
        ["POST /oauth/token client_id=66aa-k1&client_secret=s%26cret\
          &grant_type=authorization_code&code=c%2F1&redirect_uri=https%3A%2F%2Fhub.test%2Foauth\
          &user_type=Company&code_verifier=proof"]
    );
    let plain = exchange([answer(200, GRANTED)], None, None).await.1;
    assert!(plain[0].ends_with("hub.test%2Foauth"), "{plain:?}");
}

#[tokio::test]
async fn a_server_that_knows_no_proof_keys_gets_the_code_without_one() {
    let verifier = Verifier::from_secret(Secret::new("proof"));
    let unknown = r#"{"statusCode":422,"message":["property code_verifier should not exist"]}"#;
    let answers = [answer(422, unknown), answer(200, GRANTED)];
    let (done, sent) = exchange(answers, None, Some(&verifier)).await;
    done.unwrap();
    assert!(sent[0].contains("code_verifier") && !sent[1].contains("code_verifier"), "{sent:?}");
}

#[tokio::test]
async fn a_verifier_that_is_wrong_is_not_left_out() {
    let verifier = Verifier::from_secret(Secret::new("proof"));
    let wrong = r#"{"error":"invalid_grant","error_description":"PKCE verification failed"}"#;
    let (done, sent) = exchange([answer(400, wrong)], None, Some(&verifier)).await;
    assert_eq!(done.unwrap_err().kind(), Some(&Kind::BadGrant));
    assert_eq!(sent.len(), 1);
}

#[tokio::test]
async fn a_reply_that_says_nobody_or_no_refresh_token_is_none() {
    for body in [r#"{"access_token":"a","refresh_token":"r"}"#, r#"{"access_token":"a"}"#] {
        let error = exchange([answer(200, body)], None, None).await.0.unwrap_err();
        assert!(!format!("{error:?} {error}").contains("\"r\""), "{error:?}");
    }
}
