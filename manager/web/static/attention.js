// The title of the page: what was said while nobody looked.

import { t } from './words.js';

const looking = () => !document.hidden && document.hasFocus();

let unread = 0; // lines
let mentions = 0; // of one's own name in them

// heard counts lines, and how often they name one, if nobody looks.
export function heard(lines, named) {
  if (looking()) return;
  unread += lines;
  mentions += named;
}

export function title() {
  document.title = (mentions > 0 ? `@${mentions} ` : '') + (unread > 0 ? `(${unread}) ` : '') + t('title');
}

export function forget() {
  unread = mentions = 0;
  title();
}

const look = () => looking() && forget();

document.addEventListener('visibilitychange', look);
window.addEventListener('focus', look);
