// What an operator changes: a cluster, added, changed and deleted.
//   node operators_changes.cjs ADDRESS
const assert = require("node:assert/strict");
const { accessible, say, withPage } = require("./console.cjs");

const [address] = process.argv.slice(2);

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
  say("passed");
});
