//! Examines a connection to Notion with calls that only read: the token, the sharing, the columns.

use domain::{Finding, Verdict};
use endpoint::Transport;
use notion::{
    Client, Code, DataSourceId, Error, Timer,
    models::User,
    resources::{GetDataSource, GetMe},
};

use super::columns::{self, Columns};

/// What an examination came to.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// In the order in which people should read it.
    pub findings: Vec<Finding>,
    /// How many operations were called.
    pub calls: usize,
}

/// Examines the connection of this client, and the activity log in this data source, where one is set.
pub async fn examine<T: Transport, C: Timer>(
    client: &Client<T, C>,
    activity_log: Option<&str>,
) -> Examination {
    let mut examination = Examination { findings: Vec::new(), calls: 1 };
    let findings = &mut examination.findings;
    match client.call(&GetMe).await {
        Ok(me) => findings.push(Finding::good("token", whose(&me))),
        // Who may not read users still has a token that counts.
        Err(error) if error.status() == Some(403) => {
            findings.push(Finding::good("token", "it counts; it may not say whose it is"));
        }
        Err(error) => {
            findings.push(trouble("token", &error));
            findings.push(Finding::skipped(LOG, "not asked: it would end in the same way"));
            return examination;
        }
    }
    let Some(log) = activity_log else {
        let hint = "run `highwire notion init --parent PAGE` once, and set what it prints";
        findings.push(Finding::bad(LOG, "notion.activity_log is not set", hint));
        return examination;
    };
    examination.calls += 1;
    let operation = GetDataSource { data_source_id: DataSourceId::new(log) };
    match client.call(&operation).await {
        Ok(log) if log.is_in_trash() => {
            let hint = "restore it in Notion, or make another with `highwire notion init`";
            examination.findings.push(Finding::bad(LOG, "it lies in Notion's trash", hint));
        }
        Ok(log) => {
            examination.findings.push(Finding::good(LOG, "it is shared with the connection"));
            examination.findings.push(columns(&Columns::of(&log, None)));
        }
        Err(error) => examination.findings.push(trouble(LOG, &error)),
    }
    examination
}

/// What people call the log.
const LOG: &str = "activity log";

pub(super) fn whose(me: &User) -> String {
    let workspace = me.bot.as_ref().and_then(|bot| bot.workspace_name.as_deref());
    match workspace {
        Some(workspace) => format!("it counts, in the workspace \"{workspace}\""),
        None => "it counts".to_owned(),
    }
}

/// Without `Details` no page can be found again; all others can be done without.
fn columns(columns: &Columns) -> Finding {
    let (subject, missing) = ("columns", columns.missing());
    if columns.details().is_none() {
        let found = format!("the text column `{}` is missing", columns::DETAILS);
        let hint = format!("add a column `{}` of the type Text to the log", columns::DETAILS);
        return Finding::bad(subject, found, hint);
    }
    match missing.is_empty() {
        true => Finding::good(subject, format!("all {} are there", columns::NAMES.len())),
        false => {
            let missing = missing.join("`, `");
            let found = format!("`{missing}` not there; the pages do without");
            Finding::warning(subject, found, format!("add `{missing}` to the log"))
        }
    }
}

/// What a failed call means, and the one thing to change.
pub(super) fn trouble(subject: &str, error: &Error) -> Finding {
    let (verdict, found, hint) = match (error.code(), error.status()) {
        (Some(Code::Unauthorized), _) => (
            Verdict::Bad,
            "Notion does not know the token".to_owned(),
            "copy the secret of the connection again, from Notion's Settings, Connections, and set \
             it as notion.token (NOTION_TOKEN)"
                .to_owned(),
        ),
        (Some(Code::RestrictedResource), _) => (
            Verdict::Bad,
            "the connection may not read content".to_owned(),
            "give the connection the capability to read content, in Notion's settings of it"
                .to_owned(),
        ),
        (Some(Code::ObjectNotFound), _) => (
            Verdict::Bad,
            "it does not exist, or is not shared with the connection".to_owned(),
            "open it in Notion and add the connection under its menu, Connections".to_owned(),
        ),
        (Some(Code::ValidationError | Code::InvalidRequestUrl), _) => (
            Verdict::Bad,
            "its id is none of Notion's".to_owned(),
            "set notion.activity_log to what `highwire notion init` printed".to_owned(),
        ),
        (_, Some(429 | 500..=599)) => (
            Verdict::Warning,
            "Notion is busy or fails".to_owned(),
            "run `highwire doctor` again in some minutes".to_owned(),
        ),
        (_, Some(_)) => (Verdict::Bad, error.to_string(), error.hint().to_owned()),
        (_, None) => (
            Verdict::Bad,
            "no answer of Notion's arrived".to_owned(),
            "check notion.url, and that this machine can reach that host".to_owned(),
        ),
    };
    Finding { subject: subject.to_owned(), verdict, found, hint: Some(hint) }
}
