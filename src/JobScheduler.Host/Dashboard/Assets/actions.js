// Buttons that call the HTTP API: <button data-call="POST /jobs/…/pause" data-done="Paused">.
//   data-confirm   asks this first              data-body      the JSON to send
//   data-version   sent as If-Match             data-then      where to go afterwards; {field} is taken from the answer
import { refresh } from './live.js';
import { actor } from './preferences.js';

export function listen() {
  document.addEventListener('click', async (event) => {
    const opener = event.target.closest('[data-dialog]');
    if (opener) document.getElementById(opener.dataset.dialog).showModal();
    const button = event.target.closest('button[data-call]');
    if (!button) return;
    event.preventDefault();
    // As the button was when it was pressed: while a question is open, the page may make another of it.
    const { call: what, confirm, done, then, body, version } = button.dataset;
    if (confirm && !await confirmed(confirm, button.textContent.trim())) return;
    const release = hold(button);
    try {
      const answer = await call(what, { body, version });
      if (done) toast(done);
      // The button stays held: the page is about to go.
      if (then) return location.assign(then.replace(/\{(\w+)\}/g, (_, name) => answer[name]));
      release();
      await refresh();
    } catch (problem) {
      release();
      toast(problem.message, 'bad');
    }
  });
}

/** Keeps a button from being pressed again, also when the page is refreshed meanwhile; gives what ends that. */
export function hold(button) {
  button.dataset.busy = '';
  button.disabled = true;
  return () => {
    delete button.dataset.busy;
    button.disabled = false;
  };
}

/** Calls the API; resolves to its answer, or rejects with a Problem, whose message is for people. */
export async function call(what, { body, version } = {}) {
  const [method, path] = what.split(' ');
  const headers = { Accept: 'application/json' };
  if (actor()) headers['X-Actor'] = actor();
  if (version) headers['If-Match'] = `"${version}"`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body) });
  } catch {
    throw new Problem({ title: 'The host does not answer', detail: 'Nothing may have changed; try again when it is back.' });
  }
  const answer = response.headers.get('Content-Type')?.includes('json') ? await response.json() : {};
  if (!response.ok) throw new Problem(answer, response.status);
  return answer;
}

/** A refusal of the API: `errors` names each field that is wrong. */
export class Problem extends Error {
  constructor({ title, detail, errors }, status = 0) {
    super(detail ?? title ?? `The host answered ${status}.`);
    this.status = status;
    this.errors = errors ?? [];
  }
}

/** Asks once, in a dialog; whether the answer was yes. */
export function confirmed(question, yes = 'Yes') {
  const dialog = document.getElementById('confirm');
  dialog.querySelector('[data-question]').textContent = question;
  dialog.querySelector('[data-yes]').textContent = yes;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}

/** Says something for a few seconds; longer when it is bad. */
export function toast(text, kind = '') {
  const note = document.createElement('div');
  note.className = `toast ${kind}`;
  note.textContent = text;
  document.getElementById('toasts').append(note);
  setTimeout(() => note.remove(), kind === 'bad' ? 12_000 : 4_000);
}
