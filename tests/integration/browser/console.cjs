// What the browser tests share: a page of the console in Chromium, which complains about nothing, and axe-core's word on it.
const fs = require("node:fs");
const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");

const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const patience = 1000 * Number(process.env.PATIENCE || 1);

/** Runs `test` with a page at the console's address; ends the process, with 1 if anything was wrong. */
exports.withPage = async (address, test) => {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium-headless-shell",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    timeout: 60 * patience,
  });
  let status = 0;
  try {
    const context = await browser.newContext({ baseURL: address });
    const page = await context.newPage();
    page.setDefaultTimeout(45 * patience);
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(`error: ${error.stack || error}`));
    page.on("console", (message) => {
      // A refused request is logged by the browser itself, and some are refused on purpose.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith("data:")) complaints.push(`asked elsewhere: ${request.url()}`);
    });
    await test(page);
    assert.deepEqual(complaints, []);
  } catch (error) {
    console.error(error);
    status = 1;
  }
  await browser.close();
  process.exit(status);
};

/** No violation of any rule of axe-core (WCAG 2.2 A and AA, and good practice), in light and dark, which differ in colours alone. */
exports.accessible = async (page, name) => {
  for (const [colorScheme, rules] of [["light", {}], ["dark", { runOnly: ["color-contrast"] }]]) {
    await page.emulateMedia({ colorScheme });
    if (!(await page.evaluate(() => window.axe))) await page.evaluate(axe);
    const { violations } = await page.evaluate((options) => window.axe.run(document, options), rules);
    const told = violations.map((one) => `${one.id}: ${one.help}\n` + one.nodes.map((node) => `  ${node.html}\n  ${node.failureSummary}`).join("\n"));
    assert.equal(told.join("\n"), "", `${name}, ${colorScheme}`);
  }
};

/** Tells the test outside where we are. */
exports.say = (step) => console.log(step);
