//! Encodes an endpoint to a request and decodes a response to its reply type.

use crate::{Content, Draft, Endpoint, Error, Request, Response};

/// Makes the request for a call, without credentials.
///
/// Every path parameter is percent-encoded as one segment, so that a value can never add a segment.
///
/// # Errors
/// [`Error::Build`] when a path parameter is missing, empty, `.` or `..`, or when the body has no
/// JSON form. Nothing was sent.
pub fn encode<E: Endpoint>(base_url: &str, endpoint: &E) -> Result<Request, Error> {
    let body = endpoint.body().map_err(|source| Error::Build {
        operation: E::NAME,
        problem: "its body has no JSON form".to_owned(),
        source: Some(source),
    })?;
    let draft = Draft {
        operation: E::NAME,
        method: E::METHOD,
        path: E::PATH,
        path_parameters: endpoint.path_parameters(),
        query: endpoint.query(),
        accept: "application/json",
        body: body.map(Content::json),
    };
    draft.encode(base_url)
}

/// Reads the reply of a call.
///
/// # Errors
/// [`Error::Status`] for any status outside 200–299, [`Error::Decode`] when a success does not have
/// the shape of [`Endpoint::Response`]: an HTML page or an empty body with status 200 is not a
/// success. Both keep the bytes.
pub fn decode<E: Endpoint>(response: Response) -> Result<E::Response, Error> {
    if !(200..300).contains(&response.status) {
        return Err(Error::Status { operation: E::NAME, method: E::METHOD, response });
    }
    match serde_json::from_slice(&response.body) {
        Ok(reply) => Ok(reply),
        Err(source) => Err(Error::Decode { operation: E::NAME, response, source }),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::Method;

    struct Read<'a> {
        id: &'a str,
        filter: &'a str,
    }

    impl Endpoint for Read<'_> {
        const NAME: &'static str = "things.read";
        const METHOD: Method = Method::Get;
        const PATH: &'static str = "/things/{id}/parts";
        type Response = serde_json::Value;

        fn path_parameters(&self) -> Vec<(&'static str, &str)> {
            vec![("id", self.id)]
        }

        fn query(&self) -> Vec<(&'static str, String)> {
            vec![("filter", self.filter.to_owned())]
        }
    }

    #[test]
    fn a_base_address_with_a_trailing_slash_makes_the_same_request() {
        let call = Read { id: "7", filter: "a=b&c" };
        let request = encode("https://vendor.test/", &call).unwrap();
        assert_eq!(request.url, "https://vendor.test/things/7/parts?filter=a%3Db%26c");
    }

    #[test]
    fn dot_segments_and_empty_segments_are_refused() {
        for id in ["", ".", ".."] {
            let refused = encode("https://vendor.test", &Read { id, filter: "" });
            assert!(matches!(refused, Err(Error::Build { .. })), "{id:?} was accepted");
        }
    }

    #[test]
    fn a_success_that_is_not_json_is_a_decode_error_with_its_bytes() {
        for body in ["", "<html>busy</html>", "{\"cut\":"] {
            let response = Response {
                status: 200,
                headers: vec![],
                body: Bytes::copy_from_slice(body.as_bytes()),
            };
            match decode::<Read<'_>>(response) {
                Err(Error::Decode { response, .. }) => assert_eq!(response.body, body.as_bytes()),
                other => panic!("{body:?} gave {other:?}"),
            }
        }
    }

    proptest! {
        #[test]
        fn no_parameter_can_leave_its_segment(id in "\\PC{1,40}") {
            let Ok(request) = encode("https://vendor.test", &Read { id: &id, filter: "" }) else {
                prop_assert!(matches!(id.as_str(), "." | ".."));
                return Ok(());
            };
            let path = request.url.trim_start_matches("https://vendor.test");
            prop_assert_eq!(path.split('/').count(), 4);
            prop_assert!(path.ends_with("/parts?filter="));
            prop_assert_eq!(path.matches('?').count(), 1);
        }
    }
}
