//! Opportunities: upserted by contact and pipeline, moved by the names of stages, found.

use domain::{
    Entity,
    crm::{
        CrmError, CrmOpportunities, OpportunityDraft, OpportunityFilter, OpportunityPatch,
        OpportunityStatus, Origin, Outcome,
    },
};
use serde_json::json;

use super::{Bench, bench, page, pointers};

async fn pipeline(bench: &Bench) -> highlevel::models::Pipeline {
    let at = bench.port.connected(&bench.alpha).await.unwrap();
    let all = bench.port.pipelines.current(&at, bench.port.now()).await.unwrap();
    all[0].clone()
}

fn draft(contact: &str, pipeline: &str, name: &str) -> OpportunityDraft {
    OpportunityDraft {
        contact: contact.to_owned(),
        pipeline: pipeline.to_owned(),
        stage: None,
        name: name.to_owned(),
        status: None,
        value: None,
        owner: None,
        custom_fields: Default::default(),
    }
}

#[tokio::test]
async fn a_deal_is_made_once_and_moved_by_name() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let contact = bench.person("ada@example.com", "").await.contact.item.id;
    let sales = pipeline(&bench).await;
    let name = sales.name.clone().unwrap();
    let stages = sales.stages.clone().unwrap();
    let stage = |at: usize| stages[at].name.clone().unwrap();
    let mut wanted = draft(&contact, &name.to_uppercase(), "Engine");
    wanted.value = Some(1200.5);
    wanted.custom_fields = [("Decision maker".to_owned(), json!("Ada"))].into();
    let made = port.upsert_opportunity(alpha, &wanted).await.unwrap();
    assert_eq!(made.outcome, Outcome::Created);
    let deal = &made.opportunity.item;
    assert_eq!(deal.pipeline.as_ref().unwrap().name.as_deref(), Some(name.as_str()));
    assert_eq!(deal.stage.as_ref().unwrap().name, Some(stage(0)));
    assert_eq!((deal.status, deal.value), (Some(OpportunityStatus::Open), Some(1200.5)));
    let fields = json!(deal.custom_fields);
    assert_eq!(fields, json!({"Decision maker": "Ada"}));

    wanted.stage = Some(stage(1));
    let again = port.upsert_opportunity(alpha, &wanted).await.unwrap();
    assert_eq!((again.outcome, &again.opportunity.item.id), (Outcome::Updated, &deal.id));
    assert_eq!(again.opportunity.item.stage.as_ref().unwrap().name, Some(stage(1)));

    let last = stages.len() - 1;
    let to = OpportunityPatch {
        stage: Some(stage(last).to_uppercase()),
        status: Some(OpportunityStatus::Won),
        ..OpportunityPatch::default()
    };
    let moved = port.patch_opportunity(alpha, &deal.id, &to).await.unwrap().item;
    assert_eq!(moved.stage.as_ref().unwrap().id, stages[last].id.as_str());
    assert_eq!(moved.status, Some(OpportunityStatus::Won));
    let read = port.opportunity(alpha, &deal.id, true).await.unwrap();
    assert_eq!(read.item, moved);

    // A closed one is not opened again by an upsert; the location allows no second.
    let refused = port.upsert_opportunity(alpha, &wanted).await.unwrap_err();
    assert_eq!((refused.kind(), refused.records()), ("exists", vec![deal.id.as_str()]));
}

#[tokio::test]
async fn names_that_nobody_knows_are_told_with_those_that_there_are() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let contact = bench.person("ada@example.com", "").await.contact.item.id;
    let sales = pipeline(&bench).await;
    let name = sales.name.clone().unwrap();
    let refused = port.upsert_opportunity(alpha, &draft(&contact, "Nowhere", "x")).await;
    let CrmError::Invalid(problems) = refused.unwrap_err() else { panic!() };
    assert_eq!(problems[0].pointer, "/pipeline");
    assert!(problems[0].message.contains(&name), "{problems:?}");
    let mut wrong = draft(&contact, &name, "x");
    wrong.stage = Some("Nowhere".to_owned());
    let refused = port.upsert_opportunity(alpha, &wrong).await.unwrap_err();
    assert_eq!(pointers(&refused), ["/stage"]);
    wrong.value = Some(-1.0);
    let refused = port.upsert_opportunity(alpha, &wrong).await.unwrap_err();
    assert_eq!(pointers(&refused), ["/value"]);
    let patch = OpportunityPatch { stage: Some("Nowhere".to_owned()), ..Default::default() };
    let made = port.upsert_opportunity(alpha, &draft(&contact, &name, "x")).await.unwrap();
    let id = made.opportunity.item.id;
    let refused = port.patch_opportunity(alpha, &id, &patch).await.unwrap_err();
    assert_eq!(pointers(&refused), ["/stage"]);
    let other = port.patch_opportunity(&bench.beta, &id, &patch).await;
    assert!(matches!(other, Err(CrmError::NotFound("opportunity"))), "{other:?}");
    assert!(matches!(port.opportunity(&bench.beta, &id, false).await, Err(CrmError::NotFound(_))));
}

#[tokio::test]
async fn deals_are_found_in_the_mirror_and_fresh() {
    let bench = bench().await;
    let (port, alpha) = (&bench.port, &bench.alpha);
    let sales = pipeline(&bench).await;
    let stage = sales.stages.as_ref().unwrap()[0].clone();
    for (id, contact, status) in [("o1", "c1", "open"), ("o2", "c1", "won"), ("o3", "c2", "open")] {
        let fields = json!({
            "created_at": "2026-03-03T14:05:27Z", "contact_id": contact, "status": status,
            "pipeline_id": sales.id, "stage_id": stage.id, "value": 7, "name": id,
        });
        bench.mirror(alpha, (Entity::Opportunity, id), fields).await;
    }
    let open_of_c1 = OpportunityFilter {
        contact: Some("c1".to_owned()),
        pipeline: sales.name.clone(),
        stage: stage.name.clone(),
        status: Some(OpportunityStatus::Open),
        updated_since: None,
    };
    let found = port.opportunities(alpha, &open_of_c1, &page(10, false)).await.unwrap();
    let ids: Vec<_> = found.items.iter().map(|it| it.item.id.as_str()).collect();
    assert_eq!(ids, ["o1"]);
    assert_eq!(found.items[0].origin, Origin::Mirror);
    assert_eq!(found.items[0].item.stage.as_ref().unwrap().name, stage.name);
    let stage_alone = OpportunityFilter { pipeline: None, ..open_of_c1.clone() };
    for fresh in [true, false] {
        let refused = port.opportunities(alpha, &stage_alone, &page(10, fresh)).await;
        assert_eq!(pointers(&refused.unwrap_err()), ["stage"]);
    }

    let (mut ids, mut wish) = (Vec::new(), page(2, true));
    loop {
        let found = port.opportunities(alpha, &OpportunityFilter::default(), &wish).await.unwrap();
        assert!(found.items.iter().all(|it| it.origin == Origin::Vendor));
        ids.extend(found.items.into_iter().map(|it| it.item.id));
        wish.cursor = found.next;
        if wish.cursor.is_none() {
            break;
        }
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}
