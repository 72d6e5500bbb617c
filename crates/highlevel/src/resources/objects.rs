//! `/objects`: kinds of objects, and their records.

mod records;
mod schemas;

pub use self::{
    records::{CreateRecord, DeleteRecord, GetRecord, SearchRecords, UpdateRecord},
    schemas::{CreateObjectSchema, GetObjectSchema, ListObjectSchemas, UpdateObjectSchema},
};
