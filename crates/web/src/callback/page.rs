//! The page that a person sees after the consent page: what is connected, or why nothing is.

use domain::{Finding, Verdict};

use super::{Settled, Unsettled};

/// The page's looks, without anything from elsewhere.
const STYLE: &str = "\
:root{color-scheme:light dark;--text:#101828;--soft:#475467;--back:#f2f4f7;--card:#fff;--line:#e4e7ec;\
--good:#067647;--warning:#93370d;--bad:#b42318}\
@media (prefers-color-scheme:dark){:root{--text:#f2f4f7;--soft:#98a2b3;--back:#0c111d;--card:#161b26;\
--line:#333741;--good:#47cd89;--warning:#fdb022;--bad:#f97066}}\
body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,sans-serif}\
main{max-width:40rem;margin:3rem auto;padding:2rem;background:var(--card);border-radius:12px;\
border:1px solid var(--line)}\
h1{margin:0 0 .25rem;font-size:1.375rem}p{margin:.25rem 0 1rem;color:var(--soft)}\
table{width:100%;border-collapse:collapse}td{padding:.5rem .75rem .5rem 0;vertical-align:top;\
border-top:1px solid var(--line);overflow-wrap:anywhere}td:first-child{white-space:nowrap}\
small{display:block;color:var(--soft)}code{font:.9em ui-monospace,monospace}\
.good{color:var(--good)}.warning{color:var(--warning)}.bad{color:var(--bad)}.skipped{color:var(--soft)}";

/// A connection that is there.
pub(super) fn settled(settled: &Settled) -> String {
    let done = if settled.renewed { "Connected again" } else { "Connected" };
    let rows: String = settled.findings.iter().map(row).collect();
    let content = format!(
        "<h1>{done}: {}</h1>\n<p>The connection <code>{}</code> is ready. You can close this page.</p>\n\
         <table>\n{rows}</table>",
        escape(&settled.account),
        escape(&settled.connection),
    );
    page(done, &content)
}

/// A connection that is not.
pub(super) fn unsettled(unsettled: &Unsettled) -> String {
    let content = format!(
        "<h1>Not connected</h1>\n<p class=\"bad\">{}</p>\n<p>{}</p>",
        coded(&sentence(&unsettled.reason)),
        coded(&sentence(&unsettled.hint)),
    );
    page("Not connected", &content)
}

fn row(finding: &Finding) -> String {
    let hint = finding.hint.as_ref().map(|hint| format!("<small>{}</small>", coded(hint)));
    let sign = match finding.verdict {
        Verdict::Good => "✓",
        Verdict::Warning => "!",
        Verdict::Bad => "✗",
        Verdict::Skipped => "–",
    };
    format!(
        "<tr><td>{}</td><td class=\"{verdict}\" title=\"{verdict}\">{sign}</td><td>{}{}</td></tr>\n",
        escape(&finding.subject),
        coded(&finding.found),
        hint.unwrap_or_default(),
        verdict = finding.verdict,
    )
}

fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title} · Highwire</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<style>{STYLE}</style></head>\n\
         <body>\n<main>\n{content}\n</main>\n</body>\n</html>\n"
    )
}

/// Messages begin with a small letter and have no period; a page has sentences.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String =
        chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// Text, with what stands between backticks as code.
fn coded(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(place, part)| match place % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    });
    parts.collect()
}

fn escape(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.replace('"', "&quot;")
}
