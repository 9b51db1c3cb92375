// Signing in; at the very first use, choosing the operator's password instead.
import { post } from "./api.js";
import { Heading, Told, html, useState } from "./view.js";

function useForm(send) {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setFault("");
    setBusy(true);
    try {
      await send(Object.fromEntries(new FormData(event.target)));
    } catch (error) {
      setFault(error.message);
    }
    setBusy(false);
  };
  return [submit, fault, busy];
}

export function FirstUse({ fromThisMachine, done }) {
  const [submit, fault, busy] = useForm(async ({ password, again }) => {
    if (password !== again) throw new Error("The two passwords are not the same.");
    await post("first-use", { password });
    await done();
  });
  return html`<main class="narrow" id="main">
    <${Heading} title="First use">Choose a password<//>
    <p>Nobody has used this console yet. Choose the password of the user <strong>operator</strong>: at least ten characters.</p>
    ${!fromThisMachine &&
    html`<p class="panel warning">The first password is set from the machine itself: <code>ssh -L 6980:127.0.0.1:6980 MACHINE</code>, then
      <code>http://127.0.0.1:6980</code>, or by <code>branchlinectl console password</code>; on an appliance at its screen, or by
      <code>ssh operator@BOX console-password</code>.</p>`}
    <form onSubmit=${submit}>
      <input type="text" name="user" value="operator" autocomplete="username" hidden readonly />
      <label for="password">Password</label>
      <input id="password" name="password" type="password" required minlength="10" maxlength="256" autocomplete="new-password" />
      <label for="again">The same again</label>
      <input id="again" name="again" type="password" required autocomplete="new-password" />
      <p><button class="first" disabled=${busy}>Set the password</button></p>
    </form>
    <${Told} fault=${fault} />
  </main>`;
}

export function SignIn({ done }) {
  const [submit, fault, busy] = useForm(async (given) => {
    await post("sign-in", given);
    await done();
  });
  return html`<main class="narrow" id="main">
    <${Heading} title="Sign in">Sign in<//>
    <form onSubmit=${submit}>
      <label for="user">User</label>
      <select id="user" name="user" autocomplete="username">
        <option value="operator">operator</option>
        <option value="viewer">viewer (looks only)</option>
      </select>
      <label for="password">Password</label>
      <input id="password" name="password" type="password" required autocomplete="current-password" />
      <p><button class="first" disabled=${busy}>Sign in</button></p>
    </form>
    <${Told} fault=${fault} />
  </main>`;
}

export function Passwords() {
  const [done, setDone] = useState("");
  const [submit, fault, busy] = useForm(async (given) => {
    setDone("");
    await post("password", given);
    setDone(`The password of ${given.user} is set.`);
  });
  return html`<${Heading} title="Passwords">Passwords<//>
    <p>Two users: <strong>operator</strong> may do all that is here, <strong>viewer</strong> only looks. A viewer can sign in once a
      password is set here.</p>
    <form onSubmit=${submit}>
      <label for="user">Set the password of</label>
      <select id="user" name="user"><option>viewer</option><option>operator</option></select>
      <label for="password">New password</label>
      <input id="password" name="password" type="password" required minlength="10" maxlength="256" autocomplete="new-password" />
      <label for="own">Your own password, the operator's of now</label>
      <input id="own" name="own-password" type="password" required autocomplete="current-password" />
      <p><button class="first" disabled=${busy}>Set</button></p>
    </form>
    <${Told} fault=${fault} done=${done} />`;
}
