//! The schema of a data source: properties by name and id, with the options of selects.

use serde_json::{Map, Value, json};

use super::{
    choice::{self, Choice},
    field::Field,
    ids::{Ids, Uuid, percent_encoded},
    kind::Kind,
    refusal::Refusal,
};

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    /// Not encoded, and literally `title` for the title.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    description: Value,
    /// Of select, multi-select and status.
    pub(crate) choices: Vec<Choice>,
    /// What else its configuration says: number format, prefix, related data source.
    settings: Map<String, Value>,
}

/// All columns of a data source; exactly one is the title.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    pub(crate) properties: Vec<Property>,
}

impl Schema {
    /// Only a title.
    pub(crate) fn title_only(name: &str) -> Self {
        Self { properties: vec![Property::new("title".to_owned(), name, Kind::Title)] }
    }

    /// Reads the properties of a new data source.
    ///
    /// # Errors
    /// When one of them is malformed or of a type that is not simulated, or they have not exactly
    /// one title.
    pub(crate) fn create(field: &Field, ids: &mut Ids) -> Result<Self, Refusal> {
        let mut schema = Self { properties: Vec::new() };
        for (name, config) in field.entries()? {
            let property = Property::create(name, &config, ids)?;
            schema.add(property)?;
        }
        match schema.properties.iter().any(|one| one.kind == Kind::Title) {
            true => Ok(schema),
            false => Err(Refusal::validation("Title is not provided")),
        }
    }

    /// The property with this name, or else with this id, encoded or not.
    pub(crate) fn find(&self, name_or_id: &str) -> Option<&Property> {
        self.position(name_or_id).map(|at| &self.properties[at])
    }

    pub(crate) fn position(&self, name_or_id: &str) -> Option<usize> {
        let by_name = |property: &Property| property.name == name_or_id;
        let by_id = |property: &Property| {
            property.id == name_or_id || percent_encoded(&property.id) == name_or_id
        };
        let position = self.properties.iter().position(by_name);
        position.or_else(|| self.properties.iter().position(by_id))
    }

    /// Applies the changes of a request; either all of them or none.
    ///
    /// # Errors
    /// When one of them is malformed, deletes or adds a title, takes a name that is taken, or
    /// changes a type.
    pub(crate) fn update(&self, field: &Field, ids: &mut Ids) -> Result<Self, Refusal> {
        let mut changed = self.clone();
        for (name, change) in field.entries()? {
            changed.apply(name, &change, ids)?;
        }
        Ok(changed)
    }

    fn apply(&mut self, name: &str, change: &Field, ids: &mut Ids) -> Result<(), Refusal> {
        let Some(position) = self.position(name) else {
            if change.is_null() {
                return Err(unknown(name));
            }
            return self.add(Property::create(name, change, ids)?);
        };
        if change.is_null() {
            return self.remove(position);
        }
        let mut property = self.properties[position].clone();
        property.update(change, ids)?;
        let taken = self.properties.iter().enumerate();
        if taken.into_iter().any(|(at, other)| at != position && other.name == property.name) {
            return Err(duplicate(&property.name));
        }
        self.properties[position] = property;
        Ok(())
    }

    fn add(&mut self, property: Property) -> Result<(), Refusal> {
        if self.properties.iter().any(|other| other.name == property.name) {
            return Err(duplicate(&property.name));
        }
        let second = self.properties.iter().any(|other| other.kind == Kind::Title);
        if property.kind == Kind::Title && second {
            return Err(Refusal::validation(
                "Invalid property schema: a data source has exactly one title property.",
            ));
        }
        self.properties.push(property);
        Ok(())
    }

    fn remove(&mut self, position: usize) -> Result<(), Refusal> {
        if self.properties[position].kind == Kind::Title {
            return Err(Refusal::validation("Cannot delete title property."));
        }
        self.properties.remove(position);
        Ok(())
    }

    /// As a data source shows it.
    pub(crate) fn render(&self) -> Value {
        let entries = self.properties.iter();
        entries
            .map(|property| (property.name.clone(), property.render()))
            .collect::<Map<_, _>>()
            .into()
    }
}

impl Property {
    fn new(id: String, name: &str, kind: Kind) -> Self {
        Self {
            id,
            name: name.to_owned(),
            kind,
            description: Value::Null,
            choices: Vec::new(),
            settings: Map::new(),
        }
    }

    fn create(name: &str, field: &Field, ids: &mut Ids) -> Result<Self, Refusal> {
        let kind = configured_kind(field)?;
        let id = match kind {
            Kind::Title => "title".to_owned(),
            _ => ids.short(),
        };
        let mut property = Self::new(id, name, kind);
        property.configure(&field.key(kind.as_str()), ids)?;
        property.describe(field)?;
        Ok(property)
    }

    fn update(&mut self, field: &Field, ids: &mut Ids) -> Result<(), Refusal> {
        let object = field.object()?;
        self.describe(field)?;
        let configures =
            object.keys().any(|key| !["name", "description", "type"].contains(&key.as_str()));
        if !configures {
            return Ok(());
        }
        let kind = configured_kind(field)?;
        if kind != self.kind {
            return Err(Refusal::validation(format!(
                "{} is a {} property. The simulated Notion does not convert types: add a {} \
                 property under another name.",
                self.name,
                self.kind.as_str(),
                kind.as_str()
            )));
        }
        self.configure(&field.key(kind.as_str()), ids)
    }

    fn describe(&mut self, field: &Field) -> Result<(), Refusal> {
        if let Some(name) = field.key("name").present() {
            name.string()?.clone_into(&mut self.name);
        }
        if let Some(description) = field.key("description").filled() {
            self.description = json!(description.string()?);
        }
        Ok(())
    }

    fn configure(&mut self, field: &Field, ids: &mut Ids) -> Result<(), Refusal> {
        field.object()?;
        match self.kind {
            Kind::Number => {
                let format = match field.key("format").present() {
                    Some(format) => format.string()?,
                    None => "number",
                };
                self.settings.insert("format".to_owned(), json!(format));
            }
            Kind::UniqueId => {
                let prefix = match field.key("prefix").filled() {
                    Some(prefix) => json!(prefix.string()?),
                    None => Value::Null,
                };
                self.settings.insert("prefix".to_owned(), prefix);
            }
            Kind::Relation => {
                if field.object()?.contains_key("dual_property") {
                    return Err(not_simulated("relations with a dual_property"));
                }
                let target = field.key("data_source_id").uuid()?.to_string();
                self.settings.insert("data_source_id".to_owned(), json!(target));
            }
            kind if kind.has_choices() => {
                self.choices = choice::configure(&self.choices, kind, field, ids)?;
            }
            _ => field.only(&[])?,
        }
        Ok(())
    }

    /// The data source that a relation leads to.
    pub(crate) fn related(&self) -> Option<Uuid> {
        Uuid::parse(self.settings.get("data_source_id")?.as_str()?)
    }

    /// Adds what the data source of a relation is part of, which its schema shows.
    pub(crate) fn set_related_database(&mut self, database: Uuid) {
        let database = json!(database.to_string());
        self.settings.insert("database_id".to_owned(), database);
    }

    /// What a unique id begins with.
    pub(crate) fn prefix(&self) -> Value {
        self.settings.get("prefix").cloned().unwrap_or_default()
    }

    fn render(&self) -> Value {
        json!({
            "id": percent_encoded(&self.id),
            "name": self.name,
            "description": self.description,
            "type": self.kind.as_str(),
            self.kind.as_str(): self.render_config(),
        })
    }

    fn render_config(&self) -> Value {
        let options = || self.choices.iter().map(Choice::render).collect::<Vec<_>>();
        match self.kind {
            Kind::Select | Kind::MultiSelect => json!({ "options": options() }),
            Kind::Status => {
                json!({ "options": options(), "groups": choice::groups(&self.choices) })
            }
            Kind::Relation => {
                let mut config = self.settings.clone();
                config.insert("type".to_owned(), json!("single_property"));
                config.insert("single_property".to_owned(), json!({}));
                Value::Object(config)
            }
            _ => Value::Object(self.settings.clone()),
        }
    }
}

/// The type that a configuration is for: the one key that is a type.
fn configured_kind(field: &Field) -> Result<Kind, Refusal> {
    const OTHER_KINDS: [&str; 7] =
        ["formula", "rollup", "button", "location", "verification", "last_visited_time", "place"];
    let object = field.object()?;
    let mut keys =
        object.keys().filter(|key| !["name", "description", "type"].contains(&key.as_str()));
    let Some(key) = keys.next() else {
        return Err(field.key("title").should_be("defined"));
    };
    match Kind::parse(key) {
        Some(kind) => Ok(kind),
        None if OTHER_KINDS.contains(&key.as_str()) => {
            Err(not_simulated(&format!("{key} properties")))
        }
        None => Err(field.key(key).should_be("not present")),
    }
}

fn not_simulated(what: &str) -> Refusal {
    Refusal::validation(format!(
        "The simulated Notion does not have {what}: leave them out, or try them against Notion."
    ))
}

fn duplicate(name: &str) -> Refusal {
    Refusal::validation(format!("Cannot create new property: {name} already exists."))
}

/// A property that a filter, a sort or a change of the schema names.
pub(crate) fn unknown(name: &str) -> Refusal {
    Refusal::validation(format!("Could not find property with name or id: {name}"))
}

#[cfg(test)]
mod tests;
