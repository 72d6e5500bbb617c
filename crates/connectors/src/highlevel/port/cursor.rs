//! Where a list goes on, as a text that says nothing to its bearer.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    RecordPlace,
    crm::{CrmError, PageWish},
};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Where a list goes on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cursor {
    /// Behind this row of the mirror.
    Mirror(RecordPlace),
    /// Where HighLevel said.
    Vendor(Value),
}

impl Cursor {
    /// Its text.
    pub(super) fn text(&self) -> String {
        let json = match self {
            Self::Mirror(place) => json!({"m": [place.occurred_at.as_microsecond(), place.id]}),
            Self::Vendor(after) => json!({"v": after}),
        };
        URL_SAFE_NO_PAD.encode(json.to_string())
    }

    /// The place in the mirror that a page is to begin behind.
    ///
    /// # Errors
    /// Where the cursor is none, or one of a fresh list.
    pub(super) fn in_mirror(page: &PageWish) -> Result<Option<RecordPlace>, CrmError> {
        match Self::wished(page)? {
            None => Ok(None),
            Some(Self::Mirror(place)) => Ok(Some(place)),
            Some(Self::Vendor(_)) => Err(refused("it is one of a list with fresh=true")),
        }
    }

    /// What HighLevel said where the list goes on.
    ///
    /// # Errors
    /// Where the cursor is none, or one of the mirror.
    pub(super) fn of_vendor(page: &PageWish) -> Result<Option<Value>, CrmError> {
        match Self::wished(page)? {
            None => Ok(None),
            Some(Self::Vendor(after)) => Ok(Some(after)),
            Some(Self::Mirror(_)) => Err(refused("it is one of a list without fresh=true")),
        }
    }

    fn wished(page: &PageWish) -> Result<Option<Self>, CrmError> {
        let Some(text) = &page.cursor else { return Ok(None) };
        match Self::parse(text) {
            Some(cursor) => Ok(Some(cursor)),
            None => Err(refused("give `next` of the page before, of the same search")),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let json: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        if let Some(after) = json.get("v") {
            return Some(Self::Vendor(after.clone()));
        }
        let [at, id] = json.get("m")?.as_array()?.as_slice() else { return None };
        let occurred_at = Timestamp::from_microsecond(at.as_i64()?).ok()?;
        Some(Self::Mirror(RecordPlace { occurred_at, id: id.as_str()?.to_owned() }))
    }
}

fn refused(problem: &str) -> CrmError {
    CrmError::invalid("after", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(cursor: &str) -> PageWish {
        PageWish { limit: 1, cursor: Some(cursor.to_owned()), fresh: false }
    }

    #[test]
    fn a_cursor_leads_back_to_its_own_kind_of_list() {
        let place = RecordPlace { occurred_at: Timestamp::UNIX_EPOCH, id: "a\"b".to_owned() };
        let mirror = page(&Cursor::Mirror(place.clone()).text());
        assert_eq!(Cursor::in_mirror(&mirror).unwrap(), Some(place));
        assert!(Cursor::of_vendor(&mirror).is_err());
        let vendor = page(&Cursor::Vendor(json!([1, "x"])).text());
        assert_eq!(Cursor::of_vendor(&vendor).unwrap(), Some(json!([1, "x"])));
        assert!(Cursor::in_mirror(&vendor).is_err());
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "x", "bnVsbA", &URL_SAFE_NO_PAD.encode(r#"{"m":[1]}"#)] {
            assert!(Cursor::in_mirror(&page(text)).is_err(), "{text}");
        }
    }
}
