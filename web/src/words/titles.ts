import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { requestsQuery, scenariosQuery, sourcesQuery } from '@/api'

interface Named {
  name: string
  title?: string
}

/** What things are called, by their short names: nothing while that is asked, so that no short name flashes by. */
export type Titles = (name: string) => string

export function useScenarioTitles(enabled = true): Titles {
  const { data, isLoading } = useQuery({ ...scenariosQuery, enabled })
  return useTitles(data?.items, isLoading)
}

export function useSourceTitles(): Titles {
  const { data, isLoading } = useQuery(sourcesQuery)
  return useTitles(data?.items, isLoading)
}

export function useRequestTitles(): Titles {
  const { data, isLoading } = useQuery(requestsQuery)
  return useTitles(data?.items, isLoading)
}

function useTitles(items: readonly Named[] | undefined, asked: boolean): Titles {
  const titles = useMemo(() => new Map(items?.map((one) => [one.name, one.title || one.name])), [items])
  return useCallback((name) => titles.get(name) ?? (asked ? '' : name), [titles, asked])
}
