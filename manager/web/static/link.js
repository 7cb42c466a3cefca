// The connection to the room: it brings messages in bunches, and tells how it
// has ended. It knows no words and no page.

const firstWait = 1000; // milliseconds before the second attempt, doubled up to
const lastWait = 30000;
const hiddenPause = 250; // between two bunches while nobody looks

// wait is how long to wait before attempt n (0 is the first after a loss), some
// sooner than others: they would all come back at once.
export function wait(n, random) {
  return Math.min(firstWait * 2 ** n, lastWait) * (0.75 + random / 4);
}

// ended is the error frame that a visit could not be sent any more: one who is
// put out for not reading is cut off. null if there is none, or nobody to ask.
async function ended(visit) {
  try {
    const answer = await fetch(`/ended?visit=${visit}`);
    return answer.status === 200 ? (await answer.text()).trim() : null;
  } catch {
    return null;
  }
}

// connect opens a WebSocket at a site and sends the opening lines. on.messages is
// called with an array, at most once a frame of the screen; on.closed after the last,
// with a function that asks the server why, see ended.
export function connect(site, opening, on) {
  const visit = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
  const ws = new WebSocket(`${site.replace('http', 'ws')}/ws?visit=${visit}`);
  let was = false; // open
  let over = false;
  let bunch = [];
  let timer = 0;
  let frame = 0;

  function flush() {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    timer = frame = 0;
    const messages = bunch;
    bunch = [];
    if (messages.length > 0) on.messages(messages);
  }
  function looked() {
    if (bunch.length > 0) flush();
  }
  ws.addEventListener('open', () => {
    was = true;
    opening.forEach((line) => ws.send(line));
  });
  ws.addEventListener('message', (e) => {
    if (over) return;
    bunch.push(e.data);
    if (frame || timer) return;
    if (document.hidden) timer = setTimeout(flush, hiddenPause);
    else frame = requestAnimationFrame(flush);
  });
  function end() {
    if (over) return;
    document.removeEventListener('visibilitychange', looked);
    flush();
    over = true;
    on.closed(() => (was && site === location.origin ? ended(visit) : null));
  }
  ws.addEventListener('close', end);
  document.addEventListener('visibilitychange', looked);
  return {
    // send says whether the line is on its way.
    send(line) {
      if (ws.readyState !== WebSocket.OPEN) return false;
      ws.send(line);
      return true;
    },
    close: () => ws.close(1000),
    // abandon does not wait for a server that does not answer.
    abandon() {
      ws.close();
      end();
    },
  };
}
