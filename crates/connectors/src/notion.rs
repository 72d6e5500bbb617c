//! Speaks Notion for the hub: carries out actions as pages.

mod activity_log;
mod columns;
mod failure;

pub use self::activity_log::{ActivityLog, create_activity_log};

#[cfg(test)]
mod tests;
