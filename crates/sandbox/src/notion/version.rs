//! The versions of the API that a request can ask for, and how they differ.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// What `Notion-Version` names (`facts/notion.md` 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// Before data sources. Users, pages and blocks are simulated; the calls whose shape it does
    /// not share with its successors are refused.
    V2022_06_28,
    /// Rows live in data sources.
    V2025_09_03,
    /// `in_trash` instead of `archived`, `position` instead of `after`.
    V2026_03_11,
}

impl Version {
    /// Reads the header.
    ///
    /// # Errors
    /// When it is absent or names no version that is simulated.
    pub(crate) fn parse(header: Option<&str>) -> Result<Self, Refusal> {
        match header {
            Some("2022-06-28") => Ok(Self::V2022_06_28),
            Some("2025-09-03") => Ok(Self::V2025_09_03),
            Some("2026-03-11") => Ok(Self::V2026_03_11),
            None => Err(Refusal::new(
                400,
                "missing_version",
                "Notion-Version header failed validation: Notion-Version header should be \
                 defined, instead was `undefined`.",
            )),
            Some(other) => Err(Refusal::validation(format!(
                "Notion-Version header failed validation: Notion-Version header should be \
                 `\"2026-03-11\"`, `\"2025-09-03\"` or `\"2022-06-28\"`, instead was `\"{other}\"`."
            ))),
        }
    }

    /// Writes whether something is in the trash, under the names that this version has for it.
    pub(crate) fn write_trash(self, object: &mut Map<String, Value>, in_trash: bool) {
        if self < Self::V2026_03_11 {
            object.insert("archived".to_owned(), json!(in_trash));
        }
        if self > Self::V2022_06_28 {
            object.insert("in_trash".to_owned(), json!(in_trash));
        }
    }

    /// The names under which a request of this version may trash something.
    pub(crate) fn trash_names(self) -> &'static [&'static str] {
        match self {
            Self::V2022_06_28 => &["archived"],
            Self::V2025_09_03 => &["in_trash", "archived"],
            Self::V2026_03_11 => &["in_trash"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_version_and_an_unknown_one_are_different_errors() {
        assert_eq!(Version::parse(None).unwrap_err().code, "missing_version");
        let unknown = Version::parse(Some("2021-05-13")).unwrap_err();
        assert_eq!(unknown.code, "validation_error");
        assert!(unknown.message.contains("2021-05-13"));
    }

    #[test]
    fn each_version_has_its_names_for_the_trash() {
        let names = |version: &str| {
            let version = Version::parse(Some(version)).unwrap();
            let mut object = Map::new();
            version.write_trash(&mut object, true);
            let mut written: Vec<String> = object.keys().cloned().collect();
            written.sort_by(|one, other| other.cmp(one));
            assert_eq!(written, version.trash_names());
            written.join(" ")
        };
        assert_eq!(names("2022-06-28"), "archived");
        assert_eq!(names("2025-09-03"), "in_trash archived");
        assert_eq!(names("2026-03-11"), "in_trash");
    }
}
