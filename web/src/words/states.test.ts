import { expect, it } from 'vitest'
import { t } from '@/i18n'
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
