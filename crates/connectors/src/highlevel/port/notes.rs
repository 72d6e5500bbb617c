//! Notes on contacts: read and written at HighLevel.

use domain::{
    Audit, ChangeSets, Entity, Journal, Mirror,
    crm::{Answer, Behalf, CrmError, CrmNotes, Note, NoteDraft},
};
use endpoint::{Timer, Transport};
use highlevel::{
    ContactId, models,
    resources::{CreateNote, ListNotes},
};

use super::{
    Port,
    changes::{Ended, Plan, made_of},
    checked,
    refusal::refusal,
    standings::note_values,
};

/// The longest text of a note, in characters.
const LONGEST: usize = 32_000;

impl<S, T, C> CrmNotes for Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    fn notes<'a>(&'a self, behalf: &'a Behalf, contact: &'a str) -> Answer<'a, Vec<Note>> {
        Box::pin(async move {
            let list = ListNotes { contact_id: ContactId::new(checked(contact, "contact")?) };
            let at = self.connected(behalf).await?;
            let reply = at.client.call(&list).await.map_err(|error| refusal(&error, "contact"))?;
            Ok(reply.notes.into_iter().map(note).collect())
        })
    }

    fn add_note<'a>(
        &'a self,
        behalf: &'a Behalf,
        contact: &'a str,
        draft: &'a NoteDraft,
    ) -> Answer<'a, Note> {
        Box::pin(async move {
            let contact = checked(contact, "contact")?;
            let body = draft.body.trim();
            if body.is_empty() || body.chars().count() > LONGEST {
                let problem = format!("give a text of at most {LONGEST} characters");
                return Err(CrmError::invalid("/body", problem));
            }
            let create = CreateNote {
                title: draft.title.clone(),
                ..CreateNote::new(ContactId::new(contact), body)
            };
            let at = self.connected(behalf).await?;
            let intended = [("body", Some(body)), ("title", draft.title.as_deref())];
            let intended = intended.map(|(key, text)| (key.to_owned(), serde_json::json!(text)));
            let plan = Plan::create("note.added", made_of(&intended.into())).on_contact(contact);
            let told = |reply: &models::NoteReply| {
                let made = made_of(&note_values(&reply.note));
                Ended::made(Entity::Note, reply.note.id.as_str(), made)
            };
            let result = self.write(behalf, (plan, "contact"), at.client.call(&create), told).await;
            self.note(behalf, "note.added", contact, &result).await;
            Ok(note(result?.note))
        })
    }
}

fn note(told: models::Note) -> Note {
    Note {
        id: told.id.to_string(),
        body: told.body.unwrap_or_default(),
        title: told.title,
        author: told.user_id.map(|id| id.to_string()),
        created_at: told.date_added.and_then(|moment| moment.timestamp()),
    }
}
