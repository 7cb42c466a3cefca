// What brings one back is with the page while it is there, and in the tab's storage
// only from one load to the next: a tab that is duplicated has a copy of that, and
// would put the first one out.

const key = 'pass';

// taken is what the page left that was here before; null if it left nothing.
export const taken = take();

function take() {
  try {
    const left = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return JSON.parse(left);
  } catch { // there is no storage
    return null;
  }
}

// leave has the page leave what f returns when it goes, null for nothing.
export function leave(f) {
  addEventListener('pagehide', () => {
    const left = f();
    if (left !== null) attempt(() => sessionStorage.setItem(key, JSON.stringify(left)));
  });
  addEventListener('pageshow', () => attempt(() => sessionStorage.removeItem(key)));
}

function attempt(f) {
  try {
    f();
  } catch { // there is no storage
  }
}
