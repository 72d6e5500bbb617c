//! The settings of the way from a shop to the CRM.

use engine::shop::ShopRules;
use serde::Deserialize;

use crate::failure::Failure;

/// How a shop's customers become contacts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepairShoprSync {
    pub(crate) scheduled: bool,
    pub(crate) connection: String,
    pub(crate) crm: String,
    pub(crate) account: String,
    pub(crate) country: String,
    pub(crate) walk_ins: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) city_tags: Vec<String>,
    pub(crate) tier_field: String,
    pub(crate) tier_prefix: String,
    pub(crate) leads: bool,
    pub(crate) lead_tag: String,
    pub(crate) requests_per_minute: u32,
}

impl RepairShoprSync {
    /// How customers become people.
    ///
    /// # Errors
    /// Where a rule makes no sense.
    pub(crate) fn rules(&self) -> Result<ShopRules, Failure> {
        let given = |texts: &[String]| -> Vec<String> {
            texts.iter().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
        };
        let tier_field = Some(self.tier_field.trim().to_owned());
        let rules = ShopRules {
            walk_ins: given(&self.walk_ins).into_iter().collect(),
            tags: given(&self.tags).into_iter().map(|tag| tag.to_lowercase()).collect(),
            tier_field: tier_field.filter(|label| !label.is_empty()),
            tier_prefix: self.tier_prefix.clone(),
            ..ShopRules::default()
        };
        let wrong = |key: &str| format!("use sync.repairshopr.{key}");
        let rules = rules.in_country(&self.country).map_err(|error| {
            Failure::user(wrong("country"), "see the line above").because(error)
        })?;
        rules
            .with_city_tags(&self.city_tags)
            .map_err(|error| Failure::user(wrong("city_tags"), "see the line above").because(error))
    }

    /// The tag that makes a contact a lead for the shop; none where leads are not handed over.
    ///
    /// # Errors
    /// Where they are to be, and no tag says which.
    pub(crate) fn lead_tag(&self) -> Result<Option<&str>, Failure> {
        match (self.leads, self.lead_tag.trim()) {
            (false, _) => Ok(None),
            (true, "") => Err(Failure::user(
                "use sync.repairshopr.leads: no tag says which contacts are leads",
                "set sync.repairshopr.lead_tag",
            )),
            (true, tag) => Ok(Some(tag)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> RepairShoprSync {
        let all: toml::Table = toml::from_str(crate::settings::DEFAULTS).unwrap();
        all["sync"]["repairshopr"].clone().try_into().unwrap()
    }

    #[test]
    fn the_defaults_bring_active_customers_with_one_tag_and_write_nothing_to_the_shop() {
        let rules = settings().rules().unwrap();
        assert_eq!(rules.tags.iter().collect::<Vec<_>>(), ["repairshopr"]);
        assert!(rules.walk_ins.contains("1") && rules.country.is_none());
        assert_eq!(settings().lead_tag().unwrap(), None);
        assert!(!settings().scheduled);
    }

    #[test]
    fn a_rule_that_makes_no_sense_is_named() {
        let refused = |settings: RepairShoprSync| {
            let rules = settings.rules().map(|_| ());
            rules.and(settings.lead_tag().map(|_| ())).unwrap_err().to_string()
        };
        let odd = RepairShoprSync { country: "XX".to_owned(), ..settings() };
        assert!(refused(odd).contains("sync.repairshopr.country"));
        let odd = RepairShoprSync { city_tags: vec!["Mesa".to_owned()], ..settings() };
        assert!(refused(odd).contains("sync.repairshopr.city_tags"));
        let odd = RepairShoprSync { leads: true, ..settings() };
        assert!(refused(odd).contains("sync.repairshopr.leads"));
    }
}
