//! What every store of budgets must do.

use std::sync::Arc;

use super::sample::at;
use crate::{Budget, BudgetKey, Budgets};

fn key(app: &str, tenant: &str) -> BudgetKey {
    BudgetKey { app: app.to_owned(), tenant: tenant.to_owned() }
}

async fn read<B: Budgets>(budgets: &B, key: BudgetKey) -> Budget {
    budgets.change(key, at(0), |budget| budget.clone()).await.expect("read a budget")
}

/// What a change left is what the next one finds, every value of it.
pub async fn every_value_of_a_budget_survives<B: Budgets>(budgets: B) {
    let (bare, alpha) = (Budget::default(), key("app", "alpha"));
    assert_eq!(read(&budgets, alpha.clone()).await, bare, "a new budget is empty");
    let whole = Budget {
        calls: vec![at(1), at(1), at(2)],
        others: vec![(at(3), 30), (at(4), 2)],
        others_fell: Some(at(5)),
        day: vec![(at(6), u32::MAX), (at(7), 0)],
        lower_limit: Some((at(8), 25)),
        next_turn: Some(at(9)),
        paused_until: Some(at(10)),
        day_over_until: Some(at(-11)),
    };
    for wanted in [whole, bare] {
        let change = wanted.clone();
        let before =
            budgets.change(alpha.clone(), at(0), |budget| std::mem::replace(budget, change));
        before.await.expect("change a budget");
        assert_eq!(read(&budgets, alpha.clone()).await, wanted);
    }
}

/// Apps and tenants have budgets of their own.
pub async fn budgets_do_not_see_each_other<B: Budgets>(budgets: B) {
    let keys = [key("a", "b"), key("b", "a"), key("a", "a"), key("ab", ""), key("", "ab")];
    for (place, key) in keys.iter().enumerate() {
        let call = at(place as i64);
        let change = budgets.change(key.clone(), at(0), move |budget| budget.calls.push(call));
        change.await.expect("change a budget");
    }
    for (place, key) in keys.into_iter().enumerate() {
        assert_eq!(read(&budgets, key).await.calls, [at(place as i64)]);
    }
}

/// Of many changes at the same time, none is lost and none sees half of another.
pub async fn changes_of_one_budget_come_one_after_the_other<B: Budgets + 'static>(budgets: B) {
    let budgets = Arc::new(budgets);
    let mut changes = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let budgets = Arc::clone(&budgets);
        changes.spawn(async move {
            let change = budgets.change(key("app", "alpha"), at(0), |budget| {
                budget.calls.push(at(budget.calls.len() as i64));
                budget.calls.len()
            });
            change.await.expect("change a budget")
        });
    }
    let mut places = changes.join_all().await;
    places.sort_unstable();
    assert_eq!(places, (1..=64).collect::<Vec<_>>());
    let calls = read(&*budgets, key("app", "alpha")).await.calls;
    assert_eq!(calls, (0..64).map(at).collect::<Vec<_>>());
}
