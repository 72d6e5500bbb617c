//! The only place that writes to the terminal: data to stdout, talk to stderr.

use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};

use crate::failure::Failure;

/// Writes a line of data. A reader that went away, as `head` does, is no failure.
pub(crate) fn data(line: impl AsRef<str>) {
    let mut stdout = io::stdout().lock();
    if writeln!(stdout, "{}", line.as_ref()).and_then(|()| stdout.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Writes data as it is, without a line's end.
pub(crate) fn bytes(data: &[u8]) {
    let mut stdout = io::stdout().lock();
    if stdout.write_all(data).and_then(|()| stdout.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Whether a person reads the data on a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Writes a line of talk.
pub(crate) fn talk(line: impl AsRef<str>) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{}", line.as_ref());
}

/// Writes what went wrong and what to do.
pub(crate) fn failure(failure: &Failure) {
    let mut lines = failure.chain().into_iter();
    talk(format!("error: {}", lines.next().unwrap_or_default()));
    for cause in lines {
        talk(format!("  because: {cause}"));
    }
    for detail in failure.details() {
        talk(format!("  - {detail}"));
    }
    talk(format!("\nhint: {}", failure.hint()));
}

/// A line under the head and nothing else.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::new(' ', '─', ' ', ' '));

/// How wide a table is whose cells hold sentences, in columns of a terminal.
const WIDTH: u16 = 130;

/// The same as [`table`], with long cells broken into lines.
pub(crate) fn wrapped_table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(head.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    table.trim_fmt()
}

/// A table with a line under its head and nothing else.
pub(crate) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(head.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    table.trim_fmt()
}
