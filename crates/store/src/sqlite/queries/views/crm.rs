//! The views of the CRM's records: one for each entity, with the columns that people look for.

use domain::Entity;

use super::{
    Column, EntityView,
    Of::{Field, Flag, Found, Moment, Name, Sql},
};

const CONTACT: Column = Column("contact_id", "the contact's id", Found("contact_id"));
const CONTACT_NAME: Column =
    Column("contact_name", "the contact's name", Name(Entity::Contact, "contact_id"));
const CREATED: Column = Column("created_at", "when it was made", Moment("created_at"));
const OWNER: Column = Column("assigned_to", "the user's id", Field("assigned_to"));
const OWNER_NAME: Column = Column(
    "assigned_to_name",
    "the user's name, where users are mirrored",
    Name(Entity::User, "assigned_to"),
);
const SOURCE: Column = Column("source", "where it came from", Field("source"));
const NAME: Column = Column("name", "its name", Field("name"));

/// The custom fields of a record by the names of their definitions, or by id where there is none.
const CUSTOM_FIELDS: Column = Column(
    "custom_fields",
    "JSON: the custom fields by name, or by id where the definition is not mirrored",
    Sql("(SELECT json_group_object(
             coalesce((SELECT json_extract(d.fields, '$.name') FROM {rows} AS d
                 WHERE d.shelf IN ({custom_field}) AND d.id = f.key), f.key),
             CASE WHEN f.type IN ('array', 'object') THEN json(f.value) ELSE f.value END)
         FROM json_each(r.fields, '$.custom_fields') AS f)"),
);

/// Every view of an entity, in order of name.
pub(super) const VIEWS: &[EntityView] = &[
    EntityView {
        name: "appointments",
        about: "Times booked in calendars",
        entity: Entity::Appointment,
        columns: &[
            Column("title", "its title", Field("title")),
            Column("status", "such as confirmed, showed, noshow, cancelled", Field("status")),
            Column("starts_at", "when it begins", Moment("starts_at")),
            Column("ends_at", "when it ends", Moment("ends_at")),
            Column("calendar_id", "the calendar's id", Field("calendar_id")),
            CONTACT,
            CONTACT_NAME,
            OWNER,
            OWNER_NAME,
            Column("address", "where it takes place", Field("address")),
            Column("notes", "what was noted", Field("notes")),
            CREATED,
        ],
    },
    EntityView {
        name: "businesses",
        about: "Companies that contacts belong to",
        entity: Entity::Business,
        columns: &[
            NAME,
            Column("email", "its e-mail address", Field("email")),
            Column("phone", "its phone number", Field("phone")),
            Column("website", "its website", Field("website")),
            Column("city", "its city", Field("city")),
            CREATED,
        ],
    },
    EntityView {
        name: "contacts",
        about: "People",
        entity: Entity::Contact,
        columns: &[
            Column(
                "name",
                "the whole name",
                Sql("coalesce(json_extract(r.fields, '$.name'), nullif(concat_ws(' ',
                         json_extract(r.fields, '$.first_name'),
                         json_extract(r.fields, '$.last_name')), ''))"),
            ),
            Column("first_name", "the first name", Field("first_name")),
            Column("last_name", "the last name", Field("last_name")),
            Column("email", "the e-mail address; = is quick and ignores case", Found("email")),
            Column("phone", "the phone number as +15125550100; = is quick", Found("phone")),
            Column("company_name", "the company", Field("company_name")),
            Column("business_id", "the business's id", Field("business_id")),
            Column("address", "street and number", Field("address")),
            Column("city", "the city", Field("city")),
            Column("state", "the state", Field("state")),
            Column("postal_code", "the postal code", Field("postal_code")),
            Column("country", "the country", Field("country")),
            Column("website", "the website", Field("website")),
            Column("date_of_birth", "the date of birth", Field("date_of_birth")),
            Column("tags", "JSON: a list of tags; contact_tags has a row for each", Field("tags")),
            Column("dnd", "1 where the person wants no messages at all", Flag("dnd")),
            Column("dnd_settings", "JSON: what the person wants by channel", Field("dnd_settings")),
            SOURCE,
            OWNER,
            OWNER_NAME,
            CUSTOM_FIELDS,
            CREATED,
        ],
    },
    EntityView {
        name: "conversations",
        about: "Threads of messages with contacts",
        entity: Entity::Conversation,
        columns: &[
            CONTACT,
            CONTACT_NAME,
            Column("unread_count", "how many messages are unread", Field("unread_count")),
            Column("starred", "1 where it is starred", Flag("starred")),
            Column("last_message_at", "when the last message was", Moment("last_message_at")),
            Column("last_message_channel", "its channel", Field("last_message_channel")),
            Column("last_message_direction", "inbound or outbound", Field("last_message_direction")),
        ],
    },
    EntityView {
        name: "custom_fields",
        about: "Definitions of custom fields",
        entity: Entity::CustomField,
        columns: &[
            NAME,
            Column("field_key", "its key", Field("field_key")),
            Column("data_type", "its type, such as TEXT", Field("data_type")),
            Column("model", "of what it is a field, such as contact", Field("model")),
            Column("options", "JSON: what can be chosen", Field("options")),
        ],
    },
    EntityView {
        name: "invoices",
        about: "Invoices",
        entity: Entity::Invoice,
        columns: &[
            Column("number", "its number", Field("number")),
            NAME,
            Column("status", "such as draft, sent, paid", Field("status")),
            Column("total", "the whole amount", Field("total")),
            Column("amount_due", "what is still to pay", Field("amount_due")),
            Column("amount_paid", "what was paid", Field("amount_paid")),
            Column("currency", "the currency", Field("currency")),
            CONTACT,
            CONTACT_NAME,
            Column("issue_date", "the day of issue", Field("issue_date")),
            Column("due_date", "the day on which it is due", Field("due_date")),
            CREATED,
        ],
    },
    EntityView {
        name: "messages",
        about: "Messages of conversations",
        entity: Entity::Message,
        columns: &[
            CONTACT,
            CONTACT_NAME,
            Column("conversation_id", "the conversation's id", Field("conversation_id")),
            Column("channel", "such as SMS, Email, Call", Field("channel")),
            Column("direction", "inbound or outbound", Field("direction")),
            Column("status", "such as delivered, read, failed", Field("status")),
            Column("subject", "the subject of an e-mail", Field("subject")),
            Column("body", "the text", Field("body")),
            Column("sender", "who sent it, by address", Field("from")),
            Column("recipient", "to whom it went, by address", Field("to")),
            Column("user_id", "the user who sent it", Field("user_id")),
            Column("user_name", "the name of that user", Name(Entity::User, "user_id")),
            Column("call_seconds", "how long the call was", Field("call_seconds")),
            CREATED,
        ],
    },
    EntityView {
        name: "notes",
        about: "Notes on contacts",
        entity: Entity::Note,
        columns: &[
            CONTACT,
            CONTACT_NAME,
            Column("title", "its title", Field("title")),
            Column("body", "the text", Field("body")),
            Column("user_id", "the user who wrote it", Field("user_id")),
            Column("user_name", "the name of that user", Name(Entity::User, "user_id")),
            CREATED,
        ],
    },
    EntityView {
        name: "opportunities",
        about: "Deals in pipelines",
        entity: Entity::Opportunity,
        columns: &[
            NAME,
            Column("status", "open, won, lost or abandoned", Field("status")),
            Column("value", "what it is worth", Field("value")),
            CONTACT,
            CONTACT_NAME,
            Column("pipeline_id", "the pipeline's id", Field("pipeline_id")),
            Column("pipeline", "the pipeline's name", Name(Entity::Pipeline, "pipeline_id")),
            Column("stage_id", "the stage's id", Field("stage_id")),
            Column(
                "stage",
                "the stage's name, where pipelines are mirrored",
                Sql("(SELECT json_extract(s.value, '$.name')
                      FROM {rows} AS p, json_each(p.fields, '$.stages') AS s
                      WHERE p.shelf IN ({pipeline})
                          AND p.id = json_extract(r.fields, '$.pipeline_id')
                          AND json_extract(s.value, '$.id') = json_extract(r.fields, '$.stage_id'))"),
            ),
            SOURCE,
            OWNER,
            OWNER_NAME,
            CUSTOM_FIELDS,
            CREATED,
        ],
    },
    EntityView {
        name: "pipelines",
        about: "Pipelines of opportunities",
        entity: Entity::Pipeline,
        columns: &[NAME, Column("stages", "JSON: its stages in order", Field("stages"))],
    },
    EntityView {
        name: "tasks",
        about: "Tasks for contacts",
        entity: Entity::Task,
        columns: &[
            Column("title", "its title", Field("title")),
            Column("body", "what is to be done", Field("body")),
            Column("completed", "1 where it is done", Flag("completed")),
            Column("due_at", "when it is due", Moment("due_at")),
            CONTACT,
            CONTACT_NAME,
            OWNER,
            OWNER_NAME,
            CREATED,
        ],
    },
    EntityView {
        name: "users",
        about: "Users of the CRM",
        entity: Entity::User,
        columns: &[
            NAME,
            Column("email", "the e-mail address", Field("email")),
            Column("phone", "the phone number", Field("phone")),
            Column("role", "what the user may do", Field("role")),
        ],
    },
];
