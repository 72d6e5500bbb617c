// Trigger links, media files and the agency's menu links.

import assert from "node:assert/strict";
import { GHLNotFoundError, GHLValidationError } from "@gohighlevel/api-client";
import { agency, check, location, locationId, refused } from "../desk.mjs";

await check("links: create, search, update and delete", async () => {
  const { link } = await location.links.createLink({ locationId, name: "Price list", redirectTo: "https://a.example/" });
  const found = await location.links.searchTriggerLinks({ locationId, query: "price" });
  assert.deepEqual(found.links.map((one) => one.id), [link.id]);
  const params = { linkId: link.id };
  await location.links.updateLink(params, { name: "Prices", redirectTo: "https://b.example/" });
  const read = await location.links.getLinkById({ ...params, locationId });
  assert.equal(read.link.redirectTo, "https://b.example/");
  assert.equal((await location.links.deleteLink(params)).succeded, true);
  await refused(GHLNotFoundError, location.links.getLinkById({ ...params, locationId }));
});

await check("medias: a file is uploaded into a folder, listed and deleted with it", async () => {
  const owner = { altId: locationId, altType: "location" };
  const { _id: parentId } = await location.medias.createMediaFolder({ ...owner, name: "Manuals" });
  const parts = new FormData();
  parts.append("file", new Blob(["hello"]), "note.txt");
  parts.append("parentId", parentId);
  const headers = { "Content-Type": "multipart/form-data" };
  const { fileId } = await location.medias.uploadMediaContent(parts, { headers });
  const list = () =>
    location.medias.fetchMediaContent({ ...owner, sortBy: "createdAt", sortOrder: "asc", type: "file", parentId });
  assert.deepEqual((await list()).files.map((one) => [one._id, one.name]), [[fileId, "note.txt"]]);
  await location.medias.bulkUpdateMediaObjects({ ...owner, filesToBeUpdated: [{ id: fileId, name: "b.txt" }] });
  assert.equal((await list()).files[0].name, "b.txt");
  await location.medias.deleteMediaContent({ ...owner, id: parentId });
  assert.deepEqual((await list()).files, []);
});

await check("medias: a file that lies elsewhere is added by its address", async () => {
  const parts = new FormData();
  for (const [name, value] of Object.entries({ hosted: "true", fileUrl: "https://a.example/plan.pdf", name: "plan.pdf" })) {
    parts.append(name, value);
  }
  const headers = { "Content-Type": "multipart/form-data" };
  const { fileId, url } = await location.medias.uploadMediaContent(parts, { headers });
  assert.equal(url, "https://a.example/plan.pdf");
  await location.medias.deleteMediaContent({ altId: locationId, altType: "location", id: fileId });
});

await check("medias: an upload needs a file", async () => {
  await refused(GHLValidationError, location.medias.uploadMediaContent({ name: "x" }));
});

await check("custom menus: an agency's, create, update, list and delete", async () => {
  const body = {
    title: "Wiki", url: "https://wiki.example/", icon: { name: "book", fontFamily: "fas" },
    showOnCompany: false, showOnLocation: true, showToAllLocations: true, openMode: "iframe",
    locations: [], userRole: "all",
  };
  const { customMenu } = await agency.customMenus.createCustomMenu(body);
  const params = { customMenuId: customMenu.id };
  await agency.customMenus.updateCustomMenu(params, { title: "Handbook" });
  const found = await agency.customMenus.getCustomMenus({ query: "hand" });
  assert.deepEqual([found.totalLinks, found.customMenus[0].url], [1, body.url]);
  assert.equal((await agency.customMenus.deleteCustomMenu(params)).success, true);
  await refused(GHLNotFoundError, agency.customMenus.getCustomMenuById(params));
});
