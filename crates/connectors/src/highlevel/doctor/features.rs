//! What the hub does with HighLevel, and the scopes that each thing takes.

use domain::Finding;

/// One thing that the hub does with HighLevel.
#[derive(Debug, PartialEq, Eq)]
pub struct Feature {
    /// What people call it.
    pub name: &'static str,
    /// The scopes that it takes, those for reading first.
    pub scopes: &'static [&'static str],
}

/// Everything that the hub does with a location, in order of name.
pub const FEATURES: &[Feature] = &[
    Feature {
        name: "appointments and free slots",
        scopes: &["calendars.readonly", "calendars/events.readonly", "calendars/events.write"],
    },
    Feature { name: "businesses", scopes: &["businesses.readonly"] },
    Feature { name: "contacts, tags and notes", scopes: &["contacts.readonly", "contacts.write"] },
    Feature {
        name: "custom fields",
        scopes: &["locations/customFields.readonly", "locations/customFields.write"],
    },
    Feature { name: "invoices", scopes: &["invoices.readonly"] },
    Feature {
        name: "messages",
        scopes: &[
            "conversations.readonly",
            "conversations/message.readonly",
            "conversations/message.write",
        ],
    },
    Feature { name: "opportunities", scopes: &["opportunities.readonly", "opportunities.write"] },
    Feature { name: "tasks", scopes: &["locations/tasks.readonly"] },
    Feature { name: "the location itself", scopes: &["locations.readonly"] },
    Feature { name: "users", scopes: &["users.readonly"] },
];

/// The features that something is missing for, each with the scopes that were not granted.
#[must_use]
pub fn lacking(granted: &[String]) -> Vec<(&'static Feature, Vec<&'static str>)> {
    let is_missing = |scope: &&&'static str| !granted.iter().any(|known| known == **scope);
    let missing = |feature: &'static Feature| {
        let missing: Vec<_> = feature.scopes.iter().filter(is_missing).copied().collect();
        (!missing.is_empty()).then_some((feature, missing))
    };
    FEATURES.iter().filter_map(missing).collect()
}

/// What is known about the scopes: of an installation by name, of a private token only what calls
/// that read can tell, which other findings say.
pub(super) fn findings(granted: Option<&[String]>) -> Vec<Finding> {
    let subject = "scopes";
    let Some(granted) = granted else {
        let all = FEATURES.iter().flat_map(|feature| feature.scopes).copied();
        let writing: Vec<_> = all.filter(|scope| scope.ends_with(".write")).collect();
        let found = format!("calls that read do not tell whether there is {}", writing.join(", "));
        return vec![Finding::skipped(subject, found)];
    };
    let lacking = lacking(granted);
    if lacking.is_empty() {
        let found = format!("{} granted, which is all that the hub uses", granted.len());
        return vec![Finding::good(subject, found)];
    }
    let told = lacking.into_iter().map(|(feature, missing)| {
        let missing = missing.join(", ");
        let hint = format!("add {missing} to the scopes of the app, and install it again");
        Finding::warning(subject, format!("{} lack {missing}", feature.name), hint)
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use domain::Verdict;
    use highlevel::{
        HighLevelEndpoint as _, catalogue,
        resources::{
            AddTags, BookAppointment, CreateContact, CreateCustomField, CreateNote,
            CreateOpportunity, DeleteContact, DeleteNote, DeleteOpportunity, FindDuplicate,
            GetAppointment, GetContact, GetLocation, GetNote, GetOpportunity, ListCalendars,
            ListContactAppointments, ListEvents, ListFreeSlots, ListNotes, ListPipelines,
            ListTasks, RemoveTags, SearchContacts, SearchConversations, SearchOpportunities,
            SendMessage, UpdateAppointment, UpdateContact, UpdateNote, UpdateOpportunity,
        },
    };

    use super::*;

    #[test]
    fn every_scope_is_one_of_highlevels() {
        let editions =
            catalogue::operations().flat_map(|operation| operation.editions().collect::<Vec<_>>());
        let known: std::collections::BTreeSet<&str> =
            editions.flat_map(|edition| edition.scopes()).collect();
        for scope in FEATURES.iter().flat_map(|feature| feature.scopes) {
            assert!(known.contains(scope), "{scope}");
        }
        assert!(FEATURES.is_sorted_by_key(|feature| feature.name));
    }

    /// Those of the lists are held against the features beside the lists.
    #[test]
    fn the_scopes_of_what_the_port_calls_are_each_a_features() {
        let calls = [
            AddTags::SCOPE,
            BookAppointment::SCOPE,
            CreateContact::SCOPE,
            CreateCustomField::SCOPE,
            CreateNote::SCOPE,
            CreateOpportunity::SCOPE,
            DeleteContact::SCOPE,
            DeleteNote::SCOPE,
            DeleteOpportunity::SCOPE,
            FindDuplicate::SCOPE,
            GetAppointment::SCOPE,
            GetContact::SCOPE,
            GetLocation::SCOPE,
            GetNote::SCOPE,
            GetOpportunity::SCOPE,
            ListCalendars::SCOPE,
            ListContactAppointments::SCOPE,
            ListEvents::SCOPE,
            ListFreeSlots::SCOPE,
            ListNotes::SCOPE,
            ListPipelines::SCOPE,
            ListTasks::SCOPE,
            RemoveTags::SCOPE,
            SearchContacts::SCOPE,
            SearchConversations::SCOPE,
            SearchOpportunities::SCOPE,
            SendMessage::SCOPE,
            UpdateAppointment::SCOPE,
            UpdateContact::SCOPE,
            UpdateNote::SCOPE,
            UpdateOpportunity::SCOPE,
        ];
        for scope in calls.into_iter().flatten() {
            let uses = |feature: &Feature| feature.scopes.contains(&scope);
            assert!(FEATURES.iter().any(uses), "{scope}");
        }
    }

    #[test]
    fn what_was_not_granted_is_named_with_what_it_is_for() {
        let all: Vec<String> =
            FEATURES.iter().flat_map(|feature| feature.scopes).map(|it| (*it).to_owned()).collect();
        assert_eq!(lacking(&all), []);
        assert_eq!(findings(Some(&all))[0].verdict, Verdict::Good);
        let some: Vec<String> = all.into_iter().filter(|scope| scope != "contacts.write").collect();
        let found = findings(Some(&some));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].found, "contacts, tags and notes lack contacts.write");
    }
}
