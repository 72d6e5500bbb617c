//! Scopes and roles by their names.

use std::borrow::Cow;

use domain::{Role, Scope};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

/// A scope by its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScopeName(pub(crate) Scope);

impl<'de> Deserialize<'de> for ScopeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unknown = |_| de::Error::custom("what was given is no scope");
        text.parse().map(Self).map_err(unknown)
    }
}

impl JsonSchema for ScopeName {
    fn schema_name() -> Cow<'static, str> {
        "Scope".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = Scope::ALL.map(Scope::name);
        json_schema!({ "type": "string", "enum": names.as_slice() })
    }
}

/// A role by its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoleName(pub(crate) Role);

impl<'de> Deserialize<'de> for RoleName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        role(deserializer, &Role::ALL).map(Self)
    }
}

impl JsonSchema for RoleName {
    fn schema_name() -> Cow<'static, str> {
        "Role".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Role::ALL.map(Role::name) })
    }
}

/// A role that a member can have, by its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemberRoleName(pub(crate) Role);

impl<'de> Deserialize<'de> for MemberRoleName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        role(deserializer, &Role::OF_MEMBERS).map(Self)
    }
}

impl JsonSchema for MemberRoleName {
    fn schema_name() -> Cow<'static, str> {
        "MemberRole".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Role::OF_MEMBERS.map(Role::name) })
    }
}

fn role<'de, D: Deserializer<'de>>(deserializer: D, among: &[Role]) -> Result<Role, D::Error> {
    let text = String::deserialize(deserializer)?;
    let found = among.iter().copied().find(|role| role.name() == text);
    found.ok_or_else(|| de::Error::custom("what was given is no role that can stand here"))
}
