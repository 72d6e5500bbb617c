//! All of HighLevel's operations as data: 576 of v2 and 627 of v3, each standing once.
//!
//! The catalogue is embedded and unpacked at its first use, which takes a few milliseconds and a
//! few megabytes once. It is written by `cargo xtask catalogue` from HighLevel's public
//! specifications and corrected by `catalogue/overlay.toml`; `catalogue/operations.txt` lists it
//! for people.
//!
//! ```
//! use endpoint::catalogue::{Generation, Kind, PageStyle};
//! use highlevel::catalogue;
//!
//! let get = catalogue::operation("contacts.get-contact").unwrap();
//! assert_eq!((get.title(), get.kind()), ("Get a contact", Kind::Read));
//!
//! let v2 = get.edition(Generation::V2).unwrap();
//! assert_eq!(v2.path(), "/contacts/{contactId}");
//! assert_eq!(v2.version(), Some("2021-07-28"));
//! assert_eq!(v2.scopes(), ["contacts.readonly"]);
//! assert_eq!(v2.envelope(), Some("contact"));
//!
//! // The header and much else differ between the generations of the API.
//! assert_eq!(get.edition(Generation::V3).unwrap().version(), Some("v3"));
//!
//! let search = catalogue::operation("conversations.search-conversation").unwrap();
//! let pages = search.edition(Generation::V2).unwrap().pagination();
//! assert_eq!(pages.style(), PageStyle::SortValue);
//! assert_eq!((pages.size(), pages.rows()), (Some("limit"), Some("conversations")));
//!
//! // A slip of the pen has a suggestion.
//! assert!(catalogue::operation("contacts.get-contct").is_none());
//! assert_eq!(catalogue::nearest("contacts.get-contct").unwrap().id(), "contacts.get-contact");
//! ```
//!
//! Values are held against the catalogue before they are sent, since HighLevel refuses a whole
//! call for one unknown field:
//!
//! ```
//! use endpoint::catalogue::{Generation, validate};
//! use highlevel::catalogue;
//! use serde_json::{Map, json};
//!
//! let create = catalogue::operation("contacts.create-contact").unwrap();
//! let body = json!({"locationId": "l1", "firstNam": "Ada", "tags": "vip"});
//! let problems = validate(create, Generation::V2, &Map::new(), Some(&body));
//! let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
//! assert_eq!(problems, [
//!     "body.tags is a string: give array of string",
//!     "body.firstNam is not known: did you mean `firstName`?",
//! ]);
//! ```

mod route;

use std::sync::OnceLock;

use endpoint::catalogue::{Access, Catalogue, Operation};

pub use self::route::{BadPath, Route, Unrouted, route};

/// What `cargo xtask catalogue` wrote.
const BYTES: &[u8] = include_bytes!("../catalogue/catalogue.bin");

/// Who a token stands for, and how it was given (`facts/highlevel.md` 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenClass {
    /// One location: an OAuth token or a private integration token.
    Location,
    /// One location, by OAuth only.
    LocationOAuth,
    /// The agency: an OAuth token or a private integration token.
    Agency,
    /// The agency, by OAuth only.
    AgencyOAuth,
}

impl TokenClass {
    /// Every class, with its name in the catalogue.
    const NAMES: [(Self, &'static str); 4] = [
        (Self::Location, "location"),
        (Self::LocationOAuth, "location-oauth"),
        (Self::Agency, "agency"),
        (Self::AgencyOAuth, "agency-oauth"),
    ];

    /// The class that a way of access asks for.
    #[must_use]
    pub fn of(access: Access<'_>) -> Option<Self> {
        let name = access.token_class();
        Self::NAMES.into_iter().find(|(_, known)| *known == name).map(|(class, _)| class)
    }

    /// Its name in the catalogue, such as `agency-oauth`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize].1
    }

    /// Whether the token is the agency's.
    #[must_use]
    pub fn is_agency(self) -> bool {
        matches!(self, Self::Agency | Self::AgencyOAuth)
    }

    /// Whether a private integration token will not do.
    #[must_use]
    pub fn is_oauth_only(self) -> bool {
        matches!(self, Self::LocationOAuth | Self::AgencyOAuth)
    }
}

/// The catalogue, opened at the first call.
#[must_use]
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::open(BYTES).expect("the committed catalogue opens"))
}

/// The operation with this id.
#[must_use]
pub fn operation(id: &str) -> Option<Operation<'static>> {
    catalogue().operation(id)
}

/// Every operation, in order of id.
pub fn operations() -> impl ExactSizeIterator<Item = Operation<'static>> {
    catalogue().operations()
}

/// The operation whose id is most like `id`, for "did you mean".
#[must_use]
pub fn nearest(id: &str) -> Option<Operation<'static>> {
    catalogue().nearest(id)
}

#[cfg(test)]
mod tests;
