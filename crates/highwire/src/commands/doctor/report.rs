//! What the doctor prints: a table of findings for each connection, or a line of JSON for each finding.

use domain::{Connection, Finding, Verdict};
use serde_json::json;

use crate::printer;

/// What was found about one connection, or about the hub itself.
pub(crate) struct Section {
    /// The connection's name, or `hub`.
    pub(super) name: String,
    /// Whose it is.
    pub(super) organization: Option<String>,
    /// The vendor.
    pub(super) vendor: Option<String>,
    /// In the order in which people should read it.
    pub(crate) findings: Vec<Finding>,
    /// How many calls were made to the vendor.
    pub(super) calls: usize,
}

impl Section {
    /// The section of a connection, with nothing in it yet.
    pub(super) fn of(connection: &Connection) -> Self {
        Self {
            name: connection.name.clone(),
            organization: Some(connection.tenant.organization.to_string()),
            vendor: Some(connection.vendor.clone()),
            findings: Vec::new(),
            calls: 0,
        }
    }
}

/// Prints the findings, and says what was done to get them.
pub(super) fn print(sections: &[Section], json: bool) {
    for section in sections {
        match json {
            true => print_lines(section),
            false => print_table(section),
        }
    }
    let calls: Vec<String> = sections
        .iter()
        .filter(|section| section.calls > 0)
        .map(|section| format!("{} of {}", section.calls, section.name))
        .collect();
    let calls = match calls.is_empty() {
        true => "no vendor was called".to_owned(),
        false => format!("calls that only read: {}", calls.join(", ")),
    };
    printer::talk(format!("{calls}; nothing was changed."));
}

fn print_lines(section: &Section) {
    for finding in &section.findings {
        let line = json!({
            "connection": section.name,
            "organization": section.organization,
            "vendor": section.vendor,
            "subject": finding.subject,
            "verdict": finding.verdict,
            "found": finding.found,
            "hint": finding.hint,
        });
        printer::data(line.to_string());
    }
}

fn print_table(section: &Section) {
    let whose = match (&section.vendor, &section.organization) {
        (Some(vendor), Some(organization)) => format!(" ({vendor}, of {organization})"),
        _ => String::new(),
    };
    printer::data(format!("{}{whose}", section.name));
    printer::data(table(&section.findings));
    printer::data("");
}

/// Findings as a table for people.
pub(super) fn table(findings: &[Finding]) -> String {
    let rows = findings.iter().map(|finding| {
        let hint = finding.hint.clone().unwrap_or_default();
        vec![finding.subject.clone(), word(finding.verdict), finding.found.clone(), hint]
    });
    printer::wrapped_table(&["what", "is", "found", "change this"], rows)
}

/// The verdict as a word; what does not work stands out without any color.
fn word(verdict: Verdict) -> String {
    match verdict {
        Verdict::Bad => verdict.name().to_uppercase(),
        _ => verdict.name().to_owned(),
    }
}
