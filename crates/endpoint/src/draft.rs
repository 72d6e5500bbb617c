//! A call before it is encoded: method, path, values and body, for callers that have no type for it.

use bytes::Bytes;
use percent_encoding::utf8_percent_encode;

use crate::{Content, Error, Method, Request, content::ENCODED};

/// One call with all its values, unencoded. [`crate::encode`] makes one of an [`crate::Endpoint`];
/// a caller that knows its operation only as data fills one in.
///
/// It has no `Debug`: its values may be credentials.
#[derive(Clone)]
pub struct Draft<'a> {
    /// The operation's name, for errors.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path below the vendor's base address, with `{name}` where a parameter goes.
    pub path: &'a str,
    /// The values for the `{name}` segments.
    pub path_parameters: Vec<(&'a str, &'a str)>,
    /// The query, in the order in which it is sent. A name may stand more than once.
    pub query: Vec<(&'a str, String)>,
    /// The media type that is asked for.
    pub accept: &'a str,
    /// The body, or none.
    pub body: Option<Content>,
}

impl Draft<'_> {
    /// Makes the request, without credentials.
    ///
    /// Every path parameter is percent-encoded as one segment, so that a value can never add one.
    ///
    /// # Errors
    /// [`Error::Build`] when a path parameter is missing, empty, `.` or `..`. Nothing was sent.
    pub fn encode(self, base_url: &str) -> Result<Request, Error> {
        let path = encode_path(self.operation, self.path, &self.path_parameters)?;
        let query = encode_query(&self.query);
        let mut headers = vec![("accept".to_owned(), self.accept.to_owned())];
        let body = self.body.map_or_else(Bytes::new, |content| {
            headers.push(("content-type".to_owned(), content.media_type));
            content.bytes
        });
        let url = format!("{}{path}{query}", base_url.trim_end_matches('/'));
        Ok(Request { method: self.method, url, headers, body })
    }
}

fn encode_path(
    operation: &'static str,
    template: &str,
    parameters: &[(&str, &str)],
) -> Result<String, Error> {
    let refuse = |problem: String| Error::Build { operation, problem, source: None };
    let mut path = String::with_capacity(template.len() + 40);
    for segment in template.split('/').skip(1) {
        path.push('/');
        let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            path.push_str(segment);
            continue;
        };
        let Some((_, value)) = parameters.iter().find(|(key, _)| *key == name) else {
            return Err(refuse(format!("path parameter `{name}` is missing")));
        };
        if value.is_empty() || matches!(*value, "." | "..") {
            return Err(refuse(format!(
                "path parameter `{name}` is empty, `.` or `..`, which would reach another operation"
            )));
        }
        path.extend(utf8_percent_encode(value, ENCODED));
    }
    Ok(path)
}

fn encode_query(query: &[(&str, String)]) -> String {
    let mut text = String::new();
    for (name, value) in query {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.extend(utf8_percent_encode(name, ENCODED));
        text.push('=');
        text.extend(utf8_percent_encode(value, ENCODED));
    }
    text
}
