import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ApiError, keys, type Attempt, type CheckLine, type Explain, type Preview } from '@/api'
import type { HttpStep, Step } from '../model/document'
import type { Placed } from '../model/steps'
import { isEcho } from '../parts/describe'
import type { Variable } from '@/pill/variables'
import { askKey, asks, type Remembered } from './asked'

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

export interface Asking {
  /** Undefined asks for the whole scenario. */
  path: string | undefined
  /** Steps with requests, and whether they would be sent. */
  steps: { placed: Placed; http: HttpStep; asks: boolean; send: boolean }[]
}

export interface Check {
  running: boolean
  /** The whole scenario is checked, not one step. */
  whole: boolean
  /** The one step that is checked, and since when. */
  asked: { first: string; at: number } | undefined
  /** How steps ended in this visit; like the two below by their first paths, so that they stay with a step that is renamed. */
  results: Record<string, StepResult>
  /** How steps ended that were not checked in this visit. */
  past: Record<string, StepResult>
  /** The newest replies of earlier visits. */
  replies: Record<string, Attempt>
  finished: { ok: boolean; state: string; duration_ms: number } | undefined
  error: ApiError | undefined
  runId: string | undefined
  /** Counts the checks: previews are asked for again after each. */
  round: number
  asking: Asking | undefined
  askStep(path: string): void
  askScenario(): void
  /** Answers the question: which steps really send, and whether to ask again. */
  answer(really: readonly string[], remember: boolean): void
  dismiss(): void
  cancel(): void
}

export interface CheckWish {
  /** Undefined checks all steps. */
  step: string | undefined
  really: string[]
}

interface Options {
  /** Under which the browser remembers what was answered. */
  name: string
  steps: readonly Placed[]
  /** What a step sends. */
  sends: (step: Step) => HttpStep | undefined
  run: (wish: CheckWish, signal: AbortSignal) => AsyncGenerator<CheckLine>
  past: Pick<Check, 'past' | 'replies'>
}

export function useCheck({ name, steps, sends, run, past: { past, replies } }: Options): Check {
  const client = useQueryClient()
  const [state, setState] = useState<Pick<Check, 'running' | 'whole' | 'asked' | 'results' | 'finished' | 'error' | 'runId' | 'round'>>({
    running: false, whole: false, asked: undefined, results: {}, finished: undefined, error: undefined, runId: undefined, round: 0,
  })
  const [asking, setAsking] = useState<Asking | undefined>()
  const abort = useRef<AbortController | undefined>(undefined)
  const latest = useRef({ steps, sends, run })
  latest.current = { steps, sends, run }
  useEffect(() => () => abort.current?.abort(), [])

  const storageKey = `gonets.asked.${name}`
  const remembered = useCallback((): Remembered => {
    try {
      return JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Remembered
    } catch {
      return {}
    }
  }, [storageKey])

  const start = useCallback(
    async (path: string | undefined, really: readonly string[]) => {
      abort.current?.abort()
      const control = new AbortController()
      abort.current = control
      const began = Date.now()
      setAsking(undefined)
      const now = latest.current
      // What the steps are called now says nothing of what they are called when the answer comes.
      const firsts = new Map(now.steps.map((placed) => [placed.path, placed.first]))
      const first = path === undefined ? undefined : (firsts.get(path) ?? path)
      setState((old) => ({ ...old, running: true, whole: first === undefined, asked: first === undefined ? undefined : { first, at: began }, results: first === undefined ? {} : without(old.results, first), finished: undefined, error: undefined, runId: undefined }))
      try {
        for await (const line of now.run({ step: path, really: [...really] }, control.signal)) setState((old) => ({ ...old, ...applied(old.results, line, began, firsts) }))
        setState((old) => ({ ...old, running: false, round: old.round + 1, finished: old.finished ?? { ok: false, state: 'cancelled', duration_ms: Date.now() - began } }))
      } catch (error) {
        const stopped = control.signal.aborted
        setState((old) => ({
          ...old,
          running: abort.current === control ? false : old.running,
          round: old.round + 1,
          results: settled(old.results),
          error: stopped || !(error instanceof ApiError) ? undefined : error,
          finished: { ok: false, state: stopped ? 'cancelled' : 'failed', duration_ms: Date.now() - began },
        }))
      }
      void client.invalidateQueries({ queryKey: keys.runs })
    },
    [client],
  )

  const ask = useCallback(
    (path: string | undefined) => {
      const known = remembered()
      const among = latest.current.steps.filter((placed) => path === undefined || placed.path === path)
      const list = among.flatMap((placed) => {
        const http = latest.current.sends(placed.step)
        const answer = http && known[askKey(placed.first, http)]
        return http ? [{ placed, http, asks: asks(http, isEcho) && answer === undefined, send: answer !== 'show' }] : []
      })
      if (list.some((one) => one.asks)) setAsking({ path, steps: list })
      else void start(path, list.filter((one) => one.send).map((one) => one.placed.path))
    },
    [remembered, start],
  )

  const askStep = useCallback((path: string) => ask(path), [ask])
  const askScenario = useCallback(() => ask(undefined), [ask])
  const dismiss = useCallback(() => setAsking(undefined), [])
  const cancel = useCallback(() => abort.current?.abort(), [])
  const answer = useCallback(
    (really: readonly string[], remember: boolean) => {
      if (!asking) return
      if (remember) {
        const known = remembered()
        for (const { placed, http, asks: asked } of asking.steps) if (asked) known[askKey(placed.first, http)] = really.includes(placed.path) ? 'send' : 'show'
        localStorage.setItem(storageKey, JSON.stringify(known))
      }
      void start(asking.path, really)
    },
    [asking, remembered, start, storageKey],
  )

  return useMemo(() => ({ ...state, past, replies, asking, askStep, askScenario, answer, dismiss, cancel }), [state, past, replies, asking, askStep, askScenario, answer, dismiss, cancel])
}

function without(results: Record<string, StepResult>, first: string): Record<string, StepResult> {
  const { [first]: _gone, ...rest } = results
  return rest
}

/** Nothing is under way any more. */
function settled(results: Record<string, StepResult>): Record<string, StepResult> {
  return Object.fromEntries(Object.entries(results).filter(([, result]) => result.state !== 'running'))
}

function applied(results: Record<string, StepResult>, line: CheckLine, began: number, firsts: Map<string, string>): Partial<Check> {
  switch (line.type) {
    case 'started':
      return { runId: line.run_id }
    case 'finished':
      return { finished: { ok: line.state === 'succeeded' || line.state === 'skipped' || line.state === 'shown', state: line.state, duration_ms: line.duration_ms ?? Date.now() - began } }
    case 'step': {
      const first = firsts.get(line.path) ?? line.path
      const old = results[first]
      const next: StepResult = {
        state: line.state,
        attempt: line.attempt ?? old?.attempt,
        value: line.value ?? old?.value,
        request: line.request ?? old?.request,
        explain: line.explain ?? old?.explain,
        variables: line.variables ?? old?.variables ?? [],
        phase: line.phase ?? old?.phase,
        startedAt: old?.startedAt ?? Date.now(),
      }
      return { results: { ...results, [first]: next } }
    }
  }
}
