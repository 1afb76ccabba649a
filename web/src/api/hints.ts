import { useEffect, useRef, useState, useSyncExternalStore } from 'react'

/** A hint that something changed; never the truth, read again what matters. `reconnect` is ours: the stream has just opened. */
export interface Hint {
  kind: 'run' | 'event' | 'config' | 'lane' | 'notice' | 'draft' | 'bulk' | 'disk' | 'echo' | 'reconnect'
  id?: string
  event?: string
  source?: string
  state?: string
}

/** Whether lists of runs may have become old. A run that is held, because its scenario does not run, is told of by its event alone. */
export const ofRuns = (hint: Hint): boolean => hint.kind === 'run' || hint.kind === 'event' || hint.kind === 'reconnect'

type Listener = (hints: Hint[]) => void

const listeners = new Set<Listener>()
const watchers = new Set<() => void>()
let stream: EventSource | undefined
let connected = false
let retry: ReturnType<typeof setTimeout> | undefined
let wait = 1000

function setConnected(next: boolean): void {
  if (connected === next) return
  connected = next
  for (const watcher of watchers) watcher()
}

function open(): void {
  if (stream || listeners.size === 0) return
  const source = new EventSource('/api/v1/changes')
  stream = source
  source.onopen = () => {
    wait = 1000
    setConnected(true)
    // Hints of the time without a stream are gone for good, those between the first reading and its opening too: everybody reads again.
    tell([{ kind: 'reconnect' }])
  }
  source.onerror = () => {
    setConnected(false)
    // A browser gives up for ever on some answers (503 of a restart), so the trying again is ours.
    source.close()
    stream = undefined
    clearTimeout(retry)
    retry = setTimeout(open, wait)
    wait = Math.min(wait * 2, 15_000)
  }
  source.addEventListener('change', (message) => {
    try {
      const data = JSON.parse((message as MessageEvent<string>).data) as { changes?: Hint[] }
      if (data.changes?.length) tell(data.changes)
    } catch {
      // A hint that cannot be read is a hint that did not come.
    }
  })
}

// A network that is back, or somebody who logged in again, need not wait for the next try.
globalThis.window?.addEventListener('online', () => {
  clearTimeout(retry)
  wait = 1000
  open()
})

function tell(hints: Hint[]): void {
  for (const listener of [...listeners]) listener(hints)
}

/** Listens to hints while the component is on the screen. One stream serves the whole page. */
export function useHints(listener: Listener, enabled = true): void {
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => {
    if (!enabled) return
    const own: Listener = (hints) => latest.current(hints)
    listeners.add(own)
    open()
    return () => {
      listeners.delete(own)
      if (listeners.size > 0) return
      clearTimeout(retry)
      stream?.close()
      stream = undefined
      setConnected(false)
    }
  }, [enabled])
}

/** Whether hints arrive now. */
export function useConnected(): boolean {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => connected,
  )
}

/** How long the stream may be away before people are told, in milliseconds: a server that restarts is back sooner. */
const patience = 4_000

/** Whether the stream of hints has been away for a while: what is shown may be old, and asking may fail. */
export function useCutOff(): boolean {
  const now = useConnected()
  const [away, setAway] = useState(false)
  useEffect(() => {
    if (now) {
      setAway(false)
      return
    }
    const timer = setTimeout(() => setAway(true), patience)
    return () => clearTimeout(timer)
  }, [now])
  return away
}
