import { expect, it } from 'vitest'
import type { Attempt, Run, RunStep } from '@/api'
import { t } from '@/i18n'
import { stepKinds } from '@/editor/model/document'
import { attemptText, curlOf, kindText, nextText, purposeOf, sends, stepTitle, variableName } from './words'

// The third step of a run: two attempts of others came before its own.
const attempts = [{ n: 3 }, { n: 4, purpose: 'ask' }, { n: 5, purpose: 'ask.not_done' }, { n: 6, purpose: 'expired' }, { n: 8 }] as Attempt[]
const step = { path: 'deal', attempts } as RunStep

it.each([
  ['the first one of its step', 0, t('run.attempt', { n: 1 }), ''],
  ['a question', 1, t('purpose.ask'), ''],
  ['a question that was answered', 2, t('purpose.askNot'), ''],
  ['one with access that was too old', 3, t('run.attempt', { n: 2 }), t('purpose.expired')],
  ['the last one', 4, t('run.attempt', { n: 3 }), ''],
])('an attempt is counted within its step: %s', (_, i, name, purpose) => {
  expect(attemptText(step, attempts[i]!, t)).toBe(name)
  expect(purposeOf(attempts[i]!, t)).toBe(purpose)
})

it.each([
  ['a queue holds a retry up', { wait: { why: 'busy' } }, 'run.willTurn'],
  ['a queue holds a question up', { wait: { why: 'busy' }, asks: true }, 'run.willAskTurn'],
  ['a question has its time', { asks: true }, 'run.willAsk'],
  ['a retry that is explained', {}, undefined],
] as const)('what comes next is told once: %s', (_, run, key) => {
  const now = Date.parse('2026-03-01T12:00:00Z')
  const said = nextText(run as Run, '2026-03-01T13:00:00Z', { now, explained: true, t: ((name: string) => name) as typeof t })
  expect(said).toBe(key ?? '')
})

it('a variable has a name that no other one has', () => {
  const all = [{ path: 'deal', short: 'deal', label: 'Deal' }, { path: 'deal.id', short: 'id' }, { path: 'deal.items', short: 'items' }, { path: 'deal.items[0]', short: '0' }, { path: 'deal.items[0].id', short: 'id' }]
  expect(all.map((one) => variableName(one, all))).toEqual(['Deal', 'deal.id', 'items', 'deal.items[0]', 'deal.items[0].id'])
})

it.each([
  ['as it is', {}, `--data-binary 'a'\\''b'`],
  ['packed', { gzip: true }, `printf %s 'a'\\''b' | gzip -nc | curl`],
  ['in another encoding', { charset: 'windows-1251' }, `printf %s 'a'\\''b' | iconv -f utf-8 -t windows-1251 | curl`],
  ['packed bytes', { gzip: true, encoding: 'base64' }, `| base64 -d | gzip -nc | curl`],
])('a body that went %s goes so by the command', (_, more, want) => {
  expect(curlOf({ method: 'POST', url: 'https://x.test/', headers: [{ name: 'Content-Encoding', value: 'gzip' }], body: "a'b", ...more })).toContain(want)
})

it('every kind of step has its words, and those that send a request are told', () => {
  expect(stepKinds.filter((kind) => kindText(kind, t) === kind)).toEqual([])
  expect(stepTitle({ path: 'tell', kind: 'request' } as RunStep, t)).toBe(t('kind.request'))
  expect(stepKinds.filter(sends)).toEqual(['http', 'request'])
})
