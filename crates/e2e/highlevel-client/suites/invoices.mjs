// Invoices, their templates and schedules, estimates.

import assert from "node:assert/strict";
import { GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import { ABSENT_ID, check, elsewhere, location, locationId, newContact, refused } from "../desk.mjs";

const invoices = location.invoices;
const alt = { altId: locationId, altType: "location" };
const all = { ...alt, limit: "100", offset: "0" };
const userId = ABSENT_ID;
const buyer = await newContact({ firstName: "Payer" });
const contactDetails = { id: buyer.id, name: "Payer", phoneNo: "+15550100177", email: "payer@conformance.example" };
const items = [
  { name: "Docking station", currency: "USD", amount: 100, qty: 2, taxes: [{ _id: "tax", name: "Sales tax", rate: 10, calculation: "exclusive" }] },
  { name: "Cable", currency: "USD", amount: 12.5, qty: 4 },
];
const common = { ...alt, name: "Hardware", businessDetails: { name: "Conformance" }, currency: "USD", items, discount: { type: "percentage", value: 10 } };
const body = { ...common, contactDetails, issueDate: "2026-02-03", sentTo: { email: ["payer@conformance.example"] }, liveMode: true };
const newInvoice = (fields = {}) => invoices.createInvoice({ ...body, ...fields });
const refusedWith = async (status, promise) =>
  assert.equal((await refused(GHLValidationError, promise)).statusCode, status);
const read = (invoice) => invoices.getInvoice({ invoiceId: invoice._id, ...alt });
const pay = (invoice, amount) =>
  invoices.recordInvoice({ invoiceId: invoice._id }, { ...alt, mode: "cash", notes: "at the desk", amount });
const send = (invoice, action = "email") =>
  invoices.sendInvoice({ invoiceId: invoice._id }, { ...alt, userId, action, liveMode: true });

await check("invoices: create computes discount, taxes and what is due", async () => {
  const made = await newInvoice();
  assert.match(made._id, /^[0-9a-f]{24}$/);
  assert.deepEqual(
    [made.status, made.total, made.amountDue, made.amountPaid, made.dueDate],
    ["draft", 243, 243, 0, "2026-02-10"],
  );
  assert.equal(made.items, undefined);
  assert.equal(made.invoiceItems.length, 2);
  assert.deepEqual((await read(made)).totalSummary, { subTotal: 250, discount: 25, tax: 18 });
});

await check("invoices: numbers follow one another and are taken once", async () => {
  const { invoiceNumber } = await invoices.generateInvoiceNumber(alt);
  assert.equal((await newInvoice()).invoiceNumber, invoiceNumber);
  assert.equal((await invoices.generateInvoiceNumber(alt)).invoiceNumber, invoiceNumber + 1);
  await refusedWith(400, newInvoice({ invoiceNumber: String(invoiceNumber) }));
  assert.equal((await newInvoice({ invoiceNumber: "HW-77" })).invoiceNumber, "HW-77");
});

await check("invoices: a body without items, or with an unknown field, is refused", async () => {
  await refusedWith(422, newInvoice({ items: undefined }));
  await refusedWith(422, newInvoice({ colour: "blue" }));
  await refusedWith(400, newInvoice({ dueDate: "2026-01-01" }));
});

await check("invoices: the list pages, searches, filters and sorts", async () => {
  const contact = await newContact({ firstName: "Lister" });
  const details = { ...contactDetails, id: contact.id };
  const made = [];
  for (const issueDate of ["2026-04-02", "2026-04-01", "2026-04-03"]) {
    made.push((await newInvoice({ contactDetails: details, issueDate, name: "Listed Zebra" }))._id);
  }
  const find = async (more) => {
    const { invoices: rows, total } = await invoices.listInvoices({ ...all, contactId: contact.id, ...more });
    return [total, rows.map((row) => made.indexOf(row._id))];
  };
  assert.deepEqual(await find({}), [3, [2, 1, 0]]);
  assert.deepEqual(await find({ limit: "2", offset: "2" }), [3, [0]]);
  assert.deepEqual(await find({ limit: "2", offset: "9" }), [3, []]);
  assert.deepEqual(await find({ sortField: "issueDate", sortOrder: "ascend" }), [3, [1, 0, 2]]);
  assert.deepEqual(await find({ sortField: "issueDate", sortOrder: "descend" }), [3, [2, 0, 1]]);
  assert.deepEqual(await find({ startAt: "2026-04-02", endAt: "2026-04-02" }), [1, [0]]);
  assert.deepEqual(await find({ search: "zebra" }), [3, [2, 1, 0]]);
  assert.deepEqual(await find({ search: "giraffe" }), [0, []]);
  assert.deepEqual(await find({ status: "paid" }), [0, []]);
  assert.deepEqual(await find({ paymentMode: "test" }), [0, []]);
  await refusedWith(422, invoices.listInvoices(alt));
});

await check("invoices: update replaces the items and the total", async () => {
  const made = await newInvoice();
  const change = { ...alt, name: "Changed", currency: "USD", issueDate: "2026-02-03", dueDate: "2026-03-01" };
  const invoiceItems = [{ ...items[1], qty: 2 }];
  const changed = await invoices.updateInvoice({ invoiceId: made._id }, { ...change, invoiceItems });
  assert.deepEqual([changed.name, changed.total, changed.invoiceItems.length], ["Changed", 22.5, 1]);
  assert.equal((await read(made)).dueDate, "2026-03-01");
});

await check("invoices: send makes a draft sent", async () => {
  const made = await newInvoice();
  const { invoice, smsData, emailData } = await send(made, "sms_and_email");
  assert.equal(invoice.status, "sent");
  assert.equal(smsData.to, contactDetails.phoneNo);
  assert.deepEqual(emailData.to, ["payer@conformance.example"]);
  assert.deepEqual((await send(made, "send_manually")).emailData, {});
  const mute = await newInvoice({ contactDetails: { ...contactDetails, phoneNo: "" } });
  await refusedWith(400, send(mute, "sms"));
});

await check("invoices: payments add up to paid, and no further", async () => {
  const made = await newInvoice();
  await send(made);
  const first = await pay(made, 100);
  assert.deepEqual(
    [first.success, first.invoice.status, first.invoice.amountPaid, first.invoice.amountDue],
    [true, "partially_paid", 100, 143],
  );
  await refusedWith(400, pay(made, 143.5));
  const second = (await pay(made)).invoice;
  assert.deepEqual([second.status, second.amountPaid, second.amountDue], ["paid", 243, 0]);
  await refusedWith(400, pay(made, 1));
  await refusedWith(400, invoices.voidInvoice({ invoiceId: made._id }, alt));
  await refusedWith(400, send(made));
  const change = { ...alt, name: "Late", currency: "USD", issueDate: "2026-02-03", dueDate: "2026-03-01" };
  await refusedWith(400, invoices.updateInvoice({ invoiceId: made._id }, { ...change, invoiceItems: items }));
  const { data, totalCount } = await location.payments.listTransactions({ ...alt, entityId: made._id });
  assert.deepEqual([totalCount, data.map((row) => row.amount)], [2, [143, 100]]);
  assert.deepEqual([data[0].entityType, data[0].status, data[0].contactId], ["invoice", "succeeded", buyer.id]);
});

await check("invoices: void ends an invoice", async () => {
  const made = await newInvoice();
  assert.equal((await invoices.voidInvoice({ invoiceId: made._id }, alt)).status, "void");
  await refusedWith(400, pay(made, 1));
  await refusedWith(400, invoices.voidInvoice({ invoiceId: made._id }, alt));
});

await check("invoices: delete makes it unknown; another location has none of it", async () => {
  const made = await newInvoice();
  await refused(Error, elsewhere.invoices.getInvoice({ invoiceId: made._id, ...alt }));
  assert.equal((await invoices.deleteInvoice({ invoiceId: made._id, ...alt }))._id, made._id);
  await refused(GHLNotFoundError, read(made));
});

await check("invoices: late fees are kept", async () => {
  const made = await newInvoice();
  const lateFeesConfiguration = { enable: true, value: 5, type: "percentage", frequency: { intervalCount: 1, interval: "week" } };
  await invoices.updateInvoiceLateFeesConfiguration({ invoiceId: made._id }, { ...alt, lateFeesConfiguration });
  assert.deepEqual((await read(made)).lateFeesConfiguration, lateFeesConfiguration);
});

await check("invoices: text2pay makes one and sends it", async () => {
  const text2pay = (more) => invoices.text2payInvoice({ ...body, userId, action: "send", ...more });
  const { invoice, invoiceUrl } = await text2pay({});
  assert.equal(invoice.status, "sent");
  assert.ok(invoiceUrl.endsWith(invoice._id));
  assert.equal((await text2pay({ action: "draft" })).invoice.status, "draft");
});

await check("invoice templates: create, list, update, delete", async () => {
  const made = await invoices.createInvoiceTemplate({ ...common, name: "Template Quokka" });
  assert.equal(made.total, 243);
  const listed = await invoices.listInvoiceTemplates({ ...all, search: "quokka" });
  assert.deepEqual([listed.totalCount, listed.data[0]._id], [1, made._id]);
  const templateId = made._id;
  const change = { ...common, name: "Renamed", discount: { type: "fixed", value: 50 } };
  assert.equal((await invoices.updateInvoiceTemplate({ templateId }, change)).total, 216);
  assert.equal((await invoices.getInvoiceTemplate({ templateId, ...alt })).name, "Renamed");
  assert.equal((await invoices.deleteInvoiceTemplate({ templateId, ...alt })).success, true);
  await refused(GHLNotFoundError, invoices.getInvoiceTemplate({ templateId, ...alt }));
});

await check("invoice schedules: from draft to scheduled to cancelled", async () => {
  const schedule = { rrule: { intervalType: "monthly", interval: 1, startDate: "2026-12-01" } };
  const made = await invoices.createInvoiceSchedule({ ...common, contactDetails, schedule, liveMode: true });
  const scheduleId = made._id;
  assert.deepEqual([made.status, made.total, made.invoices], ["draft", 243, []]);
  const status = async () => (await invoices.getInvoiceSchedule({ scheduleId, ...alt })).status;
  await invoices.scheduleInvoiceSchedule({ scheduleId }, { ...alt, liveMode: true });
  assert.equal(await status(), "scheduled");
  const charged = await invoices.autoPaymentInvoiceSchedule({ scheduleId }, { ...alt, id: scheduleId, autoPayment: { enable: true } });
  assert.equal(charged.autoPayment.enable, true);
  await invoices.cancelInvoiceSchedule({ scheduleId }, alt);
  assert.equal(await status(), "cancelled");
  const listed = await invoices.listInvoiceSchedules({ ...all, status: "cancelled" });
  assert.deepEqual(listed.schedules.map((row) => row._id), [scheduleId]);
  assert.equal((await invoices.deleteInvoiceSchedule({ scheduleId, ...alt })).success, true);
});

await check("estimates: create, send, and make an invoice of one", async () => {
  const frequencySettings = { enabled: false, schedule: {} };
  const { estimateNumber } = await invoices.generateEstimateNumber(alt);
  const made = await invoices.createNewEstimate({ ...common, contactDetails, frequencySettings });
  assert.deepEqual([made.estimateNumber, made.estimateStatus, made.total], [estimateNumber, "draft", 243]);
  const estimateId = made._id;
  const sent = await invoices.sendEstimate({ estimateId }, { ...alt, action: "email", liveMode: true, userId });
  assert.equal(sent.estimateStatus, "sent");
  const { estimate, invoice } = await invoices.createInvoiceFromEstimate({ estimateId }, { ...alt, markAsInvoiced: true });
  assert.deepEqual([estimate.estimateStatus, invoice.status, invoice.total], ["invoiced", "draft", 243]);
  await refusedWith(400, invoices.createInvoiceFromEstimate({ estimateId }, { ...alt, markAsInvoiced: true }));
  const listed = await invoices.listEstimates({ ...all, status: "invoiced", contactId: buyer.id });
  assert.deepEqual(listed.estimates.map((row) => row._id), [estimateId]);
  assert.equal((await invoices.deleteEstimate({ estimateId }, alt)).deleted, true);
  assert.deepEqual((await invoices.listEstimates({ ...all, contactId: buyer.id })).total, 0);
});

await check("estimate templates: create, list, update, preview, delete", async () => {
  const made = await invoices.createEstimateTemplate({ ...common, name: "Estimate Okapi" });
  const templateId = made._id;
  const listed = await invoices.listEstimateTemplates({ ...all, search: "okapi" });
  assert.deepEqual([listed.totalCount, listed.data[0]._id], [1, templateId]);
  await invoices.updateEstimateTemplate({ templateId }, { ...common, name: "Renamed" });
  assert.equal((await invoices.previewEstimateTemplate({ templateId, ...alt })).name, "Renamed");
  assert.equal((await invoices.deleteEstimateTemplate({ templateId }, alt)).deleted, true);
});
