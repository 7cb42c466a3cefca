// The log-in: a name, and the password where the room asks for one.

import { size } from './frames.js';
import { recall, remember, say } from './words.js';

const maxName = 64; // bytes
const patience = 200; // milliseconds

const $ = (id) => document.getElementById(id);
const page = document.documentElement.dataset;

let enter = () => {};

export function onEnter(f) {
  enter = f;
}

// onBegin has f called when somebody is about to enter.
export function onBegin(f) {
  $('enter').addEventListener('input', f);
  if ($('name').value !== '') f();
}

export const hasPassword = () => page.password === 'true';
export const password = () => $('password').value;

// show puts the log-in in place of the conversation. One goes on at the field that is
// wrong, or that is empty.
export function show(wrong = lacking() ?? 'name') {
  $('login').hidden = false;
  $('chat').hidden = true;
  $(wrong).focus();
  $(wrong).select();
}

// lacking is the first field that has to be filled in.
function lacking() {
  const fields = hasPassword() ? ['name', 'password'] : ['name'];
  return fields.find((field) => $(field).value.trim() === '');
}

// hide puts the conversation in its place; true if the one who typed here has nowhere
// else to type.
export function hide() {
  $('login').hidden = true;
  $('chat').hidden = false;
  note();
  return document.activeElement === document.body || $('login').contains(document.activeElement);
}

// note is what happens with the log-in as a whole.
export function note(key, ...args) {
  clearTimeout(later);
  say($('login-note'), key, ...args);
}

let later = 0;

// soon notes what is still happening then: most rooms answer before it could be read.
export function soon(key) {
  note();
  later = setTimeout(note, patience, key);
}

// complain puts a hint beside a field; without a key there is none.
export function complain(field, key, ...args) {
  say($(field + '-hint'), key, ...args);
  if (key !== '' || $(field).ariaInvalid) $(field).ariaInvalid = String(key !== '');
}

// demand asks for a password from now on: the room may have got one since the page
// was loaded.
export function demand() {
  page.password = 'true';
  $('secret').hidden = false;
}

// fill puts in the password that was typed before the page was loaded anew.
export function fill(word) {
  $('password').value = word;
}

$('address').textContent = location.host;
$('name').value = new URLSearchParams(location.search).get('name') ?? recall('name') ?? '';
$('secret').hidden = !hasPassword();

$('enter').addEventListener('submit', (e) => {
  e.preventDefault();
  const name = $('name').value.trim();
  let wrong = '';
  if (name === '') wrong = 'emptyName';
  else if (name.includes('@')) wrong = 'atName';
  else if (size(name.normalize()) > maxName) wrong = 'longName';
  const needed = hasPassword() && password() === '';
  complain('name', wrong);
  complain('password', needed ? 'emptyPassword' : '');
  if (wrong || needed) return $(wrong ? 'name' : 'password').focus();
  remember('name', name);
  enter(name.normalize());
});
