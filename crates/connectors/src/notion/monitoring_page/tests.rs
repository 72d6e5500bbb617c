//! The monitoring page against the simulated Notion: kept current, never longer, and not all of it ours.

use endpoint::{Method, http::HttpTransport};
use sandbox::{
    fault::{Fault, FaultAction},
    notion::{NotionSandbox, NotionSettings},
};
use serde_json::{Value, json};

use super::*;
use crate::notion::tests::{Runtime, by_hand, client, clock};

struct Bench {
    vendor: NotionSandbox,
    page: MonitoringPage<HttpTransport, Runtime>,
}

async fn bench() -> Bench {
    let vendor = NotionSandbox::start(NotionSettings::default(), clock()).await.unwrap();
    let connection = client(&vendor, vendor.token());
    let page = create_monitoring_page(&connection, &vendor.parent_page_id()).await.unwrap();
    let again = create_monitoring_page(&connection, &vendor.parent_page_id()).await.unwrap();
    assert_eq!((&again, vendor.page_count()), (&page, 1));
    Bench { page: MonitoringPage::new(connection, &page), vendor }
}

fn state(minute: i64) -> HubState {
    HubState {
        at: Timestamp::from_second(1_796_000_000 + 60 * minute).unwrap(),
        state: vec!["nothing waits".to_owned()],
        runs: vec![format!("run {minute}: 10 records, 1 call")],
        troubles: Vec::new(),
        budgets: vec!["HighLevel: 20 of 200,000 calls today".to_owned()],
    }
}

impl Bench {
    async fn blocks(&self) -> Vec<Block> {
        children(&self.page.client, &self.page.page).await.unwrap()
    }

    async fn texts(&self) -> Vec<String> {
        self.blocks().await.iter().filter_map(Block::text).collect()
    }

    async fn add_by_hand(&self, block: Value) {
        let path = format!("/v1/blocks/{}/children", self.page.page);
        by_hand(&self.vendor, Method::Patch, &path, &json!({ "children": [block] })).await;
    }
}

#[tokio::test]
async fn the_page_is_kept_current_and_does_not_grow() {
    let bench = bench().await;
    assert_eq!(bench.page.show(&state(0)).await.unwrap(), 1);
    assert_eq!(
        bench.texts().await,
        [
            "State\nas of 2026-11-30T00:53:20Z\nnothing waits",
            "Last runs\nrun 0: 10 records, 1 call",
            "To look at\nnone",
            "Budgets\nHighLevel: 20 of 200,000 calls today",
        ]
    );
    assert_eq!(bench.page.show(&state(0)).await.unwrap(), 0, "what it says already");
    let before: Vec<BlockId> = bench.blocks().await.into_iter().map(|block| block.id).collect();
    for minute in 1..4 {
        assert_eq!(bench.page.show(&state(minute)).await.unwrap(), 2);
    }
    let after: Vec<BlockId> = bench.blocks().await.into_iter().map(|block| block.id).collect();
    assert_eq!(before, after);
    assert_eq!(bench.texts().await[1], "Last runs\nrun 3: 10 records, 1 call");
}

#[tokio::test]
async fn what_people_write_on_it_stays_and_what_they_delete_comes_back() {
    let bench = bench().await;
    bench.page.show(&state(0)).await.unwrap();
    bench
        .add_by_hand(json!({ "paragraph": { "rich_text": [{ "text": { "content": "Mine" } }] } }))
        .await;
    bench
        .add_by_hand(json!({ "callout": { "rich_text": [{ "text": { "content": "My box" } }] } }))
        .await;
    let budgets = bench.blocks().await.remove(3).id;
    by_hand(&bench.vendor, Method::Delete, &format!("/v1/blocks/{budgets}"), &json!({})).await;
    assert_eq!(bench.page.show(&state(0)).await.unwrap(), 1);
    let texts = bench.texts().await;
    assert_eq!((texts.len(), &texts[3][..], &texts[4][..]), (6, "Mine", "My box"));
    assert!(texts[5].starts_with("Budgets\n"));
}

#[tokio::test]
async fn a_box_that_was_added_twice_is_one_again() {
    let bench = bench().await;
    let lost = Fault::always(FaultAction::Reset { committed: true });
    let lost = lost.on("blocks.children.append").times(1);
    bench.vendor.faults().set(vec![lost]).unwrap();
    assert!(bench.page.show(&state(0)).await.unwrap_err().ambiguous);
    assert_eq!(bench.page.show(&state(0)).await.unwrap(), 0, "they are there");
    bench
        .add_by_hand(
            json!({ "callout": { "rich_text": [{ "text": { "content": "State\nold" } }] } }),
        )
        .await;
    assert_eq!(bench.page.show(&state(0)).await.unwrap(), 1);
    assert_eq!(bench.texts().await.len(), 4);
}

#[tokio::test]
async fn long_lists_are_cut_and_a_page_that_is_gone_is_told() {
    let bench = bench().await;
    let troubles: Vec<String> = (0..25).map(|number| format!("trouble {number}")).collect();
    bench.page.show(&HubState { troubles, ..state(0) }).await.unwrap();
    let text = bench.texts().await.remove(2);
    assert_eq!((text.lines().count(), text.ends_with("and 15 more")), (12, true));
    let nowhere = "12345678-1234-4123-8123-123456789abc";
    let gone = MonitoringPage::new(client(&bench.vendor, bench.vendor.token()), nowhere);
    let failed = gone.show(&state(0)).await.unwrap_err();
    assert!(failed.reason.contains("highwire notion init"), "{}", failed.reason);
}
