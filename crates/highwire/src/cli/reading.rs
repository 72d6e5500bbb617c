//! The commands that read the mirror: `query`, `search`, `show` and `history`.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use domain::{Entity, WordSearch};
use jiff::Timestamp;

use super::Owner;

/// Flags of `query`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  highwire query --schema
  highwire query \"select name, email from contacts where city = 'Austin'\"
  highwire query --csv \"select stage, count(*), sum(value) from opportunities group by stage\"
  highwire query \"select * from messages where contact_id = ?1\" --value ID")]
pub(crate) struct Query {
    /// One statement that selects from the views
    #[arg(value_name = "SQL", required_unless_present = "schema")]
    pub(crate) sql: Option<String>,
    /// A value for ?1, ?2 and so on, in order
    #[arg(long = "value", value_name = "VALUE")]
    pub(crate) values: Vec<String>,
    /// List the views and their columns, or those of one view
    #[arg(long, value_name = "VIEW", num_args = 0..=1, conflicts_with_all = ["sql", "csv"])]
    pub(crate) schema: Option<Option<String>>,
    /// Print comma-separated values, with the names of the columns first
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// How many rows at most
    #[arg(long, default_value_t = 1_000, value_name = "COUNT", value_parser = rows)]
    pub(crate) limit: usize,
    /// How many seconds it may take
    #[arg(long, default_value_t = 30, value_name = "SECONDS",
          value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub(crate) timeout: u64,
    #[command(flatten)]
    pub(crate) owner: Owner,
}

/// Flags of `search`.
#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Words that all have to be there; "in quotes" stands together, and word* begins so
    #[arg(required = true)]
    pub(crate) words: Vec<String>,
    /// Only records of this kind
    #[arg(long = "in", value_name = "KIND", value_parser = searched())]
    pub(crate) entities: Vec<Entity>,
    /// How many of each kind at most
    #[arg(long, default_value_t = 10, value_name = "COUNT", value_parser = rows)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) owner: Owner,
}

/// Flags of `show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// What it is, such as contact, opportunity or ticket
    #[arg(value_name = "KIND", value_parser = entities())]
    pub(crate) entity: Entity,
    /// Its id; of a contact also the e-mail address or the phone number
    #[arg(value_name = "RECORD")]
    pub(crate) record: String,
    #[command(flatten)]
    pub(crate) owner: Owner,
}

/// Flags of `history`.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// What it is, such as contact, opportunity or ticket
    #[arg(value_name = "KIND", value_parser = entities())]
    pub(crate) entity: Entity,
    /// Its id; of a contact also the e-mail address or the phone number
    #[arg(value_name = "RECORD")]
    pub(crate) record: String,
    /// Tell what it was at this time, such as 2026-11-02T09:00:00Z or 2026-11-02
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<Timestamp>,
    /// How many of the newest changes
    #[arg(long, default_value_t = 50, value_name = "COUNT", value_parser = rows)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) owner: Owner,
}

fn entities() -> impl TypedValueParser<Value = Entity> {
    named(Entity::ALL.map(Entity::name))
}

fn searched() -> impl TypedValueParser<Value = Entity> {
    named(WordSearch::ENTITIES.map(Entity::name))
}

fn named<const COUNT: usize>(
    names: [&'static str; COUNT],
) -> impl TypedValueParser<Value = Entity> {
    // Every name that passes is one of an entity.
    PossibleValuesParser::new(names).map(|name| name.parse().unwrap_or(Entity::Unknown))
}

fn rows(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if (1..=1_000_000).contains(&count) => Ok(count),
        _ => Err("give a whole number from 1 to 1000000".to_owned()),
    }
}

/// A moment, or the beginning of a day in UTC.
fn moment(text: &str) -> Result<Timestamp, String> {
    let day = || format!("{text}T00:00:00Z").parse().ok();
    let moment: Option<Timestamp> = text.parse().ok().or_else(day);
    moment.ok_or_else(|| "give a time such as 2026-11-02T09:00:00Z, or a day".to_owned())
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_day_is_a_moment_too() {
        assert_eq!(moment("2026-11-02"), moment("2026-11-02T00:00:00Z"));
        assert_eq!(moment("2026-11-02T02:00:00+02:00"), moment("2026-11-02"));
        assert!(moment("yesterday").is_err());
    }
}
