// Makes one element like another, changing only what differs, so that focus, selection, scroll positions and open details stay.

/** Makes `old` like `fresh`. What is marked data-keep belongs to the reader and stays as it is. */
export function morph(old, fresh) {
  if (old.isEqualNode(fresh) || old.hasAttribute('data-keep')) return;
  // A time that is shown in relation to now is written by the browser.
  if (old.matches('time[data-as]') && old.dateTime === fresh.dateTime) return;
  copyAttributes(old, fresh);
  morphChildren(old, fresh);
}

function copyAttributes(old, fresh) {
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !isReaders(old, name)) old.removeAttribute(name);
  }
}

/** An opened <details> or <dialog>, and a button whose call is under way, are the reader's doing. */
const isReaders = (element, attribute) =>
  attribute === 'open' || ('busy' in element.dataset && (attribute === 'disabled' || attribute === 'data-busy'));

function morphChildren(old, fresh) {
  const keyed = new Map();
  for (const child of old.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  let next = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const match = keyOf(wanted) ? keyed.get(keyOf(wanted)) : sameKind(next, wanted) ? next : null;
    if (!match) {
      old.insertBefore(wanted, next);
      continue;
    }
    if (match === next) next = next.nextSibling;
    else old.insertBefore(match, next);
    if (match.nodeType === Node.ELEMENT_NODE) morph(match, wanted);
    else if (match.data !== wanted.data) match.data = wanted.data;
  }
  while (next) {
    const rest = next.nextSibling;
    next.remove();
    next = rest;
  }
}

const keyOf = (node) => node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.key || null : null;

const sameKind = (a, b) => a !== null && a.nodeType === b.nodeType && a.nodeName === b.nodeName && !keyOf(a);
