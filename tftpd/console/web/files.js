// The appliance's own files (TFTP File Management): one directory at a time, by the rules of tftp-file-*.
import { command } from "./api.js";
import { upload } from "./upload.js";
import { Heading, Told, bytes, html, moment, toHeading, useCommand, useRef, useState } from "./view.js";

const most = 10000; // files that the daemon lists at once
const counted = (number, one, several) => `${number.toLocaleString()} ${number === 1 ? one : several}`;
const hrefOf = (directory) => (directory ? `#/files/${encodeURIComponent(directory)}` : "#/files");
const within = (directory, name) => (directory ? `${directory}/${name}` : name);

/** What lies directly in `directory`: {directories: [{name, files, size}], files}. */
function split(all, directory) {
  const start = directory ? directory.length + 1 : 0;
  const directories = new Map();
  const files = [];
  for (const file of all) {
    const rest = file.name.slice(start);
    const slash = rest.indexOf("/");
    if (slash < 0) {
      files.push({ ...file, short: rest });
    } else {
      const name = rest.slice(0, slash);
      const known = directories.get(name) || { name, files: 0, size: 0 };
      directories.set(name, { name, files: known.files + 1, size: known.size + file.size });
    }
  }
  return { directories: [...directories.values()], files };
}

/** Where one is, each directory above as a link. */
const Way = ({ directory }) => {
  const names = directory ? directory.split("/") : [];
  return html`<nav aria-label="Directory"><ol class="way">
    <li>${names.length ? html`<a href="#/files">All files</a>` : html`<span aria-current="location">All files</span>`}</li>
    ${names.map((name, at) => html`<li>${at + 1 < names.length
      ? html`<a href=${hrefOf(names.slice(0, at + 1).join("/"))}>${name}</a>`
      : html`<span aria-current="location">${name}</span>`}</li>`)}</ol></nav>`;
};

function Upload({ directory, busy, send }) {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    send([...event.target.elements.files.files], form.get("directory").trim().replace(/^\/+|\/+$/g, ""),
      { unpack: form.get("unpack") === "on", replace: form.get("replace") === "on" });
  };
  return html`<section class="panel" aria-label="Upload"><form onSubmit=${submit}>
    <h2>Upload</h2>
    <label for="files">Files, or an archive (zip, tar)</label>
    <input id="files" name="files" type="file" multiple required />
    <label for="directory">Into the directory (empty: the topmost one; made if it is not there)</label>
    <input id="directory" name="directory" type="text" defaultValue=${directory} />
    <p class="row"><label class="line"><input type="checkbox" name="unpack" /> Unpack the archive: all of its files, or none</label>
      <label class="line"><input type="checkbox" name="replace" /> Replace files of the same name</label></p>
    <p><button class="first" disabled=${busy}>Upload</button></p>
    <p class="faint">Device configurations and trust lists are refused: they come from each phone's own cluster.</p>
  </form></section>`;
}

/** [progress, send]: `send` uploads one file after the other; `progress` is the one under way, or null. */
function useUploads(setTold, changed) {
  const [progress, setProgress] = useState(null);
  const send = async (files, directory, { unpack, replace }, nameOf = (file) => within(directory, file.name)) => {
    setTold({});
    const said = [];
    try {
      for (const file of files) {
        setProgress({ name: file.name, at: 0, size: file.size });
        const wish = { name: unpack ? directory : nameOf(file), unpack, replace };
        const text = await upload(file, wish, (at) => setProgress({ name: file.name, at, size: file.size }));
        said.push(unpack ? `${file.name}: ${text}` : text);
      }
      setTold({ done: said.join(" ") });
    } catch (error) {
      setTold({ done: said.join(" "), fault: error.message });
    }
    setProgress(null);
    changed();
  };
  return [progress, send];
}

const Progress = ({ progress }) => html`<div role="status">${progress && html`<p>Uploading ${progress.name}</p>`}</div>
  ${progress && html`<p><label for="progress">${bytes(progress.at)} of ${bytes(progress.size)}${progress.at >= progress.size && ", being stored"}</label>
    <progress id="progress" max=${progress.size || 1} value=${progress.at} /></p>`}`;

/** A button that lets one choose the file to put in the place of `name`. */
function Replace({ name, busy, send }) {
  const chooser = useRef();
  const chosen = (event) => {
    const [file] = event.target.files;
    if (file) send([file], "", { unpack: false, replace: true }, () => name);
    event.target.value = "";
  };
  return html`<input ref=${chooser} type="file" hidden onChange=${chosen} aria-label=${`Replacement of ${name}`} />
    <button disabled=${busy} onClick=${() => chooser.current.click()} aria-label=${`Replace ${name}`}>Replace</button>`;
}

export function Files({ directory, operates }) {
  const [answer, fault, again] = useCommand("tftp-file-list", directory ? { directory, limit: most } : { limit: most });
  const [told, setTold] = useState({});
  const [progress, send] = useUploads(setTold, again);
  const remove = async (name, question, recursive) => {
    if (!confirm(question)) return;
    try {
      setTold({ done: (await command("tftp-file-del", { name, recursive })).text });
    } catch (error) {
      setTold({ fault: error.message });
    }
    toHeading();
    again();
  };
  const known = answer && (answer.arguments || { files: [], size: 0, room: 0 });
  const { directories, files } = split(known ? known.files : [], directory);
  return html`<${Heading} title="Files">Files<//>
    <p>What lies here comes before the cache and the clusters. A change holds from the next request on.</p>
    <${Told} fault=${told.fault || fault} done=${told.done} />
    <${Progress} progress=${progress} />
    <${Way} directory=${directory} />
    <div class="scroll" tabindex="0" role="region" aria-label="Files">
      <table><caption>${!known ? "Asking…" : `${answer.text} ${bytes(known.size)}${known.room ? `; room for ${bytes(known.room)} more` : ""}.`}</caption>
        <thead><tr><th scope="col">Name</th><th scope="col" class="number">Size</th><th scope="col">Changed</th>
          ${operates && html`<th scope="col">Change</th>`}</tr></thead>
        <tbody>
          ${directories.map((one) => { const name = within(directory, one.name); return html`<tr key=${`${name}/`}>
            <th scope="row"><a href=${hrefOf(name)}>${one.name}/</a></th>
            <td class="number">${bytes(one.size)}</td><td>${counted(one.files, "file", "files")}</td>
            ${operates && html`<td><button aria-label=${`Delete ${name}/`}
              onClick=${() => remove(name, `Delete the directory ${name} and ${counted(one.files, "file", "files")} in it?`, true)}>Delete</button></td>`}</tr>`; })}
          ${files.map((file) => html`<tr key=${file.name}>
            <th scope="row">${file.short}</th><td class="number">${bytes(file.size)}</td><td>${moment(file.modified)}</td>
            ${operates && html`<td><div class="row"><${Replace} name=${file.name} busy=${!!progress} send=${send} />
              <button aria-label=${`Delete ${file.name}`} onClick=${() => remove(file.name, `Delete ${file.name}?`, false)}>Delete</button></div></td>`}</tr>`)}
        </tbody></table></div>
    ${operates && html`<${Upload} key=${directory} directory=${directory} busy=${!!progress} send=${send} />`}`;
}
