//! What the items of an invoice or estimate come to: discount first, then the taxes that are not in the prices.

use serde_json::{Value, json};

use super::ledger::{amount, number, text};

/// Amounts in major units of the currency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    pub(crate) subtotal: f64,
    pub(crate) discount: f64,
    pub(crate) tax: f64,
}

impl Totals {
    /// A percentage or a fixed amount is taken off the items that the discount is valid for, in
    /// proportion, so that only the rest is taxed.
    pub(crate) fn of(items: &[Value], discount: &Value) -> Self {
        let subtotal: f64 = items.iter().map(price).sum();
        let discounted: f64 =
            items.iter().filter(|item| is_discounted(item, discount)).map(price).sum();
        let value = number(discount, "value").max(0.0);
        let off = match text(discount, "type") {
            "percentage" => discounted * value.min(100.0) / 100.0,
            _ => value.min(discounted),
        };
        let share = if discounted > 0.0 { off / discounted } else { 0.0 };
        let tax = items.iter().map(|item| {
            let left = if is_discounted(item, discount) { 1.0 - share } else { 1.0 };
            price(item) * left * rate(item) / 100.0
        });
        Self { subtotal, discount: off, tax: tax.sum() }
    }

    pub(crate) fn total(self) -> f64 {
        let cents = ((self.subtotal - self.discount + self.tax) * 100.0).round();
        cents / 100.0
    }

    /// As an invoice shows it.
    pub(crate) fn summary(self) -> Value {
        json!({
            "subTotal": amount(self.subtotal),
            "discount": amount(self.discount),
            "tax": amount(self.tax),
        })
    }
}

fn price(item: &Value) -> f64 {
    number(item, "amount") * number(item, "qty")
}

/// The sum of the rates of an item's taxes, in percent; 0 where the price has them in it.
fn rate(item: &Value) -> f64 {
    let taxes = item["taxes"].as_array().map(Vec::as_slice).unwrap_or_default();
    match item["taxInclusive"] == true {
        true => 0.0,
        false => taxes.iter().map(|tax| number(tax, "rate")).sum(),
    }
}

fn is_discounted(item: &Value, discount: &Value) -> bool {
    let products = discount["validOnProductIds"].as_array().map(Vec::as_slice).unwrap_or_default();
    products.is_empty() || products.contains(&item["productId"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discount_is_taken_off_before_taxes() {
        let items = [
            json!({ "amount": 50, "qty": 4, "productId": "a", "taxes": [{ "rate": 10 }] }),
            json!({ "amount": 19.99, "qty": 1, "taxInclusive": true, "taxes": [{ "rate": 20 }] }),
        ];
        let all = Totals::of(&items, &json!({ "type": "percentage", "value": 50 }));
        assert_eq!((all.total(), all.summary()["tax"].clone()), (120.0, json!(10)));
        let some = json!({ "type": "fixed", "value": 500, "validOnProductIds": ["a"] });
        let some = Totals::of(&items, &some);
        assert_eq!((some.discount, some.tax, some.total()), (200.0, 0.0, 19.99));
        assert_eq!(Totals::of(&items, &Value::Null).total(), 239.99);
    }
}
