import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ApiError, draftQuery, keys, scenarioQuery, useHints, type Run, type RunStep } from '@/api'
import { useT, type Key } from '@/i18n'
import { Button, Muted, Row } from '@/ui'

interface Listed {
  id: string
  then?: Listed[]
  else?: Listed[]
}

/** Whether a document has a step at a path. */
export const hasStep = (steps: readonly Listed[] | undefined, [id, ...deeper]: string[]): boolean =>
  (steps ?? []).some((step) => step.id === id && (deeper.length === 0 || hasStep(step.then, deeper) || hasStep(step.else, deeper)))

/** Why the editor has no such step; undefined when it has one, or nobody knows yet. */
export function useNoStep(run: Run, step: RunStep): Key | undefined {
  const { data: scenario, error } = useQuery({ ...scenarioQuery(run.scenario), retry: false })
  const draft = useQuery({ ...draftQuery(run.scenario), staleTime: 0, enabled: scenario?.has_draft === true })
  const queries = useQueryClient()
  useHints((hints) => {
    if (hints.some((hint) => hint.kind === 'draft' && hint.id === run.scenario)) void queries.invalidateQueries({ queryKey: keys.scenario(run.scenario) }, { cancelRefetch: false })
  })
  if (error instanceof ApiError && error.status === 404) return 'run.openNoScenario'
  const edited = (scenario?.has_draft ? draft.data : scenario)?.document as { steps?: Listed[] } | undefined
  return edited && !scenario?.damaged && !hasStep(edited.steps, step.path.split('/')) ? 'run.openNoStep' : undefined
}

/** The way to the step in the editor, while it is there. */
export function OpenStep({ run, step }: { run: Run; step: RunStep }) {
  const t = useT()
  const without = useNoStep(run, step)
  if (without) return <Muted>{t(without)}</Muted>
  return (
    <Row gap={8}>
      <Button size="small" kind="quiet" icon="external" to="/scenarios/$name" params={{ name: run.scenario }} search={{ step: step.path }}>
        {t('run.openStep')}
      </Button>
    </Row>
  )
}
