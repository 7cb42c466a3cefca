// Where else the room is, as its servers tell, and at which of them the page connects
// next. The page stays where it was loaded: its WebSocket moves.

const most = 64; // sites that are taken
const longest = 300;

const home = location.origin;

let at = home; // where the page was let in last
let trying = home;
let told = [];
let round = []; // sites that are still to be tried
let silent = false; // the server where the page was

const loopback = (site) => /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(site).hostname);

// isSite reports whether an address is that of a page, and nothing but scheme, host and
// port.
function isSite(address) {
  if (typeof address !== 'string' || address.length > longest || !URL.canParse(address)) return false;
  const url = new URL(address);
  return ['http:', 'https:'].includes(url.protocol) && url.origin === address;
}

// open reports whether a browser connects a page of one site to another.
export const open = (site, page) => !page.startsWith('https:') || site.startsWith('https:');

// taken are those of some addresses that are sites, as a server has told that is at a site
// itself. One that is elsewhere knows of nothing on this machine.
export const taken = (addresses, from) => addresses.slice(0, most).filter((a) => isSite(a) && (loopback(from) || !loopback(a)));

// learn takes in what the server has told.
export function learn(addresses) {
  told = taken(addresses, at);
}

// known are all sites of which one has been told.
export const known = () => told;

// barred reports that there are others, and that a browser keeps this page from all of
// them.
export const barred = () => told.length > 0 && !told.some((site) => open(site, home));

// others are the sites where the page is not, in any order: all who have lost one server
// would come to the same one.
function others() {
  const all = [...new Set([home, ...told])].filter((site) => site !== at && open(site, home));
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all;
}

// distrust has the server where the page is be tried last: it does not answer. It reports
// whether there is another.
export function distrust() {
  silent = others().length > 0;
  return silent;
}

// begin goes round all sites, the one where the page was first, if that has not been
// silent; next is the next one, false when all have been tried.
export function begin() {
  round = silent ? [...others(), at] : [at, ...others()];
  silent = false;
  return next();
}

export function next() {
  if (round.length === 0) return false;
  trying = round.shift();
  return true;
}

export const site = () => trying;

// stray reports that only a server has told of where the page connects: what is said there
// may be of another room.
export const stray = () => trying !== at && trying !== home;

// arrived takes in that the page was let in, and returns whether it has moved.
export function arrived() {
  const moved = trying !== at;
  at = trying;
  round = [];
  return moved;
}
