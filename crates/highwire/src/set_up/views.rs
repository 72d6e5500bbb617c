//! The connections of an organization as the pages show them.

use connectors::{highlevel::HighLevel, notion::Notion, repairshopr::RepairShopr};
use domain::{ConnectionProfile, Profiles, Standing, Tenant};
use web::set_up::{ConnectionView, Refused, StandingView, Who};

use super::{HubSetUp, unkept};

impl HubSetUp {
    /// All of them, in order of name.
    pub(super) async fn view_all(&self, who: &Who) -> Result<Vec<ConnectionView>, Refused> {
        let profiles = self.store.profiles(Some(&who.organization)).await.map_err(unkept)?;
        let views = self.own(who).await?.into_iter().map(|one| {
            let profile = profiles.iter().find(|profile| profile.tenant == one.tenant);
            ConnectionView {
                standing: self.standing(&one.tenant, &one.vendor, profile),
                account: profile.and_then(|profile| profile.account_name.clone()),
                id: one.tenant.connection,
                name: one.name,
                vendor: vendor(&one.vendor),
            }
        });
        Ok(views.collect())
    }

    /// What the settings describe has its token there, and not in the store.
    fn standing(
        &self,
        tenant: &Tenant,
        vendor: &str,
        profile: Option<&ConnectionProfile>,
    ) -> StandingView {
        let token = match vendor {
            HighLevel::NAME => &self.settings.highlevel.token,
            _ => &self.settings.notion.token,
        };
        let is_described = *tenant == crate::doors::tenant(vendor) && !token.is_empty();
        match profile.map(|profile| &profile.standing) {
            Some(Standing::Ready) => StandingView::Ready,
            Some(Standing::NeedsConsent { .. }) => StandingView::NeedsConsent,
            None if is_described => StandingView::Ready,
            None => StandingView::EventsOnly,
        }
    }
}

/// A vendor's name as people write it.
fn vendor(name: &str) -> String {
    match name {
        HighLevel::NAME => "HighLevel",
        Notion::NAME => "Notion",
        RepairShopr::NAME => "RepairShopr",
        connectors::application::NAME => "Your application",
        "openai" => "OpenAI",
        "anthropic" => "Anthropic",
        "ollama" => "Ollama",
        other => other,
    }
    .to_owned()
}
