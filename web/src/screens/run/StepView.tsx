import type { Run, RunStep } from '@/api'
import { clock, useT } from '@/i18n'
import { BodyView, Button, Facts, Muted, Row, Stack } from '@/ui'
import { runLook, stateText, stepLook } from '@/words/states'
import { StepVariables } from './Variables'
import { kindText, notKept, stepTitle } from './words'

/** A step that sent nothing, or before it sends: its state and what it gave. */
export function StepView({ run, step }: { run: Run; step: RunStep }) {
  const t = useT()
  const state = step.state === 'active' && runLook[run.state as keyof typeof runLook] ? stateText(run, t) : t(stepLook[step.state]?.label ?? 'stepState.pending')
  return (
    <Stack>
      <h2>{stepTitle(step, t)}</h2>
      <Facts items={[[t('run.kind'), kindText(step.kind, t)], [t('state'), state], step.finished_at ? [t('column.time'), clock(step.finished_at)] : null]} />
      {step.value !== undefined && step.value !== null ? (
        <Stack gap={8}>
          <h3>{t('run.gave')}</h3>
          <BodyView body={JSON.stringify(step.value)} root={step.path} label={t('run.gave')} />
        </Stack>
      ) : (
        step.attempts.length === 0 && <Muted>{notKept(run) && step.state !== 'pending' ? t('run.notKept') : step.state === 'pending' ? t('run.notReachedHelp') : t('run.gaveNothing')}</Muted>
      )}
      {!notKept(run) && <StepVariables run={run} path={step.path} />}
      <Row>
        <Button size="small" kind="quiet" icon="external" to="/scenarios/$name" params={{ name: run.scenario }} search={{ step: step.path }}>
          {t('run.openStep')}
        </Button>
      </Row>
    </Stack>
  )
}
