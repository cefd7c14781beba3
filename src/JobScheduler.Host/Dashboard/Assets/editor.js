// The form of a job: it says to the host what stands in it, as a request of the API would, and shows what the host makes of that:
// when the job is due, what is wrong and what would change. Saving goes through the API itself.
import { call, toast } from './actions.js';
import { collect, dirty, initial, show } from './job-form.js';
import { morph } from './morph.js';
import { listen as cron } from './cron-cells.js';
import { showTimes } from './times.js';

const TYPING_MS = 300;
/** What has passed leaves the list of next times, but not more often than this. */
const PASSING_MS = 5000;

let form = null;
/** The fields whose mistakes are shown; null, once it was to be saved: all. */
let touched = new Set();
let typing = null;
let asking = null;
let saved = false;

export function listen() {
  form = document.getElementById('editor');
  if (!form) return;
  initial(form);
  cron(form);
  offerOwnZone();
  showBodyHint();
  form.addEventListener('input', (event) => { touch(event.target); soon(); });
  form.addEventListener('change', (event) => { touch(event.target); showWhen(); soon(); });
  form.addEventListener('click', clicked);
  form.addEventListener('submit', (event) => { event.preventDefault(); save(); });
  addEventListener('beforeunload', (event) => { if (!saved && dirty(form)) event.preventDefault(); });
  showWhen();
  check();
}

function touch(input) {
  if (input.matches('[data-header-name], [data-header-value]')) touched?.add('headers');
  else if (input.name === 'when') touched?.delete('schedule');
  else if (input.name) touched?.add(input.name);
  if (input.name === 'body') showBodyHint();
}

function soon() {
  clearTimeout(typing);
  typing = setTimeout(check, TYPING_MS);
}

/** Asks the host what it makes of the form; resolves to its answer, or null when another question came first or there is no answer. */
async function check() {
  clearTimeout(typing);
  asking?.abort();
  const own = (asking = new AbortController());
  const { job, version } = form.dataset;
  try {
    const response = await fetch(`/ui/parts/job${job ? `?id=${job}&since=${version}` : ''}`, {
      method: 'POST', signal: own.signal, body: collect(form).text, headers: { 'Content-Type': 'application/json' },
    });
    const part = new DOMParser().parseFromString(await response.text(), 'text/html');
    if (own.signal.aborted) return null;
    if (!part.getElementById('faults')) throw new Error('not what was asked for');
    morph(document.getElementById('insight'), part.getElementById('insight'));
    document.getElementById('newer').replaceChildren(...part.getElementById('meanwhile').cloneNode(true).childNodes);
    showTimes(document);
    part.errors = [...part.querySelectorAll('#faults li')].map((fault) => ({ field: fault.dataset.field, message: fault.textContent }));
    show(form, part.errors, touched);
    again();
    return part;
  } catch (error) {
    if (error.name !== 'AbortError') {
      show(form, [{ field: '$', message: 'The host does not answer. Nothing that you typed is lost; it is tried again.' }], touched);
      typing = setTimeout(check, PASSING_MS);
    }
    return null;
  }
}

/** When the first of the times shown has passed. */
function again() {
  const next = document.querySelector('#insight time');
  if (next) typing = setTimeout(() => (document.hidden ? again() : check()), Math.max(PASSING_MS, Math.min(Date.parse(next.dateTime) - Date.now() + 500, 2 ** 30)));
}

async function save() {
  const answer = await check();
  if (!answer) return;
  touched = null;
  if (refused(answer.errors)) return;
  if (!form.dataset.job) return send('POST /jobs', {});
  if (answer.getElementById('changes').dataset.count === '0') return toast('Nothing has changed.');
  const dialog = document.getElementById('review');
  for (const part of ['meanwhile', 'changes']) dialog.querySelector(`[data-${part}]`).replaceChildren(...answer.getElementById(part).cloneNode(true).childNodes);
  dialog.returnValue = '';
  dialog.showModal();
  dialog.addEventListener('close', () => {
    // To the version that was looked at: whoever was faster is shown first.
    if (dialog.returnValue === 'save') send(`PUT /jobs/${form.dataset.job}`, { version: answer.querySelector('[data-version]').dataset.version });
  }, { once: true });
}

async function send(what, { version }) {
  const button = form.querySelector('[type="submit"]');
  button.disabled = true;
  try {
    const answer = await call(what, { body: collect(form).text, version });
    saved = true;
    // The button stays as it is: the page is about to go.
    location.assign(`/ui/jobs/${form.dataset.job ?? answer.jobId}`);
  } catch (problem) {
    button.disabled = false;
    if (problem.status === 412) {
      toast('Somebody has just changed the job; look again.', 'bad');
      save();
    } else if (!refused(problem.errors)) {
      toast(problem.message, 'bad');
    }
  }
}

/** Shows what is wrong, and goes to the first; false when nothing is. */
function refused(errors) {
  show(form, errors, null)?.focus();
  return errors.length > 0;
}

function clicked({ target }) {
  const button = target.closest('button');
  if (!button) return;
  if (button.matches('[data-preset]')) put('schedule', button.dataset.preset);
  if (button.matches('[data-my-zone]')) put('timeZone', button.dataset.myZone);
  if (button.matches('[data-test-call]')) testCall(button);
  if (button.matches('[data-add-header]')) {
    const rows = document.getElementById('headers');
    rows.append(document.getElementById('header-row').content.cloneNode(true));
    rows.lastElementChild.querySelector('input').focus();
  }
  if (button.matches('[data-remove-header]')) {
    button.closest('.header').remove();
    touched?.add('headers');
    soon();
  }
}

function put(name, value) {
  const input = form.elements[name];
  input.value = value;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

function showWhen() {
  const when = form.elements.when.value;
  for (const part of form.querySelectorAll('[data-when]')) part.hidden = part.dataset.when !== when;
}

function offerOwnZone() {
  const button = form.querySelector('[data-my-zone]');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || zone === 'UTC') return;
  button.dataset.myZone = zone;
  button.textContent = `Mine: ${zone}`;
  button.hidden = false;
}

function showBodyHint() {
  const text = form.elements.body.value;
  const hint = form.querySelector('[data-body-hint]');
  hint.classList.remove('warn');
  if (!text.trim()) {
    hint.textContent = 'Sent as it is. JSON is sent as application/json, anything else as text/plain.';
    return;
  }
  try {
    JSON.parse(text);
    hint.textContent = 'This is JSON: sent as application/json, unless the content type says otherwise.';
  } catch (error) {
    const isMeantAsJson = /^\s*[[{]/.test(text);
    hint.classList.toggle('warn', isMeantAsJson);
    hint.textContent = isMeantAsJson ? `Looks like JSON, but is not: ${error.message}` : 'This is not JSON: sent as text/plain, unless the content type says otherwise.';
  }
}

async function testCall(button) {
  const result = document.getElementById('test-result');
  const { job, from } = form.dataset;
  button.disabled = true;
  result.replaceChildren(line('muted', 'Calling…'));
  try {
    const answer = await call(`POST /jobs/test-call${job ?? from ? `?jobId=${job ?? from}` : ''}`, { body: collect(form, { whole: true, when: false }).text });
    result.replaceChildren(...told(answer));
  } catch (problem) {
    result.replaceChildren(line('bad', problem.message));
    show(form, problem.errors, null)?.focus();
  } finally {
    button.disabled = false;
  }
}

function told(answer) {
  const badge = line(`badge ${answer.success ? 'good' : 'bad'}`, answer.success ? 'success' : 'failure', 'span');
  const head = line('row', '');
  const took = answer.durationMs < 1000 ? `${Math.round(answer.durationMs)} ms` : `${(answer.durationMs / 1000).toFixed(2)} s`;
  head.append(badge, ` ${[answer.statusCode, took].filter((part) => part !== null).join(' · ')}`);
  const parts = [head];
  if (answer.error) parts.push(line('bad', answer.error));
  if (answer.response) parts.push(line('', answer.response, 'pre'));
  if (answer.responseHeaders.length) parts.push(line('muted', `Headers: ${answer.responseHeaders.join(', ')}`, 'small'));
  return parts;
}

function line(className, text, name = 'p') {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
