//! The catalogue as text, one line per operation and edition, so that a change can be reviewed.

use std::fmt::Write as _;

use endpoint::catalogue::{Catalogue, Edition, Operation, PageStyle};

/// Every operation with its editions, in order of id.
pub(super) fn listing(catalogue: &Catalogue) -> String {
    let mut text = String::from(
        "# id, title, kind and idempotency; then per generation method, path, version, access, \
         reply, pagination.\n# Written by `cargo xtask catalogue`; do not edit.\n",
    );
    for operation in catalogue.operations() {
        let (id, title) = (operation.id(), operation.title());
        let (kind, idempotency) = (operation.kind().as_str(), operation.idempotency().as_str());
        let _ = writeln!(text, "{id} \"{title}\" {kind} {idempotency}");
        for edition in operation.editions() {
            let _ = writeln!(text, "  {}", line(operation, edition));
        }
    }
    text
}

fn line(operation: Operation<'_>, edition: Edition<'_>) -> String {
    let version = edition.version().unwrap_or("-");
    let access: Vec<_> = edition
        .access()
        .map(|it| format!("{}:{}", it.token_class(), it.scopes().collect::<Vec<_>>().join("+")))
        .collect();
    let access = if access.is_empty() { "open".to_owned() } else { access.join("|") };
    let success = edition.success().map_or(0, |reply| reply.status());
    let envelope = edition.envelope().unwrap_or("-");
    let (generation, method, path) = (edition.generation(), operation.method(), edition.path());
    let mut line = format!("{generation} {method} {path} {version} {access} {success} {envelope}");
    let pagination = edition.pagination();
    if pagination.style() != PageStyle::None {
        let positions = pagination.positions().collect::<Vec<_>>().join("+");
        let size = pagination.size().unwrap_or("-");
        let rows = pagination.rows().unwrap_or("-");
        let _ = write!(line, " {} {positions} {size} {rows}", pagination.style().as_str());
    }
    if edition.is_deprecated() {
        line += " deprecated";
    }
    line
}
