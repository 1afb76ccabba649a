import type { Attempt, Run, RunStep } from '@/api'
import { ago, clock, zoned, type Key, type Translate } from '@/i18n'
import { purposeText, waitText } from '@/words/states'

const kinds: Record<string, Key> = {
  http: 'kind.http',
  request: 'kind.request',
  set: 'kind.set',
  if: 'kind.if',
  delay: 'kind.delay',
  respond: 'kind.respond',
  stop: 'kind.stop',
  fail: 'kind.fail',
}

/** Whether steps of the kind send a request: their own, or a saved one. */
export const sends = (kind: string | undefined): boolean => kind === 'http' || kind === 'request'

/** The kind in words; a step's own title comes first where it has one. */
export const kindText = (kind: string | undefined, t: Translate): string => (kind && kinds[kind] ? t(kinds[kind]) : (kind ?? ''))
export const stepTitle = (step: RunStep, t: Translate): string => step.title || kindText(step.kind, t) || step.path

const asks = ({ purpose }: Attempt): boolean => purpose?.startsWith('ask') ?? false

/** An attempt as its step counts them; the number of a run's attempts goes over all of its steps. A question is no try. */
export const attemptText = (step: RunStep, attempt: Attempt, t: Translate): string =>
  asks(attempt) ? purposeText(attempt.purpose, t) : t('run.attempt', { n: step.attempts.filter((one) => one.n <= attempt.n && !asks(one)).length })

/** What an attempt was for, where its name does not say so. */
export const purposeOf = (attempt: Attempt, t: Translate): string => (asks(attempt) ? '' : purposeText(attempt.purpose, t))

interface Named {
  path: string
  label?: string
  short: string
}
const plainName = (one: Named): string => one.label || one.short

/** A variable's short name, or its whole path where the name alone says nothing: a place in a list, or one of several of that name. */
export const variableName = (one: Named, all: readonly Named[]): string =>
  /^\d+$/.test(plainName(one)) || all.some((other) => other.path !== one.path && plainName(other) === plainName(one)) ? one.path : plainName(one)

/** Tried, and yet never done: the run failed or was cancelled here. */
export const endedAt = (step: RunStep): boolean => (step.state === 'pending' && step.attempts.length > 0) || (step.state === 'failed' && !step.finished_at)

/** The number of each step as the editor counts: 2, and 2.1 inside of it, both branches counted on. */
export function numbersOf(steps: readonly RunStep[]): ReadonlyMap<string, string> {
  const numbers = new Map<string, string>()
  const inside = new Map<string, number>()
  for (const { path } of steps) {
    const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
    const n = (inside.get(parent) ?? 0) + 1
    inside.set(parent, n)
    const above = numbers.get(parent)
    numbers.set(path, above ? `${above}.${n}` : String(n))
  }
  return numbers
}

/** Its time has come, and something else still holds it up: the queue to its service. */
export const isDue = (at: string, now: number): boolean => Date.parse(at) <= now

/** What comes next, at a time; nothing where the explanation of the failure has said it already. */
export function nextText(run: Run, at: string, { now, explained, t }: { now: number; explained: boolean; t: Translate }): string {
  if (run.wait && !run.wait.until) return t(run.asks ? 'run.willAskTurn' : 'run.willTurn', { why: waitText(run.wait, t) })
  if (isDue(at, now)) return t('run.due')
  const when = { time: zoned(clock(at, now)), ago: ago(at, now) }
  if (run.asks) return t('run.willAsk', when)
  if (explained) return ''
  return run.tries_max ? t('run.willRetryNth', { ...when, n: Math.min((run.tries ?? 0) + 1, run.tries_max), max: run.tries_max }) : t('run.willRetry', when)
}

/** Written as a command that bash takes: every part stands in single quotes. */
export function curlOf(request: { method: string; url: string; headers: readonly { name: string; value: string }[]; body: string; encoding?: string; charset?: string; gzip?: boolean }): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const own = new Set(['content-length', 'host', 'accept-encoding', 'connection'])
  const parts = [`curl -X ${request.method} ${quote(request.url)}`]
  for (const header of request.headers) if (!own.has(header.name.toLowerCase())) parts.push(`-H ${quote(`${header.name}: ${header.value}`)}`)
  if (request.body !== '') {
    const through = [...(request.encoding === 'base64' ? ['base64 -d'] : []), ...(request.charset ? [`iconv -f utf-8 -t ${request.charset}`] : []), ...(request.gzip ? ['gzip -nc'] : [])]
    if (through.length > 0) return `printf %s ${quote(request.body)} | ${through.join(' | ')} | ${parts.join(' \\\n  ')} \\\n  --data-binary @-`
    parts.push(`--data-binary ${quote(request.body)}`)
  }
  return parts.join(' \\\n  ')
}

/** Whether what the run carried is gone because the disk was low. */
export const notKept = (run: Run): boolean => run.mark === 'disk.low' || run.steps.some((step) => step.attempts.some((attempt) => attempt.not_kept))

/** Why nothing of what an attempt carried can be shown; undefined where it can. */
export const goneText = (attempt: Attempt, t: Translate): string | undefined => (attempt.erased ? t('run.erased') : attempt.not_kept ? t('run.notKept') : undefined)
