//! Makes a record of the CRM and a row of a counterpart equal: carries out [`Intent::SyncLink`].
//!
//! It looks at both, merges what they changed since they agreed last, and writes what differs. What an
//! action says is only where to look, so doing it twice changes nothing, and of many that wait for one
//! record the first writes and the others find nothing to do. The link is stored after both writes: a
//! crash between them repeats writes that say the same.

mod failure;
mod id_fields;
mod records;
mod rows;
mod turns;

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Action, BoxFuture, Clock, ConnectionId, Counterpart, Destination, Failure, FieldConflict,
    Fields,
    Intent,
    Link,
    LinkEnd,
    LinkStanding,
    Links,
    MappedField,
    Mapping,
    NewRows,
    Offered,
    OnDelete,
    Queries,
    Receipt,
    RecordKey,
    Row,
    Side,
    SyncLink,
    crm::Crm,
};
use jiff::{SignedDuration, Timestamp};
use policy::sync::merge::{MergeInput, Merged, merge};

use self::{id_fields::IdFields, records::CrmRecord, turns::Turns};

/// How often a pair is merged again because a side kept something else than was written.
const ROUNDS: usize = 3;

/// What the stage of links is made of.
pub struct LinkingParts<S> {
    /// Where links are kept.
    pub store: S,
    /// The CRM.
    pub crm: Arc<dyn Crm>,
    /// The other sides, by their connection.
    pub counterparts: BTreeMap<ConnectionId, Arc<dyn Counterpart>>,
    /// What is kept equal with what.
    pub mappings: Arc<[Mapping]>,
    /// Who says whether a mapping's condition holds; without it every condition does.
    pub queries: Option<Arc<dyn Queries>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Makes pairs equal. One serves every mapping; each is a destination of its own.
pub struct Linking<S> {
    parts: LinkingParts<S>,
    turns: Turns,
    id_fields: IdFields,
}

/// What is known of a pair while it is made equal.
struct Pair<'a> {
    action: &'a Action,
    mapping: &'a Mapping,
    counterpart: &'a Arc<dyn Counterpart>,
    link: Link,
    /// The id of the record that the row says it belongs to, where the row was seen.
    row_says: Option<String>,
    conflicts: Vec<(FieldConflict, Timestamp)>,
    writes: usize,
}

impl<S: Links + Send + Sync> Linking<S> {
    /// Nothing is called yet.
    #[must_use]
    pub fn new(parts: LinkingParts<S>) -> Self {
        Self { parts, turns: Turns::default(), id_fields: IdFields::default() }
    }

    async fn sync(&self, action: &Action) -> Result<Receipt, Failure> {
        let Intent::SyncLink(wanted) = &action.intent else {
            return Err(failure::refused("only pairs are made equal here; report this as a bug"));
        };
        let mapping = self.parts.mappings.iter().find(|mapping| mapping.name == wanted.mapping);
        let Some(mapping) = mapping else { return Ok(receipt("the mapping is no more")) };
        let Some(counterpart) = self.parts.counterparts.get(&mapping.counterpart) else {
            return Err(failure::refused(
                "the mapping's connection is no counterpart that the hub can write to; check \
                 `counterpart` in the mapping file",
            ));
        };
        let (_turn, link) = self.take(mapping, wanted).await?;
        let row_says = wanted.row.as_ref().and_then(|row| row.record.clone());
        let conflicts = Vec::new();
        let mut pair = Pair { action, mapping, counterpart, link, row_says, conflicts, writes: 0 };
        let before = pair.link.clone();
        if let Some(row) = &wanted.row {
            pair.see(row);
        }
        let done = self.equalize(&mut pair).await;
        // What was learnt and written is kept also where something failed after it.
        if pair.link != before || !pair.conflicts.is_empty() {
            self.store(&mut pair).await?;
        }
        done.map(|done| receipt(&format!("{done}; {} writes", pair.writes)))
    }

    /// Waits until nobody else works on the pair, and gives its link, which may be a new one.
    async fn take(
        &self,
        mapping: &Mapping,
        wanted: &SyncLink,
    ) -> Result<(turns::Turn, Link), Failure> {
        let new = || Link::new(mapping.tenant.organization.clone(), &mapping.name);
        let seen = wanted.row.as_ref().map(|row| row.id.as_str());
        loop {
            let found = self.find(mapping, (wanted.record.as_deref(), seen)).await?;
            let key = match (&found, &wanted.record, seen) {
                (Some(Link { id: Some(id), .. }), ..) => format!("{}/link/{id}", mapping.name),
                (_, Some(record), _) => format!("{}/record/{record}", mapping.name),
                (_, None, row) => format!("{}/row/{}", mapping.name, row.unwrap_or_default()),
            };
            let turn = self.turns.take(key).await;
            // Whoever had the turn before may have stored it.
            let again = self.find(mapping, (wanted.record.as_deref(), seen)).await?;
            if again.as_ref().and_then(|link| link.id) == found.and_then(|link| link.id) {
                return Ok((turn, again.unwrap_or_else(new)));
            }
        }
    }

    async fn find(
        &self,
        mapping: &Mapping,
        (record, row): (Option<&str>, Option<&str>),
    ) -> Result<Option<Link>, Failure> {
        let organization = &mapping.tenant.organization;
        for end in [row.map(LinkEnd::Row), record.map(LinkEnd::Record)].into_iter().flatten() {
            let link = self.parts.store.link(organization, &mapping.name, end).await;
            if let Some(link) = link.map_err(|error| failure::of_store(&error))? {
                return Ok(Some(link));
            }
        }
        Ok(None)
    }

    /// Does what is to be done, and says it.
    async fn equalize(&self, pair: &mut Pair<'_>) -> Result<&'static str, Failure> {
        if pair.link.standing == LinkStanding::RowGone {
            return Ok("the row was removed; its record stays");
        }
        let Some(record) = self.record(pair).await? else { return self.without_record(pair).await };
        if !records::is_meant(pair.mapping, &record) || !self.holds(pair, &record).await? {
            let is_new = pair.link.id.is_none();
            pair.link.standing = LinkStanding::Left;
            // A record that never had a row needs no link that says so.
            return Ok(match is_new {
                true => {
                    pair.link = Link::new(pair.link.organization.clone(), &pair.link.mapping);
                    "the mapping is not about this record"
                }
                false => "the mapping is no longer about this record; its row stays as it is",
            });
        }
        if pair.link.row.is_none() {
            self.find_row(pair).await?;
        }
        let was = std::mem::replace(&mut pair.link.standing, LinkStanding::Live);
        let done = self.merge_rounds(pair, record).await;
        // That a row was about to be made stays known: it may be there.
        if done.is_err() && pair.link.standing == LinkStanding::Live {
            pair.link.standing = was;
        }
        done
    }

    /// Whether the mapping's condition holds of a record, which the mirror is asked. A record that a row
    /// was seen for is not asked for: the mirror may not have it yet.
    async fn holds(&self, pair: &Pair<'_>, record: &CrmRecord) -> Result<bool, Failure> {
        let is_of_row = matches!(&pair.action.intent, Intent::SyncLink(it) if it.row.is_some());
        let (Some(condition), Some(queries)) = (&pair.mapping.only.sql, &self.parts.queries) else {
            return Ok(true);
        };
        if is_of_row {
            return Ok(true);
        }
        let test = domain::RecordTest {
            tenant: pair.mapping.tenant.clone(),
            key: RecordKey::new(pair.mapping.entity, &record.id),
            condition: condition.clone(),
        };
        queries.holds(test).await.map_err(|error| failure::of_query(&error))
    }

    /// The record, which may have to be made of the row; none where it was deleted or there is none to
    /// make.
    async fn record(&self, pair: &mut Pair<'_>) -> Result<Option<CrmRecord>, Failure> {
        let crm = self.crm_side(pair.mapping);
        if let Some(id) = pair.record_id() {
            let record = crm.read(&id).await?;
            pair.link.record = Some(id);
            return Ok(record);
        }
        if pair.mapping.new_rows == NewRows::Ignore || !pair.mapping.direction.reaches_crm() {
            return Ok(None);
        }
        let fields = pair.row_as_record();
        match crm.make(&fields).await? {
            records::Made::Record { record, is_new } => {
                if is_new {
                    pair.writes += 1;
                }
                pair.link.record = Some(record.id.clone());
                // It is bound at once: a crash after this finds the link and not a stranger.
                self.store(pair).await?;
                Ok(Some(record))
            }
            records::Made::Refused(reason) => {
                pair.link.standing = LinkStanding::Refused { reason };
                Ok(None)
            }
        }
    }

    fn crm_side<'a>(&'a self, mapping: &'a Mapping) -> records::CrmSide<'a> {
        records::CrmSide { crm: &self.parts.crm, mapping, now: self.parts.clock.now() }
    }

    async fn without_record(&self, pair: &mut Pair<'_>) -> Result<&'static str, Failure> {
        if pair.link.record.is_none() {
            return Ok(match pair.link.standing {
                LinkStanding::Refused { .. } => "the row cannot become a record; its link says why",
                _ => "no record belongs to the row, and the mapping makes none",
            });
        }
        let row = pair.link.row.clone().filter(|_| pair.link.standing != LinkStanding::RecordGone);
        pair.link.standing = LinkStanding::RecordGone;
        match (row, pair.mapping.on_delete) {
            (Some(row), OnDelete::Remove) if pair.mapping.direction.reaches_row() => {
                pair.counterpart.remove(pair.mapping, &row).await?;
                pair.writes += 1;
                Ok("the record was deleted, and its row was removed")
            }
            _ => Ok("the record was deleted; its row stays"),
        }
    }

    /// Looks for a row that was made before the hub could write down which.
    async fn find_row(&self, pair: &mut Pair<'_>) -> Result<(), Failure> {
        if pair.link.standing != LinkStanding::Making || !pair.mapping.direction.reaches_row() {
            return Ok(());
        }
        let record = pair.key();
        if let Some(row) = pair.counterpart.find(pair.mapping, &record).await? {
            pair.see(&row);
        }
        Ok(())
    }

    /// Merges until both sides have what was written, a few times at most.
    async fn merge_rounds(
        &self,
        pair: &mut Pair<'_>,
        mut record: CrmRecord,
    ) -> Result<&'static str, Failure> {
        let fields = pair.mapping.effective_fields();
        let crm = self.crm_side(pair.mapping);
        let mut is_behind = false;
        for _ in 0..ROUNDS {
            let mut merged = pair.merged(&fields, &record);
            // What piles up while a write waits for its turn goes with it.
            if pair.wants_row(&merged.to_row)
                && pair.counterpart.turn(pair.mapping).await
                && let Some(fresh) = crm.read(&record.id).await?
            {
                record = fresh;
                merged = pair.merged(&fields, &record);
            }
            let Merged { agreed, mut to_crm, to_row, conflicts } = merged;
            let now = self.parts.clock.now();
            to_crm.extend(self.crossing(pair, &record).await?);
            let is_quiet = to_crm.is_empty() && to_row.is_empty() && pair.is_crossed();
            // What is lost is noted once it is lost: a write that fails is tried again.
            let (kept_crm, kept_row): (Vec<_>, Vec<_>) =
                conflicts.into_iter().partition(|conflict| conflict.kept == Side::Crm);
            if !to_crm.is_empty() {
                record = crm.write(&record, &to_crm).await?;
                pair.writes += 1;
                pair.spell_record(&to_crm, &record);
            }
            pair.note(kept_row, now);
            is_behind = false;
            if pair.wants_row(&to_row) {
                match self.write_row(pair, (&record, to_row), now).await? {
                    Offered::Taken(_) => {}
                    Offered::Changed(Some(row)) => {
                        pair.see(&row);
                        is_behind = true;
                        continue;
                    }
                    Offered::Changed(None) => {
                        return Ok("the row was changed meanwhile, and comes in as it is now");
                    }
                }
            }
            pair.note(kept_crm, now);
            pair.link.agreed = agreed;
            if pair.link.standing == LinkStanding::RowGone {
                return Ok("the row was removed; its record stays");
            }
            if is_quiet {
                break;
            }
        }
        if is_behind {
            return Err(failure::behind());
        }
        pair.link.synced_at = Some(self.parts.clock.now());
        Ok("both are equal")
    }

    async fn write_row(
        &self,
        pair: &mut Pair<'_>,
        (record, fields): (&CrmRecord, Fields),
        now: Timestamp,
    ) -> Result<Offered, Failure> {
        if pair.link.row.is_none() && pair.link.standing != LinkStanding::Making {
            pair.link.standing = LinkStanding::Making;
            self.store(pair).await?;
        }
        let write = domain::RowWrite {
            row: pair.link.row.clone(),
            record: pair.key(),
            account: record.account.clone(),
            fields,
            seen_at: pair.link.row.as_ref().and(pair.link.row_at),
            correlation: pair.action.correlation.clone(),
            now,
        };
        let offered = pair.counterpart.offer(pair.mapping, &write).await?;
        if let Offered::Taken(row) = &offered {
            pair.writes += 1;
            pair.wrote(&write.fields, row);
        }
        Ok(offered)
    }

    async fn store(&self, pair: &mut Pair<'_>) -> Result<(), Failure> {
        let conflicts = std::mem::take(&mut pair.conflicts);
        let stored = self.parts.store.put_link(pair.link.clone(), conflicts).await;
        match stored.map_err(|error| failure::of_store(&error))? {
            Some(link) => {
                pair.link = link;
                Ok(())
            }
            None => Err(failure::taken(&pair.link)),
        }
    }
}

impl Pair<'_> {
    /// What follows from both sides as they are known.
    fn merged(&self, fields: &[MappedField], record: &CrmRecord) -> Merged {
        merge(&MergeInput {
            fields,
            agreed: &self.link.agreed,
            crm: &self.record_fields(record),
            row: &self.link.row_fields,
            crm_at: record.changed_at,
            row_at: self.link.row_at.unwrap_or(Timestamp::MIN),
            skew: SignedDuration::from_secs(self.mapping.skew_seconds.into()),
        })
    }

    fn record_id(&self) -> Option<String> {
        self.link.record.clone().or_else(|| match &self.action.intent {
            Intent::SyncLink(wanted) => wanted.record.clone(),
            _ => None,
        })
    }

    fn key(&self) -> RecordKey {
        RecordKey::new(self.mapping.entity, self.record_id().unwrap_or_default())
    }

    fn note(&mut self, conflicts: Vec<FieldConflict>, now: Timestamp) {
        for conflict in conflicts {
            let is_known = self.conflicts.iter().any(|(known, _)| known.field == conflict.field);
            if !is_known {
                self.conflicts.push((conflict, now));
            }
        }
    }
}

fn receipt(reference: &str) -> Receipt {
    Receipt { reference: reference.to_owned(), adopted: false }
}

impl<S: Links + Send + Sync> Destination for Linking<S> {
    fn name(&self) -> &'static str {
        "mapping"
    }

    fn apply<'a>(&'a self, action: &'a Action) -> BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(self.sync(action))
    }

    /// Nothing has to be found: doing it again looks at both sides first.
    fn find<'a>(&'a self, _: &'a Action) -> BoxFuture<'a, Result<Option<Receipt>, Failure>> {
        Box::pin(async { Ok(None) })
    }
}

impl Pair<'_> {
    /// Takes in how the row was seen, unless something newer is known.
    fn see(&mut self, row: &Row) {
        rows::see(&mut self.link, row);
        if row.record.is_some() {
            self.row_says.clone_from(&row.record);
        }
    }
}

#[cfg(test)]
mod tests;
