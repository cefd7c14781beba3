// Keeps what is marked data-live as fresh as the log, without costing more of the host than a page is worth.
import { morph } from './morph.js';
import { showTimes } from './times.js';

/** A page is fetched again after at least this many times what it took the host: one open page costs it below two per cent of a core. */
const COST = 60;
const SHORTEST_MS = 1000;
const LONGEST_MS = 30_000;
/** The host sends a beat every five seconds at the latest. */
const SILENCE_MS = 15_000;

let source = null;
let heard = Date.now();
let waiting = null;
let fetching = null;
let pauseUntil = 0;
let lastFresh = Date.now();

/** Follows the host's beats while the page is visible. */
export function follow() {
  document.addEventListener('visibilitychange', () => (document.hidden ? stop() : start()));
  setInterval(watch, 1000);
  if (!document.hidden) start();
}

/** Fetches the page and shows what has changed, now: after an action, or to go to another place. */
export async function refresh({ url = location.href, whole = false } = {}) {
  clearTimeout(waiting);
  waiting = null;
  fetching?.abort();
  const own = (fetching = new AbortController());
  try {
    const response = await fetch(url, { signal: own.signal, headers: { Accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    if (own.signal.aborted) return false;
    pauseUntil = Date.now() + Math.min(LONGEST_MS, Math.max(SHORTEST_MS, COST * serverTime(response)));
    if (!page.getElementById('main')) throw new Error('not a page');
    if (whole) morph(document.getElementById('main'), page.getElementById('main'));
    else for (const part of document.querySelectorAll('[data-live][id]')) {
      const fresh = page.getElementById(part.id);
      if (fresh) morph(part, fresh);
    }
    if (document.title !== page.title) document.title = page.title;
    lastFresh = Date.now();
    showTimes(document);
    document.dispatchEvent(new CustomEvent('refreshed'));
    return true;
  } catch (error) {
    if (error.name !== 'AbortError') lost();
    return false;
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
    document.getElementById('connection').hidden = true;
    soon();
  });
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
  if (Date.now() - heard > SILENCE_MS) lost();
  if (source.readyState === EventSource.CLOSED) {
    // What the browser has given up, is tried again.
    lost();
    stop();
    start();
  }
}

function lost() {
  const banner = document.getElementById('connection');
  banner.textContent = `The host does not answer. What you see is as of ${new Date(lastFresh).toLocaleTimeString()}; trying again.`;
  banner.hidden = false;
}

const serverTime = (response) => Number(/dur=([\d.]+)/.exec(response.headers.get('Server-Timing') ?? '')?.[1] ?? 0);
