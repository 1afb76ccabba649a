import { shortClock, useT, zoned, type Key, type Translate } from '@/i18n'
import { Badge, type BadgeTone, type IconName } from '@/ui'

export type RunStateName = 'held' | 'queued' | 'running' | 'waiting' | 'succeeded' | 'paused' | 'failed' | 'skipped' | 'cancelled'
export const runStates: readonly RunStateName[] = ['paused', 'waiting', 'queued', 'running', 'held', 'succeeded', 'failed', 'skipped', 'cancelled']

interface Look {
  tone: BadgeTone
  icon: IconName
  label: Key
}

// Shape, colour and word together. Warn always means that a person is needed; error is only a final end.
export const runLook: Record<RunStateName, Look> = {
  held: { tone: 'muted', icon: 'dotted', label: 'state.held' },
  queued: { tone: 'muted', icon: 'dotted', label: 'state.queued' },
  running: { tone: 'info', icon: 'play', label: 'state.running' },
  waiting: { tone: 'info', icon: 'retry', label: 'state.waiting' },
  succeeded: { tone: 'ok', icon: 'check', label: 'state.succeeded' },
  paused: { tone: 'warn', icon: 'pause', label: 'state.paused' },
  failed: { tone: 'error', icon: 'close', label: 'state.failed' },
  skipped: { tone: 'muted', icon: 'skip', label: 'state.skipped' },
  cancelled: { tone: 'muted', icon: 'stop', label: 'state.cancelled' },
}

export interface RunLike {
  state: string
  reason?: string
  tries?: number
  tries_max?: number
  last_status?: number
  next_try_at?: string
  quiet_until?: string
  asks?: boolean
  wait?: { why: string; until?: string; by?: string; run_state?: string }
}

/** The state in words, with its reason where the reason says what to do. */
export function stateText(run: RunLike, t: Translate, counted = true): string {
  const state = standing(run)
  const base = runLook[state] ? t(runLook[state].label) : run.state
  const reason = reasonText(run, t, counted)
  if (state === 'waiting' && reason) return reason
  return reason ? `${base}: ${reason}` : base
}

/** It waits because its scenario says so, not because something failed. */
export const waitsForTime = (run: RunLike): boolean => !run.tries && !run.reason

/** A further try might well help, but the step has none: that the tries ended says more than what was answered. */
const onlyTry = ({ reason, tries_max: max, last_status: status = 0 }: RunLike): boolean => reason === 'http.status' && max === 1 && (status >= 500 || status === 429 || status === 408)

/** Why the run in front, or the queue of its service, holds a run up. */
export function waitText(wait: NonNullable<RunLike['wait']>, t: Translate): string {
  if (wait.why === 'paused') return t('state.queued.paused', { who: wait.by || '—' })
  if (wait.why === 'order') return t(wait.run_state === 'paused' ? 'state.queued.orderPaused' : 'state.queued.order')
  if (wait.why !== 'closed') return t('state.queued.busy')
  return wait.until && Date.parse(wait.until) > Date.now() ? t('state.queued.closed', { time: shortClock(wait.until) }) : t('state.queued.closedNow')
}

function reasonText(run: RunLike, t: Translate, counted: boolean): string {
  const code = run.reason ?? ''
  switch (run.state) {
    case 'waiting':
      if (run.wait) return `${t(run.asks ? 'state.waiting.ask' : 'state.waiting.retry')}: ${waitText(run.wait, t)}`
      if (run.quiet_until) return t('state.waiting.quiet', { time: zoned(shortClock(run.quiet_until)) })
      if (run.asks) return t('state.waiting.ask')
      return t(waitsForTime(run) ? 'state.waiting.time' : 'state.waiting.retry')
    case 'queued':
      return run.wait ? waitText(run.wait, t) : ''
    case 'paused':
      if (code === 'tries.used_up' || onlyTry(run)) return counted && run.tries_max ? t('state.paused.attempts', { n: run.tries ?? 0, max: run.tries_max }) : t('state.paused.attemptsShort')
      if (code === 'ask.failed') return t('state.paused.ask')
      if (code === 'tries.deadline') return t('state.paused.deadline')
      if (code.startsWith('template.') || code === 'request.invalid') return t('state.paused.template')
      if (code === 'domain.unconfirmed') return t('state.paused.domain')
      if (code.startsWith('blocked.')) return t('state.paused.blocked')
      if (code.startsWith('oauth.')) return t('state.paused.signIn')
      if (code === 'by_person') return t('state.paused.person')
      if (code === 'run.poison') return t('state.paused.crash')
      if (code === 'document.damaged') return t('state.paused.damaged')
      if (code === 'run.cookies') return t('state.paused.cookies')
      if (code.startsWith('network.')) return t('state.paused.network')
      if (code.startsWith('unknown.')) return t('state.paused.unknown')
      if (/^(http|body|reply)\./.test(code)) return t('state.paused.reply')
      return code ? t('state.paused.other') : ''
    case 'cancelled':
      if (code === 'scenario.deleted') return t('state.cancelled.deleted')
      if (code === 'check.limit') return t('state.cancelled.limit')
      return code === 'check.lost' ? t('state.cancelled.lost') : ''
    default:
      return ''
  }
}

/** Where it stands. A check is kept as cancelled while it is on its way, so that no server goes on with it. */
const standing = (run: RunLike): RunStateName => (run.reason === 'check.going' ? 'running' : (run.state as RunStateName))

/** The state of a run with its reason; counted is false where the number of attempts stands beside it. */
export function RunState({ run, short, counted }: { run: RunLike; short?: boolean; counted?: boolean }) {
  const t = useT()
  const look = runLook[standing(run)]
  if (!look) return <>{run.state}</>
  return (
    <Badge tone={look.tone} icon={look.icon}>
      {short ? t(look.label) : stateText(run, t, counted)}
    </Badge>
  )
}

const scenarioLook: Record<string, Look> = {
  draft: { tone: 'muted', icon: 'dotted', label: 'scenarioState.draft' },
  running: { tone: 'ok', icon: 'dot', label: 'scenarioState.running' },
  stopped: { tone: 'muted', icon: 'stop', label: 'scenarioState.stopped' },
}

export function ScenarioState({ state, hasDraft, damaged }: { state: string; hasDraft?: boolean; damaged?: boolean }) {
  const t = useT()
  if (damaged)
    return (
      <span title={t('scenario.damagedHelp')}>
        <Badge tone="error" icon="warning">
          {t('scenario.damaged')}
        </Badge>
      </span>
    )
  const look = scenarioLook[state]
  if (!look) return <>{state}</>
  return (
    <span>
      <Badge tone={look.tone} icon={look.icon}>
        {t(look.label)}
        {hasDraft && state !== 'draft' && ` · ${t('scenario.hasChanges')}`}
      </Badge>
    </span>
  )
}

/** The states of a step of a run. */
export const stepLook: Record<string, Look> = {
  done: { tone: 'ok', icon: 'check', label: 'stepState.done' },
  skipped: { tone: 'muted', icon: 'skip', label: 'stepState.skipped' },
  failed: { tone: 'error', icon: 'close', label: 'stepState.failed' },
  active: { tone: 'info', icon: 'play', label: 'stepState.active' },
  pending: { tone: 'muted', icon: 'dotted', label: 'stepState.pending' },
}

const outcomes: Record<string, Key> = {
  ok: 'outcome.ok',
  http: 'outcome.http',
  body: 'outcome.body',
  network: 'outcome.network',
  unknown: 'outcome.unknown',
  blocked: 'outcome.blocked',
  template: 'outcome.template',
  cancelled: 'outcome.cancelled',
}
export const outcomeText = (outcome: string, t: Translate): string => (outcomes[outcome] ? t(outcomes[outcome]) : outcome)

const purposes: Record<string, Key> = {
  ask: 'purpose.ask',
  'ask.done': 'purpose.askDone',
  'ask.not_done': 'purpose.askNot',
  renew: 'purpose.renew',
  expired: 'purpose.expired',
}
/** Why an attempt was made, where it is not just the step's request. */
export const purposeText = (purpose: string | undefined, t: Translate): string => (purpose && purposes[purpose] ? t(purposes[purpose]) : '')
