//! What the operations carry: values to write, and objects as Notion answers them.
//!
//! Objects ignore members that they do not know, since Notion adds some without a new version
//! (`facts/notion.md` 1).

mod block;
mod code_units;
mod data_source;
mod database;
mod found;
mod list;
mod page;
mod parent;
mod property;
mod property_item;
mod property_schema;
mod property_value;
mod rich_text;
mod select_option;
mod user;

pub use self::{
    block::{Block, BlockContent},
    data_source::{DataSource, PropertyConfig},
    database::{DataSourceName, Database},
    found::Found,
    list::{List, RequestStatus},
    page::Page,
    parent::Parent,
    property::Property,
    property_item::PropertyItems,
    property_schema::PropertySchema,
    property_value::{DateRange, FileReference, PageReference, PropertyValue, UserReference},
    rich_text::{ReadText, RichText},
    select_option::{Color, SelectOption},
    user::{Bot, User},
};
