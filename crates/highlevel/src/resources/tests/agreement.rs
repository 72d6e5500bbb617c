//! Every operation agrees with its entry in the catalogue, and so does every request of the tests.

use endpoint::catalogue::{Fault, Generation, Kind, Problem, validate, validate_reply};

use super::*;
use crate::catalogue::operation;

/// What HighLevel takes although its specification does not name it (`facts/highlevel.md` 6.4): the
/// operation and the place in its request.
const KNOWN: &[(&str, &str)] = &[
    ("opportunities.search-opportunities-advanced", "body.filters"),
    ("opportunities.search-opportunities-advanced", "body.sort"),
    ("opportunities.upsert-opportunity", "body.contactId"),
];

/// Compares a reply with the catalogue: not what is missing, but what is there.
pub(super) fn check_reply<E: HighLevelEndpoint>(body: &Value) {
    let operation = operation(E::NAME).unwrap();
    let edition = operation.edition(Generation::V2).unwrap();
    let success = edition.replies().map(|reply| reply.status()).find(|it| it / 100 == 2).unwrap();
    let problems = validate_reply(operation, Generation::V2, success, body);
    let is_new = |problem: &&Problem| {
        problem.fault != Fault::Missing && !KNOWN.contains(&(E::NAME, problem.place.as_str()))
    };
    let new: Vec<_> = problems.iter().filter(is_new).collect();
    assert!(new.is_empty(), "{}: {new:#?}", E::NAME);
}

/// One check for each operation, by name.
const CHECKS: &[fn()] = &[
    check_constants::<AddExternalCall>,
    check_constants::<AddFollowers>,
    check_constants::<AddInboundMessage>,
    check_constants::<AddOpportunityFollowers>,
    check_constants::<AddTags>,
    check_constants::<AddToCampaign>,
    check_constants::<AddToWorkflow>,
    check_constants::<BlockSlot>,
    check_constants::<BookAppointment>,
    check_constants::<BulkUpdateTags>,
    check_constants::<CancelScheduledEmail>,
    check_constants::<CancelScheduledMessage>,
    check_constants::<CompleteTask>,
    check_constants::<CreateAppointmentNote>,
    check_constants::<CreateAssociation>,
    check_constants::<CreateBusiness>,
    check_constants::<CreateCalendar>,
    check_constants::<CreateContact>,
    check_constants::<CreateConversation>,
    check_constants::<CreateCustomField>,
    check_constants::<CreateCustomValue>,
    check_constants::<CreateInvoice>,
    check_constants::<CreateLocation>,
    check_constants::<CreateNote>,
    check_constants::<CreateObjectSchema>,
    check_constants::<CreateOpportunity>,
    check_constants::<CreateRecord>,
    check_constants::<CreateRelation>,
    check_constants::<CreateTag>,
    check_constants::<CreateTask>,
    check_constants::<CreateUser>,
    check_constants::<DeleteAppointmentNote>,
    check_constants::<DeleteAssociation>,
    check_constants::<DeleteBusiness>,
    check_constants::<DeleteCalendar>,
    check_constants::<DeleteContact>,
    check_constants::<DeleteConversation>,
    check_constants::<DeleteCustomField>,
    check_constants::<DeleteCustomValue>,
    check_constants::<DeleteEvent>,
    check_constants::<DeleteInvoice>,
    check_constants::<DeleteLocation>,
    check_constants::<DeleteNote>,
    check_constants::<DeleteOpportunity>,
    check_constants::<DeleteRecord>,
    check_constants::<DeleteRelation>,
    check_constants::<DeleteTag>,
    check_constants::<DeleteTask>,
    check_constants::<DeleteUser>,
    check_constants::<ExportMessages>,
    check_constants::<FilterOpportunities>,
    check_constants::<FindAssociations>,
    check_constants::<FindDuplicate>,
    check_constants::<GenerateInvoiceNumber>,
    check_constants::<GetAppointment>,
    check_constants::<GetAssociation>,
    check_constants::<GetAssociationByKey>,
    check_constants::<GetBusiness>,
    check_constants::<GetCalendar>,
    check_constants::<GetContact>,
    check_constants::<GetConversation>,
    check_constants::<GetCustomField>,
    check_constants::<GetCustomValue>,
    check_constants::<GetEmail>,
    check_constants::<GetInvoice>,
    check_constants::<GetLocation>,
    check_constants::<GetMessage>,
    check_constants::<GetNote>,
    check_constants::<GetObjectSchema>,
    check_constants::<GetOpportunity>,
    check_constants::<GetOrder>,
    check_constants::<GetRecord>,
    check_constants::<GetSubscription>,
    check_constants::<GetTag>,
    check_constants::<GetTask>,
    check_constants::<GetTransaction>,
    check_constants::<GetTranscription>,
    check_constants::<GetUser>,
    check_constants::<ListAppointmentNotes>,
    check_constants::<ListAssociations>,
    check_constants::<ListBlockedSlots>,
    check_constants::<ListBusinessContacts>,
    check_constants::<ListBusinesses>,
    check_constants::<ListCalendarGroups>,
    check_constants::<ListCalendars>,
    check_constants::<ListContactAppointments>,
    check_constants::<ListCoupons>,
    check_constants::<ListCustomFields>,
    check_constants::<ListCustomValues>,
    check_constants::<ListEvents>,
    check_constants::<ListFormSubmissions>,
    check_constants::<ListForms>,
    check_constants::<ListFreeSlots>,
    check_constants::<ListInstalledLocations>,
    check_constants::<ListInvoices>,
    check_constants::<ListLostReasons>,
    check_constants::<ListMessages>,
    check_constants::<ListNotes>,
    check_constants::<ListObjectSchemas>,
    check_constants::<ListOrders>,
    check_constants::<ListPipelines>,
    check_constants::<ListRelations>,
    check_constants::<ListSubscriptions>,
    check_constants::<ListSurveySubmissions>,
    check_constants::<ListSurveys>,
    check_constants::<ListTags>,
    check_constants::<ListTasks>,
    check_constants::<ListTemplates>,
    check_constants::<ListTransactions>,
    check_constants::<ListWorkflows>,
    check_constants::<RecordPayment>,
    check_constants::<RemoveFollowers>,
    check_constants::<RemoveFromCampaign>,
    check_constants::<RemoveFromCampaigns>,
    check_constants::<RemoveFromWorkflow>,
    check_constants::<RemoveOpportunityFollowers>,
    check_constants::<RemoveTags>,
    check_constants::<SearchContacts>,
    check_constants::<SearchConversations>,
    check_constants::<SearchLocations>,
    check_constants::<SearchOpportunities>,
    check_constants::<SearchRecords>,
    check_constants::<SearchTasks>,
    check_constants::<SearchUsers>,
    check_constants::<SendInvoice>,
    check_constants::<SendMessage>,
    check_constants::<SetBusiness>,
    check_constants::<SetOpportunityStatus>,
    check_constants::<TextToPay>,
    check_constants::<UpdateAppointment>,
    check_constants::<UpdateAppointmentNote>,
    check_constants::<UpdateAssociation>,
    check_constants::<UpdateBlockedSlot>,
    check_constants::<UpdateBusiness>,
    check_constants::<UpdateCalendar>,
    check_constants::<UpdateContact>,
    check_constants::<UpdateConversation>,
    check_constants::<UpdateCustomField>,
    check_constants::<UpdateCustomValue>,
    check_constants::<UpdateInvoice>,
    check_constants::<UpdateLocation>,
    check_constants::<UpdateMessageStatus>,
    check_constants::<UpdateNote>,
    check_constants::<UpdateObjectSchema>,
    check_constants::<UpdateOpportunity>,
    check_constants::<UpdateRecord>,
    check_constants::<UpdateTag>,
    check_constants::<UpdateTask>,
    check_constants::<UpdateUser>,
    check_constants::<UpsertContact>,
    check_constants::<UpsertOpportunity>,
    check_constants::<VoidInvoice>,
];

/// Compares the constants of an operation with the catalogue.
pub(super) fn check_constants<E: HighLevelEndpoint>() {
    let name = E::NAME;
    let operation = operation(name).unwrap_or_else(|| panic!("the catalogue has no {name}"));
    let edition = operation.edition(Generation::V2).unwrap();
    assert_eq!(operation.method(), E::METHOD, "{name}");
    assert_eq!(edition.path(), E::PATH, "{name}");
    assert_eq!(edition.version(), Some(E::VERSION.as_str()), "{name}");
    match E::SCOPE {
        Some(scope) => assert!(edition.scopes().contains(&scope), "{name} does not need {scope}"),
        None => assert!(edition.scopes().is_empty(), "{name} needs {:?}", edition.scopes()),
    }
    let effects: &[Effect] = match operation.kind() {
        Kind::Read => &[Effect::Read],
        Kind::Write => &[Effect::Write, Effect::Send],
        Kind::Send => &[Effect::Send],
        Kind::Delete => &[Effect::Delete, Effect::Write],
        Kind::Money => &[Effect::Write, Effect::Send],
    };
    assert!(effects.contains(&E::EFFECT), "{name} is {:?}", E::EFFECT);
    let acts = E::EFFECT == Effect::Send || operation.kind() == Kind::Money;
    assert!(!(acts && E::REPEATABLE), "{name} may not be repeated");
}

/// Compares a request with the catalogue.
pub(super) fn check_request<E: HighLevelEndpoint>(endpoint: &E) {
    check_constants::<E>();
    let path = endpoint.path_parameters().into_iter();
    let path = path.map(|(name, value)| (name.to_owned(), Value::from(value)));
    let query = endpoint.query().into_iter();
    let query = query.map(|(name, value)| (name.to_owned(), Value::from(value)));
    let parameters: Map<_, _> = path.chain(query).collect();
    let body = endpoint.body().unwrap();
    let body: Option<Value> = body.map(|bytes| serde_json::from_slice(&bytes).unwrap());
    let operation = operation(E::NAME).unwrap();
    let problems = validate(operation, Generation::V2, &parameters, body.as_ref());
    let is_new = |problem: &&Problem| !KNOWN.contains(&(E::NAME, problem.place.as_str()));
    let new: Vec<_> = problems.iter().filter(is_new).collect();
    assert!(new.is_empty(), "{}: {new:#?}", E::NAME);
}

#[test]
fn every_operation_is_as_the_catalogue_says() {
    for check in CHECKS {
        check();
    }
}
