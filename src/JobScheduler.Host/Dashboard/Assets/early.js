// What a reader presses or writes before the page's modules listen is kept, and done once they do: modules run just before DOMContentLoaded.
{
  const kept = [];
  const press = (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    kept.push(() => button.click());
  };
  const write = ({ target, type }) => kept.push(() => target.dispatchEvent(new Event(type, { bubbles: true })));
  const listeners = [['click', press], ['input', write], ['change', write]];

  for (const [type, keep] of listeners) addEventListener(type, keep, true);
  addEventListener('DOMContentLoaded', () => {
    for (const [type, keep] of listeners) removeEventListener(type, keep, true);
    for (const make of kept) make();
  }, { once: true });
}
