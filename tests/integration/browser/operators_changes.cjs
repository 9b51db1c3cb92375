// What an operator changes: a cluster, added, changed and deleted; own files, uploaded, replaced and deleted; the service, stopped
// and started.
//   node operators_changes.cjs ADDRESS FIRMWARE    FIRMWARE is a file that is there, in firmware/, when all is over
const assert = require("node:assert/strict");
const { accessible, say, withPage } = require("./console.cjs");

const [address, firmware] = process.argv.slice(2);

withPage(address, async (page) => {
  page.on("dialog", (dialog) => dialog.accept());
  const open = async (name) => {
    await page.getByRole("navigation").getByRole("link", { name }).click();
    await page.getByRole("heading", { name, level: 1 }).waitFor();
  };
  const said = (text) => page.getByRole("status").getByText(text).waitFor();
  await page.goto("/");
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByLabel("The same again").fill("correct horse battery");
  await page.keyboard.press("Enter");

  // A cluster: a name that breaks the rule is refused with the rule; then it stands where it was put, is changed, and goes.
  await open("Clusters");
  const west = page.getByRole("row").filter({ hasText: "west" });
  await page.getByRole("row").filter({ hasText: "east" }).getByText(/\bup$/).first().waitFor();
  await page.getByRole("button", { name: "Add a cluster" }).click();
  await page.getByLabel("Cluster ID").fill("west");
  await page.getByLabel("FQDN").fill("cucm_west.example.com");
  await page.getByLabel("TFTP server 1").fill("203.0.113.9");
  await page.getByLabel("Place among").selectOption("east");
  await accessible(page, "a cluster's form");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("alert").getByText("fqdn").waitFor();
  await page.getByLabel("FQDN").fill("cucm-west.example.com");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await said("Cluster west added");
  await west.waitFor();
  assert.match(await page.getByRole("row").nth(1).textContent(), /west/);
  await accessible(page, "clusters");
  await page.getByRole("button", { name: "Change west" }).click();
  await page.getByLabel("Description").fill("Harbour office");
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await said("Cluster west updated");
  await west.getByText("Harbour office").waitFor();
  await page.getByRole("button", { name: "Delete west" }).click();
  await said("Cluster west deleted");
  await west.waitFor({ state: "detached" });

  // Own files: in many pieces into a directory of its own; what phones have from their clusters is refused.
  await open("Files");
  await page.getByText("0 files.").waitFor();
  const upload = page.getByRole("region", { name: "Upload" });
  const send = async (name, text, more = () => {}) => {
    await upload.getByLabel("Files, or an archive").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
    await more();
    await upload.getByRole("button", { name: "Upload" }).click();
  };
  await upload.getByLabel("Files, or an archive").setInputFiles(firmware);
  await upload.getByLabel("Into the directory").fill("firmware/88xx");
  await upload.getByRole("button", { name: "Upload" }).click();
  await said("stored");
  await page.getByRole("link", { name: "firmware/" }).click();
  await page.getByRole("link", { name: "88xx/" }).click();
  await page.getByRole("row").filter({ hasText: firmware.split("/").pop() }).waitFor();
  await page.getByRole("link", { name: "All files" }).click();
  await page.getByRole("link", { name: "firmware/" }).waitFor();
  await send("SEP001122334455.cnf.xml", "<device/>");
  await page.getByRole("alert").getByText("cluster").waitFor();
  await send("ringlist.xml", "<old/>");
  await said("ringlist.xml stored, 6 bytes");
  await send("ringlist.xml", "<newer/>");
  await page.getByRole("alert").getByText("ringlist.xml").waitFor();
  await send("ringlist.xml", "<newer/>", () => upload.getByLabel("Replace files").check());
  await said("ringlist.xml stored, 8 bytes");
  await accessible(page, "files");
  const chosen = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Replace ringlist.xml" }).click();
  await (await chosen).setFiles({ name: "another name.xml", mimeType: "text/xml", buffer: Buffer.from("<newest/>") });
  await said("ringlist.xml stored, 9 bytes");
  await page.getByRole("button", { name: "Delete ringlist.xml" }).click();
  await said("1 file deleted");
  await page.getByRole("row").filter({ hasText: "ringlist.xml" }).waitFor({ state: "detached" });

  // The service: stopped, with the reason on the page, and started again.
  await open("Services");
  const state = page.getByRole("region", { name: "State" });
  await state.getByText(/✓ serving$/).waitFor();
  // By keyboard alone: the form follows its button, and what is done leads back to the heading.
  await page.getByRole("button", { name: "Stop", exact: true }).focus();
  await page.keyboard.press("Enter");
  const seconds = page.getByLabel("Seconds that transfers");
  await seconds.waitFor();
  for (let i = 0; i < 3; ++i) await page.keyboard.press("Tab");
  assert.ok(await seconds.evaluate((input) => input === document.activeElement), "the form does not follow its button");
  await page.keyboard.type("0");
  await accessible(page, "stopping");
  await page.keyboard.press("Enter");
  await state.getByText(/✗ stopped$/).waitFor();
  await state.getByText("stopped by tftp-service-stop").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Services");
  await accessible(page, "services");
  await page.getByRole("button", { name: "Start" }).click();
  await state.getByText(/✓ serving$/).waitFor();
  await page.getByRole("button", { name: "Look up" }).click();
  await said("No cluster's servers are learned");

  // What phones are told, as Kea's hook tells it.
  await open("DHCP");
  const subnet = page.getByRole("row").filter({ hasText: "192.0.2.0/24" });
  await subnet.getByText("192.0.2.1 (auto)").waitFor();
  await subnet.getByText("option 150, for phones").waitFor();
  await subnet.getByText(/^\d+ of 3600 s$/).waitFor();
  await accessible(page, "DHCP");

  await open("Load");
  await page.getByRole("img", { name: /^Requests, a second: TFTP now/ }).waitFor();
  await accessible(page, "load");
  say("passed");
});
