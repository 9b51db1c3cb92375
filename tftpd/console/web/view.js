// What all pages are made of.
import { h, render } from "./vendor/preact.js";
import { useEffect, useRef, useState } from "./vendor/hooks.js";
import htm from "./vendor/htm.js";
import { command, live } from "./api.js";

export const html = htm.bind(h);
export { render, useEffect, useRef, useState };

/** A page's heading: takes the focus when the page opens, so that a screen reader says where one is. */
export function Heading({ children, title }) {
  const place = useRef();
  useEffect(() => {
    document.title = `${title} – Branchline`;
    place.current.focus();
  }, [title]);
  return html`<h1 tabindex="-1" ref=${place}>${children}</h1>`;
}

/** For when what had the focus has gone with what was done. */
export const toHeading = () => document.querySelector("h1").focus();

/** What went wrong, or what was done, told at once to those who cannot see it. */
export const Told = ({ fault, done }) => html`
  <div role="alert">${fault && html`<p class="panel problem"><strong>Not done: </strong>${fault}</p>`}</div>
  <div role="status">${done && html`<p class="panel">${done}</p>`}</div>`;

const marks = { well: "✓", waiting: "…", warning: "!", problem: "✗" };
export const Level = ({ level, children }) =>
  html`<span class=${`level ${level}`}><span aria-hidden="true">${marks[level] || "•"} </span>${children || level}</span>`;

/** [answer, fault, again]: a command's answer, asked when the page opens and by again(). */
export function useCommand(name, given) {
  const [state, set] = useState([null, ""]);
  const again = () => command(name, given).then((answer) => set([answer, ""]), (error) => set([null, error.message]));
  useEffect(() => void again(), [name, JSON.stringify(given)]);
  return [...state, again];
}

/** The newest answer of a topic (null = none yet), as it changes. */
export function useLive(topic) {
  const [answer, set] = useState(null);
  useEffect(() => live(topic, set), [topic]);
  return answer;
}

export function since(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}

export const bytes = (count) =>
  count < 10000 ? `${count} B` : count < 10e6 ? `${Math.round(count / 1e3)} kB` : count < 10e9 ? `${Math.round(count / 1e6)} MB` : `${Math.round(count / 1e9)} GB`;
export const moment = (text) => html`<time datetime=${text}>${new Date(text).toLocaleString()}</time>`;
export const clock = (text) => html`<time datetime=${text} title=${text}>${new Date(text).toLocaleTimeString()}</time>`;
