// What a chatter knows, and what it makes of a frame or of a typed line. It
// knows no page, no connection and no clock; words are put to it elsewhere.

import { GROUP, closing, joined, message, notice, reason, size, visible } from './frames.js';
import { mention } from './text.js';

// maxLog is how many entries are kept; a tenth goes at a time.
const maxLog = 50000;

// foldTime is how long joins and leaves gather in one entry, in milliseconds.
const foldTime = 60000;

// newRoom is what is known before anything was heard. mark is how far the order
// was heard, null where the room does not tell; before, until the roster comes, what
// was said earlier. alone has what was said with each person alone; unread, how much
// of it, or of what was said to all, was not looked at. online is in join order.
// here says that this connection has told who is there; away, what the one who is
// talked to alone has done since the choice: '', 'gone' or 'back', which may be
// somebody else; under is what was sent and has not come back.
export function newRoom(asked) {
  return { asked, me: '', here: false, online: new Set(), wrote: '', replying: '', target: GROUP, away: '', ended: null, under: [], log: [], dropped: 0, heard: 0,
    mark: null, came: null, before: [], alone: new Map(), unread: new Map(), mentions: 0 };
}

// view is what is looked at: the talk with the one who is talked to alone, else all.
export function view(room) {
  if (room.target === GROUP) return room;
  if (!room.alone.has(room.target)) room.alone.set(room.target, { log: [], dropped: 0 });
  return room.alone.get(room.target);
}

// choose has lines go to one person, or to GROUP.
export function choose(room, target) {
  room.target = target;
  room.away = '';
  room.unread.delete(target);
}

// lose ends what belongs to a connection. What was on its way is told: nobody
// knows whether it has arrived.
export function lose(room, at) {
  room.here = false;
  room.before = [];
  for (const { text } of room.under.splice(0)) add(room, { kind: 'trouble', word: 'unsure', args: [text] }, at);
}

// greeting is the word for the name that one has, '' where nothing is to be told:
// it is the one that was asked for, or of before the connection was lost.
export function greeting({ name, asked, was }) {
  if (name === was) return '';
  if (name === asked) return was === '' ? '' : 'given';
  const seen = visible(asked);
  if (visible(name) === seen) return 'unseen';
  return name.startsWith(seen) && /^\d+$/.test(name.slice(seen.length)) ? 'renamed' : 'given';
}

// add puts an entry at the end of the log; what is for oneself is seen where one
// looks.
export function add(room, entry, at) {
  entry.at = at;
  append(room, entry);
  if (room.target !== GROUP && ['note', 'trouble'].includes(entry.kind)) append(view(room), entry);
  return entry;
}

// day is the beginning of the day of an instant. That of the last one that was asked for
// is known.
function day(at) {
  if (at >= today && at < tomorrow) return today;
  const d = new Date(at);
  today = d.setHours(0, 0, 0, 0);
  tomorrow = d.setDate(d.getDate() + 1);
  return today;
}

let [today, tomorrow] = [0, 0];

// append puts an entry at the end of a log, behind a new day if one has begun.
function append(to, entry) {
  const last = to.log.at(-1);
  if (last ? day(last.at) !== day(entry.at) : entry.old) to.log.push({ kind: 'day', at: entry.at });
  to.log.push(entry);
  if (to.log.length > maxLog) to.dropped += to.log.splice(0, maxLog / 10).length;
}

// hear takes a frame in; changes of the roster are told to roster. It gives the
// line that could not be sent, if the frame says so of one.
export function hear(room, frame, at, roster) {
  switch (frame.kind) {
    case 'welcome':
      if (room.here) return renamed(room, frame.name, at, roster);
      if (room.target === frame.name && room.me !== frame.name) room.away = 'gone'; // who had the name before
      room.came = { name: frame.name, asked: room.asked, was: room.me, gap: room.mark !== null, mark: room.mark, missing: true };
      room.me = frame.name;
      room.ended = null;
      roster.self(room.me);
      break;
    case 'notice': {
      const told = notice(frame.text);
      add(room, { kind: 'note', word: told.key || 'server', args: told.args }, at);
      break;
    }
    case 'history':
      room.before.push(...frame.lines);
      if (room.came && frame.mark) [room.came.mark, room.came.missing] = [frame.mark, frame.missing];
      break;
    case 'roster':
      if (room.came) arrive(room, at);
      room.online = new Set(frame.names);
      room.here = true;
      if (!room.online.has(room.target)) room.away = room.target === GROUP ? '' : 'gone';
      else if (room.target !== room.me) room.away = 'back';
      roster.replace(frame.names);
      break;
    case 'join':
      passed(room, frame.names.length);
      for (const name of frame.names) room.online.add(name);
      if (room.away === 'gone' && frame.names.includes(room.target)) room.away = 'back';
      roster.join(frame.names);
      moved(room, 'joined', frame.names, at);
      break;
    case 'leave':
      passed(room, frame.names.length);
      for (const name of frame.names) room.online.delete(name);
      if (frame.names.includes(room.target)) room.away = 'gone';
      roster.leave(frame.names);
      moved(room, 'left', frame.names, at);
      break;
    case 'line':
      line(room, frame, at);
      break;
    case 'error': {
      const why = reason(frame.text);
      if (closing(why.key)) room.ended = why;
      else add(room, { kind: 'trouble', word: why.key || 'server', args: [why.detail] }, at);
      if (why.key === 'noSuchUser') return back(room, why.detail);
      if (why.key === 'tooLong') return room.under.shift() ?? null;
    }
  }
  return null;
}

// renamed takes in one's new name, before one's leave and join.
function renamed(room, name, at, roster) {
  if (room.target === name) room.away = 'gone'; // who had it before
  room.me = room.asked = name;
  room.online = new Set([...room.online].filter((n) => n !== name));
  roster.self(name);
  add(room, { kind: 'note', word: 'given', args: [name] }, at);
  return null;
}

// passed counts entries of the order that everybody has.
function passed(room, n) {
  if (room.mark) room.mark.place += n;
}

// arrive tells what was said before, and of the arrival. Only now it counts as heard:
// what a lost connection has told of it is told again by the next.
function arrive(room, at) {
  const { came, before } = room;
  room.came = null;
  room.before = [];
  room.mark = came.mark;
  for (const said of before) line(room, said, said.at, came.gap ? 'meanwhile' : 'before');
  if (came.gap) add(room, { kind: 'note', word: !came.missing ? 'back' : before.length > 0 ? 'backPart' : 'backMissed', args: [] }, at);
  else if (before.length > 0) add(room, { kind: 'note', word: came.was === came.name ? 'beforeReload' : 'before', args: [] }, at);
  if (came.was !== came.name) add(room, { kind: 'welcome', ...came }, at);
}

// back takes the first line to a target that is under way: one's lines come back
// in the order in which they were sent.
function back(room, target) {
  const i = room.under.findIndex((u) => u.target === target);
  return i < 0 ? null : room.under.splice(i, 1)[0];
}

// moved tells of joins or leaves, in the last entry if that tells of some too.
function moved(room, what, names, at) {
  let last = room.log.at(-1);
  if (last?.kind !== 'moves' || at - last.at > foldTime) {
    last = add(room, { kind: 'moves', joined: [], left: [], returned: [], passed: [], changes: 0 }, at);
  }
  for (const name of names) {
    const was = ['joined', 'left', 'returned', 'passed'].find((list) => last[list].includes(name));
    if (was) last[was].splice(last[was].indexOf(name), 1);
    last[after[what][was] ?? what].push(name);
  }
  last.changes++;
}

// after is in which list one is who was in another before.
const after = { joined: { left: 'returned', passed: 'joined' }, left: { joined: 'passed', returned: 'left' } };

// line takes in what is said; old tells that it was said before one came, or
// meanwhile.
function line(room, { sender, text, target, private: alone, place }, at, old = '') {
  const mine = sender === room.me;
  const told = sender === SERVER && !alone ? notice(text) : null;
  const entry = { kind: 'line', who: sender, text, way: mine ? 'own' : 'other' };
  if (told?.key) Object.assign(entry, { kind: 'note', word: told.key, args: told.args });
  if (old) entry.old = true;
  else if (alone && room.mark) room.mark.alone++;
  else if (!alone) passed(room, 1);
  if (!alone && (place ?? room.mark)) entry.place = place ?? room.mark.place;
  if (text.startsWith('/me ')) {
    entry.act = true;
    entry.text = text.slice(4);
  }
  if (alone && mine && target !== room.me) {
    entry.way = 'sent';
    entry.to = target;
  } else if (alone) {
    entry.way = 'received';
    room.wrote = sender;
  }
  if (mine && !old) back(room, alone ? target : GROUP);
  if (!mine && old !== 'before') {
    room.heard++;
    if (!alone && room.me !== '' && text.search(mention(room.me)) >= 0) [entry.mentions, room.mentions] = [true, room.mentions + 1];
    const from = alone ? sender : GROUP;
    if (from !== room.target) room.unread.set(from, (room.unread.get(from) ?? 0) + 1);
  }
  add(room, entry, at);
  if (!alone) return;
  const other = mine ? target : sender;
  if (!room.alone.has(other)) room.alone.set(other, { log: [], dropped: 0 });
  append(room.alone.get(other), entry);
}

// SERVER is the sender of what the room itself says.
const SERVER = '*';

// orders are the commands that the room carries out.
const orders = ['/nick', '/op', '/kick', '/ban', '/banaddress', '/unban', '/bans'];

export const commands = ['/help', '/who', '/me', '/msg', '/reply', '/leave', '/quit', '/history', ...orders];


const slashes = '/\\／＼⁄∕⧸╱÷、､・･';
const seen = (c) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(c) && !/[\u2800\u3164\uffa0\ufffc\u{13441}\u{13442}\u{16fe4}\u{1d159}\p{Default_Ignorable_Code_Point}]/u.test(c);

// meant is the command that a line was meant for, however it is spelled, as the
// room's own wire.Misspelled has it; '' if it is text.
export function meant(text) {
  const chars = [...text];
  const skip = () => { while (chars.length > 0 && !seen(chars[0])) chars.shift(); };
  skip();
  if (chars.length === 0 || !slashes.includes(chars.shift())) return '';
  skip();
  let word = '/';
  for (const c of chars) {
    const letter = c.normalize('NFKC').toLowerCase();
    if (!seen(c) && commands.includes(word) || /[\t-\r\u0085\p{Z}:,]/u.test(letter)) break;
    if (!seen(c)) continue;
    if (!/^[a-z]$/.test(letter) || word.length > '/banaddress'.length - 1) return '';
    word += letter;
  }
  return commands.includes(word) ? word : '';
}

// recipient is to whom a line goes that is being typed. An answer is to who
// wrote last when it was begun.
export function recipient(room, text) {
  const reply = /^\/reply(\s|$)/.test(text);
  room.replying = reply ? room.replying || room.wrote : '';
  if (reply && room.replying) return room.replying;
  const told = /^\/msg\s+(.*)$/s.exec(text);
  return (told && addressed(room, told[1])[0]) || room.target;
}

// addressed is the name that a text begins with, as far as a person can see, and
// as it stands there: names may hold spaces, so the longest that is online counts.
function addressed(room, rest) {
  let found = ['', ''];
  for (const n of room.online) {
    if (n.length > found[0].length && rest.startsWith(n) && (rest.length === n.length || /\s/.test(rest[n.length]))) found = [n, n];
  }
  if (/^[ -~]*$/.test(rest)) return found; // a name with more in it than letters cannot be meant
  const online = new Map([...room.online].map((n) => [visible(n), n]));
  for (let end = rest.length; end > found[1].length; end = rest.slice(0, end).search(/\s\S*$/)) {
    const name = online.get(visible(rest.slice(0, end)));
    if (name !== undefined) return [name, rest.slice(0, end)];
  }
  return found;
}

// again reports whether a line that was not sent can be typed again as it was: only
// if it would go to the same one. A command would not do, for whom it names is
// decided by who is online when it is entered.
export const again = (room, { typed, target }) => target === room.target && !typed.startsWith('/');

// typed is what a typed line leads to: {send} is a message to target, {show} an entry,
// {hint: [word, ...args]} advice with which the text stays as it is, {order} a line for
// the room itself, {ask} a word that is not to be seen, {leave} the end.
export function typed(room, text, max) {
  text = joined(text);
  if (text.trim() === '') return {};
  if (text.startsWith('//me ')) return say(room, ' ' + text.slice(1), room.target, max); // else it would be what one does
  if (text.startsWith('//')) return say(room, text.slice(1), room.target, max);
  const [, command, tail] = /^(\S*)\s*(.*)$/s.exec(text);
  const known = meant(text);
  if (known !== '' && known !== command) return { hint: ['misspelled', known] };
  if (known === '' && !/^\/\p{L}+$/u.test(command)) return say(room, text, room.target, max); // be it the path of a file
  const rest = tail.trim();
  switch (command) {
    case '/help':
      return { show: { kind: 'note', word: 'help', args: [] } };
    case '/who':
      return { show: { kind: 'note', word: 'who', args: [[...room.online]] } };
    case '/me':
      return rest === '' ? { hint: ['noText', command] } : say(room, '/me ' + rest, room.target, max);
    case '/history':
      return { hint: ['above'] };
    case '/leave':
    case '/quit':
      return { leave: true };
    case '/op':
      return rest === '' ? { ask: true } : { order: `/op ${rest}` };
    case '/msg':
      return tell(room, rest, max);
    case '/reply':
      if (room.wrote === '') return { hint: ['noReply'] };
      return rest === '' ? { hint: ['noText', command] } : say(room, rest, room.replying || room.wrote, max);
  }
  if (orders.includes(command)) return rest === '' && command !== '/bans' ? { hint: ['noName', command] } : { order: `${command} ${rest}`.trim() };
  return { hint: ['unknown', command] };
}

function tell(room, rest, max) {
  const [found, as] = addressed(room, rest);
  const name = found || rest.split(/\s/)[0];
  const text = rest.slice(found ? as.length : name.length).trim();
  if (text === '') return { hint: ['noText', name === '' ? '/msg' : `/msg ${name}`] };
  return say(room, text, name, max);
}

function say(room, text, target, max) {
  if (target !== GROUP && (!room.online.has(target) || (target === room.target && room.away === 'gone'))) return { hint: ['notHere', target] };
  const send = message(text, room.me, target);
  const bytes = size(text), most = max - size(message('', room.me, target)); // of what was typed
  if (bytes > most) return { hint: ['tooManyBytes', bytes, most] };
  return { send, target, text };
}

// left is how many bytes of a typed line are free.
export const left = (room, text, max) => max - size(message(joined(text), room.me, room.target));
