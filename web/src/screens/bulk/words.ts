import type { Bulk } from '@/api'
import { clock, number, type Key, type Translate } from '@/i18n'
import { parse, statesOf, type Term } from '@/words/query'
import { runLook } from '@/words/states'

/** The verb of an action, as on its button. */
export function actionWord(action: string, t: Translate): string {
  switch (action) {
    case 'rerun':
      return t('bulk.rerun')
    case 'skip':
      return t('run.skip')
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

/** The reasons for which the server leaves runs alone. */
const reasons: Record<string, Key> = {
  'run.state': 'bulk.refused.state',
  'scenario.deleted': 'bulk.refused.deleted',
  not_found: 'bulk.refused.gone',
  conflict: 'bulk.refused.conflict',
  'document.damaged': 'bulk.refused.damaged',
  internal: 'bulk.refused.internal',
}

/** How many runs were left alone, and why. */
export function refusedWords(bulk: Bulk, t: Translate): string {
  const why = (bulk.refusals ?? []).map(({ code, runs }) => t(reasons[code] ?? 'bulk.refused.other', { code, n: number(runs) }))
  return why.length > 0 ? t('bulk.refusedBecause', { count: bulk.refused, why: why.join('; ') }) : `${number(bulk.refused)} ${t('bulk.refused')}`
}

/** Which runs a question means, in words. */
export function questionWords(q: string, title: (scenario: string) => string, t: Translate): string {
  const told = ({ key, value }: Term): string => {
    switch (key) {
      case 'state':
        return t('bulk.inState', { states: statesOf(q).map((state) => t(runLook[state].label)).join(', ') })
      case 'scenario':
        return t('bulk.ofScenario', { name: title(value) })
      case 'source':
        return t('bulk.ofSource', { name: value })
      case 'event':
        return t('bulk.ofEvent', { id: value })
      case 'after':
        return t('bulk.since', { time: time(value) })
      case 'received':
        return t('bulk.received', { days: value })
      case 'before':
        return t('bulk.until', { time: time(value) })
      case 'status':
        return t('bulk.withStatus', { status: value })
      case 'text':
        return t('bulk.withText', { value })
      case 'code':
      case 'lane':
      case 'mark':
      case 'bulk':
        return `${t(`runs.key.${key}`)}: ${value}`
    }
    return t('bulk.withValue', { value })
  }
  return parse(q).map(told).join(' · ')
}

/** A time of a question; what is relative or no whole time stays as it was written. */
const time = (value: string): string => (/T.*(Z|[+-]\d\d:\d\d)$/.test(value) ? clock(value) : value)

/** Whether the action sends requests, so that what becomes of them is worth telling. */
export const sends = (action: string): boolean => !['cancel', 'cancel-retries', 'retry-policy'].includes(action)
