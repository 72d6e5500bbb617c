//! What contacts wish not to be sent: closed for them, and never opened again from here.

use std::collections::BTreeSet;

use domain::{
    Audit, ChangeSets, Difference, Entity, Journal, Mirror, RecordKey, WrittenField,
    crm::{Answer, Behalf, Channel, CrmWishes},
};
use endpoint::{Timer, Transport};
use highlevel::{
    ContactId,
    models::{Contact, ContactFields, DndSettings, DndState},
    resources::UpdateContact,
};

use super::{Port, changes::Plan, checked, contacts::told};

impl<S, T, C> CrmWishes for Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    fn close_channels<'a>(
        &'a self,
        behalf: &'a Behalf,
        contact: &'a str,
        channels: &'a BTreeSet<Channel>,
    ) -> Answer<'a, BTreeSet<Channel>> {
        Box::pin(async move {
            let id = checked(contact, "contact")?;
            let at = self.connected(behalf).await?;
            let found = self.read_contact(&at, id).await?;
            let open = still_open(&found, channels);
            if open.is_empty() {
                return Ok(open);
            }
            // All that stands is sent again: nobody documents whether what is left out would be lifted.
            let settings = found.dnd_settings.unwrap_or_default();
            let fields = ContactFields {
                dnd_settings: Some(closed(settings, &open)),
                ..ContactFields::default()
            };
            let change = UpdateContact::new(ContactId::new(id), fields);
            let plan = Plan::change(
                "contact.channels_closed",
                RecordKey::new(Entity::Contact, id),
                closing(&open),
            );
            let call = at.client.call(&change);
            let result = self.write_as_planned(behalf, (plan, "contact"), call).await;
            self.note(behalf, "contact.channels_closed", id, &result).await;
            result.map(|_| open)
        })
    }
}

/// What closing these channels changes.
fn closing(channels: &BTreeSet<Channel>) -> Difference {
    let fields = channels.iter().map(|channel| {
        let key = format!("do_not_disturb.{}", channel.name());
        (key, WrittenField::new(false.into(), true.into()))
    });
    Difference { fields: fields.collect(), ..Difference::default() }
}

/// The settings with these channels closed. What has no name at HighLevel is left out.
pub(super) fn closed(settings: DndSettings, channels: &BTreeSet<Channel>) -> DndSettings {
    let names = channels.iter().filter_map(|channel| told::channel_name(*channel));
    names.fold(settings, |settings, name| settings.with(name, true))
}

/// Those of the channels that are open. A state that nobody knows is no open one.
fn still_open(contact: &Contact, channels: &BTreeSet<Channel>) -> BTreeSet<Channel> {
    if contact.dnd == Some(true) {
        return BTreeSet::new();
    }
    let is_open = |channel: &Channel| {
        told::channel_name(*channel).is_some_and(|name| {
            let state = contact.dnd_settings.as_ref().and_then(|settings| settings.state(name));
            matches!(state, None | Some(DndState::Inactive))
        })
    };
    channels.iter().copied().filter(is_open).collect()
}
