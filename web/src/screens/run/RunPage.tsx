import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { actOnLane, eventQuery, keys, runQuery, runsQuery, scenarioQuery, useHints, type Attempt, type Run, type RunStep } from '@/api'
import { useSearch } from '@/app/useSearch'
import { clock, language, useT } from '@/i18n'
import { useCodes } from '@/i18n/codes'
import { Button, CopyButton, ErrorNote, Icon, Mono, Muted, Note, Page, Panel, Rich, Row, Skeleton, Stack, tellCode, toastError } from '@/ui'
import { RunState } from '@/words/states'
import { AttemptView } from './AttemptView'
import { EditData } from './EditData'
import { EventView } from './EventView'
import { RunActions } from './RunActions'
import { StepView } from './StepView'
import { Timeline } from './Timeline'
import { retryWords } from '@/words/RetryPlan'
import { useScenarioTitles } from '@/words/titles'
import { notKept } from './words'
import css from './Run.module.css'

/** What stands on the right: the event, a step, or one attempt of it. */
export interface Selection {
  step?: RunStep
  attempt?: Attempt
  event: boolean
}

/** The last thing that matters: the step where the run stands or failed, with its newest attempt. */
export function selectionOf(run: Run, step: string | undefined, n: string | undefined): Selection {
  if (step === 'event') return { event: true }
  const chosen = run.steps.find((one) => one.path === step)
  if (chosen) return { step: chosen, attempt: chosen.attempts.find((one) => String(one.n) === n), event: false }
  const here =
    run.steps.find((one) => one.state === 'active' || one.state === 'failed') ?? [...run.steps].reverse().find((one) => one.attempts.length > 0) ?? run.steps.find((one) => one.state === 'done')
  if (!here) return { event: true }
  return { step: here, attempt: here.attempts.at(-1), event: false }
}

export default function RunPage() {
  const t = useT()
  const { id = '' } = useParams({ strict: false })
  const queries = useQueryClient()
  const [search, setSearch] = useSearch()
  const { data: run, error, isPending, refetch } = useQuery(runQuery(id))
  const { data: scenario, isLoading: untitled } = useQuery({ ...scenarioQuery(run?.scenario ?? ''), enabled: run !== undefined, retry: false })
  const { data: event } = useQuery({ ...eventQuery(run?.event_id ?? ''), enabled: run !== undefined && search.step === 'event' })
  useHints((hints) => {
    if (hints.some((hint) => hint.kind === 'reconnect' || (hint.id !== undefined && (hint.id === id || hint.id === run?.wait?.run)))) void queries.invalidateQueries({ queryKey: keys.run(id) })
  })
  const [editing, setEditing] = useState(false)
  const now = useNow(run?.next_try_at !== undefined)

  const back = (
    <Link to="/runs" className={css.back} aria-label={t('run.back')}>
      <Icon name="back" size={16} /> {t('run.backShort')}
    </Link>
  )
  if (error && !run) {
    return (
      <Page title={t('run')} back={back}>
        <ErrorNote error={error} onRetry={() => void refetch()} />
      </Page>
    )
  }
  if (isPending || !run) {
    return (
      <Page title={t('run')} back={back}>
        <Skeleton lines={8} />
      </Page>
    )
  }
  const selection = selectionOf(run, search.step, search.try)
  const title = scenario?.title || (untitled ? '' : run.scenario)
  return (
    <Page
      title={
        <Row gap={12}>
          <h1>
            {t('run')} <Mono>{`${run.id.slice(0, 4)}…${run.id.slice(-4)}`}</Mono>
          </h1>
          <CopyButton text={run.id} label={t('run.copyId')} />
        </Row>
      }
      back={back}
    >
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      <div className={css.summary}>
        <RunState run={run} />
        <span>
          <Link to="/scenarios/$name" params={{ name: run.scenario }}>
            {title}
          </Link>
          {run.version ? <Muted> ({t('run.version', { n: run.version })})</Muted> : null}
        </span>
        {run.mark === 'check' && (
          <span>
            <Icon name="flag" size={14} /> {t('runs.checkMark')}
          </span>
        )}
      </div>
      <RunActions key={`actions of ${run.id}`} run={run} scenario={scenario} onEdit={() => setEditing(true)} />
      <Why run={run} shown={selection.attempt} />
      <NotKept run={run} />
      <Unread run={run} />
      {run.state === 'held' && scenario?.state === 'draft' && <Muted>{t('run.heldKept')}</Muted>}
      <Retries run={run} />
      <div className={css.columns}>
        <Panel title={t('run.course')} className={css.timeline}>
          <Timeline run={run} selection={selection} now={now} onSelect={(step, n) => setSearch({ step, try: n })} />
        </Panel>
        <Panel className={css.detail}>
          {selection.event ? (
            <Stack>
              <h2>{t('run.received')}</h2>
              <Row>
                {run.event.mark !== 'erased' && (
                  <Button size="small" icon="flag" to="/scenarios/$name" params={{ name: run.scenario }} search={{ sample: run.event_id }}>
                    {t('run.asSample')}
                  </Button>
                )}
                {run.actions.includes('rerun') && (
                  <Button size="small" icon="pencil" onClick={() => setEditing(true)}>
                    {t('edit.title')}
                  </Button>
                )}
              </Row>
              <EventView event={event ?? run.event} />
            </Stack>
          ) : selection.step && selection.attempt ? (
            <AttemptView run={run} step={selection.step} attempt={selection.attempt} tab={search.tab} onTab={(tab) => setSearch({ tab }, { replace: true })} now={now} />
          ) : selection.step ? (
            <StepView run={run} step={selection.step} />
          ) : null}
        </Panel>
      </div>
      <Trace run={run} shown={selection.attempt} />
      {editing && <EditData key={`data of ${run.id}`} run={run} current={run.current_version ?? scenario?.version} onClose={() => setEditing(false)} />}
      <Siblings run={run} />
    </Page>
  )
}

/** Says that there is little to see, and why. */
function NotKept({ run }: { run: Run }) {
  const t = useT()
  if (!notKept(run)) return null
  return (
    <Note tone="muted" title={t('run.notKept')}>
      {t('run.notKeptHelp')}
    </Note>
  )
}

/** Says which parts are damaged in the database. */
function Unread({ run }: { run: Run }) {
  const t = useT()
  if (!run.unread) return null
  const parts = run.unread.map((part) => t(`run.unread.${part}`)).join(', ')
  return (
    <Note tone="warn" title={t('run.unread')}>
      {t('run.unreadHelp', { parts })}
    </Note>
  )
}

/** What a person set for the rest of the tries. */
function Retries({ run }: { run: Run }) {
  const t = useT()
  if (!run.retry) return null
  const what = retryWords(run.retry, t)
  return <Muted>{t('run.retriesChanged', { who: run.retry.by || '—', time: clock(run.retry.at), delays: what })}</Muted>
}

/** Why the run rests, what that means and what to do. */
function Why({ run, shown }: { run: Run; shown: Attempt | undefined }) {
  useCodes()
  if (run.wait?.run) return <Front run={run.wait.run} state={run.wait.run_state ?? ''} />
  if ((run.state === 'queued' || run.wait) && run.lane) return <Queue run={run} lane={run.lane} />
  // A run that is over stands for itself, but nobody finds out why it cannot be done again.
  if (run.state !== 'paused' && run.state !== 'held' && run.state !== 'failed' && !run.scenario_deleted) return null
  // What the attempt itself says knows its names and whether anything more will come.
  const last = run.steps.flatMap((step) => step.attempts).findLast((attempt) => attempt.code === run.reason)
  const told = run.scenario_deleted ? tellCode('scenario.deleted') : (last?.explain?.[language()] ?? tellCode(run.reason))
  // Not twice on one screen.
  if (last?.explain && !run.scenario_deleted && shown?.n === last.n) return null
  if (!told) return null
  return (
    <Note tone={run.scenario_deleted ? 'muted' : run.state === 'failed' ? 'error' : run.state === 'paused' ? 'warn' : 'muted'} title={told.what}>
      {told.meaning && (
        <p>
          <Rich>{told.meaning}</Rich>
        </p>
      )}
      {told.todo && (
        <p>
          <Rich>{told.todo}</Rich>
        </p>
      )}
    </Note>
  )
}

/** By what other systems know the shown request, or the newest one. */
function Trace({ run, shown }: { run: Run; shown: Attempt | undefined }) {
  const of = (attempt: Attempt | undefined) => attempt?.request.headers.find((header) => header.name.toLowerCase() === 'traceparent')?.value
  const trace = of(shown) ?? of(run.steps.flatMap((step) => step.attempts).findLast((attempt) => of(attempt)))
  const t = useT()
  if (!trace) return null
  return (
    <Row gap={8} wrap={false} className={css.trace}>
      <Muted>
        traceparent <Mono>{trace}</Mono>
      </Muted>
      <CopyButton text={trace} label={t('run.copyTrace')} />
    </Row>
  )
}

/** The run that goes first because it has the same order key. */
function Front({ run, state }: { run: string; state: string }) {
  const t = useT()
  return (
    <Note tone={state === 'paused' ? 'warn' : 'muted'} title={t('run.front')}>
      <p>{t('run.frontHelp')}</p>
      <Row gap={8}>
        <Link to="/runs/$id" params={{ id: run }}>
          {t('run.frontOpen')}
        </Link>
        <RunState run={{ state }} short />
      </Row>
    </Note>
  )
}

/** The queue in which the run stands, and a way out of it where the service is left alone. */
function Queue({ run, lane }: { run: Run; lane: string }) {
  const t = useT()
  const queries = useQueryClient()
  const attempt = useMutation({
    mutationFn: () => actOnLane({ lane, action: 'try' }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.run(run.id) }),
    onError: (failure) => toastError(failure, t),
  })
  return (
    <Row gap={8}>
      <Link to="/lanes">{t('run.lane', { lane })}</Link>
      {run.wait?.why === 'closed' && (
        <Button size="small" onClick={() => attempt.mutate()} loading={attempt.isPending}>
          {t('lanes.try')}
        </Button>
      )}
    </Row>
  )
}

/** The other runs of the event: of other scenarios, and those that people made again. */
function Siblings({ run }: { run: Run }) {
  const t = useT()
  const { data } = useInfiniteQuery(runsQuery(`event:${run.event_id}`))
  const others = data?.pages[0]?.items.filter((one) => one.id !== run.id) ?? []
  const titleOf = useScenarioTitles(others.length > 0)
  if (others.length === 0) return null
  return (
    <Panel title={t('run.siblings')}>
      <ul className={css.siblings}>
        {others.slice(0, 20).map((one) => (
          <li key={one.id}>
            <Link to="/runs/$id" params={{ id: one.id }}>
              {titleOf(one.scenario)}
            </Link>
            <RunState run={one} />
            <Muted>{clock(one.created_at)}</Muted>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** The present moment, moving while somebody counts down to something. */
function useNow(moving: boolean): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!moving) return
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [moving])
  return now
}
