import type { Run } from '@/api'
import { ago, clock, duration, fullTime, number, useT } from '@/i18n'
import { Icon, Status } from '@/ui'
import { outcomeText, runLook, stepLook, type RunStateName } from '@/words/states'
import type { Selection } from './RunPage'
import { endedAt, stepTitle } from './words'
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
      {run.steps.map((step, index) => {
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
                {number(index + 1)}. {stepTitle(step, t)}
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
                      <span>{t('run.attempt', { n: attempt.n })}</span>
                      {attempt.response ? <Status code={attempt.response.status} /> : <span className={css.outcome}>{outcomeText(attempt.outcome, t)}</span>}
                      <span className={css.stepWhen} title={fullTime(attempt.started_at)}>
                        {clock(attempt.started_at, now)} · {duration(attempt.duration_ms)}
                      </span>
                    </button>
                  </li>
                ))}
                {here &&
                  next.slice(0, 6).map((at, i) => {
                    const nth = (run.tries || step.attempts.length) + i + 1
                    const last = i === next.length - 1 && next.length > 1
                    const words = last ? t('run.lastTry', { time: clock(at, now) }) : t('run.nextTry', { time: clock(at, now) })
                    return (
                      <li key={at} className={css.coming} title={fullTime(at)}>
                        {words}
                        {i === 0 && ` · ${ago(at, now)}`}
                        {run.tries_max ? ` · ${t('run.nOf', { n: Math.min(nth, run.tries_max), max: run.tries_max })}` : ''}
                      </li>
                    )
                  })}
              </ol>
            )}
          </li>
        )
      })}
    </ol>
  )
}
