//! Answers on their way out: Notion's headers, its errors, and those that faults ask for.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde_json::{Value, json};

use super::refusal::Refusal;

/// An answer before it has a request id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    Success(Value),
    Refusal(Refusal),
    /// From the edge, which is not Notion and speaks HTML.
    Edge(u16),
}

impl From<Result<Value, Refusal>> for Reply {
    fn from(result: Result<Value, Refusal>) -> Self {
        match result {
            Ok(body) => Self::Success(body),
            Err(refusal) => Self::Refusal(refusal),
        }
    }
}

impl Reply {
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Success(_) => 200,
            Self::Refusal(refusal) => refusal.status,
            Self::Edge(status) => *status,
        }
    }

    /// As it goes over the wire.
    pub(crate) fn into_response(self, request_id: &str) -> Response<Body> {
        let status = StatusCode::from_u16(self.status());
        let (mut body, retry_after) = match self {
            Self::Success(body) => (body, None),
            Self::Refusal(refusal) => (refusal.body(request_id), refusal.retry_after),
            Self::Edge(status) => return edge(status, request_id),
        };
        body["request_id"] = json!(request_id);
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, json);
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-notion-request-id", id);
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// No Notion request id: the request did not reach Notion.
fn edge(status: u16, ray: &str) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1>\
         </center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    if let Ok(ray) = HeaderValue::from_str(&ray[..16.min(ray.len())]) {
        headers.insert("cf-ray", ray);
    }
    response
}

/// What a fault answers; `committed` is the answer that an operation in effect would have had.
pub(crate) fn of_fault(
    status: u16,
    retry_after: Option<u32>,
    reason: Option<&str>,
    committed: Option<&Value>,
) -> Reply {
    let refusal = match (status, committed) {
        (502, _) => return Reply::Edge(502),
        (429, _) => {
            let reason = reason.unwrap_or("public_api_request_rate_limit");
            return Reply::Refusal(Refusal::rate_limited(retry_after.map(u64::from), reason));
        }
        (503, Some(answer)) => committed_refusal(answer),
        _ => {
            let (code, message) = fault_text(status);
            Refusal::new(status, code, message)
        }
    };
    Reply::Refusal(refusal.after(retry_after.map(u64::from)))
}

fn fault_text(status: u16) -> (&'static str, &'static str) {
    match status {
        401 => ("unauthorized", "API token is invalid."),
        403 => ("restricted_resource", "Insufficient permissions for this endpoint."),
        404 => ("object_not_found", "Could not find the object."),
        409 => ("conflict_error", "Conflict occurred while saving. Please try again."),
        500 => ("internal_server_error", "Unexpected error occurred."),
        503 => (
            "service_unavailable",
            "Public API service is temporarily unavailable, please try again later.",
        ),
        504 => ("gateway_timeout", "The request took too long to process."),
        529 => ("service_overload", "The service is overloaded, please try again later."),
        400..500 => ("invalid_request", "The request could not be processed."),
        _ => ("internal_server_error", "Unexpected error occurred."),
    }
}

/// 503 after the change was saved (`facts/notion.md` 6): names what was made, so that nobody makes
/// it again.
fn committed_refusal(answer: &Value) -> Refusal {
    let refusal = Refusal::new(
        503,
        "service_unavailable",
        "Your change was saved, but the response could not be prepared. Do not repeat the request.",
    );
    let guidance = json!([
        "The change was saved; repeating the request would apply it twice.",
        "Retrieve the resource to see its present state.",
    ]);
    let refusal = refusal.with("retry_guidance", guidance);
    let blocks = answer["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    match answer["object"].as_str() {
        Some("list") if answer["type"] == "block" => {
            let parent = blocks.first().map(|block| &block["parent"]);
            let parent = parent.and_then(|parent| parent.get(parent["type"].as_str()?));
            let ids: Vec<&Value> = blocks.iter().map(|block| &block["id"]).collect();
            refusal
                .with("committed_resource_id", json!(parent))
                .with("committed_child_ids", json!(ids))
        }
        Some("page" | "database" | "data_source") => {
            refusal.with("committed_resource_id", answer["id"].clone())
        }
        _ => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(reply: Reply) -> Refusal {
        match reply {
            Reply::Refusal(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_success_carries_the_request_id_twice() {
        let response = Reply::Success(json!({ "object": "page" })).into_response("r-1");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["x-notion-request-id"], "r-1");
    }

    #[test]
    fn the_edge_speaks_html_without_a_request_id() {
        let response = of_fault(502, None, None, None).into_response("12345678-aaaa-bbbb");
        assert_eq!(response.status(), 502);
        assert_eq!(response.headers()["content-type"], "text/html");
        assert_eq!(response.headers()["cf-ray"], "12345678-aaaa-bb");
        assert!(!response.headers().contains_key("x-notion-request-id"));
    }

    #[test]
    fn a_429_says_when_and_why_or_does_not_say_when() {
        let told = refusal(of_fault(429, Some(3), None, None));
        assert_eq!(told.retry_after, Some(3));
        assert_eq!(told.additional_data["retry_after"], "3");
        let untold = refusal(of_fault(429, None, Some("public_api_request_blocked"), None));
        assert_eq!(untold.retry_after, None);
        let data = Value::Object(untold.additional_data);
        assert_eq!(data, json!({ "rate_limit_reason": "public_api_request_blocked" }));
    }

    #[test]
    fn a_503_after_a_commit_names_what_was_made() {
        let page = json!({ "object": "page", "id": "p" });
        let data = refusal(of_fault(503, None, None, Some(&page))).additional_data;
        assert_eq!(data["committed_resource_id"], "p");
        assert!(data["retry_guidance"].is_array());

        let parent = json!({ "type": "page_id", "page_id": "p" });
        let blocks = json!({
            "object": "list",
            "type": "block",
            "results": [{ "id": "a", "parent": parent }, { "id": "b", "parent": parent }],
        });
        let data = refusal(of_fault(503, None, None, Some(&blocks))).additional_data;
        assert_eq!(data["committed_resource_id"], "p");
        assert_eq!(data["committed_child_ids"], json!(["a", "b"]));

        let data = refusal(of_fault(503, None, None, None)).additional_data;
        assert!(data.is_empty());
    }

    #[test]
    fn codes_follow_from_the_status() {
        for (status, code) in [
            (409, "conflict_error"),
            (500, "internal_server_error"),
            (503, "service_unavailable"),
            (504, "gateway_timeout"),
            (529, "service_overload"),
        ] {
            let refusal = refusal(of_fault(status, None, None, None));
            assert_eq!((refusal.status, refusal.code), (status, code));
        }
    }
}
