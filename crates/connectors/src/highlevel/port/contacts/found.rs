//! Finds contacts: in the mirror, in the order of their changes, or at HighLevel.

use domain::{
    Audit, ChangeSets, Entity, Journal, Mirror, RecordCondition, RecordQuery,
    crm::{Behalf, Contact, ContactFilter, CrmError, Page, PageWish, Reading, e164},
};
use endpoint::{Timer, Transport};
use highlevel::{
    models,
    resources::{Field, Filter, FindDuplicate, SearchContacts, Sort},
};
use serde_json::Value;

use super::{directory, told};
use crate::highlevel::port::{Connected, Port, cursor::Cursor, refusal::refusal};

/// The fields of a row in which a name can stand.
const NAMES: &[&str] = &["name", "first_name", "last_name"];

impl<S, T, C> Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    pub(super) async fn found_in_mirror(
        &self,
        behalf: &Behalf,
        filter: &ContactFilter,
        page: &PageWish,
    ) -> Result<Page<Reading<Contact>>, CrmError> {
        let query = RecordQuery {
            conditions: conditions(filter)?,
            since: filter.updated_since,
            after: Cursor::in_mirror(page)?,
            ..RecordQuery::all(behalf.tenant.clone(), Entity::Contact, page.limit)
        };
        let found = self.store.find_records(&query).await?;
        let names = match found.records.is_empty() {
            true => None,
            false => self.known_names(behalf).await,
        };
        let item = |record: &domain::Record| {
            Reading::of_mirror(told::of_mirror(record, directory(&names)), record.occurred_at)
        };
        Ok(Page {
            items: found.records.iter().map(item).collect(),
            next: found.next.map(|place| Cursor::Mirror(place).text()),
        })
    }

    pub(super) async fn found_fresh(
        &self,
        behalf: &Behalf,
        filter: &ContactFilter,
        page: &PageWish,
    ) -> Result<Page<Reading<Contact>>, CrmError> {
        conditions(filter)?;
        let after = Cursor::of_vendor(page)?;
        let at = self.connected(behalf).await?;
        let names = self.fields.known(&at, self.now()).await;
        let (rows, next) = match (&filter.email, &filter.phone) {
            (None, None) => searched(&at, filter, (page.limit, after)).await?,
            _ => (exact(&at, filter).await?, None),
        };
        let items = rows.iter().map(|row| self.reading(row, directory(&names)));
        Ok(Page { items: items.filter(|it| fits(&it.item, filter)).collect(), next })
    }
}

/// What holds of the rows.
fn conditions(filter: &ContactFilter) -> Result<Vec<RecordCondition>, CrmError> {
    let mut all = Vec::new();
    if let Some(email) = &filter.email {
        all.push(RecordCondition::IsLike("email", email.trim().to_owned()));
    }
    if let Some(phone) = &filter.phone {
        let message = "give the number with its country, such as +15550100142";
        let number = e164(phone).ok_or_else(|| CrmError::invalid("phone", message))?;
        all.push(RecordCondition::Is("phone", number));
    }
    if let Some(name) = &filter.name {
        all.push(RecordCondition::Begins(NAMES, name.trim().to_owned()));
    }
    if let Some(tag) = &filter.tag {
        all.push(RecordCondition::Has("tags", tag.trim().to_owned()));
    }
    Ok(all)
}

/// The one who has an address or a number: a search does not find numbers
/// (`facts/highlevel.md` 6.1).
async fn exact<T: Transport, C: Timer>(
    at: &Connected<T, C>,
    filter: &ContactFilter,
) -> Result<Vec<models::Contact>, CrmError> {
    let find = FindDuplicate {
        location_id: at.location.clone(),
        email: filter.email.as_deref().map(|email| email.trim().to_owned()),
        number: match &filter.email {
            Some(_) => None,
            None => filter.phone.as_deref().and_then(e164),
        },
    };
    let found = at.client.call(&find).await.map_err(|error| refusal(&error, "location"))?;
    Ok(found.contact.into_iter().collect())
}

/// A page of a search, and where it goes on.
async fn searched<T: Transport, C: Timer>(
    at: &Connected<T, C>,
    filter: &ContactFilter,
    (limit, after): (usize, Option<Value>),
) -> Result<(Vec<models::Contact>, Option<String>), CrmError> {
    let mut filters = Vec::new();
    if let Some(name) = &filter.name {
        let word = name.split_whitespace().next().unwrap_or_default().to_lowercase();
        let part = |field| Filter::contains(field, word.clone());
        filters.push(Filter::any(vec![part(Field::FirstName), part(Field::LastName)]));
    }
    if let Some(tag) = &filter.tag {
        filters.push(Filter::equals(Field::Tags, tag.trim()));
    }
    if let Some(since) = filter.updated_since {
        filters.push(Filter::at_least(Field::DateUpdated, since.to_string()));
    }
    let search_after = match after {
        None => None,
        Some(Value::Array(after)) => Some(after),
        Some(_) => return Err(CrmError::invalid("after", "it is one of another list")),
    };
    let search = SearchContacts {
        page_limit: u32::try_from(limit).unwrap_or(100),
        filters,
        sort: vec![Sort::ascending(&Field::DateUpdated)],
        search_after,
        ..SearchContacts::new(at.location.clone())
    };
    let reply = at.client.call(&search).await.map_err(|error| refusal(&error, "location"))?;
    let last = reply.contacts.last().filter(|_| reply.contacts.len() >= limit);
    let next = last.and_then(|row| row.search_after.clone());
    let next = next.map(|after| Cursor::Vendor(Value::Array(after)).text());
    Ok((reply.contacts, next))
}

/// Whether a contact is one that is looked for: HighLevel's conditions are wider than ours.
fn fits(contact: &Contact, filter: &ContactFilter) -> bool {
    let begins = |wanted: &String| {
        let wanted = wanted.trim().to_lowercase();
        let names = [&contact.name, &contact.first_name, &contact.last_name];
        names.into_iter().flatten().any(|name| name.to_lowercase().starts_with(&wanted))
    };
    let carries = |wanted: &String| {
        let wanted = wanted.trim().to_lowercase();
        contact.tags.iter().any(|tag| tag.to_lowercase() == wanted)
    };
    let has = |wanted: &String| {
        contact.emails.iter().any(|email| email.eq_ignore_ascii_case(wanted.trim()))
    };
    let rings =
        |wanted: &String| e164(wanted).is_some_and(|wanted| contact.phones.contains(&wanted));
    filter.name.as_ref().is_none_or(begins)
        && filter.tag.as_ref().is_none_or(carries)
        && filter.email.as_ref().is_none_or(has)
        && filter.phone.as_ref().is_none_or(rings)
        && filter.updated_since.is_none_or(|since| contact.updated_at.is_none_or(|at| at >= since))
}
