import { expect, test } from 'vitest'
import { setLanguage, t } from '@/i18n'
import { pausesOf, retryWords, says, type RetryPlan } from './RetryPlan'

const grows: RetryPlan = { exponential: { first: '1m', factor: 3, max: '10m', tries: 5 } }

test('growing pauses are those that the server makes', () => {
  expect(pausesOf(grows)).toEqual([60_000, 180_000, 540_000, 600_000])
  expect(pausesOf({ exponential: { first: '10ms', factor: 2, tries: 3 } })).toEqual([1000, 1000])
})

test('what will happen is told in plain words, in both languages', () => {
  const plan: RetryPlan = { delays: ['5m', '2h'], on: ['network', '429'], quiet: { from: '22:00', to: '08:00', zone: 'UTC' }, deadline: '1d' }
  setLanguage('en')
  expect(says(plan, { paused: false, asks: false, many: false }, t)).toEqual([
    '2 more attempts: 5 min from now, then after 2 h.',
    'If there is no connection and nothing was sent, we retry.',
    'If the request was sent and no reply came, we do not retry: the service may have done it.',
    'If the service answered 429, we retry.',
    'If the service answered 429 and asks to wait, we wait as long as it asks, but no longer than a day.',
    'After anything else there are no retries: the run does what the step says.',
    'From 22:00 to 08:00 (UTC) we do not retry: we wait until 08:00.',
    'We do not retry later than 1 d from now.',
    'If that fails too, the run does what the step says: usually it waits for you.',
  ])
  expect(retryWords(grows, t)).toBe('from 1 min, each pause 3 times longer, 5 attempts in all')
  setLanguage('ru')
  expect(says({ delays: ['5m'] }, { paused: true, asks: false, many: false }, t)[0]).toBe('Ещё 2 попытки: первая сразу после продолжения, потом через 5 мин.')
  expect(retryWords(plan, t)).toBe('5 мин · 2 ч; не дольше 1 дн; если нет связи, 429; не с 22:00 до 08:00 (UTC)')
})
