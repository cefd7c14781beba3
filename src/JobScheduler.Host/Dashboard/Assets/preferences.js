// What this browser remembers of its reader: the theme, in a cookie, for the host renders it; and who it is.

const YEAR_S = 31_536_000;

export const actor = () => localStorage.getItem('actor') ?? '';

export function listen() {
  showActor();
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-theme-toggle]')) toggleTheme();
  });
  document.getElementById('who')?.addEventListener('close', (event) => {
    const form = event.target.querySelector('form');
    if (event.target.returnValue === 'save') localStorage.setItem('actor', form.elements.actor.value.trim());
    showActor();
  });
}

function toggleTheme() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'light' : 'dark';
  document.cookie = `theme=${document.documentElement.dataset.theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
}

function showActor() {
  const field = document.querySelector('#who input');
  const label = document.querySelector('[data-actor]');
  if (field) field.value = actor();
  if (label) label.textContent = actor() || 'Who are you?';
}
