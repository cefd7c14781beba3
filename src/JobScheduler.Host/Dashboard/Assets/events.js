// Reading the live log: whoever opens an event, or scrolls down to one, is not to lose it to those that come; so the page stays at its
// place in the log until it is told to follow again. The place is in the address.
import { go } from './navigation.js';

let going = false;

export function listen() {
  document.addEventListener('toggle', (event) => {
    if (event.target.open && event.target.closest('.event')) pause();
  }, true);
  addEventListener('scroll', () => {
    if (document.getElementById('events')?.getBoundingClientRect().top < 0) pause();
  }, { passive: true });
  document.addEventListener('click', (event) => {
    if (event.target.closest('a[data-follow], a[data-older]')) scrollTo({ top: 0 });
    for (const picker of document.querySelectorAll('.picker[open]')) if (!picker.contains(event.target)) picker.open = false;
  });
  document.addEventListener('keydown', (event) => {
    const picker = event.key === 'Escape' && document.querySelector('.picker[open]');
    if (!picker) return;
    picker.open = false;
    picker.querySelector('summary').focus();
  });
}

async function pause() {
  const link = document.querySelector('a[data-pause]');
  if (!link || going) return;
  going = true;
  await go(link.href, { replace: true });
  going = false;
}
