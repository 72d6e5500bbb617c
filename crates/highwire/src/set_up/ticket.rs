//! `highwire connect browser`: prints a link that opens the set-up pages once, within ten minutes.

use domain::{Added, ApiKey, ApiKeys, Role, Scope};
use jiff::SignedDuration;
use serde_json::json;
use store::Sqlite;
use web::set_up::TICKET;

use crate::{
    actor::Actor, cli::Owner, clock, commands::api_keys, failure::Failure, printer,
    settings::Settings,
};

/// How long a link may wait to be opened.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// What whoever opens the link may do.
const SCOPES: [Scope; 4] =
    [Scope::ConnectionsRead, Scope::ConnectionsWrite, Scope::KeysWrite, Scope::MessagesSend];

/// Makes the link and prints it. It is a key of its own, which the pages use up.
pub(crate) async fn open(
    settings: &Settings,
    actor: &Actor,
    owner: &Owner,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    if !Sqlite::is_held(&settings.data_dir) {
        let hint = "start it with `highwire up`, then run this again";
        return Err(Failure::user("open the set-up pages: no hub runs here", hint));
    }
    let organization = actor.organization(&store, owner.organization.as_ref()).await?.id;
    let (id, secret) = api_keys::draw()?;
    let now = clock::now();
    let own = &actor.principal.scopes;
    let key = ApiKey {
        id,
        organization,
        connection: None,
        name: TICKET.to_owned(),
        role: Role::Owner,
        scopes: SCOPES.into_iter().filter(|scope| own.contains(*scope)).collect(),
        secret_hash: secret.hash(),
        created_at: now,
        expires_at: now.checked_add(LIFETIME).ok(),
        last_used_at: None,
        revoked_at: None,
    };
    if store.add_api_key(key).await? != Added::New {
        let hint = "`highwire organizations list` shows those that are there";
        return Err(Failure::user("open the pages of an organization that is not there", hint));
    }
    let public = settings.webhook.public_url.trim().trim_end_matches('/');
    let base = match public.is_empty() {
        true => format!("http://{}", settings.listen),
        false => public.to_owned(),
    };
    let url = format!("{base}/connect/open?ticket={}", secret.expose());
    printer::data(match json {
        true => json!({ "open": url }).to_string(),
        false => url,
    });
    printer::talk("Open it in a browser within ten minutes; it works once.");
    Ok(())
}
