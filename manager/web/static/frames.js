// The line dialect as a page reads and writes it: one message is one line.
// This module knows no page and no connection.

export const GROUP = '------Group chat-------';

// Characters that turn the direction of writing, or end a line: nothing that
// comes from others may show text otherwise than it was written.
const turning = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const safe = (s) => s.replace(turning, '');

// broken is a text whose line breaks, which travel as U+2028, are those of a page.
const broken = (s) => safe(s.replace(/[\u2028\u2029]/g, '\n'));

// joined is a text as it travels.
export const joined = (s) => s.replace(/\r\n?|\n/g, '\u2028').replace(/^\u2028+|\u2028+$/g, '');

// visible is what a person can see of a name, near enough to what the room takes
// for it: no two users have the same.
export const visible = (name) => name.replace(/[\s\u2800\u3164\uffa0]+/g, ' ').replace(/\p{Default_Ignorable_Code_Point}/gu, '').normalize();

// parse takes a frame from the server apart; null if it is none.
export function parse(raw) {
  switch (raw[0]) {
    case ' ': return parseLine(raw);
    case '[': {
      const names = parseJSON(raw);
      return Array.isArray(names) ? { kind: 'roster', names } : null;
    }
    case '{': {
      const control = parseJSON(raw) ?? {};
      if (typeof control.welcome === 'string') return { kind: 'welcome', name: control.welcome, token: typeof control.token === 'string' ? control.token : '' };
      if (Array.isArray(control.history)) return history(control);
      if (Array.isArray(control.join)) return { kind: 'join', names: control.join };
      if (Array.isArray(control.leave)) return { kind: 'leave', names: control.leave };
      if (Array.isArray(control.others)) return { kind: 'others', others: control.others };
      if (typeof control.notice === 'string') return { kind: 'notice', text: safe(control.notice) };
      if (typeof control.error === 'string') return { kind: 'error', text: safe(control.error) };
    }
  }
  return null;
}

// A name never holds an '@', so the last two of them are the ends of the text
// and of the sender.
function parseLine(raw) {
  const second = raw.lastIndexOf('@');
  const first = raw.lastIndexOf('@', second - 1);
  if (first < 0) return null;
  const sender = raw.slice(first + 1, second);
  const target = raw.slice(second + 1);
  if (!raw.startsWith(sender + ':', 1)) return null;
  const text = broken(raw.slice(sender.length + 2, first));
  return { kind: 'line', sender, text, target, private: target !== GROUP };
}

// history is what was said before. mark is from where one counts on, null where more
// is to come; see add.
function history({ history, mark, missing }) {
  const lines = history.map((said) => ({ ...parseLine(said.line), place: said.place, at: Date.parse(said.time) })).filter((line) => line.kind);
  const [, place, alone] = /^(\d+)\.(\d+)$/.exec(mark) ?? [];
  return { kind: 'history', lines, mark: place ? { place: +place, alone: +alone } : null, missing: missing === true };
}

function parseJSON(raw) {
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
}

const encoder = new TextEncoder();

// size is how many bytes a text has on the way.
export const size = (text) => encoder.encode(text).length;

// message is the line by which me sends text to target, a name or GROUP.
export const message = (text, me, target) => `${text}@${me}@${target}`;

// asking is the line with one's name, with the token by which one keeps it when
// the connection breaks, '' if there is none yet, and for what was said before: all
// since a mark, or so many lines.
export const asking = (name, token, mark, lines) => `${name}@token=${token}` + (mark ? `@since=${mark.place}.${mark.alone}` : `@history=${lines}`);

// The texts of errors, by which a page knows them; details follow a colon.
const reasons = {
  stalled: 'evicted: read nothing for too long',
  slow: 'evicted: too far behind',
  late: 'no name came in time',
  badName: 'name refused',
  full: 'the room is full',
  shutdown: 'the server is shutting down',
  internal: 'internal error of the server',
  password: 'wrong password',
  kicked: 'removed by the operator',
  crowded: 'too many connections from your address',
  needTLS: 'this room speaks TLS only',
  elsewhere: 'you joined from somewhere else',
  moved: 'this server has lost the room, come in again',
  tooLong: 'line too long',
  noSuchUser: 'no such user',
  notSaid: 'not said to anybody',
  leftEarly: 'left before all was said',
  notDone: 'not done',
};

// The forms of what the room tells in its own name, to one or to all.
const notices = {
  isOperator: /^you are an operator now$/,
  noBans: /^nobody is banned$/,
  wasRemoved: /^(.+) was removed by (.+)$/s,
  wasBanned: /^(.+) was banned by (.+) for (\d+[smh])$/s,
  wasUnbanned: /^(.+) is no longer banned, by (.+)$/s,
  isBanned: /^banned: (.+), for (\d+[smh]) more, by (.*)$/s,
};

// notice is what the room tells: a key of notices, '' if it is none of them, and what
// goes into it.
export function notice(text) {
  for (const [key, form] of Object.entries(notices)) {
    const m = form.exec(text);
    if (m) return { key, args: m.slice(1) };
  }
  return { key: '', args: [text] };
}

// back is when one who was told to leave may come back, '' if that is not said.
export const back = (detail) => /^come back in (\d+[smh])$/.exec(detail)?.[1] ?? '';

// reason is what an error is about: a key of reasons, '' if it is none of them,
// and the details.
export function reason(text) {
  for (const [key, known] of Object.entries(reasons)) {
    if (text === known || text.startsWith(known + ': ')) return { key, detail: text.slice(known.length + 2) };
  }
  return { key: '', detail: text };
}

// closing reports whether the server ends the connection for this reason.
export const closing = (key) => key !== '' && !['tooLong', 'noSuchUser', 'notSaid', 'leftEarly', 'notDone'].includes(key);

// lasting reports whether asking again cannot help.
export const lasting = (key) => key === 'badName' || key === 'password' || key === 'kicked' || key === 'needTLS' || key === 'elsewhere';
