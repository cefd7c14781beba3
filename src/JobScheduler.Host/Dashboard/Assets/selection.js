// Rows that are picked with checkboxes, and buttons that act on all of them: <button data-each="POST /jobs/{id}/pause">.
import { call, confirmed, toast } from './actions.js';
import { refresh } from './live.js';

const AT_ONCE = 8;
const picked = () => [...document.querySelectorAll('input[data-pick]:checked')];

export function listen() {
  document.addEventListener('change', (event) => {
    if (event.target.matches('input[data-pick-all]')) {
      for (const box of document.querySelectorAll('input[data-pick]')) box.checked = event.target.checked;
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
    const boxes = document.querySelectorAll('input[data-pick]').length;
    all.checked = count > 0 && count === boxes;
    all.indeterminate = count > 0 && count < boxes;
  }
}

async function applyToPicked(button) {
  const ids = picked().map((box) => box.value);
  if (button.dataset.confirm && !await confirmed(button.dataset.confirm.replace('{count}', ids.length), button.textContent.trim())) return;
  button.disabled = true;
  const problems = [];
  const left = [...ids];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let id = left.shift(); id; id = left.shift()) {
      await call(button.dataset.each.replace('{id}', id)).catch((problem) => problems.push(problem.message));
    }
  }));
  button.disabled = false;
  for (const box of picked()) box.checked = false;
  toast(`${ids.length - problems.length} of ${ids.length}: ${button.dataset.done}`);
  for (const text of new Set(problems)) toast(text, 'bad');
  await refresh();
  show();
}
