// What the page of a run says beside the words of all pages.

import { extend } from './words.js';

extend({
  runTitle: 'chatsim: a run', runGone: 'chatsim does not answer: it has ended, perhaps with an error that it says where it was started.',
  run: (n) => `Run ${n}`, runsBefore: (verdicts) => `Before it: ${verdicts.join(', ')}`, counted: (lines, deliveries) => `${lines} lines sent, ${deliveries} deliveries`,
  ended_passed: 'passed', ended_failed: 'failed', ended_inconclusive: 'inconclusive', ended_measured: 'measured',
  phase_: 'Getting ready', 'phase_joining': 'Joining', 'phase_warming up': 'Warming up', 'phase_measuring': 'Measuring', 'phase_draining': 'The last lines arrive',
  noneSoFar: 'No violation so far', nothingSoFar: 'Nothing is checked yet', unverified: 'Measured, not verified', violationsSoFar: (n) => (n === 1 ? '1 violation' : `${n} violations`),
  suspected: 'Something is not as it should be; the end decides what, and whose fault it is',
  inTheRoom: 'Chatters in the room', linesSent: 'Lines sent, a second', deliveriesRead: 'Deliveries, a second', deliveryLatency: 'Delivery latency',
  checks: 'Checks', check: 'check', soFar: 'so far', evaluations: 'evaluations', violations: 'violations',
  failed: 'failed', notExercised: 'not exercised', goodSoFar: 'nothing against it', nothingYet: 'nothing to judge yet', atTheEnd: 'judged at the end',
  speaksAgainst: 'Violations', expected: 'expected', came: 'came',
  serverErrors: 'Errors from the server', refusedSoFar: (n) => `${n} measured lines were answered by an error`, errorText: 'error', times: 'times', example: 'for example', otherErrors: 'others',
  latencySoFar: 'Latency so far', latency_delivery: 'delivery', latency_last: 'last receiver', latency_echo: 'echo', latency_join: 'join', latency_leave: 'leave',
}, {
  runTitle: 'chatsim 运行', runGone: 'chatsim 没有响应：它已结束，可能有错误，请看启动它的终端。',
  run: (n) => `第 ${n} 次运行`, runsBefore: (verdicts) => `此前: ${verdicts.join('、')}`, counted: (lines, deliveries) => `已发送 ${lines} 行，送达 ${deliveries} 次`,
  ended_passed: '通过', ended_failed: '失败', ended_inconclusive: '无结论', ended_measured: '已测量',
  phase_: '准备中', 'phase_joining': '正在加入', 'phase_warming up': '预热', 'phase_measuring': '测量中', 'phase_draining': '等待最后的消息',
  noneSoFar: '目前没有违规', nothingSoFar: '尚未检查', unverified: '只测量，不验证', violationsSoFar: (n) => `${n} 项违规`,
  suspected: '出现异常；结束时判定是什么错误、由谁造成',
  inTheRoom: '房间内用户', linesSent: '每秒发送行数', deliveriesRead: '每秒送达', deliveryLatency: '送达延迟',
  checks: '检查', check: '检查', soFar: '目前', evaluations: '次数', violations: '违规',
  failed: '失败', notExercised: '未涉及', goodSoFar: '没有问题', nothingYet: '尚无可判定', atTheEnd: '结束时判定',
  speaksAgainst: '违规', expected: '应为', came: '收到',
  serverErrors: '服务器报告的错误', refusedSoFar: (n) => `${n} 条计入测量的消息收到错误`, errorText: '错误', times: '次数', example: '例如', otherErrors: '其他',
  latencySoFar: '目前的延迟', latency_delivery: '送达', latency_last: '最后接收者', latency_echo: '回显', latency_join: '加入', latency_leave: '离开',
  'no creation': '无捏造', 'no duplication': '无重复', validity: '有效性', agreement: '一致性', 'total order': '全序', 'FIFO order': '先进先出顺序',
  'causal order': '因果顺序', 'view order': '视图顺序', 'roster accuracy': '名单准确', 'leave completeness': '离开通知完整', 'name uniqueness': '名称唯一',
  'name suffixing': '名称后缀', confidentiality: '保密性', 'sender authenticity': '发送者真实', isolation: '隔离性', liveness: '活性',
});
