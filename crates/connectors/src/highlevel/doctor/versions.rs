//! Which values of the `Version` header work for a product, beside the one that is declared for it.

use domain::Finding;
use highlevel::Version;

use super::probes::Probe;

/// Every version that is tried, the oldest first.
const ALL: [Version; 3] = [Version::V2021_04_15, Version::V2021_07_28, Version::V3];

/// Those beside the declared one, which the probe itself has tried.
pub(super) fn others(declared: Option<&str>) -> impl Iterator<Item = Version> {
    ALL.into_iter().filter(move |version| Some(version.as_str()) != declared)
}

/// What was found. A version that does not work is no fault: each operation is called with its own.
pub(super) fn finding(probe: &Probe, answers: &[(Version, bool)]) -> Finding {
    let word = |version: Version| match answers.iter().find(|(tried, _)| *tried == version) {
        None => format!("{version} yes (used)"),
        Some((_, true)) => format!("{version} yes"),
        Some((_, false)) => format!("{version} no"),
    };
    Finding::good(&format!("versions of {}", probe.subject), ALL.map(word).join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::highlevel::doctor::probes::FIRST;

    #[test]
    fn the_used_version_and_the_others_are_told() {
        let others: Vec<_> = others(FIRST.version()).collect();
        assert_eq!(others, [Version::V2021_04_15, Version::V3]);
        let found = finding(FIRST, &[(others[0], true), (others[1], false)]).found;
        assert_eq!(found, "2021-04-15 yes, 2021-07-28 yes (used), v3 no");
    }
}
