// Figures out of samples, and lines out of figures. Knows no page.

// rate is how much a counter has grown a second, between each sample and the one
// before; null where there is none before, or the counter began anew: with
// another run, or another server.
export const rate = (samples, value) => samples.map((s, i) => {
  const before = samples[i - 1];
  return before && before.run === s.run && value(s) >= value(before) ? (value(s) - value(before)) / ((s.at_ms - before.at_ms) / 1000) : null;
});

// percentile is below what so many of the writes between two samples have
// waited, in seconds: the upper bound of the bucket in which it lies. null where
// nothing was written.
export const percentile = (samples, q) => samples.map((s, i) => {
  const before = samples[i - 1];
  if (!before || before.run !== s.run) return null;
  const counts = s.waits.map((n, k) => n - before.waits[k]);
  const total = counts.reduce((a, b) => a + b, 0);
  if (!(total > 0)) return null; // also where what counted began anew
  let seen = 0;
  const k = counts.findIndex((n) => (seen += n) >= q * total);
  return s.wait_bounds_s[Math.min(k, s.wait_bounds_s.length - 1)];
});

// top is a round number that is not below any of the values.
export function top(values) {
  const most = Math.max(0, ...values.filter((v) => v !== null));
  if (most === 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].find((f) => f * unit >= most * 0.999) * unit;
}

// path is the d of an SVG path through the values that are there, over so many
// places and up to max.
export function path(values, places, width, height, max) {
  let d = '';
  let pen = false;
  const step = width / (places - 1);
  values.forEach((v, i) => {
    if (v === null) {
      pen = false;
      return;
    }
    const x = width - (values.length - 1 - i) * step;
    d += `${pen ? 'L' : 'M'}${x.toFixed(1)} ${(height - (v / max) * height).toFixed(1)}`;
    pen = true;
  });
  return d;
}

// placeOf is where an instant is among samples, as a fraction of their indexes; null
// where it is before them.
export function placeOf(samples, at) {
  if (!(samples[0]?.at_ms <= at)) return null;
  const last = samples.findLastIndex((s) => s.at_ms <= at);
  const next = samples[last + 1];
  return next ? last + (at - samples[last].at_ms) / (next.at_ms - samples[last].at_ms) : last;
}

// amount writes a number short: 12, 3.4 k, 1.2 M.
export function amount(v) {
  if (v === null) return '–';
  for (const [unit, word] of [[1e9, ' G'], [1e6, ' M'], [1e3, ' k']]) {
    if (v >= unit) return Number((v / unit).toPrecision(3)) + word;
  }
  return String(Number(v.toPrecision(3)));
}

// duration writes seconds short: 200 µs, 5 ms, 1.2 s.
export function duration(v) {
  if (v === null) return '–';
  if (v === 0) return '0 s';
  if (v < 1e-3) return `${Number((v * 1e6).toPrecision(3))} µs`;
  if (v < 1) return `${Number((v * 1e3).toPrecision(3))} ms`;
  return `${Number(v.toPrecision(3))} s`;
}
