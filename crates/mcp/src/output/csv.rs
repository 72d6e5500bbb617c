//! Records as a table: a third of the tokens of the same records as JSON.

use serde_json::Value;

/// Between several values of one cell.
const BETWEEN: &str = "; ";

/// The records as CSV with a line of names (RFC 4180, lines end with `\n`). Objects in a record
/// become columns with dotted names, lists of plain values one cell, other lists their JSON.
/// Columns stand in the order in which they are first met.
pub(crate) fn csv(items: &[Value]) -> String {
    let rows: Vec<Vec<(String, String)>> = items.iter().map(cells).collect();
    let mut columns: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flatten() {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    let mut table = String::new();
    push_line(&mut table, columns.iter().copied());
    for row in &rows {
        let cell = |column: &&str| row.iter().find(|(name, _)| name == column);
        push_line(&mut table, columns.iter().map(|column| cell(column).map_or("", |it| &it.1)));
    }
    table
}

fn cells(record: &Value) -> Vec<(String, String)> {
    let mut cells = Vec::new();
    match record {
        Value::Object(_) => collect(record, "", &mut cells),
        plain => cells.push(("value".to_owned(), text_of(plain))),
    }
    cells
}

fn collect(value: &Value, name: &str, cells: &mut Vec<(String, String)>) {
    let Value::Object(members) = value else {
        cells.push((name.to_owned(), text_of(value)));
        return;
    };
    for (member, value) in members {
        match name {
            "" => collect(value, member, cells),
            outer => collect(value, &format!("{outer}.{member}"), cells),
        }
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_array() && !item.is_object()) => {
            items.iter().map(text_of).collect::<Vec<_>>().join(BETWEEN)
        }
        other => other.to_string(),
    }
}

fn push_line<'a>(table: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            table.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            table.push('"');
            table.push_str(&cell.replace('"', "\"\""));
            table.push('"');
        } else {
            table.push_str(cell);
        }
    }
    table.push('\n');
}
