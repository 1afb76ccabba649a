import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { preloadPillField } from '@/pill/PillField'
import type { DraftState, DraftStore } from './model/draft'

/** Opens a store for as long as its page is there; what is unsaved when the page goes is not lost. */
export function useDraftStore(store: DraftStore): { state: DraftState | undefined; error: unknown; open: () => void } {
  const [error, setError] = useState<unknown>()
  const state = useSyncExternalStore(store.subscribe, store.snapshot)
  const open = useCallback(() => {
    setError(undefined)
    store.open().catch(setError)
  }, [store])
  useEffect(() => {
    preloadPillField()
    open()
    const flush = () => store.flush()
    const online = () => store.online()
    const hidden = () => document.visibilityState === 'hidden' && flush()
    addEventListener('pagehide', flush)
    addEventListener('online', online)
    document.addEventListener('visibilitychange', hidden)
    return () => {
      removeEventListener('pagehide', flush)
      removeEventListener('online', online)
      document.removeEventListener('visibilitychange', hidden)
      store.close()
    }
  }, [store, open])
  return { state, error, open }
}
