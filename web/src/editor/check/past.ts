/** How the steps ended before this visit: told by the latest checks and the latest run. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, call, keys, type Attempt, type Run } from '@/api'
import type { StepResult } from '@/checks'
import type { Check } from './useCheck'

// So many checks and as many runs the server looks through for replies (internal/rehearse/past.go).
const looked = 5

export function usePast(name: string): Pick<Check, 'past' | 'replies'> {
  const data = useQuery({
    queryKey: keys.past(name),
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<Run[]> => {
      const list = (mark: 'check' | undefined) => call(api.GET('/api/v1/runs', { params: { query: { scenario: name, limit: looked, ...(mark ? { mark } : {}) } }, signal }))
      const [checked, ran] = await Promise.all([list('check'), list(undefined)])
      const ids = [...new Set([...(checked.items ?? []), ...(ran.items ?? [])].map((run) => run.id))]
      return (await Promise.all(ids.map((id) => call(api.GET('/api/v1/runs/{id}', { params: { path: { id } }, signal }))))) as Run[]
    },
  }).data
  return useMemo(() => ({ past: pastOf(data ?? []), replies: repliesOf(data ?? []) }), [data])
}

/** The newest end of each step, by the first path of the step. */
export function pastOf(runs: readonly Run[]): Record<string, StepResult> {
  const out: Record<string, StepResult> = {}
  for (const run of newestFirst(runs)) {
    for (const step of run.steps ?? []) {
      const first = step.was ?? step.path
      if (out[first] || (step.state !== 'done' && step.state !== 'failed' && step.state !== 'skipped')) continue
      const last = step.attempts?.[step.attempts.length - 1]
      const attempt = last?.erased ? undefined : last // how it ended is known, what was sent is not
      const at = Date.parse(run.created_at)
      out[first] = { state: step.state, attempt, value: undefined, request: undefined, explain: attempt?.explain, variables: [], startedAt: at, at, runId: run.id }
    }
  }
  return out
}

/** The newest reply of each step: the one that the steps behind it are shown when it does not send. A newer end without a reply does not hide it. */
export function repliesOf(runs: readonly Run[]): Record<string, Attempt> {
  const out: Record<string, Attempt> = {}
  for (const run of newestFirst(runs)) {
    for (const step of run.steps ?? []) {
      const attempt = step.attempts?.findLast((one) => one.response !== undefined && !one.fenced && !one.not_kept && !one.erased && !asks(one))
      if (attempt) out[step.was ?? step.path] ??= attempt
    }
  }
  return out
}

/** Whether a step was ever answered, in this visit or before. */
export function answered(path: string, { results, replies }: Pick<Check, 'results' | 'replies'>): boolean {
  return (results[path]?.attempt?.response ?? replies[path]) !== undefined
}

/** Whether a step or one inside of it has a reply that the steps behind it read: one that a person kept, or an earlier one. */
export function repliedUnder(path: string, check: Pick<Check, 'results' | 'replies'>, kept: readonly { step: string }[]): boolean {
  const paths = [...kept.map((one) => one.step), ...Object.keys(check.replies), ...Object.keys(check.results).filter((one) => answered(one, check))]
  return paths.some((one) => one === path || one.startsWith(`${path}/`))
}

const asks = ({ purpose }: Attempt): boolean => purpose === 'ask' || purpose === 'ask.done' || purpose === 'ask.not_done'

const newestFirst = (runs: readonly Run[]): Run[] => [...runs].sort((a, b) => b.created_at.localeCompare(a.created_at))
