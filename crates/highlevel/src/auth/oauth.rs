//! OAuth: a pair of tokens that is refreshed in time, and location tokens bought with a company's.

use std::{fmt, sync::Arc};

use endpoint::{Secret, Timer, Transport};

use super::{
    Pending, TokenError, TokenPair, TokenSource, TokenStore, location_tokens::LocationTokens,
    pair_source::PairSource,
};
use crate::{Client, Settings, Tenant};

/// The app that a person installed. `Debug` does not print its secret.
#[derive(Clone, Debug)]
pub struct OAuthApp {
    /// Where HighLevel is, usually `https://services.leadconnectorhq.com`.
    pub base_url: String,
    /// The client id, such as `66f…-lx1…`; the part before the dash is the app's id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: Secret,
}

impl OAuthApp {
    /// The app's id, as webhooks and the list of installations name it.
    #[must_use]
    pub fn app_id(&self) -> &str {
        self.client_id.split('-').next().unwrap_or_default()
    }
}

/// Gives tokens of an installed app (`facts/highlevel.md` 2.2, 2.3).
///
/// - A pair is refreshed when four fifths of its life are over, or when HighLevel says that it has
///   expired. However many calls need that at once, in however many processes that share a
///   [`TokenStore`], one refresh is made.
/// - The new pair is stored before it is first used. A process that ends in between costs nothing
///   as long as another one needs the pair within HighLevel's grace of 30 seconds.
/// - A pair that HighLevel will not refresh any more is [`TokenError::NeedsConsent`], told at once
///   and from memory; HighLevel is asked again after half a minute, five minutes, then every hour.
///   A pair that somebody stores in its place is taken up with the next call.
/// - For a location below the company that installed the app, a location token is bought on first
///   use and kept until four fifths of its life are over. At most eight are bought at once, within
///   the company's limits; a location that is about to get the app is asked for again for half a
///   minute.
pub struct OAuth<T, C> {
    app: OAuthApp,
    own: Arc<PairSource<T, C>>,
    locations: LocationTokens<T, C>,
}

/// What an installation is: the app, the newest pair, and where the pair is kept.
#[derive(Clone)]
pub struct Installed {
    /// The app.
    pub app: OAuthApp,
    /// The newest pair that was stored.
    pub pair: TokenPair,
    /// Where it is stored.
    pub store: Arc<dyn TokenStore>,
}

impl<T, C> OAuth<T, C>
where
    T: Transport + Clone + 'static,
    C: Timer + Clone + 'static,
{
    /// Takes over an installation. Nothing is sent.
    ///
    /// The settings are those of its clients: exchanges are calls too, and count in the same
    /// [`Settings::ledger`]. A refresh that is under way for longer than a
    /// [turn](super::TURN) may be overtaken, so give a transport whose calls take eight seconds at
    /// most.
    #[must_use]
    pub fn new(transport: T, timer: C, installed: Installed, settings: Settings) -> Self {
        let Installed { app, pair, store } = installed;
        let tenant = pair.tenant.clone();
        let kept = Arc::clone(&store);
        let own = PairSource::new(
            transport.clone(),
            timer.clone(),
            app.clone(),
            pair,
            Arc::clone(&store),
        );
        let own = Arc::new(own);
        let settings = Settings { base_url: app.base_url.clone(), ..settings };
        let tokens: Arc<dyn TokenSource> = Arc::clone(&own) as _;
        let client = Client::new(transport, timer.clone(), tokens, tenant, settings);
        Self { app, own, locations: LocationTokens::new(client, timer, kept) }
    }

    /// Who installed the app: what it gives tokens of without an exchange.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        self.own.pair().tenant.clone()
    }

    /// The newest pair that this process knows.
    #[must_use]
    pub fn pair(&self) -> Arc<TokenPair> {
        self.own.pair()
    }

    /// Takes up the pair that somebody else stored, where somebody did: with a new consent, say. While
    /// a refresh is under way nothing is looked at, since that does it as well.
    ///
    /// # Errors
    /// Where the store fails, or the pair was removed.
    pub async fn look(&self) -> Result<(), TokenError> {
        self.own.look().await
    }

    /// The token for a call on behalf of `tenant`, where nothing has to be fetched for it.
    #[must_use]
    pub fn at_hand(&self, tenant: &Tenant) -> Option<Secret> {
        match (&self.own.pair().tenant, tenant) {
            (own, wanted) if own == wanted => self.own.at_hand(),
            (Tenant::Company(_), Tenant::Location(location)) => self.locations.at_hand(location),
            _ => None,
        }
    }

    async fn token(&self, tenant: &Tenant, refused: Option<&Secret>) -> Result<Secret, TokenError> {
        match (&self.own.pair().tenant, tenant, refused) {
            (own, wanted, None) if own == wanted => self.own.access(wanted).await,
            (own, wanted, Some(refused)) if own == wanted => {
                let renewed = self.own.renew(wanted, refused).await?;
                renewed.ok_or_else(|| TokenError::OtherTenant(wanted.clone()))
            }
            (Tenant::Company(company), Tenant::Location(location), refused) => {
                self.locations.access(company, location, refused).await
            }
            (_, wanted, _) => Err(TokenError::OtherTenant(wanted.clone())),
        }
    }
}

impl<T, C> TokenSource for OAuth<T, C>
where
    T: Transport + Clone + 'static,
    C: Timer + Clone + 'static,
{
    fn access<'a>(&'a self, tenant: &'a Tenant) -> Pending<'a, Result<Secret, TokenError>> {
        Box::pin(self.token(tenant, None))
    }

    fn renew<'a>(
        &'a self,
        tenant: &'a Tenant,
        refused: &'a Secret,
    ) -> Pending<'a, Result<Option<Secret>, TokenError>> {
        Box::pin(async move { self.token(tenant, Some(refused)).await.map(Some) })
    }
}

impl<T, C> fmt::Debug for OAuth<T, C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OAuth").field("app", &self.app).finish_non_exhaustive()
    }
}
