/** How the steps ended before this visit: told by the latest checks and the latest run. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, call, keys, type Run } from '@/api'
import type { StepResult } from './useCheck'

// A check often is of one step only, so some of them together say more than the last one.
const checks = 3

export function usePast(name: string): Record<string, StepResult> {
  const data = useQuery({
    queryKey: [...keys.scenario(name), 'past'],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<Run[]> => {
      const list = (mark: 'check' | undefined, limit: number) => call(api.GET('/api/v1/runs', { params: { query: { scenario: name, limit, ...(mark ? { mark } : {}) } }, signal }))
      const [checked, ran] = await Promise.all([list('check', checks), list(undefined, 1)])
      const ids = [...(checked.items ?? []), ...(ran.items ?? [])].map((run) => run.id)
      return (await Promise.all(ids.map((id) => call(api.GET('/api/v1/runs/{id}', { params: { path: { id } }, signal }))))) as Run[]
    },
  }).data
  return useMemo(() => pastOf(data ?? []), [data])
}

/** The newest end of each step. */
export function pastOf(runs: readonly Run[]): Record<string, StepResult> {
  const out: Record<string, StepResult> = {}
  const newest = [...runs].sort((a, b) => b.created_at.localeCompare(a.created_at))
  for (const run of newest) {
    for (const step of run.steps ?? []) {
      if (out[step.path] || (step.state !== 'done' && step.state !== 'failed' && step.state !== 'skipped')) continue
      const attempt = step.attempts?.[step.attempts.length - 1]
      const at = Date.parse(run.created_at)
      out[step.path] = { state: step.state, attempt, value: undefined, request: undefined, explain: attempt?.explain, variables: [], startedAt: at, at, runId: run.id }
    }
  }
  return out
}
