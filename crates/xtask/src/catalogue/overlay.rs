//! The overlay: what the specifications have wrong, corrected by hand, each with reason and source.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

/// The whole overlay.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Overlay {
    /// Products whose file was renamed.
    #[serde(default, rename = "product")]
    pub(super) products: Vec<Product>,
    /// Operations that got another path.
    #[serde(default, rename = "link")]
    pub(super) links: Vec<Link>,
    /// Titles where the rule makes a bad one, by id.
    #[serde(default)]
    pub(super) titles: BTreeMap<String, String>,
    /// Names that look wrong and are not.
    #[serde(default, rename = "wire_name")]
    pub(super) wire_names: Vec<WireName>,
    /// Schemas that corrections share, by name; `#/shapes/NAME` means them.
    #[serde(default, rename = "shape")]
    pub(super) shapes: BTreeMap<String, Value>,
    /// The corrections.
    #[serde(default, rename = "correction")]
    pub(super) corrections: Vec<Correction>,
}

/// A product whose newer file has another name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Product {
    pub(super) file: String,
    pub(super) name: String,
    pub(super) reason: String,
    pub(super) source: String,
}

/// An operation that got another path: method and path in both generations.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    pub(super) v2: String,
    pub(super) v3: String,
    pub(super) reason: String,
    pub(super) source: String,
}

/// A name that the wire spells like this, and what it means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireName {
    pub(super) wire: String,
    pub(super) means: String,
    pub(super) source: String,
}

/// One correction of one or more operations.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Correction {
    /// Ids; where this correction gives another id, the one by rule.
    pub(super) operations: Vec<String>,
    /// `v2`, `v3`; empty for all that the operation has.
    pub(super) generations: Vec<String>,
    pub(super) reason: String,
    pub(super) source: String,

    // Of the operation.
    pub(super) id: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) idempotency: Option<String>,

    // Of its editions.
    pub(super) version: Option<String>,
    pub(super) access: Option<Vec<Access>>,
    pub(super) parameter: Option<Parameter>,
    pub(super) reply: Option<Reply>,
    pub(super) body: Option<Value>,
    /// A call without a body is taken.
    pub(super) body_optional: bool,
    /// Empty for none.
    pub(super) envelope: Option<String>,
    pub(super) pagination: Option<Pagination>,

    // Of a place in their schemas.
    /// As `PlaceOf::parse` reads it.
    pub(super) at: Option<String>,
    /// These fields need not be there.
    pub(super) optional: Vec<String>,
    /// These fields have to be there.
    pub(super) required: Vec<String>,
    /// These fields are there too, or are this instead.
    pub(super) fields: BTreeMap<String, Value>,
    /// It is this instead.
    pub(super) schema: Option<Value>,
    /// It can be this too.
    pub(super) or: Option<Value>,
    /// It is a list of what it was.
    pub(super) list: bool,
    /// It has this format.
    pub(super) format: Option<String>,
    /// The default is none.
    pub(super) no_default: bool,
}

/// A way to be allowed.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Access {
    pub(super) token_class: String,
    #[serde(default)]
    pub(super) scopes: Vec<String>,
}

/// A parameter that the specification forgets.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) place: String,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) schema: Value,
}

/// A reply that the specification forgets or leaves empty.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// What it is.
    pub(super) schema: Option<Value>,
    /// The status whose schema it shares.
    #[serde(default)]
    pub(super) like: Option<u16>,
    #[serde(default)]
    pub(super) content_type: Option<String>,
}

/// What differs from the pagination by rule.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pagination {
    pub(super) style: Option<String>,
    pub(super) place: Option<String>,
    pub(super) size: Option<String>,
    pub(super) largest: Option<u32>,
    pub(super) positions: Option<Vec<String>>,
    pub(super) first: Option<u32>,
    /// Empty for none.
    pub(super) rows: Option<String>,
}

impl Overlay {
    /// Reads the overlay; every entry needs its reason and its source.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let overlay: Self =
            toml::from_str(text).context("the overlay cannot be read: correct its TOML")?;
        let products = overlay.products.iter().map(|it| (&it.reason, &it.source, &it.file));
        let links = overlay.links.iter().map(|it| (&it.reason, &it.source, &it.v2));
        let names = overlay.wire_names.iter().map(|it| (&it.means, &it.source, &it.wire));
        for (reason, source, name) in products.chain(links).chain(names) {
            explained(reason, source, name)?;
        }
        for correction in &overlay.corrections {
            let name = correction.name();
            explained(&correction.reason, &correction.source, &name)?;
        }
        Ok(overlay)
    }

    /// The name of a product by the name of its file.
    pub(super) fn product<'a>(&'a self, file: &'a str) -> &'a str {
        let renamed = self.products.iter().find(|product| product.file == file);
        renamed.map_or(file, |product| &product.name)
    }
}

impl Correction {
    /// What to call it in messages.
    pub(super) fn name(&self) -> String {
        let at = self.at.as_deref().unwrap_or("itself");
        format!("{} at {at}", self.operations.join(", "))
    }
}

fn explained(reason: &str, source: &str, name: &str) -> Result<()> {
    let fine = !reason.is_empty() && !source.is_empty();
    fine.then_some(()).with_context(|| format!("say reason and source of the entry for {name}"))
}
