// What a chatter knows, and what it makes of a frame or of a typed line. It
// knows no page, no connection and no clock; words are put to it elsewhere.

import { GROUP, closing, message, reason, size } from './frames.js';

// maxLog is how many entries are kept; a tenth goes at a time.
const maxLog = 50000;

// foldTime is how long joins and leaves gather in one entry, in milliseconds.
const foldTime = 60000;

// newRoom is what is known before anything was heard. online is in join order.
export function newRoom(asked) {
  return { asked, me: '', online: new Set(), wrote: '', target: GROUP, ended: null, log: [], dropped: 0, heard: 0 };
}

// add puts an entry at the end of the log.
export function add(room, entry, at) {
  entry.at = at;
  room.log.push(entry);
  if (room.log.length > maxLog) {
    room.dropped += room.log.splice(0, maxLog / 10).length;
  }
  return entry;
}

// hear takes a frame in; changes of the roster are told to roster.
export function hear(room, frame, at, roster) {
  switch (frame.kind) {
    case 'welcome':
      room.me = frame.name;
      room.ended = null;
      add(room, { kind: 'welcome', name: frame.name, asked: room.asked }, at);
      break;
    case 'roster':
      room.online = new Set(frame.names);
      roster.replace(frame.names);
      break;
    case 'join':
      for (const name of frame.names) room.online.add(name);
      roster.join(frame.names);
      moved(room, 'joined', frame.names, at);
      break;
    case 'leave':
      for (const name of frame.names) room.online.delete(name);
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
    }
  }
}

// moved tells of joins or leaves, in the last entry if that tells of some too.
function moved(room, what, names, at) {
  let last = room.log.at(-1);
  if (last?.kind !== 'moves' || at - last.at > foldTime) {
    last = add(room, { kind: 'moves', joined: [], left: [], changes: 0 }, at);
  }
  last[what].push(...names);
  last.changes++;
}

function line(room, { sender, text, target, private: alone }, at) {
  const mine = sender === room.me;
  const entry = { kind: 'line', who: sender, text, way: mine ? 'own' : 'other' };
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
  if (!mine) room.heard++;
  add(room, entry, at);
}

// typed is what a typed line leads to: {send} is a message, {show} an entry,
// {hint: [word, ...args]} advice with which the text stays as it is.
export function typed(room, text, max) {
  text = text.replace(/[\r\n]+/g, ' ');
  if (text.trim() === '') return {};
  if (!text.startsWith('/')) return say(room, text, room.target, max);
  if (text.startsWith('//')) return say(room, text.slice(1), room.target, max);
  const [, command, tail] = /^(\S+)\s*(.*)$/s.exec(text);
  const rest = tail.trim();
  switch (command) {
    case '/help':
      return { show: { kind: 'note', word: 'help', args: [] } };
    case '/who':
      return { show: { kind: 'note', word: 'who', args: [[...room.online]] } };
    case '/me':
      return rest === '' ? { hint: ['noText', command] } : say(room, '/me ' + rest, room.target, max);
    case '/msg':
      return tell(room, rest, max);
    case '/reply':
      if (room.wrote === '') return { hint: ['noReply'] };
      return rest === '' ? { hint: ['noText', command] } : say(room, rest, room.wrote, max);
  }
  return { hint: ['unknown', command] };
}

// tell is a /msg: names may hold spaces, so the longest that is online counts.
function tell(room, rest, max) {
  let name = '';
  for (const n of room.online) {
    if (n.length > name.length && (rest === n || rest.startsWith(n + ' '))) name = n;
  }
  if (name === '') name = rest.split(' ')[0];
  const text = rest.slice(name.length).trim();
  if (text === '') return { hint: ['noText', name === '' ? '/msg' : `/msg ${name}`] };
  return say(room, text, name, max);
}

function say(room, text, target, max) {
  if (target !== GROUP && !room.online.has(target)) return { hint: ['notHere', target] };
  const send = message(text, room.me, target);
  const bytes = size(send);
  if (bytes > max) return { hint: ['tooManyBytes', bytes, max] };
  return { send };
}

// left is how many bytes of a typed line are free.
export const left = (room, text, max) => max - size(message(text, room.me, room.target));
