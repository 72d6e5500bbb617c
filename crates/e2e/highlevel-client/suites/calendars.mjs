// Calendars: their slots, appointments, blocked times, groups, schedules, notifications and resources.

import assert from "node:assert/strict";
import { GHLError, GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import {
  ABSENT_ID,
  check,
  companyId,
  elsewhere,
  location,
  locationId,
  newContact,
  refused,
} from "../desk.mjs";

const DAY = 86_400_000;
const api = location.calendars;
const week = Date.now() + 20 * DAY;
const { users } = await location.users.searchUsers({ companyId, locationId });

let count = 0;
async function newCalendar(more = {}) {
  const everyDay = {
    daysOfTheWeek: [0, 1, 2, 3, 4, 5, 6],
    hours: [{ openHour: 9, openMinute: 0, closeHour: 17, closeMinute: 0 }],
  };
  const body = { locationId, name: `Calendar ${(count += 1)}`, slotDuration: 60, slotInterval: 60, openHours: [everyDay] };
  return (await api.createCalendar({ ...body, ...more })).calendar;
}

async function slots(calendarId, more = {}) {
  const answer = await api.getSlots({ calendarId, startDate: week, endDate: week + 3 * DAY, ...more });
  return Object.values(answer).flatMap((day) => day.slots ?? []);
}

async function book(calendarId, startTime, more = {}) {
  const contact = await newContact();
  return api.createAppointment({ calendarId, locationId, contactId: contact.id, startTime, ...more });
}

const windowOf = (appointment) => ({
  locationId,
  startTime: String(Date.parse(appointment.startTime) - 1000),
  endTime: String(Date.parse(appointment.endTime) + 1000),
});

await check("calendars: a location has two from the start, with a team", async () => {
  const { calendars } = await api.getCalendars({ locationId });
  assert.ok(calendars.length >= 2);
  assert.ok(calendars[0].teamMembers.every((member) => users.some((user) => user.id === member.userId)));
  const window = { locationId, startTime: String(Date.now()), endTime: String(Date.now() + 10 * DAY) };
  const { events } = await api.getCalendarEvents({ ...window, calendarId: calendars[0].id });
  assert.ok(events.length > 0);
});

await check("calendars: create fills in, read shows, update changes, delete forgets", async () => {
  const made = await newCalendar({ name: "Site Visits!", appoinmentPerDay: 4, allowBookingAfterUnit: "days" });
  assert.deepEqual([made.slug, made.appoinmentPerSlot, made.appoinmentPerDay], ["site-visits", 1, 4]);
  const { calendar } = await api.getCalendar({ calendarId: made.id });
  assert.equal(calendar.allowBookingAfterUnit, "days");
  const changed = (await api.updateCalendar({ calendarId: made.id }, { name: "Renamed", isActive: false })).calendar;
  assert.deepEqual([changed.name, changed.isActive, changed.slotDuration], ["Renamed", false, 60]);
  assert.equal((await api.deleteCalendar({ calendarId: made.id })).success, true);
  await refused(GHLNotFoundError, api.getCalendar({ calendarId: made.id }));
});

await check("calendars: drafts are listed unless they are not wanted", async () => {
  const { id } = await newCalendar({ isActive: false });
  const listed = async (query) =>
    (await api.getCalendars({ locationId, ...query })).calendars.some((one) => one.id === id);
  assert.deepEqual([await listed({}), await listed({ showDrafted: false })], [true, false]);
  assert.deepEqual(await slots(id), []);
});

await check("calendars: kinds with a team need one, and unknown fields are refused", async () => {
  await refused(GHLValidationError, newCalendar({ calendarType: "round_robin" }));
  await refused(GHLValidationError, newCalendar({ calendarType: "personal", teamMembers: [] }));
  const error = await refused(GHLValidationError, newCalendar({ appointmentPerSlot: 2 }));
  assert.match(JSON.stringify(error.response), /property appointmentPerSlot should not exist/);
});

await check("calendars: another location's token sees none of them", async () => {
  const { id } = await newCalendar();
  const error = await refused(GHLError, elsewhere.calendars.getCalendar({ calendarId: id }));
  assert.equal(error.statusCode, 403);
});

await check("slots: by day, in the zone that is asked for", async () => {
  const { id } = await newCalendar();
  const answer = await api.getSlots({ calendarId: id, startDate: week, endDate: week + 3 * DAY, timezone: "Asia/Kolkata" });
  assert.equal(typeof answer.traceId, "string");
  const days = Object.keys(answer).filter((key) => key !== "traceId");
  for (const day of days) {
    assert.match(day, /^\d{4}-\d{2}-\d{2}$/);
    assert.ok(answer[day].slots.every((slot) => slot.startsWith(day) && slot.endsWith("+05:30")));
  }
  const own = await slots(id);
  assert.equal(own.length, 24);
  assert.deepEqual(
    days.flatMap((day) => answer[day].slots).map(Date.parse).sort(),
    own.map(Date.parse).sort(),
  );
});

await check("slots: more than 31 days and unknown zones are refused", async () => {
  const { id } = await newCalendar();
  const error = await refused(GHLError, slots(id, { endDate: week + 32 * DAY }));
  assert.equal(error.statusCode, 400);
  await refused(GHLValidationError, slots(id, { timezone: "Nowhere/Else" }));
  await refused(GHLNotFoundError, slots(ABSENT_ID));
});

await check("slots: notice and booking window bound them", async () => {
  const { id } = await newCalendar({ allowBookingAfter: 30, allowBookingAfterUnit: "days" });
  assert.deepEqual(await slots(id), []);
  await api.updateCalendar({ calendarId: id }, { allowBookingAfter: 1, allowBookingFor: 1, allowBookingForUnit: "weeks" });
  assert.deepEqual(await slots(id), []);
  await api.updateCalendar({ calendarId: id }, { allowBookingFor: 2, allowBookingForUnit: "months" });
  assert.equal((await slots(id)).length, 24);
});

await check("appointments: a slot is booked as it was given, and then is gone", async () => {
  const { id } = await newCalendar();
  const [slot] = await slots(id);
  const made = await book(id, slot);
  assert.deepEqual([made.startTime, made.calendarId, made.appointmentStatus], [slot, id, "confirmed"]);
  assert.equal(Date.parse(made.endTime) - Date.parse(slot), 3_600_000);
  assert.equal(made.dateAdded, undefined);
  assert.ok(!(await slots(id)).includes(slot));
  const error = await refused(GHLError, book(id, slot));
  assert.deepEqual(
    [error.statusCode, error.response.message],
    [400, "The slot you have selected is no longer available."],
  );
  const { event } = await api.getAppointment({ eventId: made.id });
  assert.deepEqual([event.startTime, event.contactId], [slot, made.contactId]);
  assert.ok(event.dateAdded);
});

await check("appointments: a slot has as many places as the calendar says", async () => {
  const { id } = await newCalendar({ appoinmentPerSlot: 2 });
  const [slot] = await slots(id);
  await book(id, slot);
  await book(id, slot);
  assert.equal((await refused(GHLError, book(id, slot))).statusCode, 400);
});

await check("appointments: a full day has no slots", async () => {
  const { id } = await newCalendar({ appoinmentPerDay: 1 });
  const day = (await slots(id)).at(-1).slice(0, 10);
  await book(id, (await slots(id)).at(-1));
  assert.ok((await slots(id)).every((slot) => !slot.startsWith(day)));
});

await check("appointments: a time that is no slot needs the caller's word", async () => {
  const { id } = await newCalendar();
  const [slot] = await slots(id);
  const odd = new Date(Date.parse(slot) + 600_000).toISOString();
  assert.equal((await refused(GHLError, book(id, odd))).statusCode, 400);
  const made = await book(id, odd, { ignoreFreeSlotValidation: true, rrule: "RRULE:FREQ=DAILY;COUNT=2" });
  assert.deepEqual([made.isRecurring, made.startTime], [true, odd]);
});

await check("appointments: moving frees the old slot and takes the new one", async () => {
  const { id } = await newCalendar();
  const [first, second, third] = await slots(id);
  const made = await book(id, first);
  await book(id, second);
  const move = (startTime) => api.editAppointment({ eventId: made.id }, { startTime });
  assert.equal((await refused(GHLError, move(second))).statusCode, 400);
  assert.equal((await move(third)).startTime, third);
  const left = await slots(id);
  assert.deepEqual([left.includes(first), left.includes(third)], [true, false]);
});

await check("appointments: a cancelled one frees its slot, a deleted one is unknown", async () => {
  const { id } = await newCalendar();
  const [slot] = await slots(id);
  const made = await book(id, slot);
  const answer = await api.editAppointment({ eventId: made.id }, { appointmentStatus: "cancelled" });
  assert.equal(answer.appointmentStatus, "cancelled");
  assert.ok((await slots(id)).includes(slot));
  assert.equal((await api.deleteEvent({ eventId: made.id }, {})).succeeded, true);
  await refused(GHLNotFoundError, api.getAppointment({ eventId: made.id }));
  await refused(GHLValidationError, book(id, slot, { appointmentStatus: "postponed" }));
});

await check("appointments: a team takes turns, and strangers are refused", async () => {
  const team = users.slice(0, 2).map((user) => user.id);
  const teamMembers = team.map((userId) => ({ userId }));
  const { id } = await newCalendar({ calendarType: "round_robin", teamMembers });
  const slot = (await slots(id)).at(-1);
  const owners = [await book(id, slot), await book(id, slot)].map((one) => one.assignedUserId);
  assert.deepEqual(owners.sort(), team.sort());
  assert.equal((await refused(GHLError, book(id, slot))).statusCode, 400);
  await refused(GHLValidationError, book(id, slot, { assignedUserId: ABSENT_ID }));
});

await check("events: by window, and one of calendar, group and person is needed", async () => {
  const { id } = await newCalendar();
  const made = await book(id, (await slots(id))[0]);
  const window = windowOf(made);
  const { events } = await api.getCalendarEvents({ ...window, calendarId: id });
  assert.deepEqual(events.map((event) => event.id), [made.id]);
  await refused(GHLValidationError, api.getCalendarEvents(window));
  await refused(GHLValidationError, api.getCalendarEvents({ ...window, calendarId: id, startTime: "soon" }));
  const before = { ...window, startTime: "1000", endTime: "2000" };
  assert.deepEqual((await api.getCalendarEvents({ ...before, calendarId: id })).events, []);
});

await check("events: a contact's own appointments", async () => {
  const { id } = await newCalendar();
  const made = await book(id, (await slots(id))[0]);
  const { events } = await location.contacts.getAppointmentsForContact({ contactId: made.contactId });
  assert.deepEqual(events.map((event) => event.id), [made.id]);
  assert.match(events[0].startTime, /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
});

await check("blocked times: of a calendar or a person, never both, and they take slots", async () => {
  const { id } = await newCalendar();
  const [first, second] = await slots(id);
  const body = { locationId, calendarId: id, title: "Holiday", startTime: first, endTime: second };
  await refused(GHLError, api.createBlockSlot({ ...body, assignedUserId: users[0].id }));
  const made = await api.createBlockSlot(body);
  assert.ok(!(await slots(id)).includes(first));
  const blocked = async () =>
    (await api.getBlockedSlots({ ...windowOf(made), calendarId: id })).events.map((event) => event.title);
  assert.deepEqual(await blocked(), ["Holiday"]);
  await api.editBlockSlot({ eventId: made.id }, { locationId, title: "Long holiday" });
  assert.deepEqual(await blocked(), ["Long holiday"]);
  await api.deleteEvent({ eventId: made.id }, {});
  assert.ok((await slots(id)).includes(first));
});

await check("appointment notes: pages tell whether there are more", async () => {
  const { id } = await newCalendar();
  const { id: appointmentId } = await book(id, (await slots(id))[0]);
  const write = async (body) => (await api.createAppointmentNote({ appointmentId }, { body, userId: users[0].id })).note;
  const first = await write("one");
  await write("two");
  await write("three");
  const page = (offset) => api.getAppointmentNotes({ appointmentId, limit: 2, offset });
  const [start, end] = [await page(0), await page(2)];
  assert.deepEqual([start.notes.length, start.hasMore, end.notes.length, end.hasMore], [2, true, 1, false]);
  assert.equal(first.createdBy.name, users[0].name);
  await refused(GHLValidationError, api.getAppointmentNotes({ appointmentId, limit: 21, offset: 0 }));
  const place = { appointmentId, id: first.id, noteId: first.id };
  assert.equal((await api.updateAppointmentNote(place, { body: "uno" })).note.body, "uno");
  assert.equal((await api.deleteAppointmentNote(place)).success, true);
  assert.equal((await page(0)).notes.length, 2);
});

await check("groups: their slugs are their own, and calendars leave with them", async () => {
  const body = { locationId, name: "Visits", description: "All visits.", slug: "visits" };
  const free = async () => (await api.validateGroupsSlug({ locationId, slug: "visits" })).available;
  assert.equal(await free(), true);
  const { group } = await api.createCalendarGroup(body);
  assert.equal(await free(), false);
  assert.equal((await refused(GHLError, api.createCalendarGroup(body))).statusCode, 400);
  const calendar = await newCalendar({ groupId: group.id });
  const { calendars } = await api.getCalendars({ locationId, groupId: group.id });
  assert.deepEqual(calendars.map((one) => one.id), [calendar.id]);
  await api.editGroup({ groupId: group.id }, { name: "Calls", description: "All calls.", slug: "calls" });
  assert.equal((await api.disableGroup({ groupId: group.id }, { isActive: false })).success, true);
  const found = (await api.getGroups({ locationId })).groups.find((one) => one.id === group.id);
  assert.deepEqual([found.name, found.isActive], ["Calls", false]);
  assert.equal((await api.deleteGroup({ groupId: group.id })).success, true);
  assert.equal((await api.getCalendar({ calendarId: calendar.id })).calendar.groupId, undefined);
});

await check("schedules: hours of a person replace those of the calendar", async () => {
  const userId = users.at(-1).id;
  const { id: calendarId } = await newCalendar({ calendarType: "personal", teamMembers: [{ userId }] });
  const days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
  const rules = days.map((day) => ({ type: "wday", day, intervals: [{ from: "20:00", to: "21:00" }] }));
  const body = { locationId, userId, name: "Evenings", timezone: "America/New_York", rules, calendarIds: [] };
  const { schedule } = await api.createSchedule(body);
  assert.equal((await slots(calendarId)).length, 24);
  await api.addCalendarToSchedule({ id: schedule.id, calendarId });
  assert.ok((await slots(calendarId)).every((slot) => slot.includes("T20:00:00")));
  const { schedules } = await api.getAllSchedules({ locationId, userId, calendarId });
  assert.deepEqual(schedules.map((one) => one.id), [schedule.id]);
  assert.equal((await api.updateSchedule({ id: schedule.id }, { name: "Nights" })).schedule.name, "Nights");
  await api.removeCalendarFromSchedule({ id: schedule.id, calendarId });
  assert.equal((await slots(calendarId)).length, 24);
  assert.equal((await api.deleteSchedule({ id: schedule.id })).success, true);
  await refused(GHLNotFoundError, api.getScheduleById({ id: schedule.id }));
});

await check("notifications: written as a list, and read again", async () => {
  const { id: calendarId } = await newCalendar();
  const one = { receiverType: "contact", channel: "email", notificationType: "booked" };
  const made = await api.createEventNotification({ calendarId }, [one, { ...one, notificationType: "reminder" }]);
  assert.equal(made.length, 2);
  const notificationId = made[0]._id;
  await api.updateEventNotification({ calendarId, notificationId }, { isActive: false });
  assert.equal((await api.findEventNotification({ calendarId, notificationId })).isActive, false);
  const active = await api.getEventNotification({ calendarId, isActive: true });
  assert.deepEqual(active.map((found) => found._id), [made[1]._id]);
  assert.equal((await api.getEventNotification({ calendarId, limit: 1, skip: 1 })).length, 1);
  await api.deleteEventNotification({ calendarId, notificationId });
  await refused(GHLNotFoundError, api.findEventNotification({ calendarId, notificationId }));
  await refused(GHLValidationError, api.createEventNotification({ calendarId }, [{ ...one, channel: "pigeon" }]));
});

await check("resources: rooms and equipment do not mix", async () => {
  const body = { locationId, name: "Van", description: "White", quantity: 2, outOfService: 0, capacity: 0, calendarIds: [] };
  const made = await api.createCalendarResource({ resourceType: "equipments" }, body);
  const list = async (resourceType) =>
    (await api.fetchCalendarResources({ resourceType, locationId, limit: 20, skip: 0 })).map((one) => one.name);
  assert.deepEqual([await list("equipments"), await list("rooms")], [["Van"], []]);
  await refused(GHLNotFoundError, api.getCalendarResource({ resourceType: "rooms", id: made.id }));
  const place = { resourceType: "equipments", id: made.id };
  assert.equal((await api.updateCalendarResource(place, { quantity: 3 })).quantity, 3);
  assert.equal((await api.deleteCalendarResource(place)).success, true);
  await refused(GHLNotFoundError, api.getCalendarResource(place));
});
