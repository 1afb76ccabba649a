import { useNavigate, useSearch as useRouterSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { Search } from './router'

/** What stands behind the ? of this page's address, and how to change it: undefined takes a name away. */
export function useSearch(): [Search, (change: Record<string, string | undefined>, options?: { replace?: boolean }) => void] {
  const search = useRouterSearch({ strict: false }) as Search
  const navigate = useNavigate()
  const change = useCallback(
    (next: Record<string, string | undefined>, options: { replace?: boolean } = {}) => {
      void navigate({
        to: '.',
        search: ((old: Search) => ({ ...old, ...next })) as never,
        replace: options.replace ?? false,
        resetScroll: false,
      })
    },
    [navigate],
  )
  return [search, change]
}

/** Which of several tabs is open, by a name in the address; how to turn to another, which is no step of the browser's way back. */
export function useTab<T extends string>(name: string, tabs: readonly T[], usual: T): [T, (next: T) => void] {
  const [search, setSearch] = useSearch()
  const turn = useCallback((next: T) => setSearch({ [name]: next }, { replace: true }), [name, setSearch])
  return [tabs.find((one) => one === search[name]) ?? usual, turn]
}
