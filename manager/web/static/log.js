// The conversation on the page: the last entries of the log, as many as stay
// quick. It shows what model.js has put together and decides nothing.

import { greeting } from './model.js';
import { saying } from './text.js';
import { isolated, list, parts, put, t } from './words.js';

const most = 2000; // rows that are kept while one reads at the end
const page = 500; // rows that come at once
const least = 37; // pixels of a row's height
const near = 40; // pixels from the end that count as the end
const burst = 10; // rows at once that a screen reader is spared

const $ = (id) => document.getElementById(id);
const scroll = $('scroll');
const rows = $('log');
const newer = $('newer');
const earlier = $('earlier');
const blank = $('said').content.firstElementChild; // row of what one says

let room = null; // or the part of it that is looked at: {log, dropped}
let me = '';
let first = 0; // of the entries shown, counted from the first of all
let next = 0; // behind the last
let counted = 0; // behind the last that was seen or counted as unseen
let folded = 0; // changes of the last entry when it was shown
let following = true; // the end is in view
let kept = null; // the row that was gone to, for as long as rows above may get another height
let lacking = 0; // rows above, of those that come at once, for which the screen did not wait
let filling = 0; // the frame behind which they come
let unseen = 0; // lines below
let top = 0; // scrollTop when last looked at,
let height = 0; // and clientHeight

const idly = window.requestIdleCallback ?? setTimeout;

// The first row of what one says takes several times as long as the next: it is made
// before anybody waits for it.
addEventListener('load', () => idly(() => row({ kind: 'line', who: 'a', way: 'other', at: 0, text: '`a` https://a.example a' })));

const entry = (n) => room.log[n - room.dropped];
const end = () => room.dropped + room.log.length;

// show is called when the room has changed, once a frame of the screen.
export function show(of, self) {
  me = self;
  if (of !== room) {
    room = of;
    restart();
    return;
  }
  if (look() && end() - next <= page) following = true;
  const last = rows.lastElementChild;
  const shown = entry(next - 1);
  if (last && shown?.kind === 'moves' && shown.changes !== folded) {
    rows.ariaLive = 'off'; // it was read out when it came
    last.replaceWith(row(shown, entry(next - 2)));
    folded = shown.changes;
  }
  if (first === next || next < room.dropped || (following && end() - next > page)) return restart();
  if (following || rows.childElementCount + end() - next <= 2 * most) more(end() - next);
  if (following) toEnd();
  else count();
  controls();
}

// more shows so many entries more below.
function more(n) {
  if (n === 0) return;
  rows.ariaLive = n > burst ? 'off' : 'polite';
  for (; n > 0; n--, next++) rows.append(row(entry(next), entry(next - 1)));
  folded = entry(next - 1).changes ?? 0;
  if (following) trim();
}

function trim() {
  const over = rows.childElementCount - most;
  if (over <= 0) return;
  for (let n = over; n > 0; n--) rows.firstElementChild.remove();
  first += over;
  if (first >= room.dropped) rows.firstElementChild.replaceWith(row(entry(first))); // whose name may have gone
}

// restart shows the last entries and nothing else: first those that the screen may
// have room for, the others when it has drawn them.
function restart() {
  const from = Math.max(room.dropped, end() - page);
  first = next = Math.max(from, end() - Math.ceil(screen.height / least));
  lacking = first - from;
  rows.replaceChildren();
  following = true;
  more(end() - next);
  rows.ariaLive = 'off';
  unseen = 0;
  controls();
  toEnd();
  cancelAnimationFrame(filling);
  if (lacking > 0) filling = requestAnimationFrame(() => idly(fill, { timeout: 500 }));
}

// follow goes to the end, where one is not there.
export function follow() {
  if (!following || next < end()) restart();
}

// fill adds the rows that are lacking.
function fill() {
  if (lacking > 0) above(lacking);
}

// above shows so many entries more above; what is seen stays where it is.
function above(n) {
  look();
  const from = Math.max(room.dropped, first - n);
  const older = room.log.slice(from - room.dropped, Math.max(first, from) - room.dropped);
  const row0 = rows.firstElementChild;
  const at = row0.offsetTop - scroll.scrollTop;
  lacking = 0;
  rows.ariaLive = 'off';
  rows.prepend(...older.map((e, i) => far(row(e, older[i - 1]))));
  first = from;
  if (following) toEnd();
  else scroll.scrollTop = row0.offsetTop - at;
  top = scroll.scrollTop;
  controls();
}

// far marks a row that is out of view when it is made: it is laid out when it is looked at.
function far(e) {
  e.classList.add('far');
  return e;
}

// place is that of the first line to all that is seen, null where one reads at the
// end.
export function place() {
  if (room === null) return null;
  look();
  if (following) return null;
  const at = [...rows.children].findIndex((e, i) => e.offsetTop + e.offsetHeight > scroll.scrollTop && entry(first + i)?.place);
  return at < 0 ? null : entry(first + at).place;
}

// goTo scrolls up to the line to all at a place.
export function goTo(place) {
  fill();
  const at = room.log.findIndex((e) => e.place >= place);
  if (at < 0 || at + room.dropped < first) return;
  following = false;
  kept = rows.children[at + room.dropped - first];
  requestAnimationFrame(() => requestAnimationFrame(() => { kept = null; }));
  settle();
  controls();
}

// relabel writes the rows anew in another language; what one reads stays where
// it is.
export function relabel() {
  if (room === null) return;
  look();
  const all = [...rows.children];
  const at = following ? -1 : all.findIndex((e) => e.offsetTop + e.offsetHeight > scroll.scrollTop);
  const above = all[at]?.offsetTop - scroll.scrollTop;
  const from = Math.max(first, room.dropped); // before that, what they said is gone
  rows.ariaLive = 'off';
  all.forEach((e, i) => {
    if (first + i < from) return;
    const anew = row(entry(first + i), first + i > from ? entry(first + i - 1) : undefined);
    e.replaceWith(e.classList.contains('far') ? far(anew) : anew);
  });
  if (following) toEnd();
  else if (at >= 0) scroll.scrollTop = rows.children[at].offsetTop - above;
  controls();
}

function toEnd() {
  unseen = 0;
  counted = end();
  scroll.scrollTop = scroll.scrollHeight;
  top = scroll.scrollTop;
}

// count counts the lines that one does not see yet.
function count() {
  for (counted = Math.max(counted, room.dropped); counted < end(); counted++) {
    if (entry(counted).kind === 'line') unseen++;
  }
}

function controls() {
  earlier.hidden = room === null || lacking > 0 || first <= room.dropped;
  newer.hidden = following;
  newer.textContent = unseen > 0 ? t('newer', unseen) : t('down');
}

// look takes in where one has scrolled to, and reports whether that is down to the end.
// Before rows change it is asked for: the event of a scroll comes later, when the end may
// be another. Only who scrolls up stops following: the end also goes out of view when the
// view gets smaller or something comes in below.
function look() {
  const [at, view] = [scroll.scrollTop, scroll.clientHeight];
  const below = scroll.scrollHeight - view - at;
  if (at < top - 1 && below > 1 && view === height) following = false;
  const down = below <= 1 || (at > top && below < near);
  [top, height] = [at, view];
  return down;
}

scroll.addEventListener('scroll', () => {
  if (room === null) return;
  if (look()) {
    if (next < end()) more(Math.min(page, end() - next));
    else following = true;
  }
  if (following) unseen = 0;
  controls();
}, { passive: true });

// The keyboard of a phone, or a hint, takes from the height, and rows get theirs when
// they come into view: the end stays in view, or the row that was gone to.
function settle() {
  if (following) scroll.scrollTop = scroll.scrollHeight;
  else if (kept) scroll.scrollTop = kept.offsetTop;
  top = scroll.scrollTop;
  height = scroll.clientHeight;
}

const sizes = new ResizeObserver(settle);
sizes.observe(scroll);
sizes.observe(rows);

newer.addEventListener('click', () => {
  restart();
  scroll.focus(); // the button goes
});

earlier.addEventListener('click', () => {
  following = false;
  above(page);
  if (earlier.hidden) scroll.focus(); // the button has gone
});

// row is an entry as an element; before is the entry above, if there is one.
function row(entry, before) {
  if (entry.kind === 'line') return lineRow(entry, before);
  const e = element('div', entry.kind);
  switch (entry.kind) {
    case 'day': e.textContent = t('day', new Date(entry.at)); break;
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
  const key = greeting(entry);
  if (key !== '') {
    const p = element('p', 'renamed');
    put(p, key, entry.name, entry.asked);
    e.append(p);
  }
}

function movesRow(e, entry) {
  for (const key of ['joined', 'left', 'returned', 'passed']) {
    const names = entry[key];
    if (names.length === 0) continue;
    if (e.childNodes.length > 0) e.append(t('stop'));
    e.append(...[parts(key, list(names), names.length)].flat(2));
  }
}

// lineRow shows who says what; one who goes on within a minute is not named
// again.
function lineRow(entry, before) {
  const same = before?.kind === 'line' && before.who === entry.who && before.way === entry.way && before.to === entry.to
    && !before.act && !entry.act && entry.at - (before.named ?? before.at) < 60000;
  entry.named = same ? before.named ?? before.at : entry.at;
  const e = blank.cloneNode(true);
  e.className = `line ${entry.way}${entry.old ? ' old' : ''}${entry.mentions ? ' named' : ''}${same ? ' more' : ''}`;
  const [head, text] = e.children;
  const [who, time] = head.children;
  who.className = 'who n' + hue(entry.who);
  who.textContent = entry.who;
  const when = new Date(entry.at);
  time.textContent = clock(when);
  time.dateTime = when.toISOString();
  if (entry.way === 'sent' || entry.way === 'received') {
    const mark = element('span', 'mark');
    if (entry.way === 'sent') put(mark, 'to', entry.to);
    else mark.textContent = t('from');
    who.after(' ', mark);
  }
  const named = entry.way === 'other' ? me : '';
  if (entry.act) {
    const what = document.createElement('bdi');
    saying(what, entry.text, named);
    text.append('* ', isolated(entry.who), ' ', what);
  } else saying(text, entry.text, named);
  return e;
}

const clock = (when) => `${two(when.getHours())}:${two(when.getMinutes())}`;
const two = (n) => String(n).padStart(2, '0');

// Who points at a time reads the whole of it.
rows.addEventListener('pointerover', ({ target }) => {
  if (!target.dateTime) return;
  const when = new Date(target.dateTime);
  target.title = `${t('day', when)} ${clock(when)}:${two(when.getSeconds())}`;
});

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
