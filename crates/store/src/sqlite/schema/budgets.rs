//! The table of the budgets.

use super::Schema;

/// The budgets, one row each. Moments are in microseconds. Lists are JSON: `calls` of
/// moments, the others of moments with a count.
pub(in crate::sqlite) const BUDGETS: Schema = Schema {
    cache_kib: 512,
    page_bytes: 8_192,
    steps: &["
    CREATE TABLE budget (
        app            TEXT NOT NULL,
        tenant         TEXT NOT NULL,
        changed_at     INTEGER NOT NULL,
        calls          TEXT NOT NULL,
        others         TEXT NOT NULL,
        others_fell    INTEGER,
        day            TEXT NOT NULL,
        lower_limit    TEXT,
        next_turn      INTEGER,
        paused_until   INTEGER,
        day_over_until INTEGER,
        PRIMARY KEY (app, tenant)
    );
    "],
};
