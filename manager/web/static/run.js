// The page that draws a run under way, and makes place for its report.

import { Charts, element, write } from './charts.js';
import './livewords.js';
import './runwords.js';
import { amount, duration, percentile, rate } from './series.js';
import { label, onSwitch, t } from './words.js';

const every = 1000; // milliseconds
const most = 300; // samples that are drawn
const fewest = 20; // places for them
const nano = 1e-9;

const $ = (id) => document.getElementById(id);
let samples = [];
let run = null;

// of the room itself, where it is in chatsim's own process
const inRoom = (f) => (s) => f(s.map((x) => ({ waits: [], wait_bounds_s: [], ...x.room, run: x.run })));
const has = (s) => s.some((x) => x.room);
const seconds = (v) => (v === undefined ? null : v * nano);

const charts = new Charts($('charts'), fewest, [
  { title: 'inTheRoom', write: amount, lines: [(s) => s.map((x) => x.users)] },
  { title: 'linesSent', write: amount, lines: [(s) => rate(s, (x) => x.lines)] },
  { title: 'deliveriesRead', write: amount, lines: [(s) => rate(s, (x) => x.deliveries)] },
  { title: 'deliveryLatency', write: duration, names: ['p50', 'p99'], lines: [(s) => s.map((x) => seconds(x.p50_ns)), (s) => s.map((x) => seconds(x.p99_ns))] },
  { title: 'feedWait', write: duration, names: ['p50', 'p99'], has, lines: [inRoom((s) => percentile(s, 0.5)), inRoom((s) => percentile(s, 0.99))] },
  { title: 'slowestBytes', write: amount, has, lines: [inRoom((s) => s.map((x) => x.behind_bytes ?? null))] },
  { title: 'slowestTime', write: duration, has, lines: [inRoom((s) => s.map((x) => x.lagging_s ?? null))] },
]);

// fill writes rows of texts into a table. It is made anew only where it has
// another form: its texts can be selected. Columns of numbers begin with the one
// of that index.
function fill(table, numbers, head, rows) {
  const form = [head, ...rows.map((r) => r[0])].join();
  if (table.dataset.form !== form) {
    table.dataset.form = form;
    const cell = (tag, scope) => (text, i) => {
      const e = element(tag, i >= numbers ? 'n' : '');
      if (scope && (scope === 'col' || i === 0)) e.scope = scope;
      return e;
    };
    const line = (r) => element('tr', '', ...r.map((text, i) => (i === 0 ? cell('th', 'row') : cell('td'))(text, i)));
    table.replaceChildren(element('thead', '', element('tr', '', ...head.map(cell('th', 'col')))), element('tbody', '', ...rows.map(line)));
  }
  [head, ...rows].forEach((r, y) => r.forEach((text, x) => write(table.rows[y].cells[x], text)));
}

function drawLatency() {
  const row = (name) => {
    const l = run.latency[name];
    return [t('latency_' + name), ...['p50_ns', 'p90_ns', 'p99_ns', 'p999_ns', 'max_ns'].map((k) => duration(seconds(l?.[k])))];
  };
  fill($('latency'), 1, ['', 'p50', 'p90', 'p99', 'p99.9', 'max'], ['delivery', 'last', 'echo', 'join', 'leave'].map(row));
}

// verdictOf is how a check stands, and its class.
function verdictOf(c) {
  if (c.verdict === 'failed') return [`✗ ${t('failed')}`, 'failed'];
  if (c.verdict === 'not exercised') return [`– ${t('notExercised')}`, 'quiet'];
  if (c.reason) return [t('atTheEnd'), 'quiet'];
  return c.evaluations > 0 ? [`✓ ${t('goodSoFar')}`, ''] : [t('nothingYet'), 'quiet'];
}

function drawChecks() {
  const checks = run.checks ?? [];
  $('checked').hidden = checks.length === 0;
  fill($('checks'), 2, [t('check'), t('soFar'), t('evaluations'), t('violations')],
    checks.map((c) => [t(c.name), verdictOf(c)[0], c.evaluations.toLocaleString('en'), c.violations.toLocaleString('en')]));
  checks.forEach((c, i) => { $('checks').rows[i + 1].cells[1].className = verdictOf(c)[1]; });

  const witnesses = checks.flatMap((c) => c.witnesses ?? []);
  $('against').hidden = witnesses.length === 0;
  const seen = JSON.stringify([witnesses, t('expected')]);
  if ($('witnesses').dataset.seen === seen) return;
  $('witnesses').dataset.seen = seen;
  $('witnesses').replaceChildren(...witnesses.map((w) => {
    const facts = ['expected', 'came'].filter((k) => w[k]).map((k) => element('div', '', element('dt', '', t(k)), element('dd', '', w[k])));
    const who = (w.names ?? []).join(', ');
    return element('li', '', element('strong', '', t(w.check)), ' ', element('bdi', '', `${who}${who && ': '}${w.sentence}`), element('dl', '', ...facts));
  }));
}

// drawRoles shows what became of those who are beside the ones who talk, and what they
// did to these.
function drawRoles() {
  const roles = run.roles ?? [];
  $('acted').hidden = roles.length === 0;
  const count = (n) => n.toLocaleString('en');
  const ratio = (r) => (r.ratio === undefined ? t('pairsOf', r.pairs, r.pairs_needed) : r.ratio.toFixed(2));
  fill($('roles'), 2, [t('role'), t('now'), t('p99With'), t('p99Without'), t('ratio'), t('served'), t('evictedTimes'), t('turnedAway'), t('throttled'), t('refusedLines'), t('lines')],
    roles.map((r) => [t('role_' + r.name), r.acts ? `● ${t('acts')}` : t('rests'), duration(seconds(r.p99_with_ns)), duration(seconds(r.p99_without_ns)), ratio(r),
      t('ofAll', count(r.served), count(r.acted)), count(r.evicted), count(r.turned_away), count(r.throttled), count(r.refused), count(r.lines)]));
}

// howDied is how a server has died.
const howDied = (d) => t(d.killed ? 'wasKilled' : 'died');

// deathMarks are of the servers that have died, by their numbers in the table.
const deathMarks = () => (run?.deaths ?? []).map((d, i) => ({ at: d.at_ms, name: `✕${i + 1}`, text: `${d.addr} ${howDied(d)}, ${t('silence')} ${duration(d.silence_s)}` }));

// drawDeaths shows which servers have died, and how long nobody got a line.
function drawDeaths() {
  const deaths = run.deaths ?? [];
  $('died').hidden = deaths.length === 0;
  fill($('deaths'), 3, [t('deadServer'), t('howDied'), t('diedAt'), t('silence')],
    deaths.map((d, i) => [`✕${i + 1} ${d.addr}`, howDied(d), new Date(d.at_ms).toLocaleTimeString('en-GB'), duration(d.silence_s)]));
}

// phaseText is where the run is, in its scenario where that has phases.
function phaseText() {
  const p = run.part;
  return p ? t('part', p.name, p.number, p.of, Math.floor(p.at_s), p.for_s) : t('phase_' + run.phase);
}

// drawErrors shows what the server said in errors.
function drawErrors() {
  const kinds = run.errors?.kinds ?? [];
  const others = run.errors?.others ?? 0;
  $('errors').hidden = kinds.length === 0;
  $('refused').textContent = run.refused ? t('refusedSoFar', run.refused.toLocaleString('en')) : '';
  const rows = kinds.map((k) => [k.text, k.example, k.count.toLocaleString('en')]);
  if (others > 0) rows.push([t('otherErrors'), '', others.toLocaleString('en')]);
  fill($('said'), 2, [t('errorText'), t('example'), t('times')], rows);
}

// reasonOf is why somebody was put out, in the server's word where there is no
// other.
function reasonOf(word) {
  const known = t('evicted_' + word);
  return known === 'evicted_' + word ? word : known;
}

// verdict is what can be said before the end: nothing has passed yet.
function verdict() {
  const violations = (run.checks ?? []).reduce((n, c) => n + c.violations, 0);
  if (violations > 0) return ['failed', t('violationsSoFar', violations)];
  if (run.suspected) return ['failed', t('suspected')];
  if (!run.checks) return ['', t('nothingSoFar')];
  return ['', t(run.checks.length > 0 ? 'noneSoFar' : 'unverified')];
}

function draw() {
  charts.draw(samples, deathMarks());
  if (!run) return;
  const [className, text] = verdict();
  write($('verdict'), text);
  $('verdict').className = className;
  $('what').textContent = run.number > 1 ? `${t('run', run.number)}: ${run.what}` : run.what;
  const before = run.before ?? [];
  $('before').hidden = before.length === 0;
  $('before').textContent = t('runsBefore', before.map((v) => t('ended_' + v)));
  $('before').className = before.includes('failed') ? 'failed' : 'quiet';
  $('phase').textContent = phaseText();
  $('so-far').textContent = t('counted', run.sent.toLocaleString('en'), run.deliveries.toLocaleString('en'));
  $('done').value = run.done;
  drawLatency();
  drawChecks();
  drawRoles();
  drawDeaths();
  drawErrors();
  const evicted = Object.entries(run.evicted ?? {});
  $('out').hidden = evicted.length === 0;
  $('evicted').replaceChildren(...evicted.map(([reason, n]) => element('div', '', element('dt', '', reasonOf(reason)), element('dd', '', String(n)))));
}

// look asks how the run stands, and makes place for the report when there is one.
async function look() {
  try {
    const answer = await fetch(`/run.json?since=${samples.at(-1)?.at_ms ?? 0}`);
    if (!answer.ok) throw new Error(answer.statusText);
    run = await answer.json();
    samples = samples.concat(run.samples).slice(-most);
    write($('state'), '');
    if (run.over) return location.replace('/');
  } catch {
    write($('state'), t('runGone'));
  }
  if (!document.hidden) draw();
  setTimeout(look, every);
}

document.addEventListener('visibilitychange', draw);

onSwitch(relabel);

function relabel() {
  label(document);
  document.title = t('runTitle');
  draw();
}

relabel();
look();
