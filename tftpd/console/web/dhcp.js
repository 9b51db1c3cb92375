// The DHCP servers' scopes as the hook in each of them tells them, with what phones there are given at this moment.
import { Heading, Level, html, useLive } from "./view.js";

const option = { 4: "option 150", 6: "option 17, enterprise 9, sub-option 1" };
const whom = { cisco: "phones", all: "every client" };

const Server = ({ server }) => html`<div>${server.up === undefined ? html`<span class="faint">not asked yet </span>`
  : html`<${Level} level=${server.up ? "well" : "problem"}>${server.up ? "up" : "down"}<//> `}
  ${server.address || "this appliance, by its address where the relay's packet arrives"}
  <span class="faint">${[server.auto && server.address && "auto", server["left-out"] && "left out, since another is up"].filter(Boolean).map((word) => ` (${word})`)}</span></div>`;

const Servers = ({ scope }) => (scope["in-effect"].length === 0
  ? html`<${Level} level="warning">no TFTP server is told<//>`
  : html`${scope["in-effect"].map((server) => html`<${Server} server=${server} />`)}
    <div class="faint">${[option[scope.family], `for ${whom[scope.endpoints] || "phones"}`, scope.order === "spread" && "in each phone's own order",
      ...(scope.alternatives || [])].filter(Boolean).join(", ")}</div>`);

const Pools = ({ scope }) => (scope.pools || []).map((pool) => html`<div>${pool.range}
  ${pool["tftp-servers"] && html` <span class="faint">TFTP servers of its own: ${pool["tftp-servers"].join(", ") || "none"}</span>`}</div>`);

const Options = ({ scope }) => (scope.options || []).map((one) => html`<div>${one.name || "option"} <span class="faint">(${one.code})</span> ${one.data}</div>`);

/** What holds besides the scopes, in words. */
function notes({ classes = [], hosts = 0, "left-out": leftOut = 0 }) {
  return [
    ...classes.map((one) => `Clients of the class ${one.name} are told ${one["tftp-servers"].join(", ") || "no server"}.`),
    hosts > 0 && `${hosts} reservations have settings of their own.`,
    leftOut > 0 && `${leftOut} more subnets are not shown.`,
  ].filter(Boolean);
}

function Family({ server, scopes }) {
  const name = `DHCPv${server.family}`;
  return html`<h2>${name}</h2>
    <div class="scroll" tabindex="0" role="region" aria-label=${name}>
      <table><caption>${scopes.length === 1 ? "1 subnet" : `${scopes.length} subnets`}, as kea-dhcp${server.family} runs. ${notes(server).join(" ")}</caption>
        <thead><tr><th scope="col">Subnet</th><th scope="col">Pools</th><th scope="col">TFTP servers that phones are told now</th>
          <th scope="col">Kea's options</th><th scope="col">Leases</th></tr></thead>
        <tbody>${scopes.map((scope) => html`<tr key=${scope["subnet-id"]}>
          <th scope="row">${scope.subnet}<div class="faint">subnet ${scope["subnet-id"]}${scope["shared-network"] && `, ${scope["shared-network"]}`}</div></th>
          <td><${Pools} scope=${scope} /></td><td><${Servers} scope=${scope} /></td><td><${Options} scope=${scope} /></td>
          <td>${scope.leases} <span class="faint">of ${scope["valid-lifetime"]} s</span></td></tr>`)}</tbody></table></div>`;
}

export function Dhcp() {
  const answer = useLive("scopes");
  const servers = answer && (answer.servers || []);
  return html`<${Heading} title="DHCP">DHCP<//>
    <p role="status">${servers === null ? "Asking…" : servers.length ? "The nearest setting holds: host, class, pool, subnet, shared network, then the rest."
      : "No DHCP server has told its scopes. Does kea-dhcp4 or kea-dhcp6 run with the hook, and this daemon with its control socket?"}</p>
    ${(servers || []).map((server) => html`<${Family} key=${server.family} server=${server}
      scopes=${answer.scopes.filter((scope) => scope.family === server.family)} />`)}`;
}
