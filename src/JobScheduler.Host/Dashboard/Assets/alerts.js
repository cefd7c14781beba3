// Acknowledging an alert with a note: <button data-acknowledge="its id" data-about="what it says"> opens the dialog of the same name.
import { call, toast } from './actions.js';
import { refresh } from './live.js';

export function listen() {
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-acknowledge]');
    if (button) ask(button.dataset.acknowledge, button.dataset.about);
  });
}

function ask(id, about) {
  const dialog = document.getElementById('acknowledge');
  const { note } = dialog.querySelector('form').elements;
  dialog.querySelector('[data-about]').textContent = about;
  dialog.returnValue = '';
  note.value = '';
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'acknowledge') acknowledge(id, note.value.trim());
  }, { once: true });
  dialog.showModal();
}

async function acknowledge(id, note) {
  try {
    await call(`POST /alerts/${id}/acknowledge`, { body: note ? { note } : {} });
    toast('Acknowledged');
    await refresh();
  } catch (problem) {
    toast(problem.message, 'bad');
  }
}
