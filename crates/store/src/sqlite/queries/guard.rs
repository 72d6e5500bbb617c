//! What a query may do: read the views, with functions that only compute.
//!
//! SQLite asks for every table, column and function when it prepares a statement. A table of the
//! store is read only from inside a hidden view, whose name a query cannot write; what is not
//! allowed here is refused, whatever SQLite learns to do.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rusqlite::{
    Connection,
    config::DbConfig,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
};

use super::views::{self, HIDDEN};

/// How many steps of SQLite's machine pass between two looks at whether to stop: well below a
/// millisecond.
const STEPS: i32 = 2_000;

/// The largest value and row, in bytes. A record is smaller: events are bounded at the door.
const LONGEST_VALUE: i32 = 16 * 1024 * 1024;

/// Bounds of one statement. The depth of SQLite's own stack and memory follows from them.
const LIMITS: [(Limit, i32); 9] = [
    (Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 256 * 1024),
    (Limit::SQLITE_LIMIT_COLUMN, 200),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (Limit::SQLITE_LIMIT_VDBE_OP, 100_000),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
];

/// Functions that only compute, and cannot make much of little. `replace`, `printf` and
/// `group_concat` can make longer texts than they are given; those are bounded by their length.
const FUNCTIONS: &[&str] = &[
    "->",
    "->>",
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "avg",
    "ceil",
    "ceiling",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "cos",
    "cosh",
    "count",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "degrees",
    "dense_rank",
    "exp",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "hex",
    "if",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_each",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_object",
    "json_patch",
    "json_pretty",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_type",
    "json_valid",
    "julianday",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "ltrim",
    "max",
    "median",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "percent_rank",
    "percentile",
    "pi",
    "pow",
    "power",
    "printf",
    "quote",
    "radians",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "strftime",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "tan",
    "tanh",
    "time",
    "timediff",
    "total",
    "trim",
    "trunc",
    "typeof",
    "unhex",
    "unicode",
    "unixepoch",
    "unistr",
    "upper",
];

/// Tables that SQLite makes of a value.
const TABLES_OF_VALUES: [&str; 2] = ["json_each", "json_tree"];

/// Sets the bounds that do not depend on a query. The views have to be there already.
pub(super) fn close(connection: &mut Connection, stop: Arc<AtomicBool>) -> rusqlite::Result<()> {
    for (limit, most) in LIMITS {
        connection.set_limit(limit, most)?;
    }
    // A name in double quotes that is none would be a text, and a misspelled column a constant.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // A query is prepared once, and its parameters may help to plan it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, false)?;
    connection.pragma_update(None, "query_only", true)?;
    stoppable(connection, stop)?;
    let names = views::described().into_iter().map(|view| (view.name, ())).collect();
    connection.authorizer(Some(move |context: AuthContext<'_>| judge(&names, &context)))
}

/// Lets what runs on a connection be stopped.
pub(super) fn stoppable(
    connection: &mut Connection,
    stop: Arc<AtomicBool>,
) -> rusqlite::Result<()> {
    connection.progress_handler(STEPS, Some(move || stop.load(Ordering::Relaxed)))
}

fn judge(names: &BTreeMap<&'static str, ()>, context: &AuthContext<'_>) -> Authorization {
    let is_allowed = match context.action {
        AuthAction::Select => true,
        AuthAction::Read { table_name, .. } => may_read(names, context, table_name),
        AuthAction::Function { function_name } => {
            FUNCTIONS.contains(&function_name.to_ascii_lowercase().as_str())
        }
        _ => false,
    };
    match is_allowed {
        true => Authorization::Allow,
        false => Authorization::Deny,
    }
}

fn may_read(names: &BTreeMap<&'static str, ()>, context: &AuthContext<'_>, table: &str) -> bool {
    let is_inside = context.accessor.is_some_and(|accessor| accessor.starts_with(HIDDEN));
    match context.database_name {
        Some("temp") => views::is_view(names, table),
        _ => is_inside || TABLES_OF_VALUES.contains(&table),
    }
}
