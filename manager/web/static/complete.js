// What is being typed, completed: names and commands, by Tab, or by choosing one
// of those that are offered behind an @.

import { composing, field } from './line.js';

const offered = 6; // names at once

const box = document.getElementById('names');
let names = () => [];
let commands = [];
let onChange = () => {};
let cycle = null; // {from, to, found, n}: Tab goes on from one to the next

export function completes(ofNames, ofCommands, changed) {
  names = ofNames;
  commands = ofCommands;
  onChange = changed;
}

// begun is the word before the cursor that may be completed, and by what: a name
// may hold spaces, so more than one word may have begun one.
function begun() {
  const to = field.selectionStart;
  const text = field.value.slice(0, to);
  if (to !== field.selectionEnd) return null;
  if (/^\/\p{L}*$/u.test(text)) return { from: 0, to, found: commands.filter((c) => c.startsWith(text.toLowerCase())).map((c) => c + ' ') };
  for (const m of text.matchAll(/(?<![^\s(])@?(?=\S)/gu)) {
    const at = m.index, word = text.slice(at + m[0].length).toLowerCase();
    const found = names().filter((n) => n.toLowerCase().startsWith(word));
    const end = at === 0 && !/^\/(msg|kick)\s/.test(text) ? ': ' : ' ';
    if (found.length > 0) return { from: at, to, at: m[0] === '@', found: found.map((n) => m[0] + n + (m[0] ? ' ' : end)) };
  }
  const at = /(?<![^\s(])@$/u.exec(text);
  return at && { from: at.index, to, at: true, found: names().map((n) => `@${n} `) };
}

function put({ from, to }, text) {
  field.setRangeText(text, from, to, 'end');
  offer();
  onChange();
}

field.addEventListener('keydown', (e) => {
  if (e.key === 'Escape' && !composing(e)) box.hidden = true;
  if (e.key !== 'Tab' || composing(e) || e.ctrlKey || e.altKey || e.metaKey) {
    if (e.key !== 'Shift') cycle = null;
    return;
  }
  const back = e.shiftKey;
  if (!cycle) {
    cycle = back ? null : begun();
    if (!cycle || cycle.found.length === 0) return void (cycle = null); // the key goes on to the next field
    cycle.n = -1;
  }
  e.preventDefault();
  const all = cycle.found.length;
  const now = cycle;
  now.n = (now.n + (back ? all - 1 : 1)) % all;
  put(now, now.found[now.n]);
  now.to = now.from + now.found[now.n].length;
  cycle = now;
});

// offer shows whose name may be meant behind an @.
export function offer() {
  const b = document.activeElement === field ? begun() : null;
  const found = b?.at && !cycle ? b.found.slice(0, offered) : [];
  box.replaceChildren(...found.map((text) => {
    const e = document.createElement('button');
    e.type = 'button';
    e.className = 'plain';
    e.tabIndex = -1; // Tab is for the first of them
    e.append(Object.assign(document.createElement('bdi'), { textContent: text.trim() }));
    e.addEventListener('pointerdown', (event) => event.preventDefault()); // the field keeps the focus
    e.addEventListener('click', () => put(b, text));
    return e;
  }));
  box.hidden = found.length === 0;
}

field.addEventListener('input', () => {
  cycle = null;
  offer();
});
field.addEventListener('blur', () => { box.hidden = true; });
