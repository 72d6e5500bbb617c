//! Tests of the check: what each answer of RepairShopr means for a person.

use domain::Verdict;
use endpoint::{Request, Response, Secret, TransportError};
use repairshopr::{AddressBudget, Settings};

use super::*;
use crate::stand_ins::StillTimer;

const NO_PERMISSION: &str =
    r#"{"error":"Not authorized. Please ask account admin to update your group permissions."}"#;

/// What paths that begin so are answered with.
type Table = &'static [(&'static str, u16, &'static str)];

/// Answers each path from a table, and any other list with one record.
struct Account(Table);

impl Transport for Account {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let path = request.url.strip_prefix("https://shop.test/api/v1/").expect("it is the API's");
        let scripted = self.0.iter().find(|(start, ..)| path.starts_with(start));
        let (status, body) = match scripted {
            Some((_, status, body)) => (*status, (*body).to_owned()),
            None if path == "me" => (200, r#"{"user_id":1,"subdomain":"shop"}"#.to_owned()),
            None if path.contains("since_updated_at") => {
                (200, r#"{"tickets":[],"invoices":[]}"#.to_owned())
            }
            None => {
                let plural = path.split('?').next().unwrap_or(path);
                let plural = if plural == "customer_assets" { "assets" } else { plural };
                (200, format!(r#"{{"{plural}":[{{"id":1}}],"meta":{{"total_pages":3}}}}"#))
            }
        };
        Ok(Response { status, headers: vec![], body: body.into() })
    }
}

async fn checked(account: Table) -> Vec<Finding> {
    let settings = Settings {
        throttle_retries: 0,
        ..Settings::new("https://shop.test".to_owned(), Secret::new("T0example"))
    };
    let timer = StillTimer::default();
    let client = Client::new(Account(account), timer, settings, AddressBudget::default());
    check(&client, Timestamp::UNIX_EPOCH).await
}

fn finding<'a>(findings: &'a [Finding], subject: &str) -> &'a Finding {
    findings.iter().find(|finding| finding.subject == subject).expect("it is looked at")
}

#[tokio::test]
async fn all_is_good_where_everything_can_be_read() {
    let findings = checked(&[]).await;
    assert_eq!(findings.len(), 13);
    for finding in &findings {
        assert_eq!((finding.verdict, &finding.hint), (Verdict::Good, &None), "{finding:?}");
    }
    assert_eq!(findings[0].found, "it counts, in the account \"shop\"");
    assert_eq!(finding(&findings, "assets").found, "can be read: 3 pages");
}

#[tokio::test]
async fn a_key_that_does_not_count_ends_the_check() {
    let findings = checked(&[("me", 401, r#"{"error":"T0example?"}"#)]).await;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].verdict, Verdict::Bad);
    assert!(findings[0].found.contains("does not know the key"), "{findings:?}");

    let findings = checked(&[("me", 404, "<html>")]).await;
    assert!(findings[0].hint.as_deref().unwrap().contains("subdomain"), "{findings:?}");
    let findings = checked(&[("me", 429, "")]).await;
    assert!(findings[0].found.contains("too many calls"), "{findings:?}");
}

#[tokio::test]
async fn each_missing_permission_is_named() {
    let findings = checked(&[
        ("customers", 401, NO_PERMISSION),
        ("contracts", 401, r#"{"error":"No."}"#),
        ("leads", 404, r#"{"message":"Not found"}"#),
    ])
    .await;
    let customers = finding(&findings, "customers");
    assert_eq!(customers.verdict, Verdict::Bad);
    assert!(customers.hint.as_deref().unwrap().contains("\"Customers - List/Search\""));
    let contracts = finding(&findings, "contracts");
    assert_eq!(contracts.verdict, Verdict::Warning);
    assert!(contracts.hint.as_deref().unwrap().contains("\"Contracts - List/Search\""));
    assert!(finding(&findings, "leads").found.contains("plan"));
    assert_eq!(finding(&findings, "tickets").verdict, Verdict::Good);
}

#[tokio::test]
async fn a_filter_that_is_ignored_is_seen() {
    let findings = checked(&[("tickets?since_updated_at", 200, r#"{"tickets":[{"id":1}]}"#)]).await;
    assert_eq!(finding(&findings, "changes of tickets").verdict, Verdict::Warning);
    assert_eq!(finding(&findings, "changes of invoices").verdict, Verdict::Good);
    let empty = checked(&[("tickets?page", 200, r#"{"tickets":[]}"#)]).await;
    let asked = empty.iter().any(|finding| finding.subject == "changes of tickets");
    assert!(!asked, "an empty list tells nothing of a filter");
}

#[tokio::test]
async fn what_would_fail_for_every_call_is_asked_once() {
    let findings = checked(&[("tickets", 503, "")]).await;
    assert_eq!(finding(&findings, "contacts").verdict, Verdict::Good);
    assert!(finding(&findings, "tickets").found.contains("status 503"));
    for subject in ["invoices", "contracts", "leads"] {
        assert_eq!(finding(&findings, subject).verdict, Verdict::Skipped, "{subject}");
    }
    assert!(!findings.iter().any(|finding| finding.subject.starts_with("changes of")));
}

#[tokio::test]
async fn nothing_of_a_reply_is_shown() {
    let body = r#"{"error":"ada@example.com with T0example is not allowed"}"#;
    for path in ["me", "customers"] {
        for status in [400, 401, 403, 422, 500] {
            let table = Box::leak(Box::new([(path, status, body)]));
            let text = format!("{:?}", checked(table).await);
            assert!(!text.contains("ada") && !text.contains("T0example"), "{text}");
        }
    }
}
