// Small charts over time, one line or two each. Knows no figures.

import { path, placeOf, top } from './series.js';
import { t } from './words.js';

const width = 300;
const height = 80;

function svg(tag, attributes) {
  const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  return e;
}

export function element(tag, className, ...children) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

// write changes a text only where it is another one: what is selected stays so,
// and what is read out is read out once.
export function write(e, text) {
  if (e.textContent !== text) e.textContent = text;
}

// Charts are drawn in an element, with places for so many samples at least. Each
// is {title, write, lines, names, has}: a word's key, how a value is written,
// functions from samples to values, names of the lines where there are several,
// and whether the samples have what it is about, else it is not shown. Marks are
// {at, name, text}: an instant in Unix milliseconds, a short name, and what happened.
export class Charts {
  constructor(parent, fewest, charts) {
    this.fewest = fewest;
    this.all = charts.map((c) => ({ ...c, value: element('span', 'value'), marks: element('div', 'marks'), caption: element('span'), max: element('span') }));
    for (const c of this.all) {
      c.paths = c.lines.map((_, i) => svg('path', { class: `s${i}` }));
      c.drawing = svg('svg', { viewBox: `0 -2 ${width} ${height + 4}`, preserveAspectRatio: 'none', role: 'img' });
      c.events = svg('path', { class: 'event' });
      c.drawing.append(svg('line', { x1: 0, x2: width, y1: height, y2: height }), svg('line', { x1: 0, x2: width, y1: 0, y2: 0 }), c.events, ...c.paths);
      c.figure = element('figure', '', element('figcaption', '', c.caption, c.value), element('div', 'scale', c.max), c.marks, c.drawing);
      parent.append(c.figure);
    }
  }

  draw(samples, marks = []) {
    const places = Math.max(this.fewest, samples.length);
    const events = marks.map((m) => ({ ...m, place: placeOf(samples, m.at) })).filter((m) => m.place !== null)
      .map((m) => ({ ...m, x: width - (samples.length - 1 - m.place) * width / (places - 1) }));
    for (const c of this.all) {
      c.figure.hidden = c.has !== undefined && !c.has(samples);
      const values = c.lines.map((f) => f(samples));
      const max = top(values.flat());
      c.caption.textContent = t(c.title);
      c.max.textContent = c.write(max);
      const now = values.map((v, i) => `${c.names ? c.names[i] + ' ' : ''}${c.write(v.at(-1) ?? null)}`);
      c.value.replaceChildren(...now.map((n, i) => element('span', `s${i}`, n)));
      c.drawing.setAttribute('aria-label', `${t(c.title)}: ${[...now, ...events.map((m) => m.text)].join(', ')}`);
      c.events.setAttribute('d', events.map((m) => `M${m.x.toFixed(1)} 0V${height}`).join(''));
      c.marks.replaceChildren(...events.map((m, i) => {
        const e = element('span', '', m.name);
        e.title = m.text;
        e.style.bottom = `${i % 2}rem`; // so that none hides the one before
        e.style.left = `${(100 * m.x / width).toFixed(2)}%`;
        e.style.translate = `-${(100 * m.x / width).toFixed(2)}%`; // within the chart, at its ends too
        return e;
      }));
      c.paths.forEach((p, i) => p.setAttribute('d', path(values[i], places, width, height, max)));
    }
  }
}
