//! Three systems that edit at random end equal, whatever happens to the messages between them.
//!
//! A model of the whole loop around [`merge`]: the CRM, two counterparts, and the hub between them, which
//! sees each only through messages that come late, twice, in any order or never. The hub does as the
//! real one: it keeps the newest state that it was told of each, writes what the merge says, and takes
//! over what the answer shows. A sweep at the end tells it what it missed.

use domain::{Direction, Fields, MappedField, ValueKind, Wins};
use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use super::{
    merge::{MergeInput, merge},
    value::same,
};

/// How far the clocks of the three systems are off, in seconds: the CRM's first.
const CLOCKS: [i64; 3] = [0, 2, -2];

/// What the hub allows for that.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// How often everything is told and merged until nothing may be left to do.
const ROUNDS: usize = 12;

/// A record or a row, and when its system changed it last, by its own clock.
#[derive(Clone, Debug, Default, PartialEq)]
struct Held {
    fields: Fields,
    at: i64,
}

impl Held {
    /// Takes over a state that is not older.
    fn learn(&mut self, told: &Self) {
        if told.at >= self.at {
            *self = told.clone();
        }
    }
}

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// Somebody edits a field in one of the systems.
    Edit { system: usize, field: usize, value: usize },
    /// A message that is on its way comes in, whichever.
    Arrive(usize),
    /// It comes in, and will come again.
    Repeat(usize),
    /// It never comes.
    Lose(usize),
    /// The hub makes the CRM's record and a counterpart's row equal.
    Link(usize),
    /// It does, and dies before it can note what it did: after the CRM's write, or after both.
    Die(usize, bool),
    /// Time passes.
    Wait(i64),
}

/// Everything there is. System 0 is the CRM; 1 and 2 are the counterparts.
struct World {
    fields: Vec<MappedField>,
    now: i64,
    truth: [Held; 3],
    known: [Held; 3],
    agreed: [Fields; 2],
    flying: Vec<(usize, Held)>,
    edits: usize,
    writes: usize,
}

impl World {
    /// Three systems that have nothing yet.
    fn new() -> Self {
        Self {
            fields: fields(),
            now: 1_000,
            truth: Default::default(),
            known: Default::default(),
            agreed: Default::default(),
            flying: Vec::new(),
            edits: 0,
            writes: 0,
        }
    }

    fn step(&mut self, step: &Step) {
        self.now += 1;
        let pick =
            |at: usize, flying: &[(usize, Held)]| (!flying.is_empty()).then(|| at % flying.len());
        match *step {
            Step::Edit { system, field, value } => self.edit(system, field, value),
            Step::Arrive(at) => {
                if let Some(at) = pick(at, &self.flying) {
                    let (system, told) = self.flying.swap_remove(at);
                    self.known[system].learn(&told);
                }
            }
            Step::Repeat(at) => {
                if let Some(at) = pick(at, &self.flying) {
                    let (system, told) = &self.flying[at];
                    self.known[*system].learn(told);
                }
            }
            Step::Lose(at) => {
                if let Some(at) = pick(at, &self.flying) {
                    self.flying.swap_remove(at);
                }
            }
            Step::Link(row) => {
                self.link(row, None);
            }
            Step::Die(row, after_both) => {
                self.link(row, Some(after_both));
            }
            Step::Wait(seconds) => self.now += seconds,
        }
    }

    fn edit(&mut self, system: usize, field: usize, value: usize) {
        let field = &self.fields[field % self.fields.len()];
        let values = candidates(field.kind);
        let value = values[value % values.len()].clone();
        let name = if system == 0 { &field.field } else { &field.column };
        let before = self.truth[system].fields.get(name).unwrap_or(&Value::Null);
        if same(field.kind, before, &value) {
            return;
        }
        let change = Fields::from([(name.clone(), value)]);
        self.edits += 1;
        self.change(system, change);
    }

    /// A system has other values, and says so.
    fn change(&mut self, system: usize, change: Fields) {
        self.now += 1;
        let held = &mut self.truth[system];
        for (name, value) in change {
            match value.is_null() {
                true => held.fields.remove(&name),
                false => held.fields.insert(name, value),
            };
        }
        held.at = self.now + CLOCKS[system];
        self.flying.push((system, held.clone()));
    }

    /// Makes the CRM's record and a row equal; whether anything was done. With `dies`, the hub forgets
    /// everything that it learnt while it did so.
    fn link(&mut self, row: usize, dies: Option<bool>) -> bool {
        let system = row + 1;
        let merged = merge(&MergeInput {
            fields: &self.fields,
            agreed: &self.agreed[row],
            crm: &self.known[0].fields,
            row: &self.known[system].fields,
            crm_at: Timestamp::from_second(self.known[0].at).unwrap(),
            row_at: Timestamp::from_second(self.known[system].at).unwrap(),
            skew: SKEW,
        });
        let known = self.known.clone();
        if !merged.to_crm.is_empty() && !self.write(0, &merged.to_crm) {
            return true;
        }
        if dies == Some(false) {
            self.known = known;
            return true;
        }
        if !merged.to_row.is_empty() && !self.write(system, &merged.to_row) {
            return true;
        }
        if dies == Some(true) {
            self.known = known;
            return true;
        }
        let is_news = !merged.to_crm.is_empty() || !merged.to_row.is_empty();
        self.agreed[row] = merged.agreed;
        is_news
    }

    /// Writes to a system, which answers what it has then. The CRM and the first counterpart refuse
    /// where the hub did not know their newest state, and say which that is; the second one just takes it.
    fn write(&mut self, system: usize, change: &Fields) -> bool {
        let is_careful = system < 2;
        let is_known = self.truth[system].fields == self.known[system].fields;
        if !is_careful || is_known {
            self.writes += 1;
            self.change(system, change.clone());
        }
        self.known[system] = self.truth[system].clone();
        !is_careful || is_known
    }

    /// Everything that is on its way comes in, the newest first; a sweep finds what was lost; and the
    /// hub merges until nothing is left.
    fn settle(&mut self) {
        for _ in 0..ROUNDS {
            while let Some((system, told)) = self.flying.pop() {
                self.known[system].learn(&told);
            }
            self.known = self.truth.clone();
            let first = self.link(0, None);
            let second = self.link(1, None);
            if !first && !second {
                return;
            }
        }
        panic!("it never comes to rest: {:?}", self.truth);
    }

    fn difference(&self) -> Option<String> {
        let value = |system: usize, name: &str| {
            self.truth[system].fields.get(name).cloned().unwrap_or_default()
        };
        self.fields.iter().find_map(|field| {
            let crm = value(0, &field.field);
            let rows = [1, 2].map(|system| value(system, &field.column));
            let is_equal = rows.iter().all(|row| same(field.kind, &crm, row));
            (!is_equal).then(|| format!("{}: {crm} and {rows:?}", field.field))
        })
    }
}

fn fields() -> Vec<MappedField> {
    let field = |name: &str, kind, direction, wins| MappedField {
        field: name.to_owned(),
        column: name.to_uppercase(),
        kind,
        direction,
        wins,
    };
    vec![
        field("name", ValueKind::Text, Direction::Both, Wins::LastWrite),
        field("email", ValueKind::Email, Direction::Both, Wins::Crm),
        field("tags", ValueKind::List, Direction::Both, Wins::Union),
        field("budget", ValueKind::Number, Direction::Both, Wins::Row),
        field("stage", ValueKind::Text, Direction::FromCrm, Wins::LastWrite),
    ]
}

fn candidates(kind: ValueKind) -> Vec<Value> {
    match kind {
        ValueKind::List => vec![
            json!(["a"]),
            json!(["a", "b"]),
            json!(["B", "c"]),
            json!(["c", "d", "e"]),
            Value::Null,
        ],
        ValueKind::Number => vec![json!(1), json!("2"), json!(3.5), Value::Null],
        ValueKind::Email => vec![json!("a@example.com"), json!("B@example.com"), Value::Null],
        _ => vec![json!("one"), json!("two "), json!("three"), Value::Null],
    }
}

fn steps(with_deaths: bool) -> impl Strategy<Value = Vec<Step>> {
    let edit = (0..3_usize, 0..5_usize, 0..5_usize).prop_map(|(system, field, value)| Step::Edit {
        system,
        field,
        value,
    });
    let death = match with_deaths {
        true => (0..2_usize, any::<bool>()).prop_map(|(row, both)| Step::Die(row, both)).boxed(),
        false => (0..2_usize).prop_map(Step::Link).boxed(),
    };
    vec(
        prop_oneof![
            4 => edit,
            4 => any::<usize>().prop_map(Step::Arrive),
            1 => any::<usize>().prop_map(Step::Repeat),
            1 => any::<usize>().prop_map(Step::Lose),
            4 => (0..2_usize).prop_map(Step::Link),
            1 => death,
            1 => (1..20_i64).prop_map(Step::Wait),
        ],
        0..100,
    )
}

proptest! {
    /// Everything ends equal, and nobody is written to more than twice per edit.
    #[test]
    fn three_systems_converge_within_two_writes_per_edit(steps in steps(false)) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        world.settle();
        prop_assert_eq!(world.difference(), None);
        let (writes, edits) = (world.writes, world.edits);
        prop_assert!(writes <= 2 * edits, "{} writes for {} edits", writes, edits);
        world.settle();
        prop_assert_eq!(world.writes, writes, "nothing is left to write");
    }

    /// A hub that dies between its writes ends equal too.
    #[test]
    fn three_systems_converge_although_the_hub_dies(steps in steps(true)) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        world.settle();
        prop_assert_eq!(world.difference(), None);
    }

    /// What one person types is not lost while nobody contests it, whatever happens to the messages.
    #[test]
    fn what_only_one_system_edits_is_what_all_have(editor in 0..3_usize, steps in steps(false)) {
        let mut world = World::new();
        for step in &steps {
            match step {
                Step::Edit { field, value, .. } => {
                    // A copy is no place to edit.
                    let field = if *field == 4 && editor > 0 { 0 } else { *field };
                    world.step(&Step::Edit { system: editor, field, value: *value });
                }
                other => world.step(other),
            }
        }
        let typed = world.truth[editor].fields.clone();
        world.settle();
        prop_assert_eq!(&world.truth[editor].fields, &typed);
        prop_assert_eq!(world.difference(), None);
    }
}
