// A plot of numbers over time as SVG. Its lines differ by how they are dashed, not by colour alone, and its legend says in words
// what they come to, so that nothing is lost on those who see neither.
import { html } from "./view.js";

const wide = 640;
const high = 150;
const left = 56;
const bottom = 20;
const dashes = ["", "7 4", "2 3"];

/** The next of 1, 2, 5, 10, 20 … that is not below `value`. */
function round(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

/** A number as people read it: 0, 0.4, 17, 1,240. */
const short = (value) => (value > 0 && value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString());
const time = (at) => new Date(at).toLocaleTimeString();

/** `series`: [{name, of: (sample) => number}], at most three; `samples` have `at` in milliseconds, the latest last. */
export function Plot({ title, unit, samples, series }) {
  const values = series.map(({ of }) => samples.map(of));
  const top = round(Math.max(1, ...values.map((line) => Math.max(0, ...line))));
  const first = samples.length ? samples[0].at : 0;
  const span = samples.length ? Math.max(1, samples.at(-1).at - first) : 1;
  const x = (at) => left + ((wide - left - 8) * (at - first)) / span;
  const y = (value) => high - bottom - ((high - bottom - 8) * value) / top;
  const line = (numbers) => numbers.map((value, at) => `${x(samples[at].at).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const words = series.map(({ name }, at) => ({ name, now: short(values[at].at(-1) || 0), most: short(Math.max(0, ...values[at])) }));
  const said = words.map(({ name, now, most }) => `${name} now ${now}, at most ${most}`).join("; ");
  return html`<figure class="plot">
    <figcaption>${title} <span class="faint">(${unit})</span></figcaption>
    <svg viewBox=${`0 0 ${wide} ${high}`} role="img" aria-label=${`${title}, ${unit}: ${said}`}>
      ${[0, top / 2, top].map((value) => html`<g key=${value}><line class="grid" x1=${left} x2=${wide - 8} y1=${y(value)} y2=${y(value)} />
        <text x=${left - 6} y=${y(value) + 4} text-anchor="end">${short(value)}</text></g>`)}
      ${samples.length > 1 && html`<text x=${left} y=${high - 4}>${time(first)}</text>
        <text x=${wide - 8} y=${high - 4} text-anchor="end">${time(first + span)}</text>`}
      ${values.map((numbers, at) => html`<polyline key=${at} class=${`line line${at}`} stroke-dasharray=${dashes[at]} points=${line(numbers)} />`)}
    </svg>
    <ul class="legend">${words.map(({ name, now, most }, at) => html`<li key=${name}>
      <svg class="key" viewBox="0 0 30 10" aria-hidden="true"><line class=${`line line${at}`} stroke-dasharray=${dashes[at]} x1="0" x2="30" y1="5" y2="5" /></svg>
      ${name}: <strong>${now}</strong> now, ${most} at most</li>`)}</ul>
  </figure>`;
}
