// While a rebuild runs, its progress is looked at more often than the log grows.
import { refresh } from './live.js';

const OFTEN_MS = 1000;

export function listen() {
  let looking = false;
  setInterval(async () => {
    if (looking || document.hidden || !document.querySelector('[data-rebuilding]')) return;
    looking = true;
    await refresh();
    looking = false;
  }, OFTEN_MS);
}
