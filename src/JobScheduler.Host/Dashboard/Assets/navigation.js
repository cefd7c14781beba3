// Going to another view of the same page, such as a filter, an order or a version, without losing focus or place.
import { refresh } from './live.js';

const TYPING_MS = 200;
let typing = null;

/** Forms and links marked data-soft, and inputs with data-go="…{value}…". */
export function listen() {
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-soft]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(link.href);
  });
  document.addEventListener('submit', (event) => {
    if (!event.target.matches('form[data-soft]')) return;
    event.preventDefault();
    go(addressOf(event.target));
  });
  document.addEventListener('input', (event) => {
    const form = event.target.closest('form[data-soft]');
    const address = event.target.dataset.go?.replace('{value}', encodeURIComponent(event.target.value));
    if (!form && !address) return;
    clearTimeout(typing);
    typing = setTimeout(() => go(address ?? addressOf(form), { replace: true }), TYPING_MS);
  });
  // A slider that is moved by hand, and what a page without a form shows, follow every refresh.
  document.addEventListener('refreshed', () => follow('input[data-follows]'));
  addEventListener('popstate', async () => { if (await refresh({ whole: true })) follow(); });
}

/** Shows another address of this page in place. */
export async function go(address, { replace = false } = {}) {
  clearTimeout(typing);
  const url = new URL(address, location.href);
  history[replace ? 'replaceState' : 'pushState'](null, '', url);
  if (await refresh({ url: url.href, whole: true })) follow();
}

/** What was typed or chosen gives way to what the page shows now, unless somebody is at it. */
function follow(fields = 'form[data-soft] :is(input, select), input[data-follows]') {
  for (const field of document.querySelectorAll(fields)) {
    if (field === document.activeElement) continue;
    if (field.type === 'checkbox') field.checked = field.defaultChecked;
    else if (field.matches('select')) field.selectedIndex = Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
    else if (field.type !== 'hidden' && field.value !== field.defaultValue) field.value = field.defaultValue;
  }
}

function addressOf(form) {
  const fields = [...new FormData(form)].filter(([, value]) => value !== '');
  return `${new URL(form.action).pathname}?${new URLSearchParams(fields)}`;
}
