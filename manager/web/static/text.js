// What somebody says, as it is seen: text, line breaks, addresses that can be
// followed, code, and one's own name marked. All of it is made of text nodes:
// nothing that is said is ever read as HTML, and nothing is loaded.

const fence = /(?:^|\n)```([^\n`]*)\n(.*?)\n?```(?=\n|$)\n?/gs;
const inline = /(?<!`)(`{1,3})(?!`)([^\n]*?[^`\n])\1(?!`)|(?:https?:\/\/|mailto:)[^\s<>"'`\u3000-\u303f\uff00-\uffef]+/giu;
const trailing = /[.,;:!?*_~)\]}]+$/;
const followed = ['http:', 'https:', 'mailto:'];

// saying puts a text into an element; me is the name to be marked, '' for none.
export function saying(element, text, me) {
  let from = 0;
  for (const m of text.matchAll(fence)) {
    words(element, text.slice(from, m.index), me);
    const pre = document.createElement('pre');
    pre.append(code(m[2]));
    pre.tabIndex = 0; // it may scroll
    element.append(pre);
    from = m.index + m[0].length;
  }
  words(element, text.slice(from), me);
}

function code(text) {
  const e = document.createElement('code');
  e.textContent = text;
  return e;
}

function words(element, text, me) {
  let from = 0;
  for (const m of text.matchAll(inline)) {
    let made, length = m[0].length;
    if (m[1] !== undefined) made = code(m[2]);
    else [made, length] = address(m[0]);
    if (!made) continue;
    named(element, text.slice(from, m.index), me);
    element.append(made);
    from = m.index + length;
  }
  named(element, text.slice(from), me);
}

// address is an element for an address, without the punctuation behind it, and how
// much of the text that takes. One that hides its host behind a user's name is none.
function address(text) {
  let end = text.length - (trailing.exec(text)?.[0].length ?? 0);
  while (text[end] === ')' && text.slice(0, end + 1).split('(').length >= text.slice(0, end + 1).split(')').length) end++;
  const url = URL.parse?.(text.slice(0, end)) ?? parsed(text.slice(0, end));
  if (!url || !followed.includes(url.protocol) || url.username || url.password || (url.protocol === 'mailto:' ? !url.pathname.includes('@') : !url.host)) return [null, 0];
  const a = document.createElement('a');
  a.textContent = text.slice(0, end);
  a.href = url.href;
  a.target = '_blank';
  a.rel = 'noopener noreferrer';
  return [a, end];
}

function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

// mention is where a text has a name as a word of its own.
export function mention(name) {
  if (name !== sought.name) sought = { name, where: new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_])@?${name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}(?![\\p{L}\\p{M}\\p{N}_])`, 'giu') };
  return sought.where;
}

let sought = { name: null }; // and where it was looked for last: one's own name is, in every line

function named(element, text, me) {
  let from = 0;
  for (const m of me ? text.matchAll(mention(me)) : []) {
    const mark = document.createElement('mark');
    mark.textContent = m[0];
    element.append(text.slice(from, m.index), mark);
    from = m.index + m[0].length;
  }
  if (from < text.length) element.append(text.slice(from));
}
