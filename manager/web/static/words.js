// What a person reads, in two languages. A value is a text or a function of what
// goes into it.

const maxListed = 30;

// Days are named here: the first date that a browser's Intl writes takes it 20 to 40 ms.
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

const english = {
  code: 'en', other: '中文',
  day: (d) => `${weekdays[d.getDay()]}, ${months[d.getMonth()]} ${d.getDate()}, ${d.getFullYear()}`,
  title: 'Group chat', login: 'Log in', address: 'Server address:', name: 'Name', password: 'Password of the room', enter: 'Join',
  terminal: 'Or join from a terminal', group: 'Group chat', you: 'You are', live: 'Server', conversation: 'Conversation',
  earlier: 'Earlier lines', everybody: 'Back to everybody', send: 'Send', filter: 'Find a name', nobody: 'Nobody of that name is online.',
  emptyName: 'A name is needed. It may be anything without @.', longName: 'At most 64 bytes, please.', atName: 'A name cannot hold an @.',
  emptyPassword: 'This room asks for a password.',
  welcome: "Welcome to the group chat, everybody. Let's talk!",
  renamed: (given, asked) => ['You are ', given, ' here: ', asked, ' is taken.'], given: (name) => ['You are ', name, ' here.'],
  unseen: (name) => ['You are ', name, ' here: what cannot be seen is left out of a name.'],
  online: (n) => `Online (${n})`, people: (n) => `${n} online`,
  everyone: 'Everybody', self: '(you)',
  joined: (names) => [names, ' joined'], left: (names) => [names, ' left'],
  returned: (names) => [names, ' left and came back'], passed: (names) => [names, ' joined and left'],
  more: (n) => ` and ${n} more`, comma: ', ', stop: '. ',
  from: 'private, to you', to: (name) => ['private, to ', name],
  toGroup: 'To everybody', toOne: (name) => ['Privately to ', name], toGone: (name) => [name, ' has left; nobody would get this.'],
  toBack: (name) => ['Privately to ', name, ', who was away and may be somebody else now'],
  unread: (n) => (n === 1 ? '1 unread line' : `${n} unread lines`), before: '↑ Said before you joined', beforeReload: '↑ Said before you reloaded the page',
  unsure: (text) => ['Perhaps it did not arrive: ', text], unsent: (text) => ['Not sent: ', text], misspelled: (command) => `That looks like ${command}, so nobody was sent it. Begin the line with ${command} itself, or with // to say it as text.`,
  who: (names, n) => [`${n} online: `, names],
  help: '/msg NAME text – to one person alone\n/reply text – to who last wrote to you alone\n/who – who is here\n/me text – what you do: * Ann waves\n/nick NAME – another name for you\n/leave – leave the room\n/op – kick and ban, with the operators\' password\n//text – text that begins with a slash\nEnter sends, Shift+Enter begins a new line, Tab completes names and commands.\nChoose a name in the list to talk to that person alone. `code` and ``` blocks ``` keep their form.',
  leave: 'Leave', opWord: "The operators' password", ok: 'OK', cancel: 'Cancel', above: 'What was said before is above: scroll up.',
  isOperator: 'You are an operator now: /kick NAME, /ban NAME, /ban 2h NAME, /banaddress NAME, /unban NAME, /bans.', noBans: 'Nobody is banned.',
  wasRemoved: (who, by) => [who, ' was removed by ', master(by), '.'], wasBanned: (who, by, span) => [who, ' was banned by ', master(by), ` for ${span}.`],
  wasUnbanned: (who, by) => [who, ' is no longer banned (', master(by), ').'], isBanned: (who, span, by) => ['Banned for ', span, ' more: ', who, by ? ' (' : '', by ? master(by) : '', by ? ')' : ''],
  master: 'the operator', until: (span) => `; come back in ${span}`, keptOut: (span) => `You were removed by the operator. Come back in ${span}.`,
  noName: (command) => `${command} needs a name. /help lists the commands.`, notDone: (why) => `Not done: ${why}`, notSaid: (why) => `Not said to anybody: ${why}`, leftEarly: 'left before all was said',
  noReply: 'Nobody has written to you alone yet.',
  notHere: (name) => ['Nobody here is called ', name, '. It was not sent.'],
  noText: (command) => `${command} needs a text. /help lists the commands.`,
  unknown: (command) => `There is no command ${command}. /help lists them; /${command} says it as text.`,
  tooManyBytes: (n, max) => `That text has ${n} bytes, at most ${max} are possible. It was not sent.`,
  bytesLeft: (n) => (n < 0 ? `${-n} bytes too many` : `${n} bytes left`),
  notConnected: 'You are not connected. It was not sent.',
  newer: (n) => (n === 1 ? '1 new line ↓' : `${n} new lines ↓`), down: 'To the last line ↓',
  joining: 'Connecting …', unreachable: 'The room cannot be reached. Try again in a moment.',
  lost: (why) => `The connection is lost${why ? ` (${why})` : ''}.`, ended: (why) => `You are out: ${why}.`,
  retry: (s) => `Trying again in ${s} s …`, trying: 'Trying again …', now: 'Now', rejoin: 'Join again',
  back: 'Back in the room; nothing was missed.', backPart: 'Back in the room. Only a part of what was said meanwhile is still there.',
  backMissed: 'Back in the room. What was said meanwhile was missed.',
  movedTo: (host) => ['You are connected to ', host, ' now, another server of the same room.'], also: 'The room is also at',
  barred: ' The other servers of the room have no TLS: a browser does not connect this page to them.',
  server: (text) => `The room says: ${text}`,
  stalled: 'evicted: read nothing for too long', slow: 'evicted: too far behind', late: 'no name came in time', badName: 'the name was refused',
  nameWrong: (why) => why,
  full: 'the room is full', shutdown: 'the server is shutting down', internal: 'an error of the server', kicked: 'removed by the operator',
  wrongPassword: 'That is not the password of this room.', crowded: 'too many connections from your address', needTLS: 'this room speaks TLS only', elsewhere: 'you joined from somewhere else',
  moved: 'this server has lost the room: come in again',
  cut: 'cut off without a word', tooLong: 'That line was too long. It was not sent.', noSuchUser: (name) => ['Nobody here is called ', name, '. It was not sent.'],
};

const chinese = {
  code: 'zh', other: 'English',
  day: (d) => `${d.getFullYear()}年${d.getMonth() + 1}月${d.getDate()}日星期${'日一二三四五六'[d.getDay()]}`,
  title: '群聊', login: '用户登录', address: 'IP 地址：', name: '用户名', password: '房间密码', enter: '登录',
  terminal: '也可以从终端加入', group: '群聊', you: '您是', live: '服务器', conversation: '聊天内容',
  earlier: '更早的消息', everybody: '返回群聊', send: '发送', filter: '查找用户', nobody: '没有这样的在线用户。',
  emptyName: '用户名不能为空，且不能含有 @。', longName: '用户名最多 64 字节。', atName: '用户名不能含有 @。',
  emptyPassword: '此房间需要密码。',
  welcome: '欢迎进入群聊，大家开始聊天吧！',
  renamed: (given, asked) => ['您在这里的用户名是 ', given, '：', asked, ' 已被使用。'], given: (name) => ['您在这里的用户名是 ', name, '。'],
  unseen: (name) => ['您在这里的用户名是 ', name, '：看不见的字符已略去。'],
  online: (n) => `当前在线用户（${n}）`, people: (n) => `在线 ${n}`,
  everyone: '群聊', self: '（您）',
  joined: (names) => [names, ' 进入了群聊'], left: (names) => [names, ' 离开了群聊'],
  returned: (names) => [names, ' 离开后又回来了'], passed: (names) => [names, ' 进入后又离开了'],
  more: (n) => ` 以及另外 ${n} 位`, comma: '、', stop: '；',
  from: '私聊，发给您', to: (name) => ['私聊，发给 ', name],
  toGroup: '发给群聊', toOne: (name) => ['私聊：', name], toGone: (name) => [name, ' 已离开，没有人会收到。'],
  toBack: (name) => ['私聊：', name, '（曾离开，现在可能是另一个人）'],
  unread: (n) => `${n} 条未读消息`, before: '↑ 以上是您加入之前的消息', beforeReload: '↑ 以上是您刷新页面之前的消息',
  unsure: (text) => ['可能未送达：', text], unsent: (text) => ['未发送：', text], misspelled: (command) => `这看起来像 ${command}，所以没有发送给任何人。请以 ${command} 本身开头，或以 // 开头作为文字发送。`,
  who: (names, n) => [`当前在线用户（${n}）：`, names],
  help: '/msg 用户名 内容 – 只发给一个人\n/reply 内容 – 回复最近给您发私聊的人\n/who – 当前在线用户\n/me 内容 – 动作：* Ann 挥手\n/nick 用户名 – 更改用户名\n/leave – 离开房间\n/op – 用管理员密码取得移出和禁止的权限\n//文字 – 发送以斜杠开头的文字\n回车发送，Shift+回车换行，Tab 补全用户名和命令。\n在列表中选择用户即可私聊。`代码` 和 ``` 代码块 ``` 保持原样。',
  leave: '离开', opWord: '管理员密码', ok: '确定', cancel: '取消', above: '之前的消息在上方，请向上滚动。',
  isOperator: '您现在是管理员：/kick 用户名、/ban 用户名、/ban 2h 用户名、/banaddress 用户名、/unban 用户名、/bans。', noBans: '没有被禁止的用户。',
  wasRemoved: (who, by) => [who, ' 被 ', master(by), ' 移出。'], wasBanned: (who, by, span) => [who, ' 被 ', master(by), ` 禁止进入，时长 ${time(span)}。`],
  wasUnbanned: (who, by) => [master(by), ' 已解除对 ', who, ' 的禁止。'], isBanned: (who, span, by) => ['被禁止：', who, '，剩余 ', time(span), by ? '，操作者：' : '', by ? master(by) : ''],
  master: '管理员', until: (span) => `，请在 ${time(span)}后再来`, keptOut: (span) => `您被管理员移出，请在 ${time(span)}后再来。`,
  noName: (command) => `${command} 需要用户名。/help 列出所有命令。`, notDone: (why) => `未执行：${translated(why)}`, notSaid: (why) => `未发送给任何人：${why}`, leftEarly: '在消息全部发出前离开',
  noReply: '还没有人给您发过私聊。',
  notHere: (name) => ['当前没有名为 ', name, ' 的用户。未发送。'],
  noText: (command) => `${command} 需要内容。/help 列出所有命令。`,
  unknown: (command) => `没有命令 ${command}。/help 列出所有命令；/${command} 作为文字发送。`,
  tooManyBytes: (n, max) => `该行有 ${n} 字节，最多 ${max} 字节。未发送。`,
  bytesLeft: (n) => (n < 0 ? `超出 ${-n} 字节` : `还可输入 ${n} 字节`),
  notConnected: '当前未连接。未发送。',
  newer: (n) => `${n} 条新消息 ↓`, down: '到最后一行 ↓',
  joining: '正在连接 …', unreachable: '无法连接到房间，请稍后再试。',
  lost: (why) => `连接已断开${why ? `（${why}）` : ''}。`, ended: (why) => `您已离开：${why}。`,
  retry: (s) => `${s} 秒后重试 …`, trying: '正在重试 …', now: '立即重试', rejoin: '重新加入',
  back: '已重新进入群聊，没有遗漏消息。', backPart: '已重新进入群聊。期间的消息只保留了一部分。',
  backMissed: '已重新进入群聊。期间的消息已错过。',
  movedTo: (host) => ['您现在连接的是同一房间的另一台服务器 ', host, '。'], also: '房间也可从以下地址进入：',
  barred: '房间的其他服务器没有 TLS，浏览器不允许本页连接它们。',
  server: (text) => `服务器：${text}`,
  stalled: '长时间未读取消息', slow: '读取过慢', late: '未及时给出用户名', badName: '用户名被拒绝',
  nameWrong: (why) => translated(why),
  full: '房间已满', shutdown: '服务器正在关闭', internal: '服务器内部错误', kicked: '被管理员移出',
  wrongPassword: '房间密码不正确。', crowded: '来自您的地址的连接过多', needTLS: '此房间仅支持 TLS', elsewhere: '您已在别处登录',
  moved: '此服务器已与房间失去联系，请重新进入',
  cut: '连接中断', tooLong: '该行过长。未发送。', noSuchUser: (name) => ['当前没有名为 ', name, ' 的用户。未发送。'],
};

// master is by whom something was done.
const master = (by) => (by === 'the operator' ? words.master : by);

// time is one that the room tells, such as 2h.
const units = { s: '秒', m: '分钟', h: '小时' };
const time = (span) => span.replace(/^(\d+)([smh])$/, (_, n, unit) => `${n} ${units[unit]}`);

// inChinese is what the room says of a name or a command.
const inChinese = {
  'name is empty': '用户名不能为空。', 'name is not valid UTF-8': '用户名不是有效的 UTF-8。', 'name has an @ in it': '用户名不能含有 @。',
  'name is that of the group': '这是群聊的名称。', 'name has nothing in it that can be seen': '用户名中没有可见字符。', 'name is that of the server': '这是服务器的名称。', 'name has a control character in it': '用户名含有控制字符。',
  'name has a character in it that turns the direction of writing, or ends a line': '用户名含有改变书写方向或换行的字符。',
  'name is that of an operator': '这是一位管理员的用户名。', 'name is reserved for whoever runs the room': '此用户名保留给房间的管理者。', 'that is your name': '这已经是您的用户名。',
  'only an operator can do that; a line that begins with // is text': '只有管理员可以这样做；以 // 开头的行作为文字发送。', "that is not the operators' password": '管理员密码不正确。',
  'this room has no password for operators: it is opened with -operator-password-file': '此房间没有管理员密码：启动时用 -operator-password-file 设置。',
  'it needs a name': '需要用户名。', 'a time is written as 10m, 2h or 24h, and at most 8760h': '时长写作 10m、2h 或 24h，最长 8760h。', 'the room is closing': '房间正在关闭。',
  'it comes from this machine, or through a proxy here, as others may: ban it without its address': '该用户来自本机或本机的代理，其他人也可能如此：请不按地址禁止。',
  'too many connections from your address': '来自您的地址的连接过多。',
};

function translated(why) {
  if (inChinese[why]) return inChinese[why];
  const [, name] = /^nobody here is called (.+)$/s.exec(why) ?? [];
  if (name) return `当前没有名为 ${name} 的用户。`;
  const [, banned] = /^nobody is banned under the name (.+)$/s.exec(why) ?? [];
  if (banned) return `没有以 ${banned} 为名被禁止的用户。`;
  const [, bytes, most] = /^name is (\d+) bytes long, at most (\d+) are allowed$/.exec(why) ?? [];
  if (bytes) return `用户名有 ${bytes} 字节，最多 ${most} 字节。`;
  return /^name is not in Unicode normal form C/.test(why) ? '用户名不是 Unicode 规范形式 C。' : why;
}

let words = (recall('language') ?? navigator.language).startsWith('zh') ? chinese : english;

// extend adds words that one page alone needs.
export function extend(inEnglish, inChinese) {
  Object.assign(english, inEnglish);
  Object.assign(chinese, inChinese);
}

// onSwitch has the page's buttons take the other language, and relabel called.
export function onSwitch(relabel) {
  for (const b of document.querySelectorAll('.language')) {
    b.addEventListener('click', () => {
      words = words === english ? chinese : english;
      remember('language', words.code);
      relabel();
    });
  }
}

// code is the language, as the system knows it.
export const code = () => (words.code === 'zh' ? 'zh-CN' : 'en');

// t is a text as plain characters.
export const t = (key, ...args) => [parts(key, ...args)].flat().join('');

// parts is a text as a list in which names are apart, to be shown in a direction
// of their own; see put.
export function parts(key, ...args) {
  const w = words[key] ?? key;
  return typeof w === 'function' ? w(...args) : w;
}

const said = new Map(); // by element: what say has put there

// say shows a text in an element, as put does, and again in the other language
// when that is switched. Without a key there is none.
export function say(element, key, ...args) {
  if (key) {
    said.set(element, [key, ...args]);
    put(element, key, ...args);
  } else {
    said.delete(element);
    if (element.textContent !== '') element.replaceChildren();
  }
}

// put shows a text in an element, each of the values that are names in a <bdi>.
export function put(element, key, ...args) {
  const names = new Set(args.filter((a) => typeof a === 'string'));
  element.replaceChildren(...[parts(key, ...args)].flat(2).map((part) => (names.has(part) ? isolated(part) : part)));
}

// write changes a text only where it is another one: each change is read out, and laid out.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function isolated(text) {
  const b = document.createElement('bdi');
  b.textContent = text;
  return b;
}

// list is names in a row, the first of many, as parts.
export function list(names) {
  const shown = names.slice(0, maxListed).flatMap((n, i) => (i > 0 ? [words.comma, isolated(n)] : [isolated(n)]));
  return names.length > maxListed ? [...shown, words.more(names.length - maxListed)] : shown;
}

// label puts the words where the page names them.
export function label(root) {
  document.documentElement.lang = code();
  for (const e of root.querySelectorAll('[data-t]')) e.textContent = t(e.dataset.t);
  for (const [e, [key, ...args]] of said) put(e, key, ...args);
  for (const e of root.querySelectorAll('[data-label]')) e.setAttribute('aria-label', t(e.dataset.label));
  for (const e of root.querySelectorAll('[data-placeholder]')) e.placeholder = t(e.dataset.placeholder);
  for (const e of root.querySelectorAll('.language')) {
    e.textContent = words.other;
    e.lang = words.code === 'zh' ? 'en' : 'zh-CN';
  }
}

// recall and remember keep a word over visits, where the browser lets us.
export function recall(key) {
  try {
    return localStorage.getItem('chatsim.' + key);
  } catch {
    return null;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem('chatsim.' + key, value);
  } catch {
    // A visitor may have forbidden it.
  }
}

// languages are all words there are, for a test that none lacks its other half.
export const languages = { english, chinese };
