import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { scenariosQuery } from '@/api'

/** What scenarios are called, by their short names: nothing while that is asked, so that no short name flashes by. */
export function useScenarioTitles(enabled = true): (name: string) => string {
  const { data, isLoading } = useQuery({ ...scenariosQuery, enabled })
  const titles = useMemo(() => new Map(data?.items.map((one) => [one.name, one.title || one.name])), [data])
  return useCallback((name) => titles.get(name) ?? (isLoading ? '' : name), [titles, isLoading])
}
