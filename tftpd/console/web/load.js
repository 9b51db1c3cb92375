// How much phones ask for, and how well it gets through, over the last half hour.
import { live } from "./api.js";
import { Plot } from "./plot.js";
import { Heading, html, useEffect, useState } from "./view.js";

const most = 900; // samples kept, as many as the daemon keeps

function useSamples() {
  const [samples, set] = useState(null);
  useEffect(() => {
    let all = [];
    return live("load", (change) => set((all = change.all ? change.samples : [...all, ...change.samples].slice(-most))));
  }, []);
  return samples;
}

const aSecond = (name) => (sample) => (sample[name] * 1000) / sample.ms;
const kilobytes = (name) => (sample) => sample[name] / sample.ms; // bytes a millisecond = kB a second
const resent = (sample) => {
  const all = sample["tftp-blocks-sent"] + sample["tftp-blocks-resent"];
  return all ? (100 * sample["tftp-blocks-resent"]) / all : 0;
};

const plots = [
  { title: "Requests", unit: "a second", series: [{ name: "TFTP", of: aSecond("tftp-requests") }, { name: "HTTP", of: aSecond("http-requests") }] },
  { title: "Under way", unit: "at once", series: [{ name: "TFTP transfers", of: (one) => one.transfers }, { name: "HTTP connections", of: (one) => one.connections }] },
  { title: "Sent", unit: "kB a second", series: [{ name: "by TFTP", of: kilobytes("tftp-bytes-sent") }, { name: "by HTTP", of: kilobytes("http-bytes-sent") },
    { name: "fetched from clusters", of: kilobytes("fetch-bytes-received") }] },
  { title: "TFTP blocks resent", unit: "percent", series: [{ name: "resent", of: resent }] },
];

export function Load() {
  const samples = useSamples();
  return html`<${Heading} title="Load">Load<//>
    <p role="status">${samples === null ? "Asking…" : "The last half hour, every two seconds."}</p>
    <p class="faint">Blocks are resent when they are lost or late: a few percent for long points to the network between here and the phones
      (path MTU, a duplex mismatch, Wi-Fi). All counters are at /metrics.</p>
    <div class="plots">${samples && plots.map((plot) => html`<${Plot} key=${plot.title} ...${plot} samples=${samples} />`)}</div>`;
}
