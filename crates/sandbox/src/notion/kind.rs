//! The types of properties that the simulated Notion has.

/// The type of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Title,
    RichText,
    Number,
    Select,
    MultiSelect,
    Status,
    Date,
    People,
    Files,
    Checkbox,
    Url,
    Email,
    PhoneNumber,
    Relation,
    UniqueId,
    CreatedTime,
    CreatedBy,
    LastEditedTime,
    LastEditedBy,
}

impl Kind {
    /// The writable ones first, in the order in which Notion's messages name them.
    const ALL: [Self; 19] = [
        Self::Title,
        Self::RichText,
        Self::Number,
        Self::Url,
        Self::Select,
        Self::MultiSelect,
        Self::People,
        Self::Email,
        Self::PhoneNumber,
        Self::Date,
        Self::Checkbox,
        Self::Relation,
        Self::Files,
        Self::Status,
        Self::UniqueId,
        Self::CreatedTime,
        Self::CreatedBy,
        Self::LastEditedTime,
        Self::LastEditedBy,
    ];

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    pub(crate) fn writable() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|kind| kind.is_writable())
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::RichText => "rich_text",
            Self::Number => "number",
            Self::Select => "select",
            Self::MultiSelect => "multi_select",
            Self::Status => "status",
            Self::Date => "date",
            Self::People => "people",
            Self::Files => "files",
            Self::Checkbox => "checkbox",
            Self::Url => "url",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::Relation => "relation",
            Self::UniqueId => "unique_id",
            Self::CreatedTime => "created_time",
            Self::CreatedBy => "created_by",
            Self::LastEditedTime => "last_edited_time",
            Self::LastEditedBy => "last_edited_by",
        }
    }

    /// Whether a request can write it; the others follow from the page.
    pub(crate) fn is_writable(self) -> bool {
        !matches!(
            self,
            Self::UniqueId
                | Self::CreatedTime
                | Self::CreatedBy
                | Self::LastEditedTime
                | Self::LastEditedBy
        )
    }

    /// Whether its values are options of the schema.
    pub(crate) fn has_choices(self) -> bool {
        matches!(self, Self::Select | Self::MultiSelect | Self::Status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_kind() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse("rollup"), None);
    }
}
