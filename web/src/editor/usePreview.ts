import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError, type Preview } from '@/api'

export interface Previewed {
  /** The last answer; it stays while the next one is on its way. */
  preview: Preview | undefined
  error: ApiError | undefined
  stale: boolean
  /** Asks once more, after an error. */
  retry(): void
}

const calm = 200

/** What a step would send: ask is another function after each change, and is called shortly after. */
export function usePreview(step: string, ask: (signal: AbortSignal) => Promise<Preview>, again: unknown): Previewed {
  const [state, setState] = useState<{ step: string; preview: Preview | undefined; error: ApiError | undefined }>()
  const [stale, setStale] = useState(false)
  const [turn, setTurn] = useState(0)
  const retry = useCallback(() => setTurn((now) => now + 1), [])
  const first = useRef(true)
  useEffect(() => {
    const abort = new AbortController()
    setStale(true)
    const timer = setTimeout(
      () => {
        ask(abort.signal).then(
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
  }, [ask, step, again, turn])
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
