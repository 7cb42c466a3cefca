// The dialog that asks for the operators' password, which is not to be seen.

const $ = (id) => document.getElementById(id);

let answer = () => {};

// onWord is called with what was typed, '' for nothing.
export function onWord(f) {
  answer = f;
}

export function ask() {
  $('word').value = '';
  $('op').showModal();
}

// dismiss puts the dialog away, which stands above all else.
export const dismiss = () => $('op').open && $('op').close('');

$('op').addEventListener('close', () => {
  const word = $('op').returnValue === 'ok' ? $('word').value : '';
  $('op').returnValue = $('word').value = '';
  answer(word);
});

$('op-no').addEventListener('click', () => $('op').close(''));
