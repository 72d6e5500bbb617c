// Forms and surveys, their submissions, and files for custom fields.

import assert from "node:assert/strict";
import { GHLValidationError } from "@gohighlevel/api-client";
import { check, location, locationId, newContact, readContact, refused } from "../desk.mjs";

const { forms } = await location.forms.getForms({ locationId });
const formId = forms[0].id;
const submissions = async (more = {}) =>
  location.forms.getFormsSubmissions({ locationId, startAt: "2020-01-01", ...more });

await check("forms: listed page by page", async () => {
  const page = await location.forms.getForms({ locationId, skip: 1, limit: 1 });
  assert.deepEqual([page.total, page.forms.map((one) => one.id)], [forms.length, [forms[1].id]]);
  await refused(GHLValidationError, location.forms.getForms({ locationId, limit: 51 }));
});

await check("forms: submissions of the last month, or of the days asked for", async () => {
  const month = await location.forms.getFormsSubmissions({ locationId, formId });
  const all = await submissions({ formId });
  assert.ok(month.meta.total > 0 && month.meta.total < all.meta.total);
  const { contactId, email } = all.submissions[0];
  assert.equal((await readContact(contactId)).email, email);
  assert.equal((await submissions({ formId, endAt: "2020-01-02" })).meta.total, 0);
});

await check("forms: submissions are read to the last page", async () => {
  const all = await submissions({ limit: 100 });
  const seen = [];
  for (let page = 1; page; ) {
    const answer = await submissions({ limit: 5, page });
    seen.push(...answer.submissions.map((one) => one.id));
    page = answer.meta.nextPage;
  }
  assert.deepEqual(seen, all.submissions.map((one) => one.id));
  const found = await submissions({ formId, q: all.submissions[0].email });
  assert.ok(found.submissions.every((one) => one.email === all.submissions[0].email && one.formId === formId));
});

await check("surveys: listed with their submissions", async () => {
  const { surveys, total } = await location.surveys.getSurveys({ locationId });
  assert.equal(surveys.length, total);
  const params = { locationId, surveyId: surveys[0].id, startAt: "2020-01-01" };
  const given = await location.surveys.getSurveysSubmissions(params);
  assert.ok(given.submissions.length > 0);
  assert.ok(given.submissions.every((one) => one.surveyId === surveys[0].id));
});

await check("forms: a file goes to the contact's field", async () => {
  const { id: contactId } = await newContact();
  const { customFields } = await location.locations.getCustomFields({ locationId });
  const field = customFields[0].id;
  const body = (name) => {
    const parts = new FormData();
    parts.append(`${field}_f1`, new Blob(["hello"]), name);
    return parts;
  };
  const headers = { "Content-Type": "multipart/form-data" };
  const params = { contactId, locationId };
  const { contact } = await location.forms.uploadToCustomFields(params, body("note.txt"), { headers });
  const value = contact.customFields.find((one) => one.id === field).value;
  assert.equal(value.f1.meta.originalname, "note.txt");
  await refused(GHLValidationError, location.forms.uploadToCustomFields(params, body("note.exe"), { headers }));
});
