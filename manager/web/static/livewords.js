// What the pages with charts say beside the words of all pages.

import { extend } from './words.js';

extend({
  serverTitle: "The room's server", toChat: 'Chat', lastMinutes: 'The last five minutes.', noAnswer: 'The server does not answer.', machines: 'For machines:',
  usersOnline: 'Users online', linesIn: 'Lines in, a second', deliveriesOut: 'Deliveries out, a second', feedWait: 'In the feed until written',
  slowestBytes: 'Slowest reader, bytes behind', slowestTime: 'Slowest reader, time behind', evictions: 'Removed since the start',
  evicted_slow: 'too far behind', evicted_stalled: 'read nothing', evicted_kicked: 'by the operator', evicted_other: 'for another reason', 'evicted_no reason given': 'without a reason',
}, {
  serverTitle: '聊天服务器', toChat: '群聊', lastMinutes: '最近五分钟。', noAnswer: '服务器没有响应。', machines: '供程序使用：',
  usersOnline: '在线用户', linesIn: '每秒收到消息', deliveriesOut: '每秒送达', feedWait: '写出前的等待',
  slowestBytes: '最慢读者落后字节', slowestTime: '最慢读者落后时间', evictions: '启动以来被移出',
  evicted_slow: '读取过慢', evicted_stalled: '长时间未读取', evicted_kicked: '被管理员移出', evicted_other: '其他原因', 'evicted_no reason given': '未说明原因',
});
