//! Pipelines and stages by name: each location's are read at most once in ten minutes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::crm::{CrmError, FieldProblem, Named};
use endpoint::{Timer, Transport};
use highlevel::{
    LocationId, PipelineId, StageId,
    models::{Pipeline, Stage},
    resources::ListPipelines,
};
use jiff::{SignedDuration, Timestamp};

use super::{Connected, refusal::refusal};

/// How long pipelines count as known.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// How long readers do without another call after one that failed.
const REST: SignedDuration = SignedDuration::from_mins(1);

/// The pipelines of all locations.
#[derive(Default)]
pub(super) struct Pipelines(Mutex<BTreeMap<LocationId, Known>>);

/// A pipeline and, where one was asked for, a stage of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) pipeline: PipelineId,
    pub(super) stage: Option<StageId>,
}

#[derive(Clone, Default)]
struct Known {
    read: Option<(Timestamp, Arc<Vec<Pipeline>>)>,
    failed_at: Option<Timestamp>,
}

impl Pipelines {
    /// The pipelines of a location as they were at most ten minutes ago.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) async fn current<T: Transport, C: Timer>(
        &self,
        at: &Connected<T, C>,
        now: Timestamp,
    ) -> Result<Arc<Vec<Pipeline>>, CrmError> {
        if let Some((read_at, pipelines)) = self.slot(at).read
            && now.duration_since(read_at) < LIFE
        {
            return Ok(pipelines);
        }
        self.read(at, now).await
    }

    /// The pipelines as they are known, which may be none: for whoever only wants their names.
    pub(super) async fn known<T: Transport, C: Timer>(
        &self,
        at: &Connected<T, C>,
        now: Timestamp,
    ) -> Arc<Vec<Pipeline>> {
        let slot = self.slot(at);
        let before = slot.read.map(|(_, pipelines)| pipelines).unwrap_or_default();
        if slot.failed_at.is_some_and(|failed| now.duration_since(failed) < REST) {
            return before;
        }
        self.current(at, now).await.unwrap_or(before)
    }

    /// The place of these names or ids. Names that nobody knows are looked up once more: somebody
    /// may have made the stage a minute ago.
    ///
    /// # Errors
    /// When there is none, with what there is, or they cannot be read.
    pub(super) async fn place<T: Transport, C: Timer>(
        &self,
        at: &Connected<T, C>,
        (pipeline, stage): (&str, Option<&str>),
        now: Timestamp,
    ) -> Result<Place, CrmError> {
        let pipelines = self.current(at, now).await?;
        let found = match find(&pipelines, pipeline, stage) {
            Ok(place) => return Ok(place),
            Err(_) => find(&self.read(at, now).await?, pipeline, stage),
        };
        found.map_err(|problem| CrmError::Invalid(vec![problem]))
    }

    async fn read<T: Transport, C: Timer>(
        &self,
        at: &Connected<T, C>,
        now: Timestamp,
    ) -> Result<Arc<Vec<Pipeline>>, CrmError> {
        let list = ListPipelines { location_id: at.location.clone() };
        let read = at.client.call(&list).await;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = all.entry(at.location.clone()).or_default();
        match read {
            Ok(reply) => {
                let pipelines = Arc::new(reply.pipelines);
                *slot = Known { read: Some((now, Arc::clone(&pipelines))), failed_at: None };
                Ok(pipelines)
            }
            Err(error) => {
                slot.failed_at = Some(now);
                Err(refusal(&error, "location"))
            }
        }
    }

    fn slot<T, C>(&self, at: &Connected<T, C>) -> Known {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&at.location).cloned().unwrap_or_default()
    }
}

/// A pipeline with its name, where it is known.
pub(super) fn pipeline(pipelines: &[Pipeline], id: &str) -> Named {
    let known = pipelines.iter().find(|pipeline| pipeline.id.as_str() == id);
    Named { id: id.to_owned(), name: known.and_then(|known| known.name.clone()) }
}

/// A stage with its name, where it is known.
pub(super) fn stage(pipelines: &[Pipeline], id: &str) -> Named {
    let mut stages = pipelines.iter().flat_map(|pipeline| pipeline.stages.iter().flatten());
    let known = stages.find(|stage| stage.id.as_str() == id);
    Named { id: id.to_owned(), name: known.and_then(|known| known.name.clone()) }
}

fn find(pipelines: &[Pipeline], asked: &str, stage: Option<&str>) -> Result<Place, FieldProblem> {
    let name = |pipeline: &Pipeline| pipeline.name.clone();
    let found = one("/pipeline", asked, pipelines, (|it: &Pipeline| it.id.to_string(), name))?;
    let Some(asked) = stage else {
        return Ok(Place { pipeline: found.id.clone(), stage: None });
    };
    let stages = found.stages.as_deref().unwrap_or_default();
    let name = |stage: &Stage| stage.name.clone();
    let stage = one("/stage", asked, stages, (|it: &Stage| it.id.to_string(), name))?;
    Ok(Place { pipeline: found.id.clone(), stage: Some(stage.id.clone()) })
}

/// The one that has this id, or this name in any case of letters.
fn one<'a, V>(
    pointer: &str,
    asked: &str,
    all: &'a [V],
    (id, name): (impl Fn(&V) -> String, impl Fn(&V) -> Option<String>),
) -> Result<&'a V, FieldProblem> {
    if let Some(found) = all.iter().find(|it| id(it) == asked) {
        return Ok(found);
    }
    let folded = asked.trim().to_lowercase();
    let is_it = |it: &&V| name(it).is_some_and(|name| name.trim().to_lowercase() == folded);
    let found: Vec<&V> = all.iter().filter(is_it).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let names: Vec<String> = all.iter().filter_map(name).collect();
            let message = format!("nothing has this name or id; there are: {}", names.join(", "));
            Err(FieldProblem::new(pointer, message))
        }
        several => {
            let ids: Vec<String> = several.iter().map(|it| id(it)).collect();
            let message = format!("several have this name; give the id: {}", ids.join(", "));
            Err(FieldProblem::new(pointer, message))
        }
    }
}
