import { Link } from '@tanstack/react-router'
import type { Run } from '@/api'
import { ago, clock, duration, fullTime, useT, zoned, type Key } from '@/i18n'
import { Icon, Status } from '@/ui'
import { outcomeText, runLook, stepLook, waitText, type RunStateName } from '@/words/states'
import type { Selection } from './RunPage'
import { retryWords } from '@/words/RetryPlan'
import { attemptText, endedAt, isDue, numbersOf, purposeOf, stepTitle } from './words'
import css from './Run.module.css'

interface Props {
  run: Run
  selection: Selection
  now: number
  onSelect: (step: string, attempt?: string) => void
}

/** What happened, in its order: the event, each step, each attempt, and what comes next. */
export function Timeline({ run, selection, now, onSelect }: Props) {
  const t = useT()
  // The next one is known to the second; those after it are drawn without their chance delay.
  const next = run.next_try_at ? [run.next_try_at, ...(run.next_tries ?? []).slice(1)] : (run.next_tries ?? [])
  const numbers = numbersOf(run.steps)
  return (
    <ol className={css.steps}>
      <li>
        <button type="button" className={css.stepButton} aria-current={selection.event || undefined} onClick={() => onSelect('event')}>
          <span className={css.stepIcon} data-tone="ok">
            <Icon name="sources" size={16} />
          </span>
          <span className={css.stepName}>{t('run.received')}</span>
          <span className={css.stepWhen} title={fullTime(run.event.received_at)}>
            {clock(run.event.received_at, now)}
          </span>
        </button>
      </li>
      {run.steps.map((step) => {
        const here = step.state === 'active'
        // Where the run stands, or where it ended, the run's own state is what the step shows.
        const look = here || endedAt(step) ? (runLook[run.state as RunStateName] ?? stepLook.active!) : (stepLook[step.state] ?? stepLook.pending!)
        const depth = step.path.split('/').length - 1
        return (
          <li key={step.path} style={{ paddingLeft: Math.floor(depth / 2) * 16 + (depth % 2) * 16 }}>
            <button
              type="button"
              className={css.stepButton}
              data-pending={(step.state === 'pending' && !endedAt(step)) || undefined}
              aria-current={(selection.step?.path === step.path && !selection.attempt) || undefined}
              onClick={() => onSelect(step.path)}
            >
              <span className={css.stepIcon} data-tone={look.tone}>
                <Icon name={look.icon} size={16} label={t(look.label)} />
              </span>
              <span className={css.stepName}>
                {numbers.get(step.path)} {stepTitle(step, t)}
              </span>
              <span className={css.stepWhen}>{endedAt(step) ? t(look.label) : step.state === 'pending' ? t('run.notReached') : step.finished_at ? clock(step.finished_at, now) : ''}</span>
            </button>
            {(step.attempts.length > 0 || (here && next.length > 0)) && (
              <ol className={css.tries}>
                {step.attempts.map((attempt) => (
                  <li key={attempt.n}>
                    <button
                      type="button"
                      className={css.tryButton}
                      aria-current={(selection.step?.path === step.path && selection.attempt?.n === attempt.n) || undefined}
                      onClick={() => onSelect(step.path, String(attempt.n))}
                    >
                      <span>{attemptText(step, attempt, t)}</span>
                      {purposeOf(attempt, t) && <span className={css.purpose}>{purposeOf(attempt, t)}</span>}
                      {attempt.response && attempt.outcome !== 'unknown' ? <Status code={attempt.response.status} /> : <span className={css.outcome} data-unknown={attempt.outcome === 'unknown' || undefined}>{outcomeText(attempt.outcome, t)}</span>}
                      <span className={css.stepWhen} title={fullTime(attempt.started_at)}>
                        {clock(attempt.started_at, now)} · {duration(attempt.duration_ms)}
                      </span>
                    </button>
                  </li>
                ))}
                {here &&
                  next.slice(0, run.asks ? 1 : 6).map((at, i) => {
                    const nth = (run.tries || step.attempts.length) + i + 1
                    const held = i === 0 && run.wait && !run.wait.until ? run.wait : undefined
                    const words = run.asks ? t('run.nextAsk') : run.tries_max ? t('run.nOf', { n: Math.min(nth, run.tries_max), max: run.tries_max }) : t('run.attempt', { n: nth })
                    return (
                      <li key={at} className={css.coming} title={fullTime(at)}>
                        <span>{words}</span>
                        <span className={css.stepWhen}>
                          {held ? waitText(held, t) : i === 0 ? `${zoned(clock(at, now))} · ${isDue(at, now) ? t('run.inTurn') : ago(at, now)}` : clock(at, now)}
                        </span>
                      </li>
                    )
                  })}
              </ol>
            )}
          </li>
        )
      })}
      {run.acts && run.acts.length > 0 && <Acts acts={run.acts} now={now} />}
    </ol>
  )
}

const actWords: Record<string, Key> = {
  resume: 'run.act.resume',
  skip: 'run.act.skip',
  'send-now': 'run.act.sendNow',
  'retry-policy': 'run.act.retryPolicy',
  rerun: 'run.act.made',
  cancel: 'run.act.cancel',
  'cancel-retries': 'run.act.cancelRetries',
}

/** What people did to the run: what, who, when, together with which others. */
function Acts({ acts, now }: { acts: NonNullable<Run['acts']>; now: number }) {
  const t = useT()
  return (
    <li className={css.acts}>
      <h3>{t('run.acts')}</h3>
      <ol className={css.steps}>
        {acts.map((act, i) => {
          const other = act.made || act.made_of
          // Whoever lets a held run go gives it its first version.
          const released = act.action === 'resume' && act.to_version !== undefined && !act.from_version
          return (
            <li key={i} className={css.act}>
              <span className={css.stepWhen} title={fullTime(act.at)}>
                {clock(act.at, now)}
              </span>
              <strong>{t(act.made_of ? 'run.act.madeOf' : released ? 'run.act.release' : (actWords[act.action] ?? 'run.act.resume'))}</strong>
              <span>{act.by || '—'}</span>
              {act.to_version !== undefined && (
                <span>{act.from_version ? t('run.act.versions', { from: act.from_version, to: act.to_version }) : t('run.act.toVersion', { to: act.to_version })}</span>
              )}
              {act.retry && <span>{retryWords(act.retry, t)}</span>}
              {other && (
                <Link to="/runs/$id" params={{ id: other }}>
                  {t(act.made ? 'run.act.newRun' : 'run.act.oldRun')}
                </Link>
              )}
              {act.bulk && (
                <Link to="/runs" search={{ q: `bulk:${act.bulk}` } as never}>
                  {t('run.act.bulk')}
                </Link>
              )}
            </li>
          )
        })}
      </ol>
    </li>
  )
}
