// The list of names where it lies over the conversation, as on a phone: what brings it
// and puts it away.

import { composing } from './line.js';

const $ = (id) => document.getElementById(id);
const shown = () => $('people').ariaExpanded === 'true';

export function show(open) {
  document.body.classList.toggle('people-open', open);
  $('people').ariaExpanded = String(open);
}

$('people').addEventListener('click', () => {
  show(!shown());
  if (shown()) $('roster').focus();
});

// A finger beside the list puts it away.
document.addEventListener('pointerdown', ({ target }) => {
  if (shown() && !$('aside').contains(target) && target !== $('people')) show(false);
});

document.addEventListener('keydown', (e) => {
  if (e.key !== 'Escape' || composing(e)) return;
  if (shown() && $('aside').contains(document.activeElement)) $('people').focus();
  show(false);
});
