import type { Bulk } from '@/api'
import { clock, type Translate } from '@/i18n'
import { runLook, type RunStateName } from '@/words/states'

/** The verb of an action, as on its button. */
export function actionWord(action: string, t: Translate): string {
  switch (action) {
    case 'rerun':
      return t('bulk.rerun')
    case 'send-now':
      return t('bulk.sendNow')
    case 'retry-policy':
      return t('bulk.retryPolicy')
    case 'cancel':
      return t('bulk.cancel')
    case 'cancel-retries':
      return t('bulk.cancelRetries')
  }
  return t('bulk.resume')
}

/** What a filter chooses, in words. */
export function filterWords(filter: Bulk['filter'], title: (scenario: string) => string, t: Translate): string {
  const parts: string[] = []
  if (filter.scenario) parts.push(t('bulk.ofScenario', { name: title(filter.scenario) }))
  if (filter.source) parts.push(t('bulk.ofSource', { name: filter.source }))
  if (filter.states?.length) parts.push(t('bulk.inState', { states: filter.states.map((state) => t(runLook[state as RunStateName].label)).join(', ') }))
  if (filter.event) parts.push(t('bulk.ofEvent', { id: filter.event }))
  if (filter.value) parts.push(t('bulk.withValue', { value: filter.value }))
  if (filter.since) parts.push(t('bulk.since', { time: clock(filter.since) }))
  if (filter.until) parts.push(t('bulk.until', { time: clock(filter.until) }))
  return parts.join(' · ')
}

/** Whether the action sends requests, so that what becomes of them is worth telling. */
export const sends = (action: string): boolean => !['cancel', 'cancel-retries', 'retry-policy'].includes(action)
