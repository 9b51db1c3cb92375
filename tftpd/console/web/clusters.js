// The remote clusters (Cluster View): how they are, and adding, changing and taking them out, by the rules of the configuration.
import { command } from "./api.js";
import { Heading, Level, Told, html, since, toHeading, useLive, useState } from "./view.js";

const fresh = { "cluster-id": "", fqdn: "", description: "", secure: false, "tftp-servers": [] };

/** A server as the configuration has it: the address alone while its ports are the usual ones. */
const written = (server) => {
  if (server["tftp-port"] === 69 && server["http-port"] === 6970) return server.address;
  return { address: server.address, port: server["tftp-port"], "http-port": server["http-port"] };
};

function Form({ cluster, others, done, cancel }) {
  const isNew = cluster === fresh;
  const [fault, setFault] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const servers = [1, 2, 3].map((n) => form.get(`server${n}`).trim()).filter(Boolean)
      .map((address) => { const known = cluster["tftp-servers"].find((one) => one.address === address); return known ? written(known) : address; });
    const given = { "cluster-id": isNew ? form.get("id") : cluster["cluster-id"], fqdn: form.get("fqdn"), description: form.get("description"),
      "tftp-servers": servers, secure: form.get("secure") === "on" };
    if (form.get("transport")) given.transport = form.get("transport");
    if (form.get("before")) given.before = form.get("before");
    try {
      done((await command(isNew ? "tftp-cluster-add" : "tftp-cluster-update", given)).text);
    } catch (error) {
      setFault(error.message);
    }
  };
  const server = (n) => (cluster["tftp-servers"][n - 1] || { address: "" }).address;
  return html`<section class="panel" aria-label="Cluster"><form onSubmit=${submit}>
    <h2>${isNew ? "Add a cluster" : `Change ${cluster["cluster-id"]}`}</h2>
    ${isNew && html`<label for="id">Cluster ID (letters, digits, dots, hyphens)</label>
      <input id="id" name="id" type="text" required pattern="[A-Za-z0-9.\\-]+" />`}
    <label for="fqdn">FQDN (at most 50 letters, digits, dots, hyphens, asterisks, spaces)</label>
    <input id="fqdn" name="fqdn" type="text" maxlength="50" defaultValue=${cluster.fqdn} />
    <label for="description">Description (at most 128 characters, none of ${'" > < \\ - & %'})</label>
    <input id="description" name="description" type="text" maxlength="128" defaultValue=${cluster.description} />
    ${[1, 2, 3].map((n) => html`<label for=${`server${n}`}>TFTP server ${n}${n === 1 ? "" : " (optional)"}</label>
      <input id=${`server${n}`} name=${`server${n}`} type="text" required=${n === 1} defaultValue=${server(n)} />`)}
    <label for="transport">How it is asked</label>
    <select id="transport" name="transport">
      ${!isNew && html`<option value="">as until now</option>`}<option value="auto">HTTP 6970, else TFTP</option><option value="http">HTTP only</option><option value="tftp">TFTP only</option></select>
    <label for="before">Place among the clusters: the first that has a file owns it</label>
    <select id="before" name="before"><option value="">${isNew ? "last" : "as until now"}</option>
      ${others.map((id) => html`<option value=${id}>before ${id}</option>`)}</select>
    <p><label class="line"><input type="checkbox" name="secure" defaultChecked=${cluster.secure} /> Cluster is secure: only signed files are passed on</label></p>
    <div class="row"><button class="first">${isNew ? "Add" : "Change"}</button><button type="button" onClick=${cancel}>Leave it</button></div>
    <${Told} fault=${fault} />
  </form></section>`;
}

const Server = ({ server }) => html`<div><${Level} level=${server.up ? "well" : "problem"}>${server.up ? "up" : "down"}<//> ${server.address}
  <span class="faint">${[server.transport !== "unknown" && server.transport, server["since-last-answer"] !== undefined && `answered ${since(server["since-last-answer"])}`,
    !server.up && server["last-error"]].filter(Boolean).join(", ")}</span></div>`;

export function Clusters({ operates }) {
  const answer = useLive("clusters");
  const clusters = answer && (answer.clusters || []);
  const [form, setForm] = useState(null);
  const [told, setTold] = useState({});
  const run = (name, given) => command(name, given).then((answer) => setTold({ done: answer.text }), (error) => setTold({ fault: error.message }));
  const ids = (clusters || []).map((cluster) => cluster["cluster-id"]);
  const remove = (id) => confirm(`Take the cluster ${id} out? Its phones get no files from it any more.`) && (toHeading(), run("tftp-cluster-del", { "cluster-id": id }));
  return html`<${Heading} title="Clusters">Clusters<//>
    <${Told} ...${told} />
    ${operates && html`<div class="row">
      <button class="first" onClick=${() => (setTold({}), setForm(fresh))}>Add a cluster</button>
      <button onClick=${() => run("config-write")}>Keep all changes after a restart</button></div>`}
    ${form && html`<${Form} key=${form["cluster-id"]} cluster=${form} others=${ids.filter((id) => id !== form["cluster-id"])}
      done=${(text) => (setForm(null), toHeading(), setTold({ done: text }))} cancel=${() => (setForm(null), toHeading())} />`}
    <div class="scroll" tabindex="0" role="region" aria-label="Clusters">
      <table><caption>${clusters === null ? "Asking…" : `${clusters.length} clusters, in the order in which they own files.`}</caption>
        <thead><tr><th scope="col">Cluster</th><th scope="col">FQDN</th><th scope="col">Description</th><th scope="col">Secure</th>
          <th scope="col">State</th><th scope="col">TFTP servers, in the order they are asked</th>${operates && html`<th scope="col">Change</th>`}</tr></thead>
        <tbody>${(clusters || []).map((cluster) => { const id = cluster["cluster-id"]; return html`<tr key=${id}>
          <th scope="row">${id}${cluster.learned && html` <span class="faint">from DNS</span>`}</th>
          <td>${cluster.fqdn}</td><td>${cluster.description}</td><td>${cluster.secure ? "yes" : "no"}</td>
          <td><${Level} level=${cluster.up ? "well" : "problem"}>${cluster.up ? "up" : "down"}<//>
            ${cluster.loop && html`<br /><${Level} level="warning">${cluster.loop}<//>`}</td>
          <td>${cluster["tftp-servers"].map((server) => html`<${Server} server=${server} />`)}</td>
          ${operates && html`<td><div class="row">${cluster.learned
            ? html`<button onClick=${() => run("tftp-cluster-refresh", { "cluster-id": id })} aria-label=${`Look up ${id}`}>Look up</button>`
            : html`<button onClick=${() => (setTold({}), setForm(cluster))} aria-label=${`Change ${id}`}>Change</button>
              <button onClick=${() => remove(id)} aria-label=${`Delete ${id}`}>Delete</button>`}</div></td>`}</tr>`; })}</tbody>
      </table></div>`;
}
