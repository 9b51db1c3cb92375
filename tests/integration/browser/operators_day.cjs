// An operator's day: the first password, the list of phones while one boots, why it does not come up, and out again. By keyboard
// where it is as easy.
//   node operators_day.cjs ADDRESS DEVICE
const assert = require("node:assert/strict");
const { accessible, say, withPage } = require("./console.cjs");

const [address, device] = process.argv.slice(2);
const password = "correct horse battery";

withPage(address, async (page) => {
  // First use: there is no password, and two different ones are none.
  await page.goto("/");
  await page.getByRole("heading", { name: "Choose a password" }).waitFor();
  await accessible(page, "first use");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("The same again").fill("something else");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("not the same").waitFor();
  await page.getByLabel("The same again").fill(password);
  await page.keyboard.press("Enter");

  // The list of phones, while one begins to boot.
  await page.getByRole("heading", { name: "Phones" }).waitFor();
  assert.equal(await page.title(), "Phones – Branchline");
  await page.getByRole("status").getByText("0 phones").waitFor();
  say("watching");
  const row = page.getByRole("row").filter({ hasText: device });
  await row.getByText("configuration-nowhere").waitFor();
  await page.getByRole("status").getByText("1 phones, 1 with problems").waitFor();
  await accessible(page, "phones");
  await page.getByLabel("Find").fill("no such phone");
  assert.equal(await row.count(), 0);
  await page.getByLabel("Find").fill(device.toLowerCase());
  await page.getByLabel("Only those with problems").check();
  await row.waitFor();

  // Why it does not come up: the sentence, what to do, and the boot that led there.
  await row.getByRole("link").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: `Phone ${device}` }).waitFor();
  const verdict = page.getByRole("region", { name: "Verdict" });
  await verdict.getByText(`${device}.cnf.xml is nowhere`).waitFor();
  await verdict.getByText(`add the phone as ${device}`).waitFor();
  const boot = page.getByRole("region", { name: "Boot 1" });
  await boot.getByRole("cell", { name: "DHCPv4 ACK" }).waitFor();
  await boot.getByRole("cell", { name: /TFTP servers 192\.0\.2\.1/ }).first().waitFor();
  await boot.getByRole("row").filter({ hasText: `${device}.cnf.xml` }).getByText("not-found").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), `Phone ${device}`);
  await accessible(page, "one phone");

  // A password for who only looks.
  await page.getByRole("link", { name: "Passwords" }).click();
  await page.getByLabel("New password").fill("battery staple");
  await page.getByLabel("Your own password").fill(password);
  await page.getByRole("button", { name: "Set" }).click();
  await page.getByText("The password of viewer is set.").waitFor();
  await accessible(page, "passwords");

  // Out; the wrong password is refused, the right one is not, and a viewer has no way to what changes anything.
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await accessible(page, "sign in");
  await page.getByLabel("User").selectOption("viewer");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("wrong").waitFor();
  await page.getByLabel("Password").fill("battery staple");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Passwords" }).or(page.getByRole("heading", { name: "Phones" })).waitFor();
  assert.equal(await page.getByRole("link", { name: "Passwords" }).count(), 0);
  const refused = await page.evaluate(async () => {
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: '{ "command": "tftp-service-stop" }' };
    return (await fetch("/api/command", options)).status;
  });
  assert.equal(refused, 403);
  say("passed");
});
