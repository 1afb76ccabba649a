import type { Run, RunStep } from '@/api'
import { clock, useT, type Key } from '@/i18n'
import { BodyView, Facts, Muted, Stack } from '@/ui'
import { runLook, stateText, stepLook } from '@/words/states'
import { OpenStep } from './OpenStep'
import { StepVariables } from './Variables'
import { kindText, notKept, stepTitle } from './words'

/** What is said of a step of which nobody knows yet what it gives: a request may be on its way. */
const unfinished: Record<string, Key> = { active: 'run.notDoneHelp', pending: 'run.notReachedHelp' }

/** A step that sent nothing, or before it sends: its state and what it gave. */
export function StepView({ run, step }: { run: Run; step: RunStep }) {
  const t = useT()
  const lost = run.unread?.some((part) => part === 'attempts' || part === 'results')
  const without = lost && step.state !== 'pending' ? 'run.unread' : notKept(run) && step.state !== 'pending' ? 'run.notKept' : (unfinished[step.state] ?? 'run.gaveNothing')
  const state = step.state === 'active' && runLook[run.state as keyof typeof runLook] ? stateText(run, t) : t(stepLook[step.state]?.label ?? 'stepState.pending')
  return (
    <Stack>
      <h2>{stepTitle(step, t)}</h2>
      <Facts items={[[t('run.kind'), kindText(step.kind, t)], [t('state'), state], step.finished_at ? [t('column.time'), clock(step.finished_at)] : null]} />
      {run.event.mark === 'erased' && step.state !== 'pending' ? (
        <Muted>{t('run.erased')}</Muted>
      ) : step.value !== undefined && step.value !== null ? (
        <Stack gap={8}>
          <h3>{t('run.gave')}</h3>
          <BodyView body={JSON.stringify(step.value)} root={step.path} label={t('run.gave')} />
        </Stack>
      ) : (
        step.attempts.length === 0 && <Muted>{t(without)}</Muted>
      )}
      {!notKept(run) && !unfinished[step.state] && <StepVariables run={run} path={step.path} />}
      <OpenStep run={run} step={step} />
    </Stack>
  )
}
