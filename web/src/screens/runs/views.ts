import { useSyncExternalStore } from 'react'
import type { Key } from '@/i18n'

/** A question that is asked often, under a name. */
export interface View {
  name: string
  q: string
}

/** Views that everybody has. */
export const ready: { label: Key; q: string; state?: 'paused' | 'waiting' }[] = [
  { label: 'runs.view.paused', q: 'state:paused', state: 'paused' },
  { label: 'runs.view.waiting', q: 'state:waiting', state: 'waiting' },
  { label: 'runs.view.failed', q: 'state:failed,paused after:-24h' },
]

const storageKey = 'gonets.views'
const most = 20
const watchers = new Set<() => void>()
let kept: readonly View[] | undefined

function read(): readonly View[] {
  if (kept) return kept
  kept = []
  try {
    const found: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]')
    if (Array.isArray(found)) kept = found.filter((one): one is View => typeof one?.name === 'string' && typeof one?.q === 'string').slice(0, most)
  } catch {
    // A browser that keeps nothing has the ready views.
  }
  return kept
}

function write(next: readonly View[]): void {
  kept = next
  try {
    localStorage.setItem(storageKey, JSON.stringify(next))
  } catch {
    // They then last until the page is closed.
  }
  for (const watcher of watchers) watcher()
}

export const saveView = (view: View): void => write([...read().filter((one) => one.name !== view.name), view].slice(-most))
export const removeView = (name: string): void => write(read().filter((one) => one.name !== name))

/** The views that this browser keeps. */
export const useViews = (): readonly View[] =>
  useSyncExternalStore((watcher) => {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  }, read)
