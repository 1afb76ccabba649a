import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef, useState } from 'react'
import type { Attempt, CheckLine } from '@/api'
import { begin, cancel, useCheckState, type CheckState, type StepResult } from '@/checks'
import { useT } from '@/i18n'
import { toast, toastError } from '@/ui'
import type { HttpStep, Step } from '../model/document'
import type { Placed } from '../model/steps'
import { isEcho } from '../parts/describe'
import { askKey, asks, type Remembered } from './asked'

export interface Asking {
  /** Undefined asks for the whole scenario. */
  path: string | undefined
  /** Steps with requests, and whether they would be sent. */
  steps: { placed: Placed; http: HttpStep; asks: boolean; send: boolean }[]
}

/** How the steps ended in this visit, as far as it was checked; and what is known of earlier ones, by their first paths too. */
export interface Check extends CheckState {
  /** How steps ended that were not checked in this visit. */
  past: Record<string, StepResult>
  /** The newest replies of earlier visits. */
  replies: Record<string, Attempt>
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
  of: 'scenario' | 'request'
  name: string
  title: string
  steps: readonly Placed[]
  /** What a step sends. */
  sends: (step: Step) => HttpStep | undefined
  run: (wish: CheckWish, signal: AbortSignal) => AsyncGenerator<CheckLine>
  past: Pick<Check, 'past' | 'replies'>
}

export function useCheck({ of, name, title, steps, sends, run, past: { past, replies } }: Options): Check {
  const t = useT()
  const client = useQueryClient()
  const state = useCheckState({ of, name })
  const [asking, setAsking] = useState<Asking | undefined>()
  const latest = useRef({ title, steps, sends, run })
  latest.current = { title, steps, sends, run }

  // Under this the browser remembers what was answered.
  const storageKey = `gonets.asked.${of === 'request' ? `request ${name}` : name}`
  const remembered = useCallback((): Remembered => {
    try {
      return JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Remembered
    } catch {
      return {}
    }
  }, [storageKey])

  const start = useCallback(
    (path: string | undefined, really: readonly string[]) => {
      setAsking(undefined)
      const { steps, title, run } = latest.current
      const firsts = new Map(steps.map((placed) => [placed.path, placed.first]))
      begin({ of, name, title, client, firsts, first: path && (firsts.get(path) ?? path), lines: (signal) => run({ step: path, really: [...really] }, signal) })
        .then((begun) => begun || toast(t('check.elsewhere'), { tone: 'warn' }))
        .catch((error: unknown) => toastError(error, t))
    },
    [client, name, of, t],
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
      else start(path, list.filter((one) => one.send).map((one) => one.placed.path))
    },
    [remembered, start],
  )

  const askStep = useCallback((path: string) => ask(path), [ask])
  const askScenario = useCallback(() => ask(undefined), [ask])
  const dismiss = useCallback(() => setAsking(undefined), [])
  const stop = useCallback(() => void cancel({ of, name }).catch((error: unknown) => toastError(error, t)), [of, name, t])
  const answer = useCallback(
    (really: readonly string[], remember: boolean) => {
      if (!asking) return
      if (remember) {
        const known = remembered()
        for (const { placed, http, asks: asked } of asking.steps) if (asked) known[askKey(placed.first, http)] = really.includes(placed.path) ? 'send' : 'show'
        localStorage.setItem(storageKey, JSON.stringify(known))
      }
      start(asking.path, really)
    },
    [asking, remembered, start, storageKey],
  )

  return useMemo(() => ({ ...state, past, replies, asking, askStep, askScenario, answer, dismiss, cancel: stop }), [state, past, replies, asking, askStep, askScenario, answer, dismiss, stop])
}
