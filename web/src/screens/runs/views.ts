import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api, call, type components } from '@/api'
import type { Key } from '@/i18n'

/** A question that is asked often, under a name. */
export type View = components['schemas']['View']

/** Views that everybody has. */
export const ready: { label: Key; q: string; state?: 'paused' | 'waiting' }[] = [
  { label: 'runs.view.paused', q: 'state:paused', state: 'paused' },
  { label: 'runs.view.waiting', q: 'state:waiting', state: 'waiting' },
  { label: 'runs.view.failed', q: 'state:failed after:-24h' },
]

const most = 20
const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: async ({ signal }) => (await call(api.GET('/api/v1/me/views', { signal }))).items,
  staleTime: 60_000,
})

// Views once stood in the browser.
const oldPlace = 'gonets.views'
function inBrowser(): View[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(oldPlace) ?? '[]')
    return Array.isArray(found) ? found.filter((one): one is View => typeof one?.name === 'string' && typeof one?.q === 'string' && one.name !== '' && one.q !== '') : []
  } catch {
    return []
  }
}

/** The views with another one, which takes the place of one of its name. */
export const withView = (views: readonly View[], view: View): View[] => [...views.filter((one) => one.name !== view.name), view].slice(-most)

/** The views that the server keeps for whoever is logged in. */
export function useViews() {
  const queries = useQueryClient()
  const { data } = useQuery(viewsQuery)
  const keep = useMutation({
    // Another window may have changed them meanwhile.
    mutationFn: async (change: (views: readonly View[]) => View[]) => {
      const now = await queries.fetchQuery({ ...viewsQuery, staleTime: 0 })
      return (await call(api.PUT('/api/v1/me/views', { body: { items: change(now) } }))).items
    },
    onSuccess: (items) => queries.setQueryData(viewsQuery.queryKey, items),
  })
  const taken = useRef(false)
  useEffect(() => {
    const old = inBrowser()
    if (!data || old.length === 0 || taken.current) return
    taken.current = true
    keep.mutate((views) => old.reduce((all, one) => (views.some((known) => known.name === one.name) ? all : withView(all, one)), [...views]), {
      onSuccess: () => localStorage.removeItem(oldPlace),
    })
  }, [data, keep])
  return {
    views: data ?? [],
    save: (view: View) => keep.mutate((views) => withView(views, view)),
    remove: (name: string) => keep.mutate((views) => views.filter((one) => one.name !== name)),
    error: keep.error,
  }
}
