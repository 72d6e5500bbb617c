//! `/payments`: orders, transactions, subscriptions, coupons; read only.

mod coupons;
mod orders;
mod subscriptions;
mod transactions;

pub use self::{
    coupons::ListCoupons,
    orders::{GetOrder, ListOrders},
    subscriptions::{GetSubscription, ListSubscriptions},
    transactions::{GetTransaction, ListTransactions},
};
