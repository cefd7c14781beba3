// Buttons that copy what an element says: <button data-copy="its id">.
import { toast } from './actions.js';

export function listen() {
  document.addEventListener('click', async (event) => {
    const button = event.target.closest('button[data-copy]');
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    // Browsers have a clipboard only for pages from localhost or over https; elsewhere the text is left selected.
    if (!navigator.clipboard) {
      getSelection().selectAllChildren(source);
      toast('Selected: copy it with the keyboard');
      return;
    }
    await navigator.clipboard.writeText(source.textContent);
    toast('Copied');
  });
}
