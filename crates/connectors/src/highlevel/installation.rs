//! What `INSTALL`, `UNINSTALL` and `PLAN_CHANGE` say about an installation (`facts/highlevel.md` 7.4).

use domain::{
    AccountKey, Entity, Event, InstallationChange, InstallationKey, InstallationStep, Verb,
};
use highlevel::webhook::Envelope;

use super::HighLevel;

/// What the event changes; none where it tells of no installation, or of none in an account.
pub(super) fn change(event: &Event) -> Option<InstallationChange> {
    if event.kind.entity != Entity::App {
        return None;
    }
    let envelope = Envelope::parse(&event.body).ok()?;
    let plan = |name| envelope.text(name).filter(|plan| !plan.is_empty());
    let step = match event.kind.verb {
        Verb::Installed => InstallationStep::Installed { plan: plan("planId") },
        Verb::Uninstalled => InstallationStep::Uninstalled,
        Verb::PlanChanged => InstallationStep::PlanChanged { plan: plan("newPlanId") },
        _ => return None,
    };
    Some(InstallationChange {
        key: InstallationKey {
            app: envelope.text("appId").unwrap_or_default(),
            account: AccountKey::new(HighLevel::NAME, event.account.as_deref()?),
        },
        company: envelope.text("companyId"),
        step,
    })
}
