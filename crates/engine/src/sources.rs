//! The sources by name: whoever holds an event finds here who can read it.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc};

use domain::{Event, InstallationChange, RecordUpdate, Source, Summary};

/// Every source of the hub. Cheap to clone.
#[derive(Clone, Default)]
pub struct Sources {
    by_name: Arc<BTreeMap<&'static str, Arc<dyn Source>>>,
}

impl Sources {
    /// These sources.
    #[must_use]
    pub fn new(sources: Vec<Arc<dyn Source>>) -> Self {
        let by_name = sources.into_iter().map(|source| (source.name(), source)).collect();
        Self { by_name: Arc::new(by_name) }
    }

    /// What an event says about mirrored records.
    ///
    /// A reader that panics on one event must not stop the others, so the panic ends here.
    ///
    /// # Errors
    /// A sentence where the event cannot be read.
    pub fn updates(&self, event: &Event) -> Result<Vec<RecordUpdate>, String> {
        let source = self.of(event)?;
        let read = AssertUnwindSafe(|| source.updates(event));
        std::panic::catch_unwind(read)
            .unwrap_or_else(|_| Err(format!("the reader of `{}` failed on it", event.source)))
    }

    /// What an event says about the installation of an app.
    #[must_use]
    pub fn installation(&self, event: &Event) -> Option<InstallationChange> {
        let source = self.of(event).ok()?;
        let read = AssertUnwindSafe(|| source.installation(event));
        std::panic::catch_unwind(read).unwrap_or_default()
    }

    /// What an event says, in a few words; nothing where it cannot be read.
    #[must_use]
    pub fn summarize(&self, event: &Event) -> Summary {
        let Ok(source) = self.of(event) else {
            return Summary::default();
        };
        let read = AssertUnwindSafe(|| source.summarize(event));
        std::panic::catch_unwind(read).unwrap_or_default()
    }

    /// In what an event differs from what its vendor documents; nothing where nobody can tell.
    #[must_use]
    pub fn deviations(&self, event: &Event) -> Vec<String> {
        let Ok(source) = self.of(event) else {
            return Vec::new();
        };
        let read = AssertUnwindSafe(|| source.deviations(event));
        std::panic::catch_unwind(read).unwrap_or_default()
    }

    /// Where to look at an event's record.
    #[must_use]
    pub fn link(&self, event: &Event) -> Option<String> {
        let source = self.of(event).ok()?;
        let read = AssertUnwindSafe(|| source.link(event));
        std::panic::catch_unwind(read).unwrap_or_default()
    }

    fn of(&self, event: &Event) -> Result<&Arc<dyn Source>, String> {
        let missing = || format!("no source named `{}` is part of this hub", event.source);
        self.by_name.get(event.source.as_str()).ok_or_else(missing)
    }
}
