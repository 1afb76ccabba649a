/** How a check stands, as its lines tell. Pure. */
import { ApiError, type Attempt, type CheckLine, type components, type Explain, type Preview, type Run } from '@/api'
import type { Variable } from '@/pill/variables'

export type GoingCheck = components['schemas']['GoingCheck']

export interface StepResult {
  state: 'running' | 'done' | 'skipped' | 'failed' | 'shown'
  attempt: Attempt | undefined
  value: unknown
  request: Preview['request'] | undefined
  explain: { ru: Explain; en: Explain } | undefined
  variables: Variable[]
  startedAt: number
  /** What its request waits for while it is on its way. */
  phase?: 'connect' | 'wait' | undefined
  /** Set when it was in an earlier visit: when that was, and the run that tells of it. */
  at?: number
  runId?: string | undefined
}

export interface CheckState {
  running: boolean
  /** When it began. */
  since: number
  /** The whole scenario is checked, not one step. */
  whole: boolean
  /** The one step that is checked, and since when. */
  asked: { first: string; at: number } | undefined
  /** How steps ended, by their first paths, so that they stay with a step that is renamed. */
  results: Record<string, StepResult>
  finished: { ok: boolean; state: string; duration_ms: number } | undefined
  error: ApiError | undefined
  runId: string | undefined
  /** Set while another server goes on with it: how many requests are over, as far as that is known. */
  elsewhere: { requests: number; ending: boolean } | undefined
  /** Counts the checks: previews are asked for again after each. */
  round: number
}

export const noCheck: CheckState = { running: false, since: 0, whole: false, asked: undefined, results: {}, finished: undefined, error: undefined, runId: undefined, elsewhere: undefined, round: 0 }

/** The state in which a check begins; undefined checks all steps. */
export function begun(old: CheckState, first: string | undefined, at: number): CheckState {
  return { ...old, running: true, since: at, whole: first === undefined, asked: first === undefined ? undefined : { first, at }, results: first === undefined ? {} : without(settled(old.results), first), finished: undefined, error: undefined, runId: undefined, elsewhere: undefined }
}

/** What is on its way has no end that could be told once another check is followed. */
const settled = (results: Record<string, StepResult>): Record<string, StepResult> => Object.fromEntries(Object.entries(results).filter(([, result]) => result.state !== 'running'))

function without(results: Record<string, StepResult>, first: string): Record<string, StepResult> {
  const { [first]: _gone, ...rest } = results
  return rest
}

/** What the list tells of one whose lines are told at another server. */
export function progressed(old: CheckState, { requests, at, state }: Pick<GoingCheck, 'requests' | 'at' | 'state'>, firsts: ReadonlyMap<string, string>): CheckState {
  // One that is on its way still stays as it is: since when, too.
  const same = at === undefined || old.results[firsts.get(at) ?? at]?.state === 'running'
  const step = same ? old : applied({ ...old, results: settled(old.results) }, { type: 'step', path: at, state: 'running' }, firsts)
  return { ...step, elsewhere: { requests, ending: state === 'ending' } }
}

/** Nothing is under way any more. */
export function ended(old: CheckState, state: string, at: number): CheckState {
  return { ...old, running: false, elsewhere: undefined, round: old.round + 1, results: settled(old.results), finished: old.finished ?? { ok: good(state), state, duration_ms: at - old.since } }
}

const good = (state: string): boolean => state === 'succeeded' || state === 'skipped' || state === 'shown'

/** Whether the run that a check is kept as tells how it ended (internal/rehearse/check.go). */
export const isOver = (run: Pick<Run, 'reason'>): boolean => run.reason !== 'check.going'

/** One line further. What the steps are called now says nothing of what they are called when it comes: `firsts` tells their first paths. */
export function applied(old: CheckState, line: CheckLine, firsts: ReadonlyMap<string, string>): CheckState {
  old = { ...old, elsewhere: undefined }
  switch (line.type) {
    case 'started':
      return { ...old, runId: line.run_id }
    case 'finished':
      return { ...old, error: line.problem && new ApiError({ status: 0, code: line.problem.code, detail: line.problem.message }), finished: { ok: good(line.state), state: line.state, duration_ms: line.duration_ms ?? Date.now() - old.since } }
    case 'step': {
      const first = firsts.get(line.path) ?? line.path
      const was = old.results[first]
      const next: StepResult = {
        state: line.state,
        attempt: line.attempt ?? was?.attempt,
        value: line.value ?? was?.value,
        request: line.request ?? was?.request,
        explain: line.explain ?? was?.explain,
        variables: line.variables ?? was?.variables ?? [],
        phase: line.phase ?? was?.phase,
        startedAt: was?.startedAt ?? Date.now(),
      }
      return { ...old, results: { ...old.results, [first]: next } }
    }
  }
}
