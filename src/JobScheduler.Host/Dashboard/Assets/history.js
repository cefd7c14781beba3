// A range is drawn over a chart of time: <figure data-brush="…{from}…{to}…" data-from="…" data-to="…">, instants in milliseconds.
import { go } from './navigation.js';

/** Less than this is a click. */
const LEAST_PX = 6;
let drawn = null;

export function listen() {
  document.addEventListener('pointerdown', (event) => {
    const bars = event.target.closest('[data-brush] .bars');
    if (bars && event.button === 0) drawn = { bars, x: event.clientX, pointer: event.pointerId };
  });
  document.addEventListener('pointermove', (event) => {
    if (drawn?.pointer === event.pointerId && isRange(event)) show(event);
  });
  document.addEventListener('pointerup', (event) => {
    if (drawn?.pointer !== event.pointerId) return;
    if (isRange(event)) choose(event);
    end();
  });
  document.addEventListener('pointercancel', end);
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') end(); });
  // Bars are links: they are neither dragged about nor followed when a range was drawn.
  document.addEventListener('dragstart', (event) => { if (event.target.closest?.('[data-brush]')) event.preventDefault(); });
}

const isRange = (event) => Math.abs(event.clientX - drawn.x) >= LEAST_PX;

/** From 0 to 1 of the chart's width, in order. */
function ends(event) {
  const { left, width } = drawn.bars.getBoundingClientRect();
  return [drawn.x, event.clientX].map((x) => Math.min(1, Math.max(0, (x - left) / width))).sort((a, b) => a - b);
}

function show(event) {
  const [from, to] = ends(event);
  const mark = drawn.bars.querySelector('[data-brushed]');
  mark.style.left = `${from * 100}%`;
  mark.style.width = `${(to - from) * 100}%`;
  mark.hidden = false;
}

function choose(event) {
  const { brush, from, to } = drawn.bars.closest('[data-brush]').dataset;
  const [start, stop] = ends(event).map((part) => new Date(Math.round(Number(from) + part * (Number(to) - Number(from)))).toISOString());
  // If a click follows, it does so at once.
  const following = new AbortController();
  document.addEventListener('click', (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, signal: following.signal });
  setTimeout(() => following.abort());
  go(brush.replace('{from}', start).replace('{to}', stop));
}

function end() {
  const mark = drawn?.bars.querySelector('[data-brushed]');
  if (mark) mark.hidden = true;
  drawn = null;
}
