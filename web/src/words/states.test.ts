import { expect, it } from 'vitest'
import { shortClock, t } from '@/i18n'
import { stateText, type RunLike } from './states'

const paused = (run: Partial<RunLike>) => stateText({ state: 'paused', reason: 'http.status', tries: 1, ...run }, t)
const used = `${t('state.paused')}: ${t('state.paused.attempts', { n: 1, max: 1 })}`
const useless = `${t('state.paused')}: ${t('state.paused.reply')}`

it.each([
  ['a step without retries that was answered 503', { tries_max: 1, last_status: 503 }, used],
  ['… or asked to slow down', { tries_max: 1, last_status: 429 }, used],
  ['a refusal, with or without retries', { tries_max: 1, last_status: 422 }, useless],
  ['a refusal that the policy does not repeat', { tries_max: 6, last_status: 503 }, useless],
])('why a run waits for a person: %s', (_, run, words) => expect(paused(run)).toBe(words))

it.each([
  ['is on its way', 'check.going', t('state.running')],
  ['took too long', 'check.limit', `${t('state.cancelled')}: ${t('state.cancelled.limit')}`],
  ['lost its server', 'check.lost', `${t('state.cancelled')}: ${t('state.cancelled.lost')}`],
  ['was ended by a person', 'cancelled', t('state.cancelled')],
])('how a check stands that %s', (_, reason, words) => expect(stateText({ state: 'cancelled', reason }, t)).toBe(words))

it('tells that cookies keep a run', () => expect(paused({ reason: 'run.cookies' })).toBe(`${t('state.paused')}: ${t('state.paused.cookies')}`))

const held = (run: Partial<RunLike>) => stateText({ state: 'waiting', reason: 'http.status', tries: 1, ...run }, t)
const retry = t('state.waiting.retry')

it.each([
  ['nothing but its time', {}, retry],
  ['a service that is left alone', { wait: { why: 'closed', until: '2999-01-01T00:00:00Z' } }, `${retry}: ${t('state.queued.closed', { time: shortClock('2999-01-01T00:00:00Z') })}`],
  ['… until just now', { wait: { why: 'closed', until: '2000-01-01T00:00:00Z' } }, `${retry}: ${t('state.queued.closedNow')}`],
  ['a queue that a person paused', { wait: { why: 'paused', by: 'anna' } }, `${retry}: ${t('state.queued.paused', { who: 'anna' })}`],
  ['a full queue', { wait: { why: 'busy' } }, `${retry}: ${t('state.queued.busy')}`],
  ['the run in front of it', { wait: { why: 'order', run_state: 'waiting' } }, `${retry}: ${t('state.queued.order')}`],
  ['… which waits for a person', { wait: { why: 'order', run_state: 'paused' } }, `${retry}: ${t('state.queued.orderPaused')}`],
  ['a request that may have been done', { asks: true }, t('state.waiting.ask')],
  ['… and whose queue is full', { asks: true, wait: { why: 'busy' } }, `${t('state.waiting.ask')}: ${t('state.queued.busy')}`],
])('what holds up a further try: %s', (_, run, words) => expect(held(run)).toBe(words))
