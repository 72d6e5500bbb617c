//! What the pages offer to connect, and what a person fills in for each.

use web::set_up::{Field, FieldKind, Offer};

pub(super) const HIGHLEVEL_TOKEN: &str = "highlevel-token";
pub(super) const HIGHLEVEL_APP: &str = "highlevel-app";
pub(super) const NOTION: &str = "notion";
pub(super) const REPAIRSHOPR: &str = "repairshopr";
pub(super) const OPENAI: &str = "openai";
pub(super) const ANTHROPIC: &str = "anthropic";
pub(super) const CUSTOM: &str = "custom";

const LOCATION: Field = text("location", "Location id", "only where the token may not tell it");
const MODEL: Field = text("model", "Model", "its name at the provider");

/// Every offer. A model on the hub's own machine is not among them: whoever can name an address inside
/// of the network would reach what stands there, so that takes the command.
pub(super) fn all() -> Vec<Offer> {
    vec![
        highlevel_token(),
        highlevel_app(),
        notion(),
        repairshopr(),
        openai(),
        anthropic(),
        custom(),
    ]
}

fn highlevel_token() -> Offer {
    Offer {
        id: HIGHLEVEL_TOKEN,
        vendor: "HighLevel",
        way: "with a private integration token",
        steps: vec![
            "In HighLevel, open the sub-account and its Settings, then Private Integrations.",
            "Create an integration and tick the scopes for what you want the hub to do.",
            "Copy the token, which HighLevel shows once.",
        ],
        fields: vec![
            secret("token", "Private integration token", "it begins with `pit-`"),
            optional(LOCATION),
        ],
    }
}

fn highlevel_app() -> Offer {
    Offer {
        id: HIGHLEVEL_APP,
        vendor: "HighLevel",
        way: "by installing your marketplace app",
        steps: vec![
            "In the developer portal, open your app and its Advanced Settings, then Auth.",
            "Add the address of this hub with `/oauth/callback/highlevel` as a redirect URL.",
            "Copy the client id, and make a client secret.",
        ],
        fields: vec![
            text(
                "client_id",
                "Client id",
                "as the portal shows it, with the part after the hyphen",
            ),
            secret("client_secret", "Client secret", "the portal shows it once"),
            optional(text("version_id", "Version id", "for an app that is not published")),
            optional(text("consent_host", "Consent page", "`white-label`, or a host of your own")),
        ],
    }
}

fn notion() -> Offer {
    Offer {
        id: NOTION,
        vendor: "Notion",
        way: "with the token of a connection",
        steps: vec![
            "In Notion, open Settings, then Connections, and develop a connection of your own.",
            "Let it read and insert content, and copy its secret.",
            "Open the page that it shall use, and add the connection in the page's menu.",
        ],
        fields: vec![secret("token", "Token", "it begins with `ntn_` or `secret_`")],
    }
}

fn repairshopr() -> Offer {
    Offer {
        id: REPAIRSHOPR,
        vendor: "RepairShopr",
        way: "with an API token",
        steps: vec![
            "In RepairShopr, open Admin, then API Tokens, and make a token with permissions of its own.",
            "Tick listing and viewing for customers, tickets, invoices and contracts.",
        ],
        fields: vec![
            text("subdomain", "Subdomain", "what stands before `.repairshopr.com` in your browser"),
            secret("key", "API token", "RepairShopr shows it once"),
        ],
    }
}

fn openai() -> Offer {
    model(OPENAI, "OpenAI", "Make a key in the platform's settings, under API keys.")
}

fn anthropic() -> Offer {
    model(ANTHROPIC, "Anthropic", "Make a key in the console's settings, under API keys.")
}

fn model(id: &'static str, vendor: &'static str, step: &'static str) -> Offer {
    let fields = vec![secret("key", "API key", "it stays in the hub"), MODEL];
    Offer { id, vendor, way: "a language model, with an API key", steps: vec![step], fields }
}

fn custom() -> Offer {
    let key =
        Field { is_optional: true, ..secret("key", "API key", "where the server asks for one") };
    Offer {
        id: CUSTOM,
        vendor: "Another model",
        way: "any server that speaks as OpenAI's chat completions do",
        steps: vec![
            "The server has to be on the internet. For one on the hub's own machine, such as Ollama, \
             use `highwire connect ollama` there.",
        ],
        fields: vec![text("url", "Address", "such as `https://models.example.com/v1`"), key, MODEL],
    }
}

const fn text(name: &'static str, label: &'static str, help: &'static str) -> Field {
    Field { name, label, help, kind: FieldKind::Text, is_optional: false }
}

const fn secret(name: &'static str, label: &'static str, help: &'static str) -> Field {
    Field { name, label, help, kind: FieldKind::Secret, is_optional: false }
}

const fn optional(field: Field) -> Field {
    Field { is_optional: true, ..field }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_credential_is_a_secret_field_and_every_offer_has_its_own_name() {
        let all = all();
        let ids: std::collections::BTreeSet<_> = all.iter().map(|offer| offer.id).collect();
        assert_eq!(ids.len(), all.len());
        for field in all.iter().flat_map(|offer| &offer.fields) {
            let is_secret = ["token", "key", "client_secret"].contains(&field.name);
            assert_eq!(field.kind == FieldKind::Secret, is_secret, "{}", field.name);
        }
    }
}
