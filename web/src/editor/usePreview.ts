import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError, type Preview } from '@/api'
import type { Scenario } from './model/document'
import { preview as ask } from './server'
import { asAsked, type Picked } from './useSamples'

export interface Previewed {
  /** The last answer; it stays while the next one is on its way. */
  preview: Preview | undefined
  error: ApiError | undefined
  stale: boolean
  /** Asks once more, after an error. */
  retry(): void
}

const calm = 200

/** What the step would send with the sample, asked for again shortly after each change. */
export function usePreview(document: Scenario, step: string | undefined, picked: Picked | undefined, again: unknown): Previewed {
  const [state, setState] = useState<{ step: string; preview: Preview | undefined; error: ApiError | undefined }>()
  const [stale, setStale] = useState(false)
  const [turn, setTurn] = useState(0)
  const retry = useCallback(() => setTurn((now) => now + 1), [])
  const first = useRef(true)
  useEffect(() => {
    if (step === undefined) return
    const abort = new AbortController()
    setStale(true)
    const timer = setTimeout(
      () => {
        ask({ document, step, ...asAsked(picked) }, abort.signal).then(
          (preview) => {
            setState({ step, preview, error: undefined })
            setStale(false)
          },
          (error: unknown) => {
            if (abort.signal.aborted) return
            setState((now) => ({ step, preview: now?.step === step ? now.preview : undefined, error: error instanceof ApiError ? error : undefined }))
            setStale(false)
          },
        )
      },
      first.current ? 0 : calm,
    )
    first.current = false
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [document, step, picked, again, turn])
  // Without a connection the question waits for it.
  const offline = state?.error?.status === 0
  useEffect(() => {
    if (!offline) return
    const timer = setInterval(retry, 5000)
    addEventListener('online', retry)
    return () => {
      clearInterval(timer)
      removeEventListener('online', retry)
    }
  }, [offline, retry])
  const mine = state && state.step === step ? state : undefined
  return { preview: mine?.preview, error: mine?.error, stale, retry }
}
