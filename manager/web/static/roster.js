// Who is online, on the page: the group on top, then the names in join order,
// and which of them is talked to. A change costs one element.

import { GROUP } from './frames.js';
import { composing } from './line.js';
import { isolated, t, write } from './words.js';

const filterFrom = 12; // names from which on a filter is of use

const $ = (id) => document.getElementById(id);
const box = $('roster');
const filter = $('filter');

const options = new Map(); // by name, in join order
let me = '';
let chosen = null; // before it is chosen first
let active = GROUP; // where the arrow keys are
let count = 0; // of elements ever made: their ids
let stale = false; // what the filter shows
let onChoose = () => {};

const everyone = option(GROUP);
box.append(everyone);

function option(name) {
  const e = document.createElement('div');
  e.role = 'option';
  e.id = 'o' + count++;
  e.dataset.name = name;
  e.ariaSelected = 'false';
  return e;
}

function named(name) {
  const e = option(name);
  e.append(isolated(name));
  options.set(name, e);
  mark(e, name);
  return e;
}

// badge shows at a name how much of it was not looked at.
function badge(e, n) {
  const text = n > 0 ? String(Math.min(n, 999)) : '';
  if ((e.dataset.unread ?? '') === text) return;
  e.dataset.unread = text;
  if (text) e.setAttribute('aria-description', t('unread', n));
  else e.removeAttribute('aria-description');
}

function mark(e, name) {
  if (name === me && e.childElementCount === 1) {
    const self = document.createElement('span');
    self.className = 'quiet';
    self.textContent = ' ' + t('self');
    e.append(self);
    e.classList.add('self');
  }
  e.hidden = !matches(name);
}

const matches = (name) => filter.hidden || name.toLowerCase().includes(filter.value.trim().toLowerCase());
const element = (name) => (name === GROUP ? everyone : options.get(name));

// The roster as model.js tells it.
export const roster = {
  self(name) {
    const was = options.get(me);
    me = name;
    if (was) {
      was.lastElementChild.remove();
      was.classList.remove('self');
    }
    if (options.has(me)) mark(options.get(me), me);
  },
  replace(names) {
    options.clear();
    box.replaceChildren(everyone, ...names.map(named));
    if (!options.has(active)) active = GROUP;
    select();
    stale = true;
  },
  join(names) {
    box.append(...names.filter((n) => !options.has(n)).map(named));
    if (names.includes(chosen)) select();
    stale = true;
  },
  leave(names) {
    for (const name of names) {
      const e = options.get(name);
      if (!e) continue;
      if (name === active) point((e.nextElementSibling ?? e.previousElementSibling).dataset.name);
      e.remove();
      options.delete(name);
    }
    stale = true;
  },
};

let marked = new Map(); // names that have a badge

// settle brings what surrounds the names up to date, once a frame of the screen.
export function settle(unread = marked) {
  for (const name of marked.keys()) if (!unread.has(name) && element(name)) badge(element(name), 0);
  for (const [name, n] of unread) if (element(name)) badge(element(name), n);
  marked = new Map(unread);
  $('people').classList.toggle('marked', [...unread.keys()].some((name) => name !== GROUP));
  write($('online-title'), t('online', options.size));
  write($('people'), t('people', options.size));
  if (filter.hidden !== options.size < filterFrom) {
    filter.hidden = options.size < filterFrom;
    stale = true;
  }
  if (stale) sift();
  box.setAttribute('aria-activedescendant', element(active)?.id ?? everyone.id);
}

// relabel puts the words in again, after a change of language.
export function relabel() {
  everyone.textContent = t('everyone');
  const own = options.get(me);
  if (own?.lastElementChild?.className === 'quiet') own.lastElementChild.textContent = ' ' + t('self');
  settle();
}

// choose says who is talked to.
export function choose(name) {
  if (chosen === name && active === name) return;
  chosen = active = name;
  select();
}

export function chosenBy(f) {
  onChoose = f;
}

function select() {
  for (const e of box.querySelectorAll('[aria-selected=true], .active')) {
    e.ariaSelected = 'false';
    e.classList.remove('active');
  }
  const e = element(chosen);
  if (e) e.ariaSelected = 'true';
  element(active)?.classList.add('active');
}

function sift() {
  stale = false;
  let shown = 0;
  for (const [name, e] of options) {
    e.hidden = !matches(name);
    if (!e.hidden) shown++;
  }
  $('nobody').hidden = shown > 0 || options.size === 0;
  if (element(active)?.hidden) point(GROUP);
}

filter.addEventListener('input', sift);
filter.addEventListener('keydown', (e) => {
  if (composing(e)) return;
  if (e.key === 'Escape') {
    filter.value = '';
    sift();
  } else if (e.key === 'Enter' || e.key === 'ArrowDown') {
    const found = [...options].find(([, o]) => !o.hidden);
    if (!found) return;
    e.preventDefault();
    if (e.key === 'Enter') return onChoose(found[0]);
    move(found[0]);
    box.focus();
  }
});

box.addEventListener('click', (e) => {
  const o = e.target.closest('[role=option]');
  if (o) onChoose(o.dataset.name);
});

box.addEventListener('keydown', (e) => {
  const shown = [...box.children].filter((o) => !o.hidden);
  const at = shown.indexOf(element(active));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1, PageDown: at + 10, PageUp: at - 10 }[e.key];
  if (to !== undefined) {
    e.preventDefault();
    move(shown[Math.max(0, Math.min(to, shown.length - 1))].dataset.name);
  } else if (e.key === 'Enter' || e.key === ' ') {
    e.preventDefault();
    onChoose(active);
  }
});

function move(name) {
  point(name);
  element(name).scrollIntoView({ block: 'nearest' });
}

// point has the arrow keys go on from a name.
function point(name) {
  element(active)?.classList.remove('active');
  active = name;
  element(name).classList.add('active');
  box.setAttribute('aria-activedescendant', element(name).id);
}
