// The connection to the room: it brings messages in bunches, and tells how it
// has ended. It knows no words and no page.

const firstWait = 1000; // milliseconds before the second attempt, doubled up to
const lastWait = 30000;
const pause = 250; // between two bunches while nobody looks, and for the rest of a greeting

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

// ready is a WebSocket here that was opened before it is known for whom, null if there is
// none: who joins does not wait for it. It is given up before the room does so.
let ready = null;
const patience = 8000; // milliseconds; the room's is 10 s

// prepare opens a WebSocket for one who is about to join.
export function prepare() {
  if (ready) return;
  const it = ready = socket(location.origin);
  const gone = () => {
    clearTimeout(it.timer);
    if (ready === it) ready = null;
  };
  it.timer = setTimeout(() => it.ws.close(1000), patience);
  for (const event of ['message', 'close']) it.ws.addEventListener(event, gone); // nothing good is told to one without a name
}

function socket(site) {
  const visit = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
  return { ws: new WebSocket(`${site.replace('http', 'ws')}/ws?visit=${visit}`), visit, early: false };
}

// take returns the WebSocket that is ready, or another.
function take(site) {
  if (!ready || site !== location.origin || ready.ws.readyState > WebSocket.OPEN) return socket(site);
  const { ws, visit, timer } = ready;
  clearTimeout(timer);
  ready = null;
  return { ws, visit, early: true };
}

// connect sends the opening lines on a WebSocket to a site. on.messages is called with an
// array, the greeting whole and then at most once a frame of the screen; on.closed after the last, with a function
// that asks the server why, see ended. It is also told of one that was opened early,
// and on which nothing but an error came: the room may have given it up before it had
// the lines.
export function connect(site, opening, on) {
  const { ws, visit, early } = take(site);
  let was = false; // open
  let over = false;
  let bunch = [];
  let timer = 0;
  let frame = 0;
  let told = false; // more than an error
  let greeted = false;

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
  function open() {
    was = true;
    opening.forEach((line) => ws.send(line));
  }
  if (ws.readyState === WebSocket.OPEN) open();
  else ws.addEventListener('open', open);
  ws.addEventListener('message', (e) => {
    if (over) return;
    told ||= !e.data.startsWith('{"error"');
    bunch.push(e.data);
    if (!greeted && e.data.startsWith('[')) { // who is there: that ends a greeting, for which one is waiting
      greeted = true;
      return flush();
    }
    if (frame || timer) return;
    if (document.hidden || !greeted) timer = setTimeout(flush, pause);
    else frame = requestAnimationFrame(flush);
  });
  function end() {
    if (over) return;
    document.removeEventListener('visibilitychange', looked);
    flush();
    over = true;
    on.closed(() => (was && site === location.origin ? ended(visit) : null), early && !told);
  }
  ws.addEventListener('close', end);
  document.addEventListener('visibilitychange', looked);
  return {
    // send reports whether the line is on its way.
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
