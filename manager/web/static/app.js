// The page: log in, hear, say, and come back after a loss. What frames and
// typed lines mean is model.js's business, how it looks the others'.

import { GROUP, asking, back, lasting, parse } from './frames.js';
import { forget, heard, title } from './attention.js';
import * as banner from './banner.js';
import { completes, offer } from './complete.js';
import * as elsewhere from './elsewhere.js';
import { connect, prepare, wait } from './link.js';
import * as line from './line.js';
import * as log from './log.js';
import * as login from './login.js';
import { add, again, choose, commands, hear, left, lose, newRoom, recipient, typed, view } from './model.js';
import { ask, dismiss, onWord } from './op.js';
import * as pass from './pass.js';
import * as people from './people.js';
import * as list from './roster.js';
import { label, onSwitch, put, t, write } from './words.js';

const asked = 200; // lines that were said before
const [patience, silence] = [10000, 25000]; // milliseconds for a server to let one in, and for a line to come back, where there are others

const $ = (id) => document.getElementById(id);
const maxLine = Number(document.documentElement.dataset.maxLine);

let room = null; // null: nobody has logged in
let link = null;
let secret = '';
let mine = { name: '', token: '' }; // by which one has one's name back
let losses = 0; // since the last welcome
let retry = null; // {at, timer}: the next attempt
let [greeted, late] = [false, 0]; // by the server to which the link is, and the timer of that
let reading = null; // the place to which one has scrolled up, to come back to

// --- coming

login.onEnter((name) => {
  if (link) return; // it is on its way already
  secret = login.password();
  login.soon('joining');
  start(name);
});

login.onBegin(prepare);

function start(name) {
  room = newRoom(name);
  if (mine.name !== room.asked) mine = { name: room.asked, token: '' };
  list.choose(GROUP);
  losses = 0;
  elsewhere.begin();
  open();
}

pass.leave(() => {
  if (mine.token === '') return null;
  const here = room !== null && room.me !== '' && !lasting(room.ended?.key);
  return { ...mine, others: elsewhere.known(), ...(here && { me: room.me, secret, target: room.target, draft: line.text(), place: log.place() }) };
});

// resume goes on where the page was loaded anew, and reports whether one was in.
function resume({ name, token, others, me, secret: word, target, draft, place }) {
  mine = { name, token };
  elsewhere.learn(others ?? []);
  if (!me) return false;
  secret = word;
  login.fill(word);
  start(name);
  room.me = me;
  reading = place;
  choose(room, target);
  list.choose(target);
  line.restore(draft);
  if (login.hide()) line.focus();
  tell(() => t('trying'), '');
  return true;
}

// --- the connection

function open() {
  const name = asking(room.asked, mine.token, room.mark, asked);
  const opening = login.hasPassword() ? [secret, name] : [name];
  room.ended = null;
  greeted = false;
  link = connect(elsewhere.site(), opening, { messages, closed });
  if (room.me !== '' && elsewhere.known().length > 0) late = setTimeout(link.abandon, patience);
}

function messages(raws) {
  const at = Date.now();
  const { heard: lines, mentions } = room;
  let typing = false;
  for (const raw of raws) {
    const frame = parse(raw);
    if (!frame) continue;
    if (frame.kind === 'others') elsewhere.learn(frame.others);
    const unsent = hear(room, frame, at, list.roster);
    if (unsent && !(again(room, unsent) && line.restore(unsent.typed))) add(room, { kind: 'trouble', word: 'unsent', args: [unsent.text] }, at);
    if (frame.kind === 'welcome') {
      mine = { name: room.asked, token: frame.token };
      if (!greeted) typing = welcomed(at);
    }
  }
  heard(room.heard - lines, room.mentions - mentions);
  if (room.me !== '') render();
  if (typing) line.focus(); // only now: it has all laid out
  if (room.here && reading !== null) {
    log.goTo(reading);
    reading = null;
  }
}

// welcomed shows the conversation; true if one is to type there.
function welcomed(at) {
  greeted = true;
  losses = 0;
  clearTimeout(late);
  if (elsewhere.arrived()) add(room, { kind: 'note', word: 'movedTo', args: [new URL(elsewhere.site()).host] }, at);
  stopRetry();
  banner.hide();
  line.unhint('notConnected');
  return login.hide();
}

// closed decides whether to come back, and says what has happened. A connection that
// the room had given up before is opened again.
function closed(ask, stale) {
  link = null;
  clearTimeout(late);
  if (stale && room.me === '' && ['', 'late'].includes(room.ended?.key ?? '')) return open();
  lose(room, Date.now());
  const key = room.ended?.key ?? '';
  if (key === 'left') return out();
  if (!greeted && room.me !== '' && (elsewhere.stray() || !lasting(key))) return passOn(ask);
  if (room.me === '' || key === 'password' || key === 'badName') return refused(key);
  render();
  if (lasting(key)) return over();
  pause(ask);
}

// passOn tries the next site, or begins anew with all of them after a while.
function passOn(ask) {
  if (elsewhere.stray()) room.ended = null;
  if (elsewhere.next()) return open();
  render();
  pause(ask);
}

// pause waits until it is time to try again.
function pause(ask) {
  losses++;
  retry = { at: Date.now() + wait(losses - 1, Math.random()), timer: setInterval(countdown, 250) };
  if (!room.ended) explain(ask);
  countdown();
}

// explain finds out why one was cut off without a word.
async function explain(ask) {
  const frame = parse(await ask() ?? '');
  if (frame && retry) hear(room, frame, Date.now(), list.roster);
}

// refused goes back to the log-in with the reason beside its field.
function refused(key) {
  login.note();
  banner.hide();
  if (key === 'password') login.demand();
  const until = key === 'kicked' && back(room.ended.detail);
  if (key === 'badName') login.complain('name', room.ended.detail ? 'nameWrong' : 'badName', room.ended.detail);
  else if (key === 'password') login.complain('password', 'wrongPassword');
  else if (until) login.note('keptOut', until);
  else login.note(key || 'unreachable');
  room = null;
  dismiss();
  login.show({ password: 'password', badName: 'name' }[key]);
}

const why = () => {
  if (!room.ended) return t('cut');
  const until = room.ended.key === 'kicked' ? back(room.ended.detail) : '';
  return t(room.ended.key) + (until ? t('until', until) : '');
};

function over() {
  retry = null;
  tell(() => t('ended', why()), 'rejoin');
}

function countdown() {
  const seconds = Math.ceil((retry.at - Date.now()) / 1000);
  if (seconds > 0) return tell(() => t('lost', why()) + (elsewhere.barred() ? t('barred') : ''), 'now', () => t('retry', seconds), losses > 1 ? elsewhere.known() : []);
  tryAgain();
}

function tryAgain() {
  stopRetry();
  if (link) return;
  if (losses === 0) losses = 1;
  tell(() => t('trying'), '');
  elsewhere.begin();
  open();
}

function stopRetry() {
  clearInterval(retry?.timer);
  retry = null;
}

// tell says in the banner what has happened.
function tell(...what) {
  if (banner.show(...what)) line.focus();
}

banner.onAgain(tryAgain);
window.addEventListener('online', () => retry && tryAgain());

// --- saying something

line.onSubmit(submit);
line.onInput(counter);

function submit() {
  const text = line.text();
  const result = typed(room, text, maxLine);
  if (result.hint) return line.hint(...result.hint);
  if (result.leave) return leave();
  if (result.ask) {
    line.clear();
    return ask();
  }
  if (result.order && (!room.here || !link?.send(result.order))) return line.hint('notConnected');
  if (result.show) add(room, result.show, Date.now());
  if (result.send !== undefined) { // before the welcome the room would take the line for something else
    if (!room.here || !link?.send(result.send)) return line.hint('notConnected');
    const said = { typed: text, text: result.text, target: result.target };
    room.under.push(said);
    setTimeout(() => room?.under.includes(said) && elsewhere.distrust() && link?.abandon(), silence);
  }
  line.clear();
  offer();
  counter();
  if (result.show || result.send !== undefined) {
    render();
    log.follow(); // one wants to see one's own line
  }
}

// leave ends the stay, and goes back to the log-in.
function leave() {
  stopRetry();
  mine = { name: '', token: '' };
  room.ended = { key: 'left', detail: '' };
  line.clear();
  if (link) link.close(); // then closed goes on
  else out();
}

$('leave').addEventListener('click', leave);

// out shows the log-in again.
function out() {
  room = null;
  banner.hide();
  forget();
  dismiss();
  login.show();
}

onWord((word) => {
  if (word !== '' && !link?.send(`/op ${word}`)) line.hint('notConnected');
  line.focus();
});

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
  people.show(false);
  line.hint();
  counter();
  render();
  line.focus();
}

completes(() => [...room.online].filter((n) => n !== room.me), commands, counter);

// --- what is seen

// render shows how the room is now: the conversation last, for it asks how high all
// of it has become.
function render() {
  list.settle(room.unread);
  write($('me'), room.me);
  addressee();
  title();
  log.show(view(room), room.me);
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
  banner.relabel();
}

label(document);
list.relabel();
list.choose(GROUP);
title();
if (!pass.taken || !resume(pass.taken)) login.show(); // last: the field that takes the keyboard asks where all is
