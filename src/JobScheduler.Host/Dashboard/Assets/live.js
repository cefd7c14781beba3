// Keeps what is marked data-live as fresh as the log, without costing more of the host than a page is worth.
import { morph } from './morph.js';
import { showTimes } from './times.js';

/** A page is fetched again after at least this many times what it took the host: one open page costs it below two per cent of a core. */
const COST = 60;
const SHORTEST_MS = 1000;
const LONGEST_MS = 30_000;
/** The host sends a beat every five seconds at the latest. */
const SILENCE_MS = 15_000;
/** What is lost is looked for this often; an answer that takes longer than the other counts as none. */
const AGAIN_MS = 3000;
const PATIENCE_MS = 20_000;

let source = null;
let heard = Date.now();
let waiting = null;
let fetching = null;
let pauseUntil = 0;
let lastFresh = Date.now();
/** Whether what is shown may be old, and since when nobody has looked. */
let isLost = false;
let lastTry = Date.now();
/** Whether the address has changed and the whole page is to follow, once it can be had. */
let owesWhole = false;

/** Follows the host's beats while the page is visible. */
export function follow() {
  // A page that says what went wrong is there only until the real one can be had.
  isLost = isProblem();
  document.addEventListener('visibilitychange', () => (document.hidden ? stop() : start()));
  setInterval(watch, 1000);
  if (!document.hidden) start();
}

/** Fetches the page and shows what has changed, now: after an action, or to go to another place. */
export async function refresh({ url = location.href, whole = owesWhole } = {}) {
  clearTimeout(waiting);
  waiting = null;
  fetching?.abort();
  const own = (fetching = new AbortController());
  owesWhole = whole;
  lastTry = Date.now();
  try {
    const response = await fetch(url, { signal: AbortSignal.any([own.signal, AbortSignal.timeout(PATIENCE_MS)]), headers: { Accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    if (own.signal.aborted) return false;
    pauseUntil = Date.now() + Math.min(LONGEST_MS, Math.max(SHORTEST_MS, COST * serverTime(response)));
    // What says that there is no page is never put into one.
    if (response.status >= 500) return lost(page.querySelector('main h1')?.textContent ?? `The host answered ${response.status}`);
    if (!page.getElementById('main')) return lost('Something else than the host answers');
    if (isProblem()) return location.reload();
    if (whole) morph(document.getElementById('main'), page.getElementById('main'));
    else for (const part of document.querySelectorAll('[data-live][id]')) {
      const fresh = page.getElementById(part.id);
      if (fresh) morph(part, fresh);
    }
    if (document.title !== page.title) document.title = page.title;
    found();
    showTimes(document);
    document.dispatchEvent(new CustomEvent('refreshed'));
    return true;
  } catch (error) {
    return own.signal.aborted ? false : lost('The host does not answer');
  } finally {
    if (fetching === own) fetching = null;
  }
}

function start() {
  if (source) return;
  heard = Date.now();
  source = new EventSource('/ui/live');
  source.addEventListener('beat', () => {
    heard = Date.now();
    soon();
  });
  // Whether the host is gone, or its database, or all is well again, the page itself says.
  source.addEventListener('error', () => { isLost = true; });
}

function stop() {
  source?.close();
  source = null;
}

/** Once the last fetch has been paid for; beats that come until then ask for the same. */
function soon() {
  if (waiting || fetching || !document.querySelector('[data-live][id]')) return;
  waiting = setTimeout(() => { waiting = null; refresh(); }, Math.max(0, pauseUntil - Date.now()));
}

function watch() {
  if (!source) return;
  if (Date.now() - heard > SILENCE_MS) isLost = true;
  if (!isLost || Date.now() - lastTry < AGAIN_MS) return;
  if (fetching) {
    lost('The host does not answer');
    return;
  }
  if (source.readyState === EventSource.CLOSED) {
    // What the browser has given up, is tried again.
    stop();
    start();
  }
  refresh();
}

function lost(what) {
  isLost = true;
  if (!isProblem()) {
    const banner = document.getElementById('connection');
    const text = `${what}. What you see is as of ${new Date(lastFresh).toLocaleTimeString(undefined, { hourCycle: 'h23' })}; trying again.`;
    if (banner.textContent !== text) banner.textContent = text;
    banner.hidden = false;
  }
  return false;
}

function found() {
  isLost = owesWhole = false;
  lastFresh = heard = Date.now();
  document.getElementById('connection').hidden = true;
}

const isProblem = () => document.querySelector('main [data-retry]') !== null;

const serverTime = (response) => Number(/dur=([\d.]+)/.exec(response.headers.get('Server-Timing') ?? '')?.[1] ?? 0);
