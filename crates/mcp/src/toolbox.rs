//! The tools of a profile, made once and shared by all who call them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Profile, listing,
    tool::{Tool, ToolSpec},
    tools,
};

/// How many profiles are remembered. Whoever calls over HTTP names toolsets, and could name them in
/// more combinations than there is memory for.
const REMEMBERED: usize = 64;

/// A tool with what is told of it.
pub(crate) struct Held {
    /// What the walk goes by.
    pub(crate) spec: ToolSpec,
    /// What a client is shown.
    pub(crate) listed: rmcp::model::Tool,
    /// The tool.
    pub(crate) tool: Box<dyn Tool>,
}

impl Held {
    /// A tool with what it tells of itself.
    pub(crate) fn of(tool: Box<dyn Tool>) -> Self {
        let spec = tool.spec();
        Self { listed: listing::listed(&spec), spec, tool }
    }
}

/// The tools of one profile, by name.
pub(crate) struct Toolbox(BTreeMap<String, Held>);

impl Toolbox {
    fn of(profile: &Profile) -> Self {
        let held = tools::of(profile).into_iter().map(|tool| {
            let held = Held::of(tool);
            (held.spec.name.clone(), held)
        });
        Self(held.collect())
    }

    /// Every tool, in order of name.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Held> {
        self.0.values()
    }

    /// The tool of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Held> {
        self.0.get(name)
    }
}

/// The toolboxes that were asked for.
#[derive(Default)]
pub(crate) struct Toolboxes(Mutex<BTreeMap<Profile, Arc<Toolbox>>>);

impl Toolboxes {
    /// The tools of a profile.
    pub(crate) fn of(&self, profile: &Profile) -> Arc<Toolbox> {
        let mut boxes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = boxes.get(profile) {
            return Arc::clone(found);
        }
        let made = Arc::new(Toolbox::of(profile));
        if boxes.len() < REMEMBERED {
            boxes.insert(profile.clone(), Arc::clone(&made));
        }
        made
    }
}

#[cfg(test)]
mod tests;
