// The page that draws what the server counts.

import { amount, duration, path, percentile, rate, top } from './series.js';
import { label, switchLanguage, t } from './words.js';

const every = 1000; // milliseconds
const most = 300; // samples that are drawn
const fewest = 60; // places for them
const width = 300;
const height = 80;

const $ = (id) => document.getElementById(id);
let samples = [];

const charts = [
  { title: 'usersOnline', write: amount, lines: [(s) => s.map((x) => x.users)] },
  { title: 'linesIn', write: amount, lines: [(s) => rate(s, (x) => x.lines)] },
  { title: 'deliveriesOut', write: amount, lines: [(s) => rate(s, (x) => x.deliveries)] },
  { title: 'feedWait', write: duration, names: ['p50', 'p99'], lines: [(s) => percentile(s, 0.5), (s) => percentile(s, 0.99)] },
  { title: 'slowestBytes', write: amount, lines: [(s) => s.map((x) => x.behind_bytes)] },
  { title: 'slowestTime', write: duration, lines: [(s) => s.map((x) => x.lagging_s)] },
];

function svg(tag, attributes) {
  const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  return e;
}

function element(tag, className, ...children) {
  const e = document.createElement(tag);
  e.className = className;
  e.append(...children);
  return e;
}

for (const c of charts) {
  c.value = element('span', 'value');
  c.caption = element('span', '');
  c.max = element('span', '');
  c.paths = c.lines.map((_, i) => svg('path', { class: `s${i}` }));
  c.drawing = svg('svg', { viewBox: `0 -2 ${width} ${height + 4}`, preserveAspectRatio: 'none', role: 'img' });
  c.drawing.append(svg('line', { x1: 0, x2: width, y1: height, y2: height }), svg('line', { x1: 0, x2: width, y1: 0, y2: 0 }), ...c.paths);
  $('charts').append(element('figure', '', element('figcaption', '', c.caption, c.value), element('div', 'scale', c.max), c.drawing));
}

function draw() {
  for (const c of charts) {
    const values = c.lines.map((f) => f(samples));
    const max = top(values.flat());
    c.caption.textContent = t(c.title);
    c.max.textContent = c.write(max);
    const now = values.map((v, i) => `${c.names ? c.names[i] + ' ' : ''}${c.write(v.at(-1) ?? null)}`);
    c.value.replaceChildren(...now.map((n, i) => element('span', `s${i}`, n)));
    c.drawing.setAttribute('aria-label', `${t(c.title)}: ${now.join(', ')}`);
    c.paths.forEach((p, i) => p.setAttribute('d', path(values[i], Math.max(fewest, samples.length), width, height, max)));
  }
  const evicted = Object.entries(samples.at(-1)?.evicted ?? {});
  $('evicted').replaceChildren(...evicted.map(([reason, n]) => element('div', '', element('dt', '', t('evicted_' + reason)), element('dd', '', String(n)))));
}

async function look() {
  try {
    const since = samples.at(-1)?.at_ms ?? 0;
    const answer = await fetch(`/live.json?since=${since}`);
    if (!answer.ok) throw new Error(answer.statusText);
    samples = samples.concat(await answer.json()).slice(-most);
    $('state').textContent = '';
  } catch {
    $('state').textContent = t('noAnswer');
  }
  if (!document.hidden) draw();
  setTimeout(look, every);
}

for (const b of document.querySelectorAll('.language')) {
  b.addEventListener('click', () => {
    switchLanguage();
    relabel();
  });
}

function relabel() {
  label(document);
  document.title = t('serverTitle');
  draw();
}

relabel();
look();
