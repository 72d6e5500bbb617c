// Orders, transactions, subscriptions and coupons.

import assert from "node:assert/strict";
import { GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import { check, location, locationId, refused } from "../desk.mjs";

const payments = location.payments;
const alt = { altId: locationId, altType: "location" };
const orderOf = async (paymentStatus) =>
  (await payments.listOrders({ ...alt, paymentStatus })).data[0];

await check("orders: the list pages and filters, and each can be read", async () => {
  const { data, totalCount } = await payments.listOrders(alt);
  assert.equal(data.length, totalCount);
  const second = await payments.listOrders({ ...alt, limit: 1, offset: 1 });
  assert.deepEqual([second.totalCount, second.data.map((row) => row._id)], [totalCount, [data[1]._id]]);
  const pending = await payments.listOrders({ ...alt, status: "pending" });
  assert.ok(pending.data.length > 0 && pending.data.every((row) => row.status === "pending"));
  const own = await payments.listOrders({ ...alt, contactId: data[0].contactId });
  assert.deepEqual(own.data.map((row) => row._id), [data[0]._id]);
  const order = await payments.getOrderById({ orderId: data[0]._id, altId: locationId });
  assert.equal(order.items.length, data[0].totalProducts);
  assert.equal(order.source.type, data[0].sourceType);
  await refused(GHLNotFoundError, payments.getOrderById({ orderId: "0".repeat(24), altId: locationId }));
});

await check("orders: a recorded payment completes one and makes a transaction", async () => {
  const { _id: orderId, amount } = await orderOf("unpaid");
  const pay = (more) => payments.recordOrderPayment({ orderId }, { ...alt, mode: "cash", ...more });
  await refused(GHLValidationError, pay({ amount: amount + 1 }));
  assert.equal((await pay({ amount: 10, isPartialPayment: true })).success, true);
  assert.equal((await orderOf("partially_paid"))._id, orderId);
  assert.equal((await pay({})).success, true);
  const order = await payments.getOrderById({ orderId, altId: locationId });
  assert.equal(order.status, "completed");
  await refused(GHLValidationError, pay({}));
  const { data } = await payments.listTransactions({ ...alt, entityId: orderId });
  assert.deepEqual(data.map((row) => row.amount), [amount - 10, 10]);
});

await check("orders: fulfillments are kept with their order", async () => {
  const { _id: orderId } = await orderOf("paid");
  const order = await payments.getOrderById({ orderId, altId: locationId });
  const ship = (qty) => {
    const items = [{ priceId: order.items[0].price._id, qty }];
    const trackings = [{ trackingNumber: "T-1", shippingCarrier: "Gull Post" }];
    return payments.createOrderFulfillment({ orderId }, { ...alt, trackings, items, notifyCustomer: false });
  };
  await refused(GHLValidationError, ship(50));
  const { data: made } = await ship(1);
  const { data } = await payments.listOrderFulfillment({ orderId, ...alt });
  assert.deepEqual(data.map((row) => row._id), [made._id]);
  assert.equal((await payments.getOrderById({ orderId, altId: locationId })).fulfillmentStatus, "fulfilled");
});

await check("transactions: mode and source filter, and each can be read", async () => {
  const live = await payments.listTransactions({ ...alt, paymentMode: "live", limit: 100 });
  const test = await payments.listTransactions({ ...alt, paymentMode: "test", limit: 100 });
  const every = await payments.listTransactions({ ...alt, limit: 100 });
  assert.ok(test.totalCount > 0);
  assert.equal(live.totalCount + test.totalCount, every.totalCount);
  const sold = await payments.listTransactions({ ...alt, entitySourceType: "website" });
  assert.ok(sold.data.length > 0 && sold.data.every((row) => row.entitySourceType === "website"));
  const one = await payments.getTransactionById({ transactionId: sold.data[0]._id, ...alt });
  assert.deepEqual([one.amount, one.entitySource.type], [sold.data[0].amount, "website"]);
  const late = await payments.listTransactions({ ...alt, startAt: "2999-01-01" });
  assert.deepEqual([late.data, late.totalCount], [[], 0]);
});

await check("subscriptions: are listed and read", async () => {
  const { data, totalCount } = await payments.listSubscriptions(alt);
  assert.ok(totalCount > 0);
  const one = await payments.getSubscriptionById({ subscriptionId: data[0]._id, ...alt });
  assert.deepEqual([one.status, one.subscriptionId], ["active", data[0].subscriptionId]);
  assert.equal((await payments.listSubscriptions({ ...alt, search: "nobody at all" })).totalCount, 0);
});

await check("coupons: create, read, list, update, delete", async () => {
  const body = { ...alt, name: "Spring", code: "SPRING-9", discountType: "percentage", discountValue: 9, startDate: "2020-01-01T00:00:00.000Z" };
  const made = await payments.createCoupon({ ...body, limitPerCustomer: true });
  assert.deepEqual([made.status, made.usageCount, made.limitPerCustomer], ["active", 0, 1]);
  await refused(GHLValidationError, payments.createCoupon(body));
  const key = { ...alt, id: made._id, code: made.code };
  assert.equal((await payments.getCoupon(key)).name, "Spring");
  const ended = { endDate: "2020-02-01T00:00:00.000Z" };
  assert.equal((await payments.updateCoupon({ ...body, ...ended, id: made._id })).status, "expired");
  const found = async (status) =>
    (await payments.listCoupons({ ...alt, status, search: "spring" })).data.map((row) => row._id);
  assert.deepEqual([await found("expired"), await found("active")], [[made._id], []]);
  assert.equal((await payments.deleteCoupon({ ...alt, id: made._id })).success, true);
  await refused(GHLNotFoundError, payments.getCoupon(key));
});
