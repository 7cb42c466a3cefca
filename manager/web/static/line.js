// The line that is being typed: what ends it, the hint below it, and how much
// room is left.

import { say, t } from './words.js';

const nearLimit = 300; // bytes left from which on they are counted

const $ = (id) => document.getElementById(id);
export const field = $('text');

let submit = () => {};
let input = () => {};

export const text = () => field.value;
export const focus = () => field.focus();

export function onSubmit(f) {
  submit = f;
}

export function onInput(f) {
  input = f;
}

export function clear() {
  field.value = '';
  hint();
}

// restore puts a text back that was not sent; false if another was begun.
export function restore(text) {
  if (field.value !== '' || !text) return false;
  field.value = text;
  return true;
}

// hint is advice about what was typed; without words there is none.
export function hint(key, ...args) {
  hinted = key;
  say($('text-hint'), key, ...args);
}

let hinted = '';

// unhint takes a hint away that is true no more.
export const unhint = (key) => hinted === key && hint();

// composing says that a key belongs to an input method.
export const composing = (e) => e.isComposing || e.keyCode === 229;

// count says how many bytes are free, when they get few.
export function count(free) {
  $('count').textContent = free < nearLimit ? t('bytesLeft', free) : '';
  $('count').classList.toggle('over', free < 0);
}

$('say').addEventListener('submit', (e) => {
  e.preventDefault();
  submit();
});

// Enter sends, and with Shift it breaks the line. Keyboards on glass tell of a line
// break only, input methods have an Enter of their own.
let shifted = false;
field.addEventListener('keydown', (e) => {
  shifted = e.shiftKey;
});
field.addEventListener('beforeinput', (e) => {
  if (e.isComposing || shifted || (e.inputType !== 'insertLineBreak' && e.inputType !== 'insertParagraph')) return;
  e.preventDefault();
  submit();
});

field.addEventListener('input', () => {
  hint();
  input();
});
