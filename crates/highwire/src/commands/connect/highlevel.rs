//! `highwire connect highlevel --token`: with a private integration token.

use connectors::highlevel::{
    HighLevel,
    connect::{GivenToken, Line, TokenProblem, with_private_token},
};
use endpoint::{Secret, http::HttpTransport};

use super::{Desk, given};
use crate::{cli, clock::Timer, connection as calls, failure::Failure};

/// Connects what the token opens.
pub(super) async fn with_token(
    desk: &Desk<'_>,
    flags: &cli::ConnectHighLevel,
    token: &Secret,
) -> Result<(), Failure> {
    let aim = desk.aim(&flags.target, HighLevel::NAME).await?;
    let token = given::read(token, "--token")?;
    let given = GivenToken {
        token: &token,
        location: flags.location.as_deref().map(str::trim),
        company: flags.company.as_deref().map(str::trim),
        is_checked: !aim.unchecked,
    };
    let line = line(desk)?;
    let new = with_private_token(&line, given, aim.connection.clone()).await.map_err(refused)?;
    desk.store(&aim, &new).await
}

/// How HighLevel is reached before there is a connection.
pub(super) fn line(desk: &Desk<'_>) -> Result<Line<HttpTransport, Timer>, Failure> {
    let ledger = calls::ledger(&desk.settings.data_dir)?;
    Ok(Line { ledger, ..calls::line(desk.settings)? })
}

fn refused(problem: TokenProblem) -> Failure {
    let hint = match &problem {
        TokenProblem::Asked(error) => format!(
            "{}; or store it as it is with --unchecked and --location or --company",
            error.hint()
        ),
        TokenProblem::Empty
        | TokenProblem::NoLocation
        | TokenProblem::NoCompany
        | TokenProblem::NoClass
        | TokenProblem::OtherAccount { .. } => "see the line above".to_owned(),
    };
    Failure::user("connect HighLevel with the token", hint).because(problem)
}
