//! `/v1/mappings/{name}/rows/{row}`: an application tells its row, and sees what the hub knows of it.

use domain::{
    CRM_ID_COLUMN, EventId, Fields, Link, LinkStanding, ROW_ID_COLUMN, Storage, crm::FieldProblem,
};
use engine::mappings::{Mappings, RowRefused, ToldRow};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Answer, Call, Method, Nothing, Operation, Tag,
        formats::{EventIdText, Text},
    },
    crm::RecordId,
    problem::{Kind, Problem},
};

/// The vendor whose rows are told here.
const APPLICATION: &str = "application";

const ABSENT: (Kind, &str) = (Kind::NotFound, "The caller can see no such mapping or row.");
const NOT_TOLD: (Kind, &str) =
    (Kind::Conflict, "The rows of this mapping are read elsewhere and not told here.");

/// `PUT /v1/mappings/{name}/rows/{row}`.
pub(crate) const TELL: Operation = Operation {
    id: "rows.tell",
    method: Method::Put,
    path: "/v1/mappings/{name}/rows/{row}",
    tag: Tag::Mappings,
    summary: "Tell what a row is like now",
    description: "Send the row after each change of it, with all columns that the mapping has: null is \
                  no value, and what is left out stays as it was told last. `updated_at` is the time of \
                  the change by the application's own clock, to the microsecond. A row may be sent again and may come late: \
                  one that is older than what the hub knows changes nothing. The answer says that it \
                  is kept; what follows from it happens right after.",
    errors: &[
        ABSENT,
        NOT_TOLD,
        (Kind::Invalid, "The mapping has no such column, or `updated_at` is ahead of the clock."),
    ],
    ..Operation::COMMON
};

/// `GET /v1/mappings/{name}/rows/{row}`.
pub(crate) const SHOW: Operation = Operation {
    id: "rows.show",
    path: "/v1/mappings/{name}/rows/{row}",
    tag: Tag::Mappings,
    summary: "Read what the hub knows of a row",
    description: "With the id of the CRM's record that it is kept equal with, the values on which both \
                  sides agreed last, and how it stands.",
    errors: &[ABSENT],
    ..Operation::COMMON
};

/// `DELETE /v1/mappings/{name}/rows/{row}`.
pub(crate) const REMOVE: Operation = Operation {
    id: "rows.remove",
    method: Method::Delete,
    path: "/v1/mappings/{name}/rows/{row}",
    tag: Tag::Mappings,
    summary: "Tell that a row is gone",
    description: "The record of the CRM stays, and is no longer kept equal with anything.",
    errors: &[ABSENT, NOT_TOLD],
    ..Operation::COMMON
};

/// Which row.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// The name of the mapping.
    name: Text<64>,
    /// The application's id of the row.
    row: Text<128>,
}

/// A row as it is now.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ToldRow")]
pub(crate) struct Told {
    /// When it was changed last, by the application's clock.
    updated_at: Timestamp,
    /// Its values, by column.
    #[schemars(extend("maxProperties" = 500))]
    fields: Fields,
    /// The id of the CRM's record that it belongs to, where the application knows it.
    #[serde(default)]
    crm_id: Option<RecordId>,
}

/// When a row went.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gone {
    /// By the application's clock; now where it is left out.
    updated_at: Option<Timestamp>,
}

/// What became of what was told.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TakenRow")]
pub(crate) struct Taken {
    /// The event that tells it.
    #[schemars(with = "EventIdText")]
    event: EventId,
    /// Whether exactly this was told before.
    duplicate: bool,
}

/// What the hub knows of a row.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "KnownRow")]
pub(crate) struct Known {
    /// The application's id of it.
    external_id: Option<String>,
    /// The id of the CRM's record.
    crm_id: Option<String>,
    /// How it stands: `live`, `making`, `left`, `record_gone`, `row_gone` or `refused`.
    standing: String,
    /// Why it is refused, and what to do; null where it is not.
    reason: Option<String>,
    /// Its values as they were told last, by column.
    fields: Fields,
    /// The values on which both sides agreed last, by field of the CRM.
    agreed: Fields,
    /// When it was changed last, by the application's clock.
    updated_at: Option<Timestamp>,
    /// When both sides were last made equal.
    synced_at: Option<Timestamp>,
}

/// Takes in a row.
pub(crate) async fn tell<S: Storage>(
    call: Call<Mappings<S>, Which, Nothing, Told>,
) -> Result<Answer<Taken, 202>, Problem> {
    let Told { updated_at, mut fields, crm_id } = call.body;
    let Which { name, row } = call.path;
    let (mappings, realm) = (call.state, &call.caller.principal.realm);
    let mapping = mappings.mapping(realm, name.as_str())?;
    let record = crm_id.map(|id| id.to_string());
    // The ids stand in columns too, where the mapping has them, so that each side can hold the other's.
    for (column, value) in [(CRM_ID_COLUMN, record.as_deref()), (ROW_ID_COLUMN, Some(row.as_str()))]
    {
        if let Some(value) = value
            && mapping.maps_column(column)
        {
            fields.insert(column.to_owned(), value.into());
        }
    }
    let id = row.to_string();
    let told = ToldRow { id, fields, changed_at: updated_at, record, gone: false };
    let kept = mappings.tell((realm, name.as_str()), APPLICATION, told).await?;
    Ok(Answer(Taken { event: kept.event, duplicate: kept.duplicate }))
}

/// Shows a row.
pub(crate) async fn show<S: Storage>(
    call: Call<Mappings<S>, Which>,
) -> Result<Answer<Known>, Problem> {
    let Which { name, row } = &call.path;
    let place = (&call.caller.principal.realm, name.as_str());
    Ok(Answer(known(call.state.find(place, row.as_str()).await?)))
}

/// Takes in that a row is gone.
pub(crate) async fn remove<S: Storage>(
    call: Call<Mappings<S>, Which, Gone>,
) -> Result<Answer<Taken, 202>, Problem> {
    let Which { name, row } = call.path;
    let (mappings, realm) = (call.state, &call.caller.principal.realm);
    let changed_at = call.query.updated_at.unwrap_or_else(|| mappings.now());
    let (id, fields) = (row.to_string(), Fields::new());
    let told = ToldRow { id, fields, changed_at, record: None, gone: true };
    let kept = mappings.tell((realm, name.as_str()), APPLICATION, told).await?;
    Ok(Answer(Taken { event: kept.event, duplicate: kept.duplicate }))
}

fn known(link: Link) -> Known {
    let (standing, reason) = match link.standing {
        LinkStanding::Live => ("live", None),
        LinkStanding::Making => ("making", None),
        LinkStanding::Left => ("left", None),
        LinkStanding::RecordGone => ("record_gone", None),
        LinkStanding::RowGone => ("row_gone", None),
        LinkStanding::Refused { reason } => ("refused", Some(reason)),
    };
    Known {
        external_id: link.row,
        crm_id: link.record,
        standing: standing.to_owned(),
        reason,
        fields: link.row_fields,
        agreed: link.agreed,
        updated_at: link.row_at,
        synced_at: link.synced_at,
    }
}

impl From<RowRefused> for Problem {
    fn from(refused: RowRefused) -> Self {
        let detail = refused.to_string();
        let invalid =
            |errors, hint| Self::new(Kind::Invalid, detail.clone(), hint).with_errors(errors);
        match refused {
            RowRefused::NoMapping => {
                Self::absent("mapping", "name one of the settings that the caller can see")
            }
            RowRefused::NoRow => Self::absent("row", "tell it first, or wait a moment"),
            RowRefused::Id => Self::new(Kind::Invalid, detail, "use at most 128 plain characters"),
            RowRefused::NotTold(_) => {
                Self::new(Kind::Conflict, detail, "change the rows where they are kept")
            }
            RowRefused::Columns(columns) => {
                let problem = |column: String| {
                    let pointer =
                        format!("/fields/{}", column.replace('~', "~0").replace('/', "~1"));
                    FieldProblem::new(&pointer, "the mapping has no such column")
                };
                let errors = columns.into_iter().map(problem).collect();
                invalid(errors, "add the columns to the mapping, or leave them out")
            }
            RowRefused::Ahead(_) => {
                let problem = FieldProblem::new("/updated_at", "it is ahead of the hub's clock");
                invalid(
                    vec![problem],
                    "correct the application's clock, or the mapping's skew_seconds",
                )
            }
            RowRefused::Storage(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{OrganizationId, StorageError};

    use super::*;

    #[test]
    fn every_refusal_has_its_kind_and_names_what_is_wrong() {
        let columns = || RowRefused::Columns(vec!["a/b~c".to_owned()]);
        for (refused, kind) in [
            (RowRefused::NoMapping, Kind::NotFound),
            (RowRefused::NoRow, Kind::NotFound),
            (RowRefused::Id, Kind::Invalid),
            (RowRefused::NotTold("notion".to_owned()), Kind::Conflict),
            (columns(), Kind::Invalid),
            (RowRefused::Ahead(6), Kind::Invalid),
            (StorageError::unavailable("look", "the disk is full").into(), Kind::Unavailable),
        ] {
            let said = refused.to_string();
            assert_eq!(Problem::from(refused).kind(), kind, "{said}");
        }
        let told = format!("{:?}", Problem::from(columns()));
        assert!(told.contains("/fields/a~1b~0c"), "{told}");
        let told = format!("{:?}", Problem::from(RowRefused::Ahead(6)));
        assert!(told.contains("/updated_at") && told.contains("by 6 seconds"), "{told}");
    }

    #[test]
    fn a_row_stands_as_it_is_documented() {
        let reason = || "it has no address".to_owned();
        for (standing, name) in [
            (LinkStanding::Live, "live"),
            (LinkStanding::Making, "making"),
            (LinkStanding::Left, "left"),
            (LinkStanding::RecordGone, "record_gone"),
            (LinkStanding::RowGone, "row_gone"),
            (LinkStanding::Refused { reason: reason() }, "refused"),
        ] {
            let given = (name == "refused").then(reason);
            let link = Link { standing, ..Link::new(OrganizationId::new("alpha"), "people") };
            let known = known(link);
            assert_eq!((known.standing.as_str(), known.reason), (name, given));
        }
    }
}
