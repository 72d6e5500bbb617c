// Tags, notes, tasks, followers, workflows.

import assert from "node:assert/strict";
import { GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import { check, location, locationId, newContact, refused } from "../desk.mjs";

await check("tags: adding and removing leave the others alone", async () => {
  const made = await newContact({ tags: ["kept"] });
  const added = await location.contacts.addTags({ contactId: made.id }, { tags: ["new", "kept"] });
  assert.deepEqual(added.tags, ["kept", "new"]);
  const left = await location.contacts.removeTags({ contactId: made.id }, { tags: ["new"] });
  assert.deepEqual(left.tags, ["kept"]);
});

await check("tags: a contact's new tag is known to the location", async () => {
  await newContact({ tags: ["brand new tag"] });
  const { tags } = await location.locations.getLocationTags({ locationId });
  assert.ok(tags.some((tag) => tag.name === "brand new tag" && tag.locationId === locationId));
});

await check("tags: a location's tag is created, read, renamed and deleted", async () => {
  const { tag } = await location.locations.createTag({ locationId }, { name: "life" });
  const params = { locationId, tagId: tag.id };
  assert.equal((await location.locations.getTagById(params)).tag.name, "life");
  await location.locations.updateTag(params, { name: "after" });
  assert.equal((await location.locations.getTagById(params)).tag.name, "after");
  assert.equal((await location.locations.deleteTag(params)).succeded, true);
  await refused(GHLNotFoundError, location.locations.getTagById(params));
});

await check("notes: create, list, read, update and delete", async () => {
  const { id: contactId } = await newContact();
  const { note } = await location.contacts.createNote({ contactId }, { body: "first" });
  assert.equal(note.contactId, contactId);
  assert.equal((await location.contacts.getAllNotes({ contactId })).notes.length, 1);
  await location.contacts.updateNote({ contactId, id: note.id }, { body: "second" });
  assert.equal((await location.contacts.getNote({ contactId, id: note.id })).note.body, "second");
  assert.equal((await location.contacts.deleteNote({ contactId, id: note.id })).succeded, true);
  await refused(GHLNotFoundError, location.contacts.getNote({ contactId, id: note.id }));
});

await check("notes: a note needs a body", async () => {
  const { id: contactId } = await newContact();
  const error = await refused(GHLValidationError, location.contacts.createNote({ contactId }, {}));
  assert.ok(error.response.message.includes("body should not be empty"));
});

await check("tasks: create, list, complete and delete", async () => {
  const { id: contactId } = await newContact();
  const body = { title: "Call", dueDate: "2027-01-02T09:00:00Z", completed: false };
  const { task } = await location.contacts.createTask({ contactId }, body);
  const params = { contactId, taskId: task.id };
  const done = await location.contacts.updateTaskCompleted(params, { completed: true });
  assert.equal(done.task.completed, true);
  await location.contacts.updateTask(params, { title: "Call again" });
  assert.equal((await location.contacts.getTask(params)).task.title, "Call again");
  assert.equal((await location.contacts.getAllTasks({ contactId })).tasks.length, 1);
  assert.equal((await location.contacts.deleteTask(params)).succeded, true);
  await refused(GHLNotFoundError, location.contacts.getTask(params));
});

await check("tasks: the location's search finds them by contact", async () => {
  const { id: contactId } = await newContact();
  const body = { title: "Found", dueDate: "2027-01-02T09:00:00Z", completed: false };
  await location.contacts.createTask({ contactId }, body);
  const found = await location.locations.taskSearch({ locationId }, { contactId: [contactId], completed: false });
  assert.deepEqual(found.tasks.map((task) => task.title), ["Found"]);
});

await check("appointments: a new contact has none", async () => {
  const { id: contactId } = await newContact();
  assert.deepEqual((await location.contacts.getAppointmentsForContact({ contactId })).events, []);
});

await check("followers: added once and removed", async () => {
  const { id: contactId } = await newContact();
  const body = { followers: ["u1", "u2"] };
  const added = await location.contacts.addFollowersContact({ contactId }, body);
  assert.deepEqual(added.followersAdded, ["u1", "u2"]);
  const again = await location.contacts.addFollowersContact({ contactId }, { followers: ["u2"] });
  assert.deepEqual([again.followers, again.followersAdded], [["u1", "u2"], []]);
  const left = await location.contacts.removeFollowersContact({ contactId }, { followers: ["u1"] });
  assert.deepEqual([left.followers, left.followersRemoved], [["u2"], ["u1"]]);
});

await check("workflows: listed, entered and left", async () => {
  const { id: contactId } = await newContact();
  const { workflows } = await location.workflows.getWorkflow({ locationId });
  const params = { contactId, workflowId: workflows[0].id };
  const body = { eventStartTime: "2027-01-02T09:00:00+01:00" };
  assert.equal((await location.contacts.addContactToWorkflow(params, body)).succeded, true);
  assert.equal((await location.contacts.deleteContactFromWorkflow(params, {})).succeded, true);
});
