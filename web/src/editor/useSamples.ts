import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { keys, samplesQuery, useHints, type components, type Sample } from '@/api'

export type SampleEvent = components['schemas']['Event']

/** What the steps are tried on: an event that came, or data typed in by hand. */
export type Picked = { event: SampleEvent; n: number } | { sample: Sample }

export interface Samples {
  events: readonly SampleEvent[]
  loading: boolean
  picked: Picked | undefined
  pick(what: Picked | undefined): void
  /** Set for a moment when an event has just come by itself. */
  fresh: string | undefined
}

/** The last events of a source; the newest is picked until a person picks another one. */
export function useSamples(source: string): Samples {
  const client = useQueryClient()
  const query = useQuery({ ...samplesQuery(source), enabled: source !== '' })
  const [own, setOwn] = useState<Picked | undefined>()
  const [fresh, setFresh] = useState<string | undefined>()
  const events = query.data?.items ?? none

  useHints((hints) => {
    const mine = hints.filter((hint) => hint.kind === 'event' && (!hint.source || hint.source === source))
    if (mine.length > 0 || hints.some((hint) => hint.kind === 'reconnect')) void client.invalidateQueries({ queryKey: keys.samples(source) })
    const id = mine[mine.length - 1]?.id
    if (id) setFresh(id)
  })
  useEffect(() => {
    if (!fresh) return
    const timer = setTimeout(() => setFresh(undefined), 4000)
    return () => clearTimeout(timer)
  }, [fresh])
  useEffect(() => setOwn(undefined), [source])

  return useMemo(() => {
    const newest = events[0]
    const picked = own ?? (newest ? { event: newest, n: events.length } : undefined)
    return { events, loading: query.isLoading, picked, pick: setOwn, fresh }
  }, [events, query.isLoading, own, fresh])
}

const none: readonly SampleEvent[] = []

/** A picked sample as the calls name it. */
export function asAsked(picked: Picked | undefined): { event?: string; sample?: Sample } {
  if (!picked) return {}
  return 'event' in picked ? { event: picked.event.id } : { sample: picked.sample }
}
