//! `/associations`: how records belong together, and which do.

mod definitions;
mod relations;

pub use self::{
    definitions::{
        CreateAssociation, DeleteAssociation, FindAssociations, GetAssociation,
        GetAssociationByKey, ListAssociations, UpdateAssociation,
    },
    relations::{CreateRelation, DeleteRelation, ListRelations},
};
