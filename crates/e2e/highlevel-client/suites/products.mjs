// Products, prices, stock, collections and reviews.

import assert from "node:assert/strict";
import { GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import { check, location, locationId, refused } from "../desk.mjs";

const products = location.products;
const alt = { altId: locationId, altType: "location" };
const newProduct = (fields = {}) =>
  products.createProduct({ locationId, name: "Lantern", productType: "PHYSICAL", ...fields });
const newPrice = (productId, fields = {}) =>
  products.createPriceForProduct({ productId }, { locationId, name: "Each", type: "one_time", currency: "USD", amount: 20, ...fields });

await check("products: create, read, update, delete", async () => {
  const made = await newProduct();
  const productId = made._id;
  assert.match(productId, /^[0-9a-f]{24}$/);
  assert.deepEqual([made.locationId, made.availableInStore], [locationId, false]);
  const changed = { locationId, name: "Storm lantern", productType: "PHYSICAL" };
  await products.updateProductById({ productId }, changed);
  assert.equal((await products.getProductById({ productId, locationId })).name, "Storm lantern");
  assert.equal((await products.deleteProductById({ productId, locationId })).status, true);
  await refused(GHLNotFoundError, products.getProductById({ productId, locationId }));
  await refused(GHLValidationError, newProduct({ productType: "MAGIC" }));
});

await check("products: the list pages, searches and filters", async () => {
  const made = [];
  for (const name of ["Wombat one", "Wombat two", "Wombat three"]) made.push((await newProduct({ name }))._id);
  const find = async (more) => {
    const answer = await products.listInvoices({ locationId, search: "wombat", ...more });
    return [answer.total[0].total, answer.products.map((row) => made.indexOf(row._id))];
  };
  assert.deepEqual(await find({}), [3, [2, 1, 0]]);
  assert.deepEqual(await find({ limit: 2, offset: 2 }), [3, [0]]);
  assert.deepEqual(await find({ sortOrder: "asc" }), [3, [0, 1, 2]]);
  assert.deepEqual(await find({ availableInStore: true }), [0, []]);
  await products.updateStoreStatus({ storeId: "shop" }, { ...alt, action: "include", productIds: [made[1]] });
  assert.deepEqual(await find({ availableInStore: true }), [1, [1]]);
  const stats = await products.getProductStoreStats({ storeId: "shop", ...alt, search: "wombat" });
  assert.deepEqual([stats.totalProducts, stats.includedInStore, stats.excludedFromStore], [3, 1, 2]);
});

await check("prices: create, list, read, update, delete", async () => {
  const { _id: productId } = await newProduct();
  const made = await newPrice(productId);
  const monthly = await newPrice(productId, { type: "recurring", recurring: { interval: "month", intervalCount: 1 } });
  assert.deepEqual([made.product, made.type, monthly.recurring.interval], [productId, "one_time", "month"]);
  const listed = await products.listPricesForProduct({ productId, locationId });
  assert.deepEqual([listed.total, listed.prices.map((row) => row._id)], [2, [monthly._id, made._id]]);
  const priceId = made._id;
  const change = { locationId, name: "Each", type: "one_time", currency: "USD", amount: 21.5 };
  await products.updatePriceByIdForProduct({ productId, priceId }, change);
  assert.equal((await products.getPriceByIdForProduct({ productId, priceId, locationId })).amount, 21.5);
  assert.equal((await products.deletePriceByIdForProduct({ productId, priceId, locationId })).status, true);
  await refused(GHLNotFoundError, products.getPriceByIdForProduct({ productId, priceId, locationId }));
  await refused(GHLValidationError, newPrice(productId, { type: "recurring" }));
});

await check("inventory: lists counted prices and changes their stock", async () => {
  const { _id: productId } = await newProduct({ name: "Counted Ibis" });
  const price = await newPrice(productId, { trackInventory: true, availableQuantity: 3, sku: "IBIS" });
  const stock = async () => (await products.getListInventory({ ...alt, search: "ibis" })).inventory;
  assert.deepEqual((await stock()).map((row) => [row._id, row.availableQuantity, row.sku]), [[price._id, 3, "IBIS"]]);
  await products.updateInventory({ ...alt, items: [{ priceId: price._id, availableQuantity: 8 }] });
  assert.equal((await stock())[0].availableQuantity, 8);
});

await check("collections: create, list, read, update, delete", async () => {
  const { data: made } = await products.createProductCollection({ ...alt, name: "Narwhals", slug: "narwhals" });
  const collectionId = made._id;
  await refused(GHLValidationError, products.createProductCollection({ ...alt, name: "Other", slug: "narwhals" }));
  const { _id: productId } = await newProduct({ collectionIds: [collectionId] });
  const inside = await products.listInvoices({ locationId, collectionIds: collectionId });
  assert.deepEqual(inside.products.map((row) => row._id), [productId]);
  assert.equal((await products.updateProductCollection({ collectionId }, { ...alt, name: "Belugas" })).status, true);
  const listed = await products.getProductCollection({ ...alt, name: "beluga" });
  assert.deepEqual([listed.total, listed.data[0]._id], [1, collectionId]);
  assert.equal((await products.getProductCollectionId({ collectionId, altId: locationId })).data.slug, "narwhals");
  assert.equal((await products.deleteProductCollection({ collectionId, ...alt })).status, true);
  assert.deepEqual((await products.getProductById({ productId, locationId })).collectionIds, []);
});

await check("reviews: list, count, update, delete", async () => {
  const { data, total } = await products.getProductReviews(alt);
  assert.ok(total > 1);
  const [{ _id: reviewId, productId }] = data;
  const count = async (status) =>
    (await products.getReviewsCount(alt)).data.find((row) => row.status === status).count;
  const approved = await count("approved");
  await products.updateProductReview({ reviewId }, { ...alt, productId, status: "rejected" });
  assert.equal(await count("approved"), approved - 1);
  await products.deleteProductReview({ reviewId, ...alt, productId });
  assert.equal((await products.getProductReviews(alt)).total, total - 1);
});
