import { useEffect, useRef, useSyncExternalStore } from 'react'
import type { IconName } from '@/ui'

/** Something that the open page can do; the palette offers it while the page is open. */
export interface Command {
  id: string
  label: string
  icon: IconName
  /** Other words by which it is found. */
  words?: readonly string[]
  act: () => void
}

let offered: readonly Command[] = []
const pages = new Map<symbol, readonly Command[]>()
const watchers = new Set<() => void>()

function tell(): void {
  offered = [...pages.values()].flat()
  for (const watcher of watchers) watcher()
}

/** Offers commands for as long as the component is there. */
export function offer(page: symbol, commands: readonly Command[] | undefined): void {
  if (commands) pages.set(page, commands)
  else pages.delete(page)
  tell()
}

export function useCommands(commands: readonly Command[]): void {
  const page = useRef(Symbol('page'))
  const latest = useRef(commands)
  latest.current = commands
  // What a command does is looked up when it is chosen; the palette hears only of other names.
  const names = commands.map((one) => `${one.id} ${one.label}`).join('\n')
  useEffect(() => {
    const own = page.current
    offer(own, latest.current.map((one) => ({ ...one, act: () => latest.current.find((now) => now.id === one.id)?.act() })))
    return () => offer(own, undefined)
  }, [names])
}

export function useOffered(): readonly Command[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => offered,
  )
}
