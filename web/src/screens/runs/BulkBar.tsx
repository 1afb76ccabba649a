import { useMutation, useQueries, useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { api, call, runQuery, type RunAction, type RunSummary } from '@/api'
import { number, useT } from '@/i18n'
import { BulkDialog, SkippedSteps } from '@/screens/bulk'
import { RetryDialog } from '@/screens/run/RetryDialog'
import { stepTitle } from '@/screens/run/words'
import { Button, Confirm, ErrorNote, Skeleton, Spring } from '@/ui'
import { RetryPlanFields, usualPlan, type RetryPlan } from '@/words/RetryPlan'
import { useScenarioTitles } from '@/words/titles'
import css from './Runs.module.css'

interface Props {
  selected: ReadonlySet<string>
  rows: RunSummary[]
  q: string
  /** Works on everything that matches the filter instead of a selection. */
  all: boolean
  /** What the filter finds are runs, not checks. */
  workable: boolean
  onDone: (message: string) => void
  onClear: () => void
}

const actions: { action: RunAction; label: 'resume' | 'run.skip' | 'sendNow' | 'retryPolicy' | 'cancelRetries' | 'rerun' | 'cancel' }[] = [
  { action: 'resume', label: 'resume' },
  { action: 'skip', label: 'run.skip' },
  { action: 'send-now', label: 'sendNow' },
  { action: 'retry-policy', label: 'retryPolicy' },
  { action: 'cancel-retries', label: 'cancelRetries' },
  { action: 'rerun', label: 'rerun' },
  { action: 'cancel', label: 'cancel' },
]

/** How many runs may be named one by one, as the server bounds it; more are meant by the filter. */
const most = 1000
/** A question that all runs answer: the server wants one. */
const everything = 'after:1970-01-01'

/** One thing done to many runs, after a question: the outside world notices. */
export function BulkBar({ selected, rows, q, all: whole, workable, onDone, onClear }: Props) {
  const t = useT()
  const [asking, setAsking] = useState<RunAction>()
  const [retry, setRetry] = useState<RetryPlan>(usualPlan)
  const many = !whole && selected.size > most
  const all = whole || (many && workable)
  const chosen = all ? rows : rows.filter((run) => selected.has(run.id))
  // Two clicks can come before the button shows that it is busy.
  const going = useRef(false)
  const act = useMutation({
    mutationFn: (action: RunAction) =>
      call(
        api.POST('/api/v1/runs/actions', {
          body: { action, ids: [...selected], ...(action === 'retry-policy' && { retry }) },
        }),
      ),
    onSuccess: (result) => {
      setAsking(undefined)
      onDone(
        result.failed.length > 0
          ? t('runs.actedPartly', { done: result.done, failed: result.failed.length })
          : t('runs.acted', { count: result.done }),
      )
    },
    onSettled: () => {
      going.current = false
    },
  })
  const go = (action: RunAction) => {
    if (going.current) return
    going.current = true
    act.mutate(action)
  }
  const ask = (action: RunAction) => {
    // What went wrong with another action is not told in this one's question.
    if (!going.current) act.reset()
    setAsking(action)
  }
  if (all && rows.length === 0) return null
  const possible = actions.filter(({ action }) => chosen.some((run) => run.actions.includes(action)))
  const one = selected.size === 1 ? chosen[0] : undefined
  const word = actions.find((one) => one.action === asking)?.label
  return (
    <div className={css.bulk}>
      <span>{many ? t(workable ? 'runs.manySelected' : 'runs.tooManySelected', { n: selected.size, most }) : all ? t('runs.allMatching') : t('runs.selected', { count: selected.size })}</span>
      {(!many || workable) && possible.map(({ action, label }) => (
        <Button key={action} size="small" onClick={() => ask(action)}>
          {all ? t('runs.all', { action: t(label) }) : t(label)}
        </Button>
      ))}
      {!all && one && (
        <Button size="small" icon="flag" to="/scenarios/$name" params={{ name: one.scenario }} search={{ sample: one.event_id }}>
          {t('run.asSample')}
        </Button>
      )}
      <Spring />
      {!whole && (
        <Button size="small" kind="quiet" onClick={onClear}>
          {t('runs.clear')}
        </Button>
      )}
      {asking && all && <BulkDialog onClose={() => setAsking(undefined)} action={asking} q={q || everything} />}
      {asking === 'retry-policy' && one && <OneRetry id={one.id} onClose={() => setAsking(undefined)} />}
      {asking && word && !all && !(asking === 'retry-policy' && one) && (
        <Confirm
          open
          onClose={() => setAsking(undefined)}
          onConfirm={() => go(asking)}
          busy={act.isPending}
          danger={asking === 'cancel'}
          confirm={t(word)}
          dismiss={asking === 'cancel' ? t('run.keep') : undefined}
          title={t('runs.ask', { action: t(word), count: selected.size })}
        >
          {asking === 'retry-policy' && <RetryPlanFields many plan={retry} onChange={setRetry} />}
          {asking === 'retry-policy' && <p>{t('bulk.replacesRetries')}</p>}
          {asking === 'skip' && <SelectedSteps runs={chosen} total={selected.size} />}
          <p>{t(`runs.${asking}.help` as 'runs.resume.help')}</p>
          {act.error && <ErrorNote error={act.error} />}
        </Confirm>
      )}
    </div>
  )
}

/** The tries of one selected run begin with those that it has. */
function OneRetry({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: run } = useQuery(runQuery(id))
  return run ? <RetryDialog run={run} onClose={onClose} /> : null
}

/** Of how many selected runs it is read where they stand. */
const mostRead = 10

/** At which steps the newest of the selected runs stand. */
function SelectedSteps({ runs, total }: { runs: RunSummary[]; total: number }) {
  const t = useT()
  const titleOf = useScenarioTitles()
  const read = useQueries({ queries: runs.slice(0, mostRead).map((run) => runQuery(run.id)) })
  if (read.some((one) => one.isPending)) return <Skeleton lines={2} />
  const at = read.flatMap(({ data: run }): [string, number][] => {
    const step = run?.steps.find((one) => one.state === 'active')
    return run && step ? [[`${titleOf(run.scenario) || '…'}: ${stepTitle(step, t)}`, 1]] : []
  })
  return <SkippedSteps at={at} total={total} shown={number(total)} />
}
