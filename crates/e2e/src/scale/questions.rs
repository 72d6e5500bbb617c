//! What people and programs look up in a mirror: one record, and records by their words.

use std::time::Instant;

use anyhow::{Context, Result};
use domain::{Entity, Mirror, Queries, Realm, RecordCondition, RecordKey, RecordQuery, WordSearch};
use store::Sqlite;

use super::{
    Taken,
    maker::{Maker, VOCABULARY},
};

impl Maker {
    /// One record, by its id and by its e-mail address.
    pub(super) async fn gets(&mut self, store: &Sqlite) -> Result<Vec<Taken>> {
        let mut by_id = Taken { name: "get by id".to_owned(), times: vec![], found: 0 };
        let mut by_email = Taken { name: "find by e-mail".to_owned(), times: vec![], found: 0 };
        for _ in 0..1_000 {
            let key = [RecordKey::new(Entity::Contact, self.any_contact())];
            let begun = Instant::now();
            let mut found = store.records(&self.tenant, &key).await?;
            by_id.times.push(begun.elapsed());
            by_id.found += found.len();
            let record = found.pop().context("a contact")?;
            let email = record.fields["email"].as_str().unwrap_or_default().to_owned();
            let conditions = vec![RecordCondition::IsLike("email", email)];
            let all = RecordQuery::all(self.tenant.clone(), Entity::Contact, 10);
            let begun = Instant::now();
            by_email.found +=
                store.find_records(&RecordQuery { conditions, ..all }).await?.records.len();
            by_email.times.push(begun.elapsed());
        }
        by_id.times.sort();
        by_email.times.sort();
        Ok(vec![by_id, by_email])
    }

    /// Records by their words.
    pub(super) async fn searches(&mut self, store: &Sqlite) -> Result<Vec<Taken>> {
        // The first words of the vocabulary are in the most texts.
        let word = |rank: usize| self.words[rank].clone();
        let asked = [
            ("the most frequent word", word(0)),
            ("a frequent word", word(100)),
            ("a rare word", word(VOCABULARY - 1)),
            ("two frequent words", format!("{} {}", word(3), word(5))),
            ("a frequent and a rare word", format!("{} {}", word(1), word(VOCABULARY - 50))),
            ("a phrase", format!("\"{} {}\"", word(2), word(4))),
            ("words that begin so", format!("{}*", &word(9)[..2])),
            ("an e-mail address", self.email(store).await?),
            ("the domain of every address", "example.com".to_owned()),
        ];
        let mut taken = Vec::new();
        for (name, words) in asked {
            let mut one = Taken { name: format!("search {name}"), times: vec![], found: 0 };
            for _ in 0..7 {
                let realm = Realm::Organization(self.tenant.organization.clone());
                let search =
                    WordSearch { realm, words: words.clone(), entities: vec![], limit: 20 };
                let begun = Instant::now();
                one.found = store.search(search).await?.len();
                one.times.push(begun.elapsed());
            }
            one.times.sort();
            taken.push(one);
        }
        Ok(taken)
    }

    async fn email(&mut self, store: &Sqlite) -> Result<String> {
        let key = [RecordKey::new(Entity::Contact, self.middle_contact())];
        let record = store.records(&self.tenant, &key).await?.pop().context("a contact")?;
        Ok(record.fields["email"].as_str().unwrap_or_default().to_owned())
    }
}
