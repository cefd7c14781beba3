// Instants on the reader's clock: <time datetime="…" data-as="ago|until|clock|full">; the exact one, here and in UTC, is in the tooltip.

const UNITS = [['s', 60], ['min', 60], ['h', 24], ['d', Infinity]];
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long', hourCycle: 'h23' });

/** Writes all instants below `root` as of now. */
export function showTimes(root) {
  const now = Date.now();
  for (const element of root.querySelectorAll('time[data-as]')) {
    const at = Date.parse(element.dateTime);
    const text = textOf(at, now, element.dataset.as);
    if (element.textContent !== text) element.textContent = text;
    if (element.dataset.shown !== element.dateTime) {
      element.dataset.shown = element.dateTime;
      element.title = `${full.format(at)}\n${element.dateTime}`;
    }
  }
}

function textOf(at, now, form) {
  if (form === 'ago') return relative(at - now);
  // What is due next is due, not past, until the page knows of the next after it.
  if (form === 'until') return relative(Math.max(0, at - now));
  return exact(at, now, form);
}

function exact(at, now, form) {
  const sameDay = day.format(at) === day.format(now);
  return form === 'clock' && sameDay ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`;
}

/** Of a difference in milliseconds: "in 5 s", "3 min ago". */
export function relative(difference) {
  let amount = Math.round(Math.abs(difference) / 1000);
  if (amount === 0) return 'now';
  for (const [unit, size] of UNITS) {
    if (amount < size) return difference > 0 ? `in ${amount} ${unit}` : `${amount} ${unit} ago`;
    amount = Math.floor(amount / size);
  }
}
