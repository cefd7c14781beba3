// The parts of a cron expression, each in a cell of its own: what is typed in one place stands in the other.

/** In a five-field expression the first cell, the second, is empty. */
export function listen(form) {
  const whole = form.elements.schedule;
  const cells = [...form.querySelectorAll('[data-cell]')];
  const spread = () => {
    const parts = whole.value.trim().split(/\s+/).filter(Boolean);
    const six = parts.length === 5 ? ['', ...parts] : parts.length === 6 ? parts : [];
    cells.forEach((cell, i) => {
      if (cell !== document.activeElement) cell.value = six[i] ?? '';
    });
  };
  whole.addEventListener('input', spread);
  for (const cell of cells) {
    cell.addEventListener('input', () => {
      const [second, ...rest] = cells.map((each) => each.value.replace(/\s+/g, ''));
      whole.value = [second, ...rest.map((part) => part || '*')].filter(Boolean).join(' ');
      whole.dispatchEvent(new Event('input', { bubbles: true }));
    });
  }
  spread();
}
