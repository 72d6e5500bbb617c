//! Completion: what an argument of a prompt or a part of a resource's address can become.

use highlevel::catalogue;
use rmcp::model::CompletionInfo;

use crate::{Place, ToolError, desk::Desk, directory::Shelf};

/// What is completed: which argument, and how it begins. What the argument belongs to does not matter,
/// since one name means one thing everywhere.
pub(crate) struct Begun<'a> {
    pub(crate) argument: &'a str,
    pub(crate) text: &'a str,
}

impl Begun<'_> {
    /// The locations that it can be; none where no location is begun.
    pub(crate) fn places(&self, places: &[Place]) -> Option<CompletionInfo> {
        let names = |place: &Place| [place.name.clone(), Some(place.location.to_string())];
        (self.argument == "location").then(|| self.fitting(places.iter().flat_map(names).flatten()))
    }

    /// The operations that it can be; none where no operation is begun.
    pub(crate) fn operations(&self) -> Option<CompletionInfo> {
        let ids = || catalogue::operations().map(|operation| operation.id().to_owned());
        (self.argument == "operation").then(|| self.fitting(ids()))
    }

    /// The names of the place that it can be. Nobody is asked where nothing has names of this kind.
    ///
    /// # Errors
    /// Where the names cannot be read.
    pub(crate) async fn names(&self, desk: &Desk) -> Result<CompletionInfo, ToolError> {
        let shelf = match self.argument {
            "calendar" => Shelf::Calendars,
            "pipeline" | "stage" => Shelf::Pipelines,
            "tag" => Shelf::Tags,
            "user" => Shelf::Users,
            "workflow" => Shelf::Workflows,
            _ => return Ok(CompletionInfo::default()),
        };
        let entries = desk.shelf(shelf).await?.entries;
        if self.argument != "stage" {
            return Ok(self.fitting(entries.iter().map(|entry| entry.name.clone())));
        }
        let stages = entries.iter().flat_map(|pipeline| {
            let stages = pipeline.record["stages"].as_array().into_iter().flatten();
            stages.filter_map(|stage| stage["name"].as_str().map(str::to_owned))
        });
        Ok(self.fitting(stages))
    }

    /// Those that hold the text, those that begin with it first, in order.
    fn fitting(&self, values: impl Iterator<Item = String>) -> CompletionInfo {
        let text = self.text.trim().to_lowercase();
        let place = |value: &String| value.to_lowercase().find(&text);
        let mut found: Vec<(bool, String)> =
            values.filter_map(|value| place(&value).map(|place| (place > 0, value))).collect();
        found.sort();
        found.dedup();
        let total = u32::try_from(found.len()).ok();
        let has_more = found.len() > CompletionInfo::MAX_VALUES;
        let shown = found.into_iter().take(CompletionInfo::MAX_VALUES);
        let shown = shown.map(|(_, value)| value).collect();
        CompletionInfo::with_pagination(shown, total, has_more).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use domain::contract::sample;
    use highlevel::LocationId;

    use super::*;

    fn begun<'a>(argument: &'a str, text: &'a str) -> Begun<'a> {
        Begun { argument, text }
    }

    #[test]
    fn operations_are_those_that_begin_so_and_then_those_that_hold_it() {
        let found = begun("operation", "contacts.get-co").operations().unwrap();
        assert_eq!(found.values.first().map(String::as_str), Some("contacts.get-contact"));
        let many = begun("operation", "").operations().unwrap();
        assert_eq!(many.values.len(), CompletionInfo::MAX_VALUES);
        assert!(many.has_more == Some(true) && many.total > Some(600), "{:?}", many.total);
        assert!(begun("pipeline", "").operations().is_none());
    }

    #[test]
    fn a_location_goes_by_its_name_or_its_id() {
        let place = Place {
            tenant: sample::tenant("alpha"),
            location: LocationId::new("loc9"),
            name: Some("Kassel".to_owned()),
        };
        let places = [place];
        assert_eq!(begun("location", "kas").places(&places).unwrap().values, ["Kassel"]);
        assert_eq!(begun("location", "c9").places(&places).unwrap().values, ["loc9"]);
        assert!(begun("location", "x").places(&places).unwrap().values.is_empty());
    }
}
