// Rows that are picked with checkboxes, and buttons that act on all of them: <button data-each="POST /jobs/{id}/pause">.
import { call, confirmed, hold, toast } from './actions.js';
import { refresh } from './live.js';

const AT_ONCE = 8;
const boxes = () => [...document.querySelectorAll('input[data-pick]:not(:disabled)')];
const picked = () => boxes().filter((box) => box.checked);

export function listen() {
  document.addEventListener('change', (event) => {
    if (event.target.matches('input[data-pick-all]')) {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    show();
  });
  document.addEventListener('refreshed', show);
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-each]');
    if (button) applyToPicked(button);
  });
}

function show() {
  const count = picked().length;
  for (const bar of document.querySelectorAll('[data-picked-bar]')) {
    bar.hidden = count === 0;
    bar.querySelector('[data-picked-count]').textContent = `${count} selected`;
  }
  const all = document.querySelector('input[data-pick-all]');
  if (all) {
    all.checked = count > 0 && count === boxes().length;
    all.indeterminate = count > 0 && !all.checked;
  }
}

async function applyToPicked(button) {
  const ids = picked().map((box) => box.value);
  const { each, confirm, done } = button.dataset;
  if (confirm && !await confirmed(confirm.replace('{count}', ids.length), button.textContent.trim())) return;
  const release = hold(button);
  const problems = [];
  const left = [...ids];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let id = left.shift(); id; id = left.shift()) {
      await call(each.replace('{id}', id)).catch((problem) => problems.push(problem.message));
    }
  }));
  release();
  for (const box of picked()) box.checked &&= !ids.includes(box.value);
  toast(`${ids.length - problems.length} of ${ids.length}: ${done}`);
  for (const text of new Set(problems)) toast(text, 'bad');
  await refresh();
  show();
}
