// The banner above the conversation: what has happened to the connection, and what
// is done about it.

import { t, write } from './words.js';

const $ = (id) => document.getElementById(id);

let said = null; // {text, button, wait, sites}
let again = () => {};

// onAgain is called when somebody does not want to wait.
export function onAgain(f) {
  again = f;
}

$('again').addEventListener('click', () => again());

// show says what has happened, with a button or none (''); the seconds that pass are
// for the eye only. sites are where else the room has a page. It reports whether what
// had the keyboard in it has gone.
export function show(text, button, wait = () => '', sites = []) {
  said = { text, button, wait, sites };
  const held = $('banner').contains(document.activeElement) && document.activeElement;
  $('banner').hidden = false;
  write($('banner-wait'), wait());
  write($('banner-text'), text());
  list(sites);
  $('again').hidden = button === '';
  write($('again'), button && t(button));
  return held && (held.hidden || !held.isConnected);
}

export function hide() {
  $('banner').hidden = true;
}

export function relabel() {
  if (!$('banner').hidden) show(said.text, said.button, said.wait, said.sites);
}

// list shows links to sites.
function list(sites) {
  write($('banner-also'), sites.length > 0 ? t('also') : '');
  const old = [...$('banner-sites').children].map((a) => a.textContent);
  if (old.join(' ') === sites.join(' ')) return;
  $('banner-sites').replaceChildren(...sites.flatMap((site) => {
    const a = document.createElement('a');
    [a.href, a.textContent] = [site, site];
    return [a, ' '];
  }));
}
