//! A request that is passed on for somebody else: its operation is known, and its bytes are theirs.

use std::fmt;

use endpoint::{
    Content, Draft, Request,
    stream::{Pieces, Upload},
};

use crate::{
    Error, Profile,
    catalogue::Route,
    raw::{profile_of, version},
};

/// A request for [`crate::Client::forward`].
///
/// What leaves is built anew: the path from the route, the query from its pairs, and of the headers
/// those that are given here. Token and version are the client's to add.
pub struct Forward {
    /// The operation, with the path's parameters.
    pub route: Route,
    /// The query, unencoded, in order.
    pub query: Vec<(String, String)>,
    /// More headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The media type of what is wanted.
    pub accept: String,
    /// The body; none where there is none.
    pub body: Option<ForwardBody>,
}

/// The body of a request that is passed on.
pub enum ForwardBody {
    /// It is there: the request can be repeated.
    Whole(Content),
    /// It comes piece by piece, and can be sent once.
    Streamed {
        /// Its media type, with parameters.
        media_type: String,
        /// How many bytes it has, where that is known.
        length: Option<u64>,
        /// Its bytes.
        pieces: Pieces,
    },
}

impl Forward {
    pub(crate) fn profile(&self) -> Profile {
        profile_of(self.route.operation(), Some(self.route.edition()))
    }

    /// The request without a credential, and its body where that comes piece by piece.
    pub(crate) fn into_request(self, base_url: &str) -> Result<(Request, Option<Upload>), Error> {
        let (profile, edition) = (self.profile(), self.route.edition());
        let (content, upload) = match self.body {
            None => (None, None),
            Some(ForwardBody::Whole(content)) => (Some(content), None),
            Some(ForwardBody::Streamed { media_type, length, pieces }) => {
                (None, Some((media_type, Upload { length, pieces })))
            }
        };
        let parameters = self.route.parameters().iter();
        let draft = Draft {
            operation: profile.operation,
            method: profile.method,
            path: edition.path(),
            path_parameters: parameters.map(|(name, value)| (*name, value.as_str())).collect(),
            query: self.query.iter().map(|(name, value)| (name.as_str(), value.clone())).collect(),
            accept: &self.accept,
            body: content,
        };
        let request = draft.encode(base_url).map_err(|error| Error::of(profile, error))?;
        let mut request = request.with_header("version", version(edition));
        request.headers.extend(self.headers);
        let upload = upload.map(|(media_type, upload)| {
            request.headers.push(("content-type".to_owned(), media_type));
            upload
        });
        Ok((request, upload))
    }
}

impl fmt::Debug for Forward {
    /// The route alone: the rest is somebody's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Forward").field("route", &self.route).finish_non_exhaustive()
    }
}
