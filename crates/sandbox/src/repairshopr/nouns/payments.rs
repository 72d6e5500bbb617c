//! `/payments`: what was paid. `since_updated_at` is ignored.

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, List, Meta},
    nouns::Noun,
    refusal::Refusal,
    reply::Reply,
};

const LIST: List = List {
    noun: Noun::Payment,
    key: "payments",
    size: (25, 25),
    meta: Meta::Pages,
    wrapper: None,
    filters: &[],
    hidden: &[],
};

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}
