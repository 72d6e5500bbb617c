//! What the settings say of bringing a shop's customers to the CRM.

use std::collections::{BTreeMap, BTreeSet};

use super::phone;

/// How customers become contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShopRules {
    /// The country of numbers that name none, as two letters.
    pub country: Option<String>,
    /// The customers that stand for nobody, by their ids.
    pub walk_ins: BTreeSet<String>,
    /// Tags that everybody from the shop carries.
    pub tags: BTreeSet<String>,
    /// Tags by city, in lower case.
    pub city_tags: BTreeMap<String, BTreeSet<String>>,
    /// The label of the custom field that names a customer's service tier.
    pub tier_field: Option<String>,
    /// What stands before the tier in its tag.
    pub tier_prefix: String,
}

/// A rule of the settings that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownRule {
    /// A country whose numbers cannot be told.
    #[error("nobody here knows how numbers of that country are written; choose one of {0}")]
    Country(String),
    /// A rule for a city that is none.
    #[error("write a rule for a city as `City = tag`")]
    City,
}

impl ShopRules {
    /// Sets the country.
    ///
    /// # Errors
    /// Where its numbers cannot be told.
    pub fn in_country(self, country: &str) -> Result<Self, UnknownRule> {
        let country = country.trim().to_ascii_uppercase();
        match (country.is_empty(), phone::countries().any(|known| known == country)) {
            (true, _) => Ok(Self { country: None, ..self }),
            (false, true) => Ok(Self { country: Some(country), ..self }),
            (false, false) => {
                Err(UnknownRule::Country(phone::countries().collect::<Vec<_>>().join(", ")))
            }
        }
    }

    /// Adds rules such as `San Diego = location-san-diego`; several rules for a city give several tags.
    ///
    /// # Errors
    /// Where one has no city or no tag.
    pub fn with_city_tags(mut self, rules: &[String]) -> Result<Self, UnknownRule> {
        for rule in rules {
            let (city, tag) = rule.split_once('=').ok_or(UnknownRule::City)?;
            let (city, tag) = (folded(city), tag.trim().to_lowercase());
            if city.is_empty() || tag.is_empty() {
                return Err(UnknownRule::City);
            }
            self.city_tags.entry(city).or_default().insert(tag);
        }
        Ok(self)
    }

    /// The tags of a city.
    pub(super) fn tags_of_city(&self, city: &str) -> impl Iterator<Item = &String> {
        self.city_tags.get(&folded(city)).into_iter().flatten()
    }
}

/// A name of a city as it is compared.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_is_the_same_in_any_case_and_spacing() {
        let rules = ["San  Diego=Location-SD", "san diego = west ", "Mesa = east"];
        let rules = ShopRules::default().with_city_tags(&rules.map(str::to_owned)).unwrap();
        let tags = |city: &str| rules.tags_of_city(city).cloned().collect::<Vec<_>>();
        assert_eq!(tags(" SAN DIEGO"), ["location-sd", "west"]);
        assert_eq!(tags("San"), [""; 0]);
        for wrong in ["", "San Diego", "= tag", "Mesa ="] {
            let refused = ShopRules::default().with_city_tags(&[wrong.to_owned()]);
            assert_eq!(refused, Err(UnknownRule::City), "{wrong}");
        }
    }

    #[test]
    fn a_country_has_to_be_one_whose_numbers_can_be_told() {
        let country = |text: &str| ShopRules::default().in_country(text).map(|it| it.country);
        assert_eq!(country(" us "), Ok(Some("US".to_owned())));
        assert_eq!(country(""), Ok(None));
        assert!(country("XX").unwrap_err().to_string().contains("GB, IE, IT"));
    }
}
