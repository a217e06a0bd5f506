// What Streamlit leaves to be mended on its page: its own words in the reader's language, roles that its widgets give
// wrongly, and one entry in the browser's history for each act of the planner.
//
// Text is only changed where the
// whole of it is known and it stands in one of Streamlit's controls; what was there is kept and comes back with the language.
const PLACES = [
  'button', '[role=menu]', '[role=listbox]', '[role=dialog]', '[role=log]', '[role=alert]', '[role=tooltip]', '#portal',
  '[id^=react-aria-description]', 'span[id^=aria-]',
  ...['FileUploader', 'StatusWidget', 'SkipToContent', 'ElementToolbar', 'TooltipContent', 'MainMenuPopover'].map(
    (name) => `[data-testid=st${name}]`,
  ),
  '[data-testid^=stDataFrame]', '[data-testid=InputInstructions]', '[data-testid=stNumberInput] [aria-live]',
].join(',');
const OFFERED = /^(Select all|Select \d+ matches|No results|Add: .*)$/;  // in lists, all else is the planner's own
const ATTRIBUTES = ['aria-label', 'placeholder', 'title'];
const ENGLISH_DATE = /[A-Z][a-z]+ \d{2}, \d{4}/;
const originals = new WeakMap();
let words = {};

function told(text) {
  const plain = text.trim();
  const found = words.exact?.[plain];
  if (found) return text.replace(plain, found);
  for (const [pattern, replacement] of words.patterns ?? []) {
    const match = new RegExp(pattern);
    if (match.test(plain)) {
      return plain.replace(match, replacement).replace(ENGLISH_DATE, (date) => (
        new Date(date).toLocaleDateString(words.language, { dateStyle: 'long' })));
    }
  }
  return text;
}

// A control of a chart or a table is named "what it does: of which".
function toldOf(text) {
  const next = told(text);
  const end = text.indexOf(': ');
  const found = next === text && end > 0 ? words.exact?.[text.slice(0, end)] : undefined;
  return found ? found + text.slice(end) : next;
}

function original(node, key, now) {
  const kept = originals.get(node) ?? {};
  if (!(key in kept) || kept[key].last !== now) kept[key] = { text: now, last: now };
  originals.set(node, kept);
  return kept[key];
}

function change(node, key, now, say, write) {
  const kept = original(node, key, now);
  const next = say(kept.text);
  if (next !== now) {
    kept.last = next;
    write(next);
  }
}

function mend(element) {
  if (element.matches('[data-testid=stFileUploaderDropzone][role=presentation]')) element.setAttribute('role', 'group');
  if (element.matches('[role=img][aria-label$=" icon"]')) element.setAttribute('aria-hidden', 'true');
  for (const name of ATTRIBUTES) {
    const now = element.getAttribute(name);
    if (now) change(element, name, now, toldOf, (next) => element.setAttribute(name, next));
  }
}

function mendText(node) {
  const parent = node.parentElement?.closest(PLACES) ? node.parentElement : null;
  const plain = node.nodeValue.trim();
  if (!parent || !plain || (parent.closest('[role=option]') && !(OFFERED.test(plain) || originals.has(node)))) return;
  change(node, 'text', node.nodeValue, told, (next) => { node.nodeValue = next; });
}

function scan(root) {
  if (root.nodeType === Node.TEXT_NODE) mendText(root);
  if (root.nodeType !== Node.ELEMENT_NODE) return;
  mend(root);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) mendText(node);
    else mend(node);
  }
}

// Streamlit adds an entry for every key of the address and for the page. Only the first after an act is one to go back to;
// what follows by itself belongs to it, and so does what was added before this was here.
function keepHistory() {
  if (window.staffingHistory) return;
  window.staffingHistory = true;
  let acted = false;
  let late = null;  // entry asked for while those before are being folded into one
  for (const act of ['pointerdown', 'keydown']) window.addEventListener(act, () => { acted = true; }, true);
  window.addEventListener('popstate', () => { acted = false; }, true);
  const push = window.history.pushState.bind(window.history);
  window.history.pushState = (...entry) => {
    if (late) late = entry;
    else if (acted) push(...entry);
    else window.history.replaceState(...entry);
    acted = false;
  };
  const extra = addedBefore();
  if (!extra) return;
  late = [window.history.state, '', window.location.href];
  const fold = (event) => {
    if (event.navigationType !== 'traverse') return;
    window.navigation.removeEventListener('currententrychange', fold);
    const [state, title, url] = late;
    late = null;
    // Streamlit is told next that the planner has gone back. Nobody has: of a mark on the same page it makes nothing.
    window.history.replaceState(state, title, `${url}#`);
    window.addEventListener('popstate', () => window.history.replaceState(state, title, url), { once: true });
  };
  window.navigation.addEventListener('currententrychange', fold);
  window.history.go(-extra);
}

// How many entries this document has added to the first on the way to the page that it shows first. A browser that does not
// tell its entries keeps them.
function addedBefore() {
  const arrived = performance.getEntriesByType('navigation')[0]?.type === 'navigate';
  if (!arrived || !window.navigation?.entries) return 0;
  const here = window.navigation.currentEntry.index;
  const own = window.navigation.entries().filter((entry) => entry.sameDocument && entry.index <= here);
  const onTheWay = own.every((entry) => window.location.pathname.startsWith(new URL(entry.url).pathname));
  return onTheWay ? own.length - 1 : 0;
}

export default function ({ data }) {
  keepHistory();
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
