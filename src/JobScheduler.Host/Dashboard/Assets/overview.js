// What a chart shows at the reader's pointer: its values, from the data that stands beside the drawing.

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const count = new Intl.NumberFormat('en');

export function listen() {
  document.addEventListener('pointermove', (event) => {
    const plot = event.target.closest?.('[data-chart] .plot, .heat figure');
    if (shown && shown !== plot) hide();
    if (plot) show(plot, event.clientX);
  });
  document.addEventListener('pointerleave', hide);
  // What is under the pointer may have changed.
  document.addEventListener('refreshed', () => shown && (document.contains(shown) ? show(shown, at) : hide()));
}

let shown = null;
let at = 0;

function show(plot, x) {
  [shown, at] = [plot, x];
  const frame = plot.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (x - frame.left) / frame.width));
  const text = plot.dataset.due ? due(plot, share) : plot.closest('[data-chart]').dataset.chart === 'rate' ? rate(plot, share) : lateness(plot, share);
  const holder = plot.closest('.plot, .heat');
  const [readout, cursor] = [holder.querySelector('.readout'), holder.querySelector('.cursor')];
  readout.hidden = text === null;
  if (cursor) cursor.hidden = text === null;
  if (text === null) return;
  readout.textContent = text;
  const box = holder.getBoundingClientRect();
  const half = readout.offsetWidth / 2;
  readout.style.left = `${Math.min(box.width - half, Math.max(half, x - box.left))}px`;
  readout.style.bottom = `${box.bottom - frame.top + 5}px`;
  if (cursor) cursor.style.left = `${x - box.left}px`;
}

function hide() {
  shown = null;
  for (const element of document.querySelectorAll('.readout, .cursor')) element.hidden = true;
}

function rate(plot, share) {
  const points = plot.dataset.points.split('|');
  const index = Math.min(points.length - 1, Math.floor(share * points.length));
  if (!points[index]) return `${ago(points.length - index)}: not counted yet`;
  const [completed, failed, skipped] = points[index].split(' ').map(Number);
  const step = Number(plot.closest('[data-step]').dataset.step);
  const bad = [failed && `${count.format(failed)} failed`, skipped && `${count.format(skipped)} skipped`].filter(Boolean).join(', ');
  return `${ago(points.length - index)}: ${count.format((completed + failed + skipped) / step)} a second${bad && `, ${bad}`}`;
}

function lateness(plot, share) {
  const total = Number(plot.dataset.count);
  const index = Math.min(total - 1, Math.floor(share * total));
  for (const point of plot.dataset.points.split('|')) {
    const [first, length, p50, p99] = point.split(' ').map(Number);
    if (index >= first && index < first + length) return `${ago(total - index)}: p50 ${duration(p50)}, p99 ${duration(p99)}`;
  }
  return null;
}

function due(figure, share) {
  const counts = figure.dataset.due.split(' ');
  const second = Math.min(59, Math.floor(share * 60));
  const jobs = Number(counts[second]);
  const when = new Date((Number(figure.dataset.start) + second) * 1000);
  return when < Date.now() ? null : `${clock.format(when)} – ${count.format(jobs)} ${jobs === 1 ? 'job' : 'jobs'}`;
}

/** Of a number of stretches of ten seconds. */
const ago = (stretches) => stretches <= 6 ? `${stretches * 10} s ago` : `${Math.floor(stretches / 6)} min ago`;

const duration = (ms) => ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
