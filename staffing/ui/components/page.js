// Streamlit's own words in the reader's language, and roles that its widgets give wrongly. Text is only changed where the
// whole of it is known and it stands in one of Streamlit's controls; what was there is kept and comes back with the language.
const PLACES = 'button, [role=menu], [role=listbox], [role=dialog], [data-testid=stFileUploader], [data-testid=stStatusWidget]';
const ATTRIBUTES = ['aria-label', 'placeholder', 'title'];
const originals = new WeakMap();
let words = {};

function told(text) {
  const found = words.exact?.[text.trim()];
  if (found) return text.replace(text.trim(), found);
  for (const [pattern, replacement] of words.patterns ?? []) {
    const match = new RegExp(pattern);
    if (match.test(text)) return text.replace(match, replacement);
  }
  return text;
}

function original(node, key, now) {
  const kept = originals.get(node) ?? {};
  if (!(key in kept) || kept[key].last !== now) kept[key] = { text: now, last: now };
  originals.set(node, kept);
  return kept[key];
}

function change(node, key, now, write) {
  const kept = original(node, key, now);
  const next = told(kept.text);
  if (next !== now) {
    kept.last = next;
    write(next);
  }
}

function mend(element) {
  if (element.matches('[data-testid=stFileUploaderDropzone][role=presentation]')) element.setAttribute('role', 'group');
  for (const name of ATTRIBUTES) {
    const now = element.getAttribute(name);
    if (now) change(element, name, now, (next) => element.setAttribute(name, next));
  }
}

function scan(root) {
  if (root.nodeType === Node.TEXT_NODE) {
    if (root.parentElement?.closest(PLACES) && root.nodeValue.trim()) {
      change(root, 'text', root.nodeValue, (next) => { root.nodeValue = next; });
    }
    return;
  }
  if (root.nodeType !== Node.ELEMENT_NODE) return;
  mend(root);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) scan(node);
    else mend(node);
  }
}

export default function ({ data }) {
  words = data ?? {};
  document.documentElement.lang = words.language ?? 'en';
  scan(document.body);
  const watcher = new MutationObserver((changes) => {
    for (const c of changes) {
      if (c.type === 'childList') c.addedNodes.forEach(scan);
      else if (c.type === 'characterData') scan(c.target);
      else mend(c.target);
    }
  });
  const what = { subtree: true, childList: true, characterData: true, attributes: true };
  watcher.observe(document.body, { ...what, attributeFilter: [...ATTRIBUTES, 'role'] });
  return () => watcher.disconnect();
}
