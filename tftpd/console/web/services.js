// What the daemon does for phones (Control Center): whether it serves and why not, what it sends just now; stopping, starting and
// refreshing it.
import { command } from "./api.js";
import { Heading, Level, Told, bytes, html, toHeading, useLive, useState } from "./view.js";

const levels = { serving: "well", stopping: "warning", stopped: "problem", "not serving": "problem" };
const port = (number) => (number ? `port ${number}` : "off");

function Stop({ stop, cancel }) {
  const submit = (event) => {
    event.preventDefault();
    stop(Number(new FormData(event.target).get("timeout")));
  };
  return html`<section class="panel warning" aria-label="Stop"><form onSubmit=${submit}>
    <h2>Stop serving phones</h2>
    <p>No phone gets a file from here until it is started again. The hook leaves this server out of what phones are told, unless there is no other.</p>
    <label for="timeout">Seconds that transfers under way may take to end (0 to 3600)</label>
    <input id="timeout" name="timeout" type="number" min="0" max="3600" required defaultValue="30" />
    <div class="row"><button class="first">Stop now</button><button type="button" onClick=${cancel}>Leave it running</button></div>
  </form></section>`;
}

const Transfers = ({ list, count }) => html`<h2>Transfers under way</h2>
  <div class="scroll" tabindex="0" role="region" aria-label="Transfers">
    <table><caption>${count === 0 ? "None by TFTP at this moment." : `${count} by TFTP at this moment; the first hundred are listed.`}</caption>
      <thead><tr><th scope="col">Phone</th><th scope="col">File</th><th scope="col">From</th><th scope="col" class="number">Sent</th>
        <th scope="col" class="number">Blocks resent</th></tr></thead>
      <tbody>${list.map((one) => html`<tr key=${one.phone}><th scope="row">${one.phone}</th><td>${one.file}</td><td>${one.source}</td>
        <td class="number">${bytes(one.bytes)}</td><td class="number">${one.resent}</td></tr>`)}</tbody></table></div>`;

export function Services({ operates }) {
  const now = useLive("service");
  const [told, setTold] = useState({});
  const [stopping, setStopping] = useState(false);
  const send = (name, given) => command(name, given).then((answer) => setTold({ done: answer.text }), (error) => setTold({ fault: error.message }));
  const runs = now && now.state !== "stopped" && now.state !== "stopping";
  return html`<${Heading} title="Services">Services<//>
    <${Told} ...${told} />
    ${!now ? html`<p role="status">Asking…</p>` : html`
      <section class=${`panel ${levels[now.state]}`} aria-label="State">
        <p role="status"><${Level} level=${levels[now.state]}>${now.state}<//>
          ${now["seconds-left"] !== undefined && ` – at most ${now["seconds-left"]} s more for what is under way`}</p>
        ${now.reason && html`<p id="reason">Why: ${now.reason}.</p>`}
        ${now["cut-off"] > 0 && html`<p>${now["cut-off"]} transfers and connections had not ended in time and were cut off.</p>`}
        <dl class="facts"><dt class="faint">TFTP</dt><dd>${port(now["tftp-port"])}, ${now.transfers} transfers</dd>
          <dt class="faint">HTTP</dt><dd>${port(now["http-port"])}, ${now["http-connections"]} connections</dd></dl>
      </section>
      ${operates && html`<div class="row">
        ${runs ? html`<button onClick=${() => (setTold({}), setStopping(true))}>Stop</button>`
          : html`<button class="first" onClick=${() => (setStopping(false), toHeading(), send("tftp-service-start"))}>Start</button>`}
        <button onClick=${() => send("tftp-cluster-refresh")}>Look up the learned clusters</button>
        <button onClick=${() => send("config-reload")}>Read the configuration file again</button></div>`}
      ${stopping && runs && html`<${Stop} cancel=${() => (setStopping(false), toHeading())}
        stop=${(timeout) => (setStopping(false), toHeading(), send("tftp-service-stop", { timeout }))} />`}
      <${Transfers} list=${now["transfer-list"] || []} count=${now.transfers} />`}`;
}
