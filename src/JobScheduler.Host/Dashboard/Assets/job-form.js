// The form of a job as JSON of the API, and the API's errors back at the fields. A control has the field's name and, in data-kind, how it is written.

const controls = (form) => [...form.querySelectorAll('[name][data-kind]')];

/** Whether the field has a say: of the two ways to be due only the one that is chosen. */
const isChosen = (form, input) => {
  const when = input.closest('[data-when]')?.dataset.when;
  return !when || when === form.elements.when.value;
};

/** Writes instants on the reader's clock, and remembers what the headers are. */
export function initial(form) {
  for (const input of controls(form)) {
    if (input.dataset.instant) input.value = input.defaultValue = onReadersClock(input.dataset.instant);
  }
  form.dataset.headers = headersOf(form);
}

/**
 * What the form says, as JSON: of a job that is there the fields that are no longer as they were, of a new one those that are not as usual.
 * @param whole  all that is not as usual, also of a job that is there
 * @param when   false: nothing of when it is due
 */
export function collect(form, { whole = !form.dataset.job, when = true } = {}) {
  const job = {};
  const isOtherWay = !whole && [...form.querySelectorAll('[name="when"]')].some((radio) => radio.checked !== radio.defaultChecked);
  for (const input of controls(form)) {
    const isWhen = ['schedule', 'runAt', 'timeZone', 'startAt', 'endAt'].includes(input.name);
    if (!isChosen(form, input) || (isWhen && !when)) continue;
    const isMoved = isOtherWay && (input.name === 'schedule' || input.name === 'runAt');
    if (isMoved || (whole ? valueOf(input) !== usualOf(input) : isChanged(input))) put(job, input.name, wire(input));
  }
  const headers = headersOf(form);
  const isToSay = whole ? headers !== '{}' : headers !== form.dataset.headers;
  const text = JSON.stringify(job);
  // As text, so that a name that comes twice reaches the host, which says so.
  return { text: isToSay ? `${text.slice(0, -1)}${text === '{}' ? '' : ','}"headers":${headers}}` : text };
}

/** Whether anything was typed that is not saved. */
export const dirty = (form) => controls(form).some(isChanged) || headersOf(form) !== form.dataset.headers;

/**
 * Puts each message at its field, and what belongs to none on top.
 * @param touched  the fields whose messages are shown; null: all
 * @returns the first field that is wrong
 */
export function show(form, errors, touched) {
  for (const wrong of form.querySelectorAll('[aria-invalid]')) wrong.removeAttribute('aria-invalid');
  for (const message of form.querySelectorAll('p.problem')) message.hidden = true;
  const problems = document.getElementById('problems');
  problems.replaceChildren();
  const found = [];
  for (const { field, message } of errors) {
    const name = field.replace(/\[.*/, '');
    if (touched && field !== '$' && !touched.has(name.split('.')[0] === 'headers' ? 'headers' : name)) continue;
    const place = placeOf(form, name);
    if (!place) {
      const item = document.createElement('li');
      item.textContent = field === '$' ? message : `${field}: ${message}`;
      problems.append(item);
      continue;
    }
    place.message.textContent = place.message.hidden ? message : `${place.message.textContent} ${message}`;
    place.message.hidden = false;
    place.input.setAttribute('aria-invalid', 'true');
    for (let fold = place.input.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
    found.push(place.input);
  }
  problems.hidden = problems.children.length === 0;
  const first = found.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))[0];
  return first ?? (problems.hidden ? null : problems);
}

function placeOf(form, name) {
  if (name.startsWith('headers')) {
    const wanted = name.slice('headers.'.length).toLowerCase();
    const row = [...form.querySelectorAll('#headers .header')].findLast((each) => each.querySelector('[data-header-name]').value.trim().toLowerCase() === wanted);
    const input = row?.querySelector('[data-header-value]') ?? form.querySelector('[data-add-header]');
    return { input, message: row?.querySelector('p.problem') ?? document.getElementById('e-headers') };
  }
  // Without any of the two, the API speaks of the first.
  const field = name === 'schedule' && form.elements.when.value === 'once' ? 'runAt' : name;
  const input = controls(form).find((each) => each.name === field && isChosen(form, each));
  return input ? { input, message: document.getElementById(`e-${field}`) } : null;
}

function headersOf(form) {
  const rows = [...form.querySelectorAll('#headers .header')]
    .map((row) => [row.querySelector('[data-header-name]').value.trim(), row.querySelector('[data-header-value]').value])
    .filter(([name, value]) => name || value);
  return `{${rows.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

const valueOf = (input) => String(input.type === 'checkbox' ? input.checked : input.value);

const usualOf = (input) => input.dataset.usual ?? '';

function isChanged(input) {
  if (input.type === 'checkbox') return input.checked !== input.defaultChecked;
  if (input.type === 'datetime-local' && input.validity.badInput) return true;
  if (input.tagName === 'SELECT') return ![...input.options].some((option) => option.selected && option.defaultSelected);
  return input.value !== input.defaultValue;
}

/** What cannot be read is sent as it is: the host says what would be right. */
function wire(input) {
  const text = input.value;
  switch (input.dataset.kind) {
    case 'flag': return input.checked;
    case 'number': return text.trim() === '' ? null : numberOr(text.trim());
    case 'list': return text.trim() === '' ? null : listOf(text);
    case 'instant': return input.validity.badInput ? 'incomplete' : text === '' ? null : new Date(text).toISOString();
    default: return text === '' ? null : text;
  }
}

const numberOr = (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);

/** "200-299, 404" */
function listOf(text) {
  return [...text.matchAll(/\s*("(?:[^"\\]|\\.)*"|[^,]+)\s*(?:,|$)/g)].map(([, part]) => {
    try {
      return part.startsWith('"') ? JSON.parse(part) : /^\d{3}$/.test(part.trim()) ? Number(part) : part.trim();
    } catch {
      return part.trim();
    }
  }).filter((part) => part !== '');
}

function put(job, path, value) {
  const [name, nested] = path.split('.');
  if (nested) (job[name] ??= {})[nested] = value;
  else job[name] = value;
}

function onReadersClock(instant) {
  const at = new Date(instant);
  const local = new Date(at - at.getTimezoneOffset() * 60_000).toISOString();
  return at.getMilliseconds() ? local.slice(0, 23) : local.slice(0, 19);
}
