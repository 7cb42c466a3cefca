// The page that draws what the server counts.

import { Charts, element, write } from './charts.js';
import './livewords.js';
import { amount, duration, percentile, rate } from './series.js';
import { label, onSwitch, t } from './words.js';

const every = 1000; // milliseconds
const most = 300; // samples that are drawn
const fewest = 60; // places for them

const $ = (id) => document.getElementById(id);
let samples = [];

const charts = new Charts($('charts'), fewest, [
  { title: 'usersOnline', write: amount, lines: [(s) => s.map((x) => x.users)] },
  { title: 'linesIn', write: amount, lines: [(s) => rate(s, (x) => x.lines)] },
  { title: 'deliveriesOut', write: amount, lines: [(s) => rate(s, (x) => x.deliveries)] },
  { title: 'feedWait', write: duration, names: ['p50', 'p99'], lines: [(s) => percentile(s, 0.5), (s) => percentile(s, 0.99)] },
  { title: 'slowestBytes', write: amount, lines: [(s) => s.map((x) => x.behind_bytes)] },
  { title: 'slowestTime', write: duration, lines: [(s) => s.map((x) => x.lagging_s)] },
]);

function draw() {
  charts.draw(samples);
  const evicted = Object.entries(samples.at(-1)?.evicted ?? {});
  $('evicted').replaceChildren(...evicted.map(([reason, n]) => element('div', '', element('dt', '', t('evicted_' + reason)), element('dd', '', String(n)))));
}

async function look() {
  try {
    const since = samples.at(-1)?.at_ms ?? 0;
    const answer = await fetch(`/live.json?since=${since}`);
    if (!answer.ok) throw new Error(answer.statusText);
    samples = samples.concat(await answer.json()).slice(-most);
    write($('state'), '');
  } catch {
    write($('state'), t('noAnswer'));
  }
  if (!document.hidden) draw();
  setTimeout(look, every);
}

onSwitch(relabel);

function relabel() {
  label(document);
  document.title = t('serverTitle');
  draw();
}

relabel();
look();
