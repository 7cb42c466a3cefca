// The conversation on the page: the last entries of the log, as many as stay
// quick. It shows what model.js has put together and decides nothing.

import { isolated, list, parts, put, t } from './words.js';

const most = 2000; // rows that are kept while one reads at the end
const page = 500; // rows that come at once
const near = 40; // pixels from the end that count as the end
const burst = 10; // rows at once that a screen reader is spared

const $ = (id) => document.getElementById(id);
const scroll = $('scroll');
const rows = $('log');
const newer = $('newer');
const earlier = $('earlier');

let room = null;
let first = 0; // of the entries shown, counted from the first of all
let next = 0; // behind the last
let folded = 0; // changes of the last entry when it was shown
let following = true; // the end is in view
let unseen = 0; // lines below

// show is called when the room has changed, once a frame of the screen.
export function show(of) {
  if (of !== room) {
    room = of;
    restart();
    return;
  }
  const last = rows.lastElementChild;
  const shown = room.log[next - 1 - room.dropped];
  if (last && shown?.kind === 'moves' && shown.changes !== folded) {
    last.replaceWith(row(shown, room.log[next - 2 - room.dropped]));
    folded = shown.changes;
  }
  const end = room.dropped + room.log.length;
  if (following && end - next > page) return restart();
  const fresh = room.log.slice(next - room.dropped);
  if (fresh.length > 0) append(fresh, end);
  if (following) toEnd();
  controls();
}

function append(fresh, end) {
  if (!following) {
    unseen += fresh.filter((e) => e.kind === 'line').length;
    if (rows.childElementCount + fresh.length > 2 * most) return; // they come when the end is looked at
  }
  rows.ariaLive = fresh.length > burst ? 'off' : 'polite';
  const before = room.log[next - 1 - room.dropped];
  rows.append(...fresh.map((e, i) => row(e, i > 0 ? fresh[i - 1] : before)));
  next = end;
  folded = room.log.at(-1)?.changes ?? 0;
  if (following) trim();
}

function trim() {
  for (let over = rows.childElementCount - most; over > 0; over--) {
    rows.firstElementChild.remove();
    first++;
  }
}

// restart shows the last entries and nothing else.
export function restart() {
  const end = room.dropped + room.log.length;
  first = Math.max(room.dropped, end - page);
  next = end;
  rows.ariaLive = 'off';
  const shown = room.log.slice(first - room.dropped);
  rows.replaceChildren(...shown.map((e, i) => row(e, shown[i - 1])));
  folded = room.log.at(-1)?.changes ?? 0;
  following = true;
  toEnd();
  controls();
}

function toEnd() {
  unseen = 0;
  scroll.scrollTop = scroll.scrollHeight;
}

function controls() {
  earlier.hidden = room === null || first <= room.dropped;
  newer.hidden = following;
  newer.textContent = unseen > 0 ? t('newer', unseen) : t('down');
}

scroll.addEventListener('scroll', () => {
  const was = following;
  following = scroll.scrollHeight - scroll.clientHeight - scroll.scrollTop < near;
  if (following && !was && room) {
    if (next < room.dropped + room.log.length) restart();
    unseen = 0;
  }
  if (following !== was) controls();
}, { passive: true });

// The keyboard of a phone, or a hint, takes from the height: the end stays in view.
new ResizeObserver(() => {
  if (following) scroll.scrollTop = scroll.scrollHeight;
}).observe(scroll);

newer.addEventListener('click', restart);

earlier.addEventListener('click', () => {
  const from = Math.max(room.dropped, first - page);
  const older = room.log.slice(from - room.dropped, Math.max(first, from) - room.dropped);
  const height = scroll.scrollHeight;
  following = false;
  rows.ariaLive = 'off';
  rows.prepend(...older.map((e, i) => row(e, older[i - 1])));
  first = from;
  scroll.scrollTop += scroll.scrollHeight - height;
  controls();
});

// row is an entry as an element; before is the entry above.
function row(entry, before) {
  const e = document.createElement('div');
  e.className = entry.kind;
  switch (entry.kind) {
    case 'line': lineRow(e, entry, before); break;
    case 'moves': movesRow(e, entry); break;
    case 'welcome': welcomeRow(e, entry); break;
    default:
      if (entry.word === 'who') put(e, 'who', list(entry.args[0]), entry.args[0].length);
      else put(e, entry.word, ...entry.args);
  }
  return e;
}

function welcomeRow(e, entry) {
  e.append(element('p', 'greeting', t('welcome')));
  if (entry.asked && entry.name !== entry.asked) {
    const p = element('p', 'renamed');
    put(p, 'renamed', entry.name, entry.asked);
    e.append(p);
  }
}

function movesRow(e, entry) {
  for (const key of ['joined', 'left']) {
    const names = entry[key];
    if (names.length === 0) continue;
    if (e.childNodes.length > 0) e.append(t('stop'));
    for (const part of [parts(key, list(names), names.length)].flat()) e.append(part);
  }
}

// lineRow shows who says what; one who goes on is not named again.
function lineRow(e, entry, before) {
  e.classList.add(entry.way);
  const same = before?.kind === 'line' && before.who === entry.who && before.way === entry.way && before.to === entry.to
    && !before.act && !entry.act && entry.at - before.at < 60000;
  if (same) e.classList.add('more');
  const head = element('p', 'head');
  const who = isolated(entry.who);
  who.className = 'who n' + hue(entry.who);
  head.append(who);
  if (entry.way === 'sent' || entry.way === 'received') {
    const mark = element('span', 'mark');
    if (entry.way === 'sent') put(mark, 'to', entry.to);
    else mark.textContent = t('from');
    head.append(' ', mark);
  }
  const when = new Date(entry.at);
  const time = element('time', '', when.toTimeString().slice(0, 5));
  time.dateTime = when.toISOString();
  head.append(' ', time);
  const text = element('p', 'text');
  text.dir = 'auto';
  if (entry.act) text.append('* ', isolated(entry.who), ' ', isolated(entry.text));
  else text.textContent = entry.text;
  e.append(head, text);
}

function element(tag, className, text = '') {
  const e = document.createElement(tag);
  e.className = className;
  e.textContent = text;
  return e;
}

// hue is one of eight colours for a name.
function hue(name) {
  let h = 0;
  for (let i = 0; i < name.length; i++) h = (h * 31 + name.charCodeAt(i)) >>> 0;
  return h % 8;
}
