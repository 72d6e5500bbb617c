//! What an application wishes for a contact, as HighLevel takes it: checked, and every problem told.

use domain::crm::{AddressPatch, ContactDraft, ContactPatch, CrmError, FieldProblem, e164};
use highlevel::{
    UserId,
    models::{ContactFields, DndSettings, FieldDirectory},
};
use jiff::civil::Date;

use crate::highlevel::port::{fields, wishes};

/// The longest tag, in characters.
const LONGEST_TAG: usize = 100;

/// The fields of a draft.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn draft(
    draft: &ContactDraft,
    directory: Option<&FieldDirectory>,
) -> Result<ContactFields, CrmError> {
    let mut check = Check::default();
    let (email, phone) = (given(&draft.email), given(&draft.phone));
    if email.is_none() && phone.is_none() {
        let message = "give an e-mail address or a phone number: the contact is found by them";
        check.problems.push(FieldProblem::new("", message));
    }
    let address = &draft.address;
    let mut fields = ContactFields {
        first_name: given(&draft.first_name),
        last_name: given(&draft.last_name),
        name: given(&draft.name),
        email: email.and_then(|email| check.email(email)),
        phone: phone.and_then(|phone| check.phone(&phone)),
        address1: given(&address.street),
        city: given(&address.city),
        state: given(&address.region),
        postal_code: given(&address.postal_code),
        country: given(&address.country).and_then(|country| check.country(&country)),
        website: given(&draft.website),
        date_of_birth: given(&draft.date_of_birth).and_then(|date| check.date(date)),
        source: given(&draft.source),
        dnd_settings: (!draft.closed.is_empty())
            .then(|| wishes::closed(DndSettings::default(), &draft.closed)),
        ..ContactFields::default()
    };
    check.tags(&draft.tags);
    if let Some(directory) = directory {
        fields.custom_fields = check.take(fields::writes(directory, &draft.custom_fields));
    }
    check.end(fields)
}

/// The fields of a patch. What is cleared is an empty text, which is how HighLevel clears.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn patch(
    patch: &ContactPatch,
    directory: Option<&FieldDirectory>,
) -> Result<ContactFields, CrmError> {
    let mut check = Check::default();
    let nothing = AddressPatch::default();
    let address = patch.address.as_ref().unwrap_or(&nothing);
    let mut fields = ContactFields {
        first_name: cleared(&patch.first_name),
        last_name: cleared(&patch.last_name),
        email: cleared(&patch.email).and_then(|email| check.email(email)),
        phone: cleared(&patch.phone).and_then(|phone| check.phone(&phone)),
        address1: cleared(&address.street),
        city: cleared(&address.city),
        state: cleared(&address.region),
        postal_code: cleared(&address.postal_code),
        country: cleared(&address.country).and_then(|country| check.country(&country)),
        website: cleared(&patch.website),
        date_of_birth: cleared(&patch.date_of_birth).and_then(|date| check.date(date)),
        source: cleared(&patch.source),
        assigned_to: cleared(&patch.owner).map(|id| UserId::new(&id)),
        ..ContactFields::default()
    };
    if let Some(directory) = directory {
        fields.custom_fields = check.take(fields::writes(directory, &patch.custom_fields));
    }
    check.end(fields)
}

/// Tags to add or to take away.
///
/// # Errors
/// Where there is none, or one is empty or too long.
pub(super) fn tags(tags: &[String]) -> Result<Vec<String>, CrmError> {
    let mut check = Check::default();
    if tags.is_empty() {
        check.problems.push(FieldProblem::new("/tags", "give at least one"));
    }
    check.tags(tags);
    check.end(tags.iter().map(|tag| tag.trim().to_owned()).collect())
}

/// The place in a request of a field that HighLevel names so.
pub(super) fn pointer(field: &str, directory: Option<&FieldDirectory>) -> String {
    let known = match field {
        "firstName" => "/first_name",
        "lastName" => "/last_name",
        "companyName" => "/company",
        "address1" => "/address/street",
        "city" => "/address/city",
        "state" => "/address/region",
        "postalCode" => "/address/postal_code",
        "country" => "/address/country",
        "dateOfBirth" => "/date_of_birth",
        other => {
            return match other.strip_prefix("customFields.") {
                Some(id) => {
                    let id = highlevel::CustomFieldId::new(id);
                    fields::pointer(&fields::name(directory, &id))
                }
                None => format!("/{other}"),
            };
        }
    };
    known.to_owned()
}

/// Gathers what is wrong.
#[derive(Default)]
struct Check {
    problems: Vec<FieldProblem>,
}

impl Check {
    fn email(&mut self, text: String) -> Option<String> {
        let is_one = text.is_empty()
            || text.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && host.contains('.') && !host.contains('@')
            }) && !text.contains(char::is_whitespace);
        self.value("/email", is_one.then_some(text), "it is no e-mail address")
    }

    fn phone(&mut self, text: &str) -> Option<String> {
        let number = if text.is_empty() { Some(String::new()) } else { e164(text) };
        let message = "give the number with its country, such as +15550100142";
        self.value("/phone", number, message)
    }

    fn country(&mut self, text: &str) -> Option<String> {
        let is_one = text.is_empty()
            || text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_alphabetic());
        let country = is_one.then(|| text.to_ascii_uppercase());
        self.value("/address/country", country, "give two letters, such as US")
    }

    fn date(&mut self, text: String) -> Option<String> {
        let is_one = text.is_empty() || text.parse::<Date>().is_ok();
        self.value("/date_of_birth", is_one.then_some(text), "give a date such as 1984-07-19")
    }

    fn tags(&mut self, tags: &[String]) {
        for (at, tag) in tags.iter().enumerate() {
            let length = tag.trim().chars().count();
            if length == 0 || length > LONGEST_TAG {
                let message = format!("a tag has from 1 to {LONGEST_TAG} characters");
                self.problems.push(FieldProblem::new(&format!("/tags/{at}"), message));
            }
        }
    }

    fn value(&mut self, pointer: &str, found: Option<String>, message: &str) -> Option<String> {
        if found.is_none() {
            self.problems.push(FieldProblem::new(pointer, message));
        }
        found
    }

    fn take<V: Default>(&mut self, found: Result<V, Vec<FieldProblem>>) -> V {
        found.unwrap_or_else(|problems| {
            self.problems.extend(problems);
            V::default()
        })
    }

    fn end<V>(self, value: V) -> Result<V, CrmError> {
        match self.problems.is_empty() {
            true => Ok(value),
            false => Err(CrmError::Invalid(self.problems)),
        }
    }
}

/// A text that says something.
fn given(text: &Option<String>) -> Option<String> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A member of a patch: none stays, an empty text clears.
fn cleared(member: &Option<Option<String>>) -> Option<String> {
    member.as_ref().map(|text| given(text).unwrap_or_default())
}
