// The page: log in, hear, say, and come back after a loss. What frames and
// typed lines mean is model.js's business, how it looks the others'.

import { GROUP, asking, back, lasting, parse, size } from './frames.js';
import { connect, wait } from './link.js';
import * as line from './line.js';
import * as log from './log.js';
import { completes, offer } from './complete.js';
import { add, again, choose, commands, hear, left, lose, newRoom, recipient, typed, view } from './model.js';
import * as list from './roster.js';
import { label, onSwitch, put, recall, remember, say, t } from './words.js';

const maxName = 64; // bytes
const asked = 200; // lines that were said before

const $ = (id) => document.getElementById(id);
const page = document.documentElement.dataset;
const maxLine = Number(page.maxLine);

let room = null; // null: nobody has logged in
let link = null;
let secret = '';
let pass = { name: '', token: '' }; // by which one has one's name back
let losses = 0; // since the last welcome
let retry = null; // {at, timer}: the next attempt
let unread = 0;
let said = null; // by the banner: {text, button, wait}
let reading = null; // the place to which one has scrolled up, to come back to

// --- log in

$('address').textContent = location.host;
$('name').value = new URLSearchParams(location.search).get('name') ?? recall('name') ?? '';
$('secret').hidden = page.password !== 'true';
showLogin();

function showLogin() {
  $('login').hidden = false;
  $('chat').hidden = true;
  $('name').focus();
}

$('enter').addEventListener('submit', (e) => {
  e.preventDefault();
  if (link) return; // it is on its way already
  const name = $('name').value.trim();
  let wrong = '';
  if (name === '') wrong = 'emptyName';
  else if (name.includes('@')) wrong = 'atName';
  else if (size(name.normalize()) > maxName) wrong = 'longName';
  const needed = page.password === 'true' && $('password').value === '';
  complain('name', wrong);
  complain('password', needed ? 'emptyPassword' : '');
  if (wrong || needed) return $(wrong ? 'name' : 'password').focus();
  remember('name', name);
  secret = $('password').value;
  say($('login-note'), 'joining');
  start(name.normalize());
});

function start(name) {
  room = newRoom(name);
  if (pass.name !== room.asked) pass = { name: room.asked, token: '' };
  list.choose(GROUP);
  losses = 0;
  open();
}

// complain puts a hint beside a field; without a key there is none.
function complain(field, key, ...args) {
  say($(field + '-hint'), key, ...args);
  $(field).ariaInvalid = String(key !== '');
}

// What brings one back is with the page while it is there, and in the tab's storage
// only from one load to the next: a tab that is duplicated has a copy of that, and
// would put the first one out.
const key = 'pass';
let kept = null;
try {
  kept = JSON.parse(sessionStorage.getItem(key));
  sessionStorage.removeItem(key);
  addEventListener('pagehide', () => {
    const here = room !== null && room.me !== '' && !lasting(room.ended?.key);
    const rest = here && { me: room.me, secret, target: room.target, draft: line.text(), place: log.place() };
    if (pass.token !== '') sessionStorage.setItem(key, JSON.stringify({ ...pass, ...rest }));
  });
  addEventListener('pageshow', () => sessionStorage.removeItem(key));
} catch { // there is no storage
}

// resume goes on where the page was loaded anew.
function resume({ name, token, me, secret: word, target, draft, place }) {
  pass = { name, token };
  if (!me) return;
  secret = word;
  $('password').value = word;
  start(name);
  room.me = me;
  reading = place;
  choose(room, target);
  list.choose(target);
  line.restore(draft);
  enter();
  banner(() => t('trying'), '');
}

// --- the connection

function open() {
  const name = asking(room.asked, pass.token, room.mark, asked);
  const opening = page.password === 'true' ? [secret, name] : [name];
  room.ended = null;
  link = connect(opening, { messages, closed });
}

function messages(raws) {
  const at = Date.now();
  const heard = room.heard;
  for (const raw of raws) {
    const frame = parse(raw);
    if (!frame) continue;
    const unsent = hear(room, frame, at, list.roster);
    if (unsent && !(again(room, unsent) && line.restore(unsent.typed))) add(room, { kind: 'trouble', word: 'unsent', args: [unsent.text] }, at);
    if (frame.kind === 'welcome') {
      pass = { name: room.asked, token: frame.token };
      welcomed();
    }
  }
  if (looking()) room.mentions = 0;
  else unread += room.heard - heard;
  if (room.me !== '') render();
  if (room.here && reading !== null) {
    log.goTo(reading);
    reading = null;
  }
}

function welcomed() {
  losses = 0;
  stopRetry();
  $('banner').hidden = true;
  line.unhint('notConnected');
  enter();
}

// enter shows the conversation in place of the log-in.
function enter() {
  $('login').hidden = true;
  $('chat').hidden = false;
  say($('login-note'));
  if (document.activeElement === document.body || $('login').contains(document.activeElement)) line.focus();
}

// closed decides whether to come back, and says what has happened.
function closed(ask) {
  link = null;
  lose(room, Date.now());
  const key = room.ended?.key ?? '';
  if (key === 'left') return out();
  if (room.me === '' || key === 'password' || key === 'badName') return refused(key);
  render();
  if (lasting(key)) return over();
  losses++;
  const pause = wait(losses - 1, Math.random());
  retry = { at: Date.now() + pause, timer: setInterval(countdown, 250) };
  if (key === '') explain(ask);
  countdown();
}

// explain finds out why one was cut off without a word.
async function explain(ask) {
  const frame = parse(await ask() ?? '');
  if (frame && retry) hear(room, frame, Date.now(), list.roster);
}

// refused goes back to the log-in with the reason beside its field.
function refused(key) {
  say($('login-note'));
  $('banner').hidden = true;
  if (key === 'password') { // the room may have got one since the page was loaded
    page.password = 'true';
    $('secret').hidden = false;
  }
  if (key === 'badName') complain('name', room.ended.detail ? 'nameWrong' : 'badName', room.ended.detail);
  else if (key === 'password') complain('password', 'wrongPassword');
  else if (key === 'kicked' && back(room.ended.detail)) say($('login-note'), 'keptOut', back(room.ended.detail));
  else say($('login-note'), key || 'unreachable');
  room = null;
  showLogin();
  $(key === 'password' ? 'password' : 'name').select();
}

const why = () => {
  if (!room.ended) return t('cut');
  const until = room.ended.key === 'kicked' ? back(room.ended.detail) : '';
  return t(room.ended.key) + (until ? t('until', until) : '');
};

function over() {
  retry = null;
  banner(() => t('ended', why()), 'rejoin');
}

function countdown() {
  const seconds = Math.ceil((retry.at - Date.now()) / 1000);
  if (seconds > 0) return banner(() => t('lost', why()), 'now', () => t('retry', seconds));
  tryAgain();
}

function tryAgain() {
  stopRetry();
  if (link) return;
  if (losses === 0) losses = 1;
  banner(() => t('trying'), '');
  open();
}

function stopRetry() {
  clearInterval(retry?.timer);
  retry = null;
}

// banner says what has happened; the seconds that pass are for the eye only.
function banner(text, button, wait = () => '') {
  said = { text, button, wait };
  $('banner').hidden = false;
  write($('banner-wait'), wait());
  write($('banner-text'), text());
  if (button === '' && document.activeElement === $('again')) line.focus(); // the button goes
  $('again').hidden = button === '';
  write($('again'), button && t(button));
}

// write changes a text only where it is another one: each change is read out.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

$('again').addEventListener('click', tryAgain);
window.addEventListener('online', () => retry && tryAgain());

// --- saying something

line.onSubmit(submit);
line.onInput(counter);

function submit() {
  const text = line.text();
  const result = typed(room, text, maxLine);
  if (result.hint) return line.hint(...result.hint);
  if (result.leave) return leave();
  if (result.ask) return ask();
  if (result.order && (!room.here || !link?.send(result.order))) return line.hint('notConnected');
  if (result.show) add(room, result.show, Date.now());
  if (result.send !== undefined) { // before the welcome the room would take the line for something else
    if (!room.here || !link?.send(result.send)) return line.hint('notConnected');
    room.under.push({ typed: text, text: result.text, target: result.target });
  }
  line.clear();
  offer();
  counter();
  if (result.show || result.send !== undefined) {
    render();
    log.restart(); // one wants to see one's own line
  }
}

// leave ends the stay, and goes back to the log-in.
function leave() {
  stopRetry();
  pass = { name: '', token: '' };
  room.ended = { key: 'left', detail: '' };
  line.clear();
  if (link) link.close(); // then closed goes on
  else out();
}

$('leave').addEventListener('click', leave);

// out shows the log-in again.
function out() {
  room = null;
  unread = 0;
  $('banner').hidden = true;
  title();
  showLogin();
}

// ask asks for the operators' password, which is not to be seen.
function ask() {
  line.clear();
  $('word').value = '';
  $('op').showModal();
}

$('op').addEventListener('close', () => {
  if ($('op').returnValue === 'ok' && $('word').value !== '' && !link?.send(`/op ${$('word').value}`)) line.hint('notConnected');
  $('op').returnValue = $('word').value = '';
  line.focus();
});

$('op-no').addEventListener('click', () => $('op').close(''));

function counter() {
  line.count(left(room, line.text(), maxLine));
  addressee();
}

// --- whom to talk to

list.chosenBy(talkTo);
$('everybody').addEventListener('click', () => talkTo(GROUP));

function talkTo(name) {
  choose(room, name);
  list.choose(name);
  people(false);
  line.hint();
  counter();
  render();
  line.focus();
}

completes(() => [...room.online].filter((n) => n !== room.me), commands, counter);

function people(open) {
  document.body.classList.toggle('people-open', open);
  $('people').ariaExpanded = String(open);
}

$('people').addEventListener('click', () => {
  people($('people').ariaExpanded !== 'true');
  if ($('people').ariaExpanded === 'true') $('roster').focus();
});

document.addEventListener('keydown', (e) => {
  if (e.key !== 'Escape' || line.composing(e)) return;
  if ($('people').ariaExpanded === 'true' && $('aside').contains(document.activeElement)) $('people').focus();
  people(false);
});

// --- what is seen

function render() {
  log.show(view(room), room.me);
  list.settle(room.unread);
  if ($('me').textContent !== room.me) $('me').textContent = room.me;
  addressee();
  title();
}

// addressee says to whom goes what is being typed.
function addressee() {
  const target = recipient(room, line.text());
  const alone = target !== GROUP;
  const away = target === room.target ? room.away : room.online.has(target) ? '' : 'gone';
  const key = !alone ? 'toGroup' : away === 'gone' ? 'toGone' : away === 'back' ? 'toBack' : 'toOne';
  if (addressed !== key + target) put($('to'), key, target);
  addressed = key + target;
  $('everybody').hidden = room.target === GROUP;
  $('say').classList.toggle('private', alone);
  $('say').classList.toggle('gone', away === 'gone');
}

let addressed = ''; // what the label says

function title() {
  document.title = (room?.mentions > 0 ? `@${room.mentions} ` : '') + (unread > 0 ? `(${unread}) ` : '') + t('title');
}

const looking = () => !document.hidden && document.hasFocus();

function seen() {
  if (!looking()) return;
  unread = 0;
  if (room !== null) room.mentions = 0;
  title();
}

document.addEventListener('visibilitychange', seen);
window.addEventListener('focus', seen);

onSwitch(relabel);

function relabel() {
  label(document);
  list.relabel();
  title();
  addressed = '';
  if (room === null || room.me === '') return;
  log.relabel();
  render();
  counter();
  if (!$('banner').hidden) banner(said.text, said.button, said.wait);
}

label(document);
list.relabel();
list.choose(GROUP);
title();
if (kept) resume(kept);
