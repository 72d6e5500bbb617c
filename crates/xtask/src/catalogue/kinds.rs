//! What a call does to the world, by method, path and name.
//!
//! The first rule that fits decides. Money stands before sending and deleting, since a refund that
//! is asked for with `DELETE` still moves money.

use endpoint::Method;
use endpoint::catalogue::{Idempotency, Kind};

/// Method and path: `ANY` is every method but `GET`, `*` one segment, `**` at the end any number.
struct Rule {
    kind: Kind,
    call: &'static str,
}

const fn rule(kind: Kind, call: &'static str) -> Rule {
    Rule { kind, call }
}

/// What only the path tells.
const BY_PATH: [Rule; 49] = [
    rule(Kind::Money, "ANY /ad-publishing/*/*/*/publish"),
    rule(Kind::Money, "ANY /ad-publishing/*/*/*/resume"),
    rule(Kind::Money, "PATCH /ad-publishing/linkedin/*/status"),
    rule(Kind::Money, "POST /email/verify"),
    rule(Kind::Money, "POST /invoices/*/record-payment"),
    rule(Kind::Money, "POST /invoices/*/send"),
    rule(Kind::Money, "POST /invoices/*/void"),
    rule(Kind::Money, "POST /invoices/estimate/*/send"),
    rule(Kind::Money, "POST /invoices/schedule/*/auto-payment"),
    rule(Kind::Money, "POST /invoices/schedule/*/schedule"),
    rule(Kind::Money, "POST /invoices/schedule/*/updateAndSchedule"),
    rule(Kind::Money, "POST /invoices/text2pay"),
    rule(Kind::Money, "POST /marketplace/billing/charges"),
    rule(Kind::Money, "DELETE /marketplace/billing/charges/*"),
    rule(Kind::Money, "POST /payments/orders/*/record-payment"),
    rule(Kind::Money, "POST /phone-system/numbers/location/*/purchase"),
    rule(Kind::Money, "ANY /saas-api/**"),
    rule(Kind::Money, "ANY /saas/**"),
    rule(Kind::Delete, "PUT /medias/delete-files"),
    rule(Kind::Delete, "POST /social-media-posting/*/posts/bulk-delete"),
    rule(Kind::Send, "POST /contacts/*/campaigns/*"),
    rule(Kind::Send, "POST /contacts/*/workflow/*"),
    rule(Kind::Send, "POST /conversations/messages"),
    rule(Kind::Send, "POST /conversations/messages/review-reply"),
    rule(Kind::Send, "POST /conversations/providers/live-chat/typing"),
    rule(Kind::Send, "POST /emails/locations/*/campaigns/emails/*/schedule"),
    rule(Kind::Send, "POST /proposals/document/send"),
    rule(Kind::Send, "POST /proposals/templates/send"),
    rule(Kind::Send, "PATCH /social-media-posting/*/csv/*"),
    rule(Kind::Send, "POST /social-media-posting/*/posts"),
    rule(Kind::Send, "PUT /social-media-posting/*/posts/*"),
    rule(Kind::Read, "POST /ad-publishing/google/keyword-ideas"),
    rule(Kind::Read, "POST /calendars/groups/validate-slug"),
    rule(Kind::Read, "POST /social-media-posting/*/posts/list"),
    rule(Kind::Read, "POST /social-media-posting/*/tags/details"),
    rule(Kind::Read, "POST /social-media-posting/category/queues/*/edit/calendar"),
    rule(Kind::Read, "POST /social-media-posting/category/queues/*/items"),
    rule(Kind::Read, "POST /social-media-posting/category/queues/*/slots"),
    rule(Kind::Read, "POST /social-media-posting/category/queues/list"),
    rule(Kind::Read, "POST /social-media-posting/category/queues/list/calendar"),
    rule(Kind::Read, "POST /social-media-posting/comments/*/list"),
    rule(Kind::Read, "POST /social-media-posting/statistics"),
    rule(Kind::Read, "POST /store/shipping-zone/shipping-rates"),
    rule(Kind::Write, "POST /social-media-posting/category/queues/*/edit/discard"),
    rule(Kind::Write, "POST /social-media-posting/category/queues/*/edit/start"),
    rule(Kind::Send, "POST /social-media-posting/category/queues/**"),
    rule(Kind::Send, "POST /social-media-posting/category/queues"),
    rule(Kind::Send, "PUT /social-media-posting/category/queues/**"),
    rule(Kind::Send, "POST /social-media-posting/comments/**"),
];

/// Calls with `POST` that set something which is set already the second time.
const SETTING: [&str; 4] = [
    "/contacts/*/followers",
    "/contacts/*/tags",
    "/contacts/bulk/tags/update/*",
    "/opportunities/*/followers",
];

/// What a call does, and what a second one does.
pub(super) fn classify(method: Method, path: &str, name: &str) -> (Kind, Idempotency) {
    let kind = kind(method, path);
    let idempotency = match (kind, method) {
        (Kind::Read, _) => Idempotency::Safe,
        // An upsert without an id in its path makes a second one.
        (_, Method::Put) if name.to_lowercase().contains("upsert") => Idempotency::Repeats,
        (_, Method::Put | Method::Delete) => Idempotency::Idempotent,
        _ if SETTING.iter().any(|pattern| fits(pattern, path)) => Idempotency::Idempotent,
        (_, Method::Get | Method::Post | Method::Patch) => Idempotency::Repeats,
    };
    (kind, idempotency)
}

fn kind(method: Method, path: &str) -> Kind {
    if method == Method::Get {
        return Kind::Read;
    }
    match BY_PATH.iter().find(|rule| rule.means(method, path)) {
        Some(rule) => rule.kind,
        None if method == Method::Delete => Kind::Delete,
        // A search whose terms need a body.
        None if method == Method::Post && path.contains("/search") => Kind::Read,
        None => Kind::Write,
    }
}

impl Rule {
    fn means(&self, method: Method, path: &str) -> bool {
        let (wanted, pattern) = self.call.split_once(' ').expect("a rule is method and path");
        (wanted == "ANY" || wanted == method.as_str()) && fits(pattern, path)
    }
}

/// The rules that no call of the specifications fits.
pub(super) fn idle(calls: &[(Method, &str)]) -> Vec<&'static str> {
    let fits_none = |rule: &&Rule| !calls.iter().any(|(method, path)| rule.means(*method, path));
    BY_PATH.iter().filter(fits_none).map(|rule| rule.call).collect()
}

/// Whether the path is one that the pattern means.
fn fits(pattern: &str, path: &str) -> bool {
    let mut given = path.trim_end_matches('/').split('/');
    for part in pattern.split('/') {
        match (part, given.next()) {
            ("**", Some(_)) => return true,
            ("*", Some(_)) => {}
            (part, Some(segment)) if part == segment => {}
            _ => return false,
        }
    }
    given.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_whole_segments() {
        assert!(fits("/invoices/*/send", "/invoices/{invoiceId}/send"));
        assert!(fits("/saas/**", "/saas/pause/{locationId}"));
        assert!(fits("/oauth/token", "/oauth/token/"));
        assert!(!fits("/invoices/*/send", "/invoices/send"));
        assert!(!fits("/invoices/*/send", "/invoices/estimate/{estimateId}/send"));
        assert!(!fits("/saas/**", "/saas"));
    }

    #[test]
    fn the_method_decides_where_no_path_does() {
        let of = |method, path| classify(method, path, "x");
        assert_eq!(of(Method::Get, "/a"), (Kind::Read, Idempotency::Safe));
        assert_eq!(of(Method::Post, "/a/search"), (Kind::Read, Idempotency::Safe));
        assert_eq!(of(Method::Post, "/a"), (Kind::Write, Idempotency::Repeats));
        assert_eq!(of(Method::Put, "/a"), (Kind::Write, Idempotency::Idempotent));
        assert_eq!(of(Method::Patch, "/a"), (Kind::Write, Idempotency::Repeats));
        assert_eq!(of(Method::Delete, "/a"), (Kind::Delete, Idempotency::Idempotent));
    }

    #[test]
    fn a_refund_is_money_and_enrolment_sends() {
        let refund = classify(Method::Delete, "/marketplace/billing/charges/{chargeId}", "x");
        assert_eq!(refund, (Kind::Money, Idempotency::Idempotent));
        let path = "/contacts/{contactId}/campaigns/{campaignId}";
        assert_eq!(classify(Method::Post, path, "x").0, Kind::Send);
        assert_eq!(classify(Method::Delete, path, "x").0, Kind::Delete);
        let path = "/contacts/{contactId}/workflow/{workflowId}";
        assert_eq!(classify(Method::Post, path, "x").0, Kind::Send);
        assert_eq!(classify(Method::Delete, path, "x").0, Kind::Delete);
    }
}
