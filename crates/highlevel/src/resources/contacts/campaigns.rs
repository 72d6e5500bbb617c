//! `/contacts/{contactId}/campaigns`: put a contact into a campaign and take it out.

use super::super::declaration::operation;
use crate::{CampaignId, ContactId, models::Done};

/// Puts a contact into a campaign, which may send messages.
#[derive(Clone, Debug, PartialEq)]
pub struct AddToCampaign {
    /// Which contact.
    pub contact_id: ContactId,
    /// Which campaign.
    pub campaign_id: CampaignId,
}

operation! {
    AddToCampaign = "contacts.add-contact-to-campaign",
    Post "/contacts/{contactId}/campaigns/{campaignId}"
        (contactId: contact_id, campaignId: campaign_id) => Done,
    V2021_07_28 Send Some("contacts.write"),
}

/// Takes a contact out of a campaign.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveFromCampaign {
    /// Which contact.
    pub contact_id: ContactId,
    /// Which campaign.
    pub campaign_id: CampaignId,
}

operation! {
    RemoveFromCampaign = "contacts.remove-contact-from-campaign",
    Delete "/contacts/{contactId}/campaigns/{campaignId}"
        (contactId: contact_id, campaignId: campaign_id) => Done,
    V2021_07_28 Write Some("contacts.write"),
}

/// Takes a contact out of all campaigns. The third generation has another path for it
/// (`facts/highlevel.md` 1.4).
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveFromCampaigns {
    /// Which contact.
    pub contact_id: ContactId,
}

operation! {
    RemoveFromCampaigns = "contacts.remove-contact-from-every-campaign",
    Delete "/contacts/{contactId}/campaigns/removeAll" (contactId: contact_id) => Done,
    V2021_07_28 Write Some("contacts.write"),
}
