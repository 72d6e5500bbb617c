//! When an app is installed, removed or moves to another plan, then its installation says so.
//!
//! Events come in any order and more than once, so each part of an installation keeps the moment of
//! the newest event about it, and what is older changes nothing (`facts/highlevel.md` 7.4).

use domain::{Installation, InstallationChange, InstallationStep};
use jiff::Timestamp;

/// The installation after a change; none where it is the same as before.
#[must_use]
pub fn apply(
    known: Option<&Installation>,
    change: &InstallationChange,
    occurred_at: Timestamp,
) -> Option<Installation> {
    let before = known.cloned().unwrap_or_else(|| Installation {
        key: change.key.clone(),
        company: None,
        installed: None,
        state_at: None,
        plan: None,
        plan_at: None,
    });
    let mut after = before.clone();
    if let Some(company) = &change.company {
        after.company = Some(company.clone());
    }
    match &change.step {
        InstallationStep::Installed { plan } => {
            set_state(&mut after, true, occurred_at);
            if plan.is_some() {
                set_plan(&mut after, plan, occurred_at);
            }
        }
        InstallationStep::Uninstalled => set_state(&mut after, false, occurred_at),
        InstallationStep::PlanChanged { plan } => set_plan(&mut after, plan, occurred_at),
    }
    (known.is_none() || after != before).then_some(after)
}

/// At the same moment an installation wins: taking an event that is not ours costs less than losing
/// one that is.
fn set_state(installation: &mut Installation, installed: bool, at: Timestamp) {
    let is_newer = match installation.state_at {
        None => true,
        Some(known) if known == at => installed,
        Some(known) => known < at,
    };
    if is_newer {
        installation.installed = Some(installed);
        installation.state_at = Some(at);
    }
}

/// At the same moment the later name of the two wins, so that the order of arrival says nothing.
fn set_plan(installation: &mut Installation, plan: &Option<String>, at: Timestamp) {
    if installation.plan_at.is_none_or(|known| (known, &installation.plan) < (at, plan)) {
        installation.plan.clone_from(plan);
        installation.plan_at = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use domain::{AccountKey, InstallationKey, contract::sample::at};
    use proptest::prelude::*;

    use super::*;

    fn change(step: InstallationStep) -> InstallationChange {
        let account = AccountKey::new("highlevel", "location-1");
        InstallationChange {
            key: InstallationKey { app: "app".to_owned(), account },
            company: None,
            step,
        }
    }

    fn end(steps: &[(InstallationStep, i64)]) -> Option<Installation> {
        steps.iter().fold(None, |known, (step, second)| {
            apply(known.as_ref(), &change(step.clone()), at(*second)).or(known)
        })
    }

    #[test]
    fn a_removal_that_overtakes_its_installation_stays() {
        let installed = (InstallationStep::Installed { plan: Some("basic".to_owned()) }, 1);
        let removed = (InstallationStep::Uninstalled, 2);
        let late = end(&[removed.clone(), installed.clone()]).unwrap();
        assert_eq!(late.installed, Some(false));
        assert_eq!(end(&[installed, removed]), Some(late));
    }

    #[test]
    fn a_repeated_event_changes_nothing() {
        let installed = InstallationStep::Installed { plan: None };
        let known = end(&[(installed.clone(), 1)]);
        assert_eq!(apply(known.as_ref(), &change(installed), at(1)), None);
    }

    fn step() -> impl Strategy<Value = (InstallationStep, i64)> {
        let plan =
            || prop_oneof![Just(None), Just(Some("a".to_owned())), Just(Some("b".to_owned()))];
        let step = prop_oneof![
            plan().prop_map(|plan| InstallationStep::Installed { plan }),
            Just(InstallationStep::Uninstalled),
            plan().prop_map(|plan| InstallationStep::PlanChanged { plan }),
        ];
        (step, 0..4_i64)
    }

    proptest! {
        #[test]
        fn any_order_ends_in_the_same_installation(
            (steps, mixed) in prop::collection::vec(step(), 1..8)
                .prop_flat_map(|steps| (Just(steps.clone()), Just(steps).prop_shuffle())),
        ) {
            prop_assert_eq!(end(&steps), end(&mixed));
        }
    }
}
