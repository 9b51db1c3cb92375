// All phones with their verdicts, as they change; and one phone: why it does not come up, and its boots.
import { live } from "./api.js";
import { Heading, Level, Told, bytes, clock, html, since, useCommand, useEffect, useState } from "./view.js";

const order = { problem: 0, warning: 1, waiting: 2, well: 3 };

function useLivePhones() {
  const [phones, setPhones] = useState(null);
  const [, setTime] = useState(0);
  useEffect(() => {
    const rows = new Map();
    const timer = setInterval(() => setTime(Date.now()), 5000);
    const end = live("phones", (change) => {
      if (change.all) rows.clear();
      const now = Date.now() / 1000;
      for (const mac of change.gone || []) rows.delete(mac);
      for (const row of change.phones || []) rows.set(row.mac, { ...row, heard: now - row.silent });
      setPhones({ rows: [...rows.values()], count: change.count || 0, troubled: change["with-problems"] || 0 });
    });
    return () => (clearInterval(timer), end());
  }, []);
  return phones;
}

export function Phones() {
  const phones = useLivePhones();
  const [word, setWord] = useState("");
  const [problems, setProblems] = useState(false);
  const wanted = word.toLowerCase();
  const shown = (phones ? phones.rows : [])
    .filter((phone) => !problems || order[phone.level] < 2)
    .filter((phone) => Object.values(phone).join(" ").toLowerCase().includes(wanted))
    .sort((a, b) => order[a.level] - order[b.level] || a.device.localeCompare(b.device));
  return html`<${Heading} title="Phones">Phones<//>
    <div class="row">
      <div><label for="word">Find: name, address, model, verdict</label>
        <input id="word" type="search" value=${word} onInput=${(event) => setWord(event.target.value)} /></div>
      <label class="line"><input type="checkbox" checked=${problems} onChange=${(event) => setProblems(event.target.checked)} />
        Only those with problems</label>
    </div>
    <p role="status">${phones === null ? "Asking…"
      : `${phones.count} phones, ${phones.troubled} with problems; ${shown.length} shown.`}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Phones">
      <table>
        <caption>Those with problems first. The list follows what happens.</caption>
        <thead><tr><th scope="col">Phone</th><th scope="col">Model</th><th scope="col">Address</th><th scope="col">State</th>
          <th scope="col">What is the matter, and what to do</th><th scope="col">Last heard of</th></tr></thead>
        <tbody>${shown.map((phone) => html`<tr key=${phone.mac}>
          <th scope="row"><a href=${`#/phones/${phone.device}`}>${phone.device}</a></th>
          <td>${phone.model}</td><td>${phone.address}${phone.address6 && html`<br />${phone.address6}`}</td>
          <td><${Level} level=${phone.level}>${phone.verdict}<//></td><td>${phone.text}</td>
          <td>${since(Date.now() / 1000 - phone.heard)}</td></tr>`)}</tbody>
      </table>
    </div>`;
}

const Step = ({ step }) => html`<tr><td>${clock(step.at)}</td><td>DHCPv${step.family} ${step.step}${step.times > 1 && ` × ${step.times}`}</td>
  <td>${[step.address, step.relay && `by relay ${step.relay}`, step["subnet-id"] && `subnet ${step["subnet-id"]}`,
    step.servers && `TFTP servers ${step.servers.join(", ")}`].filter(Boolean).join("; ")}
    ${step["why-no-servers"] && html` <${Level} level="problem">no TFTP servers: ${step["why-no-servers"]}<//>`}</td></tr>`;

const answers = { sent: "well", "not-found": "warning", refused: "problem", unavailable: "problem", unheard: "problem", "broken-off": "problem" };
const File = ({ file }) => html`<tr><td>${clock(file.at)}</td><td>${file.file}${file.times > 1 && ` × ${file.times}`}</td>
  <td><${Level} level=${answers[file.answer] || "waiting"}>${file.answer}<//> by ${file.by} ${[file.source && file.source !== "none" && `from ${file.source}`,
    file.bytes > 0 && bytes(file.bytes), `${file.ms} ms`, file.resent > 0 && `${file.resent} of ${file.blocks} blocks resent`, file.reason]
    .filter(Boolean).join(", ")}</td></tr>`;

const Boot = ({ boot, number }) => html`<h2>Boot at ${clock(boot.began)}${number === 0 && ", the last"}</h2>
  <div class="scroll" tabindex="0" role="region" aria-label=${`Boot ${number + 1}`}>
  <table><caption>DHCP, then files, in the order they came${boot["left-out"] ? `; ${boot["left-out"]} more left out` : ""}</caption>
    <thead><tr><th scope="col">Time</th><th scope="col">Step or file</th><th scope="col">What came of it</th></tr></thead>
    <tbody>${boot.dhcp.map((step) => html`<${Step} step=${step} />`)}${boot.files.map((file) => html`<${File} file=${file} />`)}</tbody>
  </table></div>`;

export function Phone({ device }) {
  const [phone, fault, again] = useCommand("tftp-phone-get", { phone: device });
  const [why, whyFault, whyAgain] = useCommand("tftp-phone-explain", { phone: device });
  const known = phone && phone.arguments;
  const verdict = why && why.arguments;
  return html`<${Heading} title=${device}>Phone ${device}<//>
    <${Told} fault=${fault || whyFault} />
    ${verdict && html`<section class=${`panel ${verdict.level}`} aria-label="Verdict">
      <p><${Level} level=${verdict.level}>${verdict.verdict}<//></p>
      <p id="wrong"><strong>${verdict.wrong}.</strong></p>
      ${verdict["to-do"] && html`<p id="to-do">What to do: ${verdict["to-do"]}.</p>`}</section>`}
    <div class="row"><button onClick=${() => (again(), whyAgain())}>Look again</button><a href="#/phones">All phones</a></div>
    ${known && html`<dl class="facts">
      ${[["MAC", known.mac], ["Model", known.model], ["IPv4", known.address], ["IPv6", known.address6], ["Vendor class", known["vendor-class"]]]
        .filter(([, value]) => value).map(([name, value]) => html`<dt class="faint">${name}</dt><dd>${value}</dd>`)}</dl>
      ${[...known.boots].reverse().map((boot, number) => html`<${Boot} boot=${boot} number=${number} />`)}`}`;
}
