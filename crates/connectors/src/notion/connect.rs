//! Looks at a connection to Notion before it is stored: who it is there, and what is shared with it.

use domain::Finding;
use endpoint::Transport;
use notion::{
    Client, Error, Timer,
    models::{Found, List},
    resources::{GetMe, Search},
};

use super::doctor::{trouble, whose};

/// Looks at the connection of this client, by calls that only read.
pub async fn look<T: Transport, C: Timer>(client: &Client<T, C>) -> Vec<Finding> {
    let mut findings = match client.call(&GetMe).await {
        Ok(me) => {
            let bot = me.name.clone().map(|name| Finding::good("bot", name));
            std::iter::once(Finding::good("token", whose(&me))).chain(bot).collect()
        }
        // Who may not read users still has a token that counts.
        Err(error) if error.status() == Some(403) => {
            vec![Finding::good("token", "it counts; it may not say whose it is")]
        }
        Err(error) => return vec![trouble("token", &error)],
    };
    findings.push(shared(client.call(&Search::new()).await));
    findings
}

fn shared(found: Result<List<Found>, Error>) -> Finding {
    let list = match found {
        Ok(list) => list,
        Err(error) => {
            return Finding::skipped("shared", format!("not read: {error}"));
        }
    };
    let count = |object: &str| list.results.iter().filter(|one| one.object == object).count();
    let (pages, tables) = (count("page"), count("data_source"));
    let at_least = if list.has_more { "at least " } else { "" };
    match pages + tables {
        0 => Finding::warning(
            "shared",
            "nothing is shared with it yet",
            "in Notion, open a page, choose Connections in its menu, and add this one; then \
             `highwire notion init --parent PAGE`",
        ),
        _ => Finding::good("shared", format!("{at_least}{pages} pages and {tables} data sources")),
    }
}
