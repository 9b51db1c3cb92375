// The console: who is signed in, which page is open (#/phones, #/phones/SEP…), and what stands around every page.
import { Clusters } from "./clusters.js";
import { Dhcp } from "./dhcp.js";
import { Files } from "./files.js";
import { onSignedOut, post, session } from "./api.js";
import { Load } from "./load.js";
import { Phone, Phones } from "./phones.js";
import { Services } from "./services.js";
import { FirstUse, Passwords, SignIn } from "./sign_in.js";
import { Told, html, render, useEffect, useState } from "./view.js";

const pages = [
  { path: "phones", title: "Phones", show: (one) => (one ? html`<${Phone} key=${one} device=${one} />` : html`<${Phones} />`) },
  { path: "clusters", title: "Clusters", show: (_, operates) => html`<${Clusters} operates=${operates} />` },
  { path: "files", title: "Files", show: (one, operates) => html`<${Files} key=${one} directory=${one || ""} operates=${operates} />` },
  { path: "dhcp", title: "DHCP", show: () => html`<${Dhcp} />` },
  { path: "services", title: "Services", show: (_, operates) => html`<${Services} operates=${operates} />` },
  { path: "load", title: "Load", show: () => html`<${Load} />` },
  { path: "passwords", title: "Passwords", operates: true, show: () => html`<${Passwords} />` },
];

const place = () => location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);

function App() {
  const [now, setNow] = useState(null);
  const [fault, setFault] = useState("");
  const [[path, one], setPlace] = useState(place());
  const look = () => session().then(setNow, (error) => setFault(error.message));
  useEffect(() => {
    onSignedOut(look);
    addEventListener("hashchange", () => setPlace(place()));
    look();
  }, []);
  if (fault) return html`<main><h1>Branchline</h1><${Told} fault=${fault} /></main>`;
  if (!now) return html`<main><h1>Branchline</h1><p role="status">Asking…</p></main>`;
  if (now["first-use"]) return html`<${FirstUse} fromThisMachine=${now["from-this-machine"]} done=${look} />`;
  if (!now.user) return html`<${SignIn} done=${look} />`;
  const mine = pages.filter((page) => !page.operates || now.user === "operator");
  const page = mine.find((each) => each.path === path) || mine[0];
  return html`<a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), document.querySelector("h1").focus())}>To the content</a>
    <header>
      <span class="brand">Branchline</span>
      <nav aria-label="Pages"><ul>${mine.map((each) => html`<li key=${each.path}>
        <a href=${`#/${each.path}`} aria-current=${each === page ? "page" : undefined}>${each.title}</a></li>`)}</ul></nav>
      <div class="who"><span>${now.user}</span>
        <button onClick=${() => post("sign-out", {}).then(look, look)}>Sign out</button></div>
    </header>
    <main id="main">${page.show(one, now.user === "operator")}</main>`;
}

render(html`<${App} />`, document.getElementById("app"));
