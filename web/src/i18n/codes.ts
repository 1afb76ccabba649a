import { useEffect, useSyncExternalStore } from 'react'

// The texts of all error codes are a tenth of the first load and seldom needed at once: they come right after it.
interface Text {
  what: string
  meaning: string
  todo: string
}
type Catalogue = Record<string, Record<'ru' | 'en', Text>>

let catalogue: Catalogue | undefined
let problems: Record<string, Record<'ru' | 'en', string>> | undefined
let loading: Promise<void> | undefined
const watchers = new Set<() => void>()

export function loadCodes(): Promise<void> {
  loading ??= Promise.all([import('./codes.json'), import('./problems.json')])
    .then(([codes, sentences]) => {
      catalogue = codes.default as Catalogue
      problems = sentences.default
      for (const watcher of watchers) watcher()
    })
    .catch(() => {
      // The server is away; the next error asks again.
      loading = undefined
    })
  return loading
}

/** Does something when the texts are there, or when they cannot be had. */
export const whenCodes = (act: () => void): void => void loadCodes().then(act)

export const codeText = (code: string, language: 'ru' | 'en'): Text | undefined => catalogue?.[code]?.[language]

/** The sentence of a mistake, with places for its values. */
export const problemText = (code: string, language: 'ru' | 'en'): string | undefined => problems?.[code]?.[language]

/** Draws a component again when the texts have come. */
export function useCodes(): void {
  useEffect(() => void loadCodes(), [])
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => catalogue,
  )
}
