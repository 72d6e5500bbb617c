//! Routes: which operation a method and the path of a request mean, or why they mean none.
//!
//! Whoever passes requests on to HighLevel decides by the operation, so the path that leaves must mean
//! the same operation there. Nothing of the caller's path leaves: it is decoded once, judged, and
//! matched; the request is built from the template and the values of its parameters. What a server
//! could read in another way than we do is refused here:
//!
//! - a path that could be normalized, such as one with dot segments, empty segments, or encoded
//!   slashes ([`BadPath`]);
//! - a path that two templates take, neither of which is the more exact one, in whatever generation
//!   and in whatever case of its letters ([`Unrouted::Ambiguous`]).

mod index;
mod nearest;
mod path;
#[cfg(test)]
mod tests;

use std::fmt;

use endpoint::{
    Method,
    catalogue::{Edition, Generation, Operation},
};

pub use self::path::BadPath;
use self::{index::Template, path::Path};

/// An operation, with the values that a path gave to its parameters.
#[derive(Clone)]
pub struct Route {
    operation: Operation<'static>,
    edition: Edition<'static>,
    parameters: Vec<(&'static str, String)>,
}

/// Why a method and a path mean no operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unrouted {
    /// The path could mean something else elsewhere.
    #[error(transparent)]
    Path(#[from] BadPath),
    /// No operation has it.
    #[error("find the operation of the path: HighLevel has none there; {}", hint(*.nearest))]
    Unknown {
        /// The operation whose method and path are most like it.
        nearest: Option<&'static str>,
    },
    /// Two operations have it.
    #[error(
        "find the operation of the path: `{0}` and `{1}` both have it; use a value that is no word \
         of the other's path"
    )]
    Ambiguous(&'static str, &'static str),
}

impl Route {
    /// The operation.
    #[must_use]
    pub fn operation(&self) -> Operation<'static> {
        self.operation
    }

    /// The operation in the generation that has the path.
    #[must_use]
    pub fn edition(&self) -> Edition<'static> {
        self.edition
    }

    /// The names and values of the path's parameters, decoded.
    #[must_use]
    pub fn parameters(&self) -> &[(&'static str, String)] {
        &self.parameters
    }
}

impl fmt::Debug for Route {
    /// Without values: some are people's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parameters.iter().map(|(name, _)| name).collect();
        formatter
            .debug_struct("Route")
            .field("operation", &self.operation.id())
            .field("generation", &self.edition.generation())
            .field("parameters", &names)
            .finish()
    }
}

/// The operation that this path means, which begins with a slash and is encoded as in a request.
///
/// A literal word counts more than a parameter, also across generations: HighLevel may answer an old
/// path to a new version (`facts/highlevel.md` 1.2), so a value never stands where any template of
/// the method has that word. Where both generations have the operation there, `preferred` decides,
/// and without it the older one.
///
/// ```
/// use endpoint::Method;
/// use highlevel::catalogue;
///
/// let route = catalogue::route(Method::Get, "/contacts/c%31", None).unwrap();
/// assert_eq!(route.operation().id(), "contacts.get-contact");
/// assert_eq!(route.parameters(), [("contactId", "c1".to_owned())]);
///
/// assert!(catalogue::route(Method::Get, "/contacts/..%2Fusers", None).is_err());
/// let refused = catalogue::route(Method::Get, "/contact/c1", None).unwrap_err();
/// assert!(refused.to_string().ends_with("the nearest is `contacts.get-contact`, GET /contacts/{contactId}"));
/// ```
///
/// # Errors
/// [`Unrouted`].
pub fn route(method: Method, path: &str, preferred: Option<Generation>) -> Result<Route, Unrouted> {
    let path = Path::parse(path)?;
    match find(method, &path, preferred) {
        Ok(route) => Ok(route),
        Err(Miss::Nobody) => Err(Unrouted::Unknown { nearest: nearest::of(method, &path) }),
        Err(Miss::Two(one, other)) => Err(Unrouted::Ambiguous(one, other)),
    }
}

/// Why a path is no operation's.
enum Miss {
    Nobody,
    Two(&'static str, &'static str),
}

fn find(method: Method, path: &Path, preferred: Option<Generation>) -> Result<Route, Miss> {
    let templates = index::templates(method, path.words.len());
    let rivals: Vec<_> = templates.iter().filter(|template| template.is_like(path)).collect();
    let exact = || rivals.iter().copied().filter(|template| template.is(path));
    let best = exact().max_by_key(|template| template.literals()).ok_or(Miss::Nobody)?;
    if let Some(rival) = rivals.iter().find(|rival| !best.is_as_exact_as(rival)) {
        return Err(Miss::Two(best.operation.id(), rival.operation.id()));
    }
    let same = || exact().filter(|template| template.operation.id() == best.operation.id());
    let wanted = same().find(|template| Some(template.edition.generation()) == preferred);
    Ok(wanted.or_else(|| same().next()).unwrap_or(best).filled(path))
}

impl Template {
    /// The route of a path that is this template's.
    fn filled(&self, path: &Path) -> Route {
        let values = self.words.iter().zip(&path.words);
        let parameters =
            values.filter_map(|(word, value)| Some((word.parameter()?, value.clone())));
        Route { operation: self.operation, edition: self.edition, parameters: parameters.collect() }
    }
}

fn hint(nearest: Option<&'static str>) -> String {
    let known = nearest.and_then(super::operation);
    match known {
        Some(it) => format!("the nearest is `{}`, {} {}", it.id(), it.method(), it.path()),
        None => "search the catalogue with `highwire operations search`".to_owned(),
    }
}
