//! An association, and the relations in it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{AssociationId, LocationId, RecordId, RelationId};

/// How records of two kinds of objects belong together. All members but the id may be missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Association {
    /// Its id.
    pub id: AssociationId,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// Its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The key of the first kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_object_key: Option<Value>,
    /// What the second calls the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_object_label: Option<Value>,
    /// The key of the second kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_object_key: Option<Value>,
    /// What the first calls the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_object_label: Option<Value>,
    /// `USER_DEFINED` or `SYSTEM_DEFINED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_type: Option<Value>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The reply to deleting an association.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletedAssociation {
    /// Which it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<AssociationId>,
    /// Whether it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// What HighLevel says about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Two records that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Relation {
    /// Its id.
    pub id: RelationId,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// By which association.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_id: Option<AssociationId>,
    /// The first record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_record_id: Option<RecordId>,
    /// The second record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_record_id: Option<RecordId>,
    /// The kind of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_object_key: Option<Value>,
    /// The kind of the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_object_key: Option<Value>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One page of the relations of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RelationsReply {
    /// The relations.
    pub relations: Vec<Relation>,
    /// How many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Associations. The specification shows a single one where HighLevel gives several
/// (`facts/highlevel.md` 6.7): reading takes them under `associations`, as an array, and one alone.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "AssociationsShape")]
pub struct AssociationsReply {
    /// The associations.
    pub associations: Vec<Association>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AssociationsShape {
    Named { associations: Vec<Association> },
    Bare(Vec<Association>),
    One(Box<Association>),
}

impl From<AssociationsShape> for AssociationsReply {
    fn from(shape: AssociationsShape) -> Self {
        let associations = match shape {
            AssociationsShape::Named { associations } | AssociationsShape::Bare(associations) => {
                associations
            }
            AssociationsShape::One(association) => vec![*association],
        };
        Self { associations }
    }
}
