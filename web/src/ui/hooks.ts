import { useEffect, useState, useSyncExternalStore } from 'react'

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query)
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    },
    () => matchMedia(query).matches,
  )
}

/** The page's name on its tab and in the browser's history; an empty one leaves the name as it is. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    if (title?.trim()) document.title = `${title.trim()} · Gonets`
  }, [title])
}

/** A telephone: cards instead of tables, sheets instead of panels. */
export const useNarrow = (): boolean => useMedia('(max-width: 720px)')

/** The value after it has been still for so many milliseconds. */
export function useDebounced<T>(value: T, ms: number): T {
  const [still, setStill] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return still
}
