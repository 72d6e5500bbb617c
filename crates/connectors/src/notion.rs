//! Speaks Notion for the hub: carries out actions as pages, and reads its webhooks.

mod activity_log;
mod columns;
pub mod connect;
pub mod doctor;
mod failure;
mod monitoring_page;
pub mod rows;
pub mod tables;
pub mod value;
mod webhook;

pub use self::{
    activity_log::{ActivityLog, create_activity_log},
    monitoring_page::{HubState, MonitoringPage, create_monitoring_page},
    webhook::Notion,
};

#[cfg(test)]
mod tests;
