import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { keys, sampleLimit, samplesQuery, useHints, type components, type Sample } from '@/api'
import { newest } from './model/samples'

export type SampleEvent = components['schemas']['Event']

/** What the steps are tried on: an event that came, or data typed in by hand. */
export type Picked = { event: SampleEvent } | { sample: Sample }

export interface Samples {
  /** The last events of all sources, the newest first. */
  events: readonly SampleEvent[]
  /** The last events of one source. */
  of(source: string): readonly SampleEvent[]
  loading: boolean
  failed: { error: unknown; again(): void } | undefined
  picked: Picked | undefined
  pick(what: Picked | undefined): void
  /** Set for a moment when an event has just come by itself; by the name of its source. */
  fresh: string | undefined
}

/** The last events of the sources; the newest is picked until a person picks another one. */
export function useSamples(sources: readonly string[]): Samples {
  const client = useQueryClient()
  const queries = useQueries({ queries: sources.map((source) => samplesQuery(source)), combine: together })
  const [own, setOwn] = useState<Picked | undefined>()
  const [fresh, setFresh] = useState<{ id: string | undefined; source: string }>()
  const { lists, loading, error } = queries
  const events = useMemo(() => newest(lists, sampleLimit), [lists])

  useHints((hints) => {
    const all = hints.some((hint) => hint.kind === 'reconnect' || (hint.kind === 'event' && !hint.source))
    const named = new Set(hints.map((hint) => (hint.kind === 'event' ? hint.source : undefined)))
    for (const source of sources) if (all || named.has(source)) void client.invalidateQueries({ queryKey: keys.samples(source) })
    const last = hints.filter((hint) => hint.kind === 'event' && hint.source !== undefined && sources.includes(hint.source)).at(-1)
    if (last?.source) setFresh({ id: last.id, source: last.source })
  })
  useEffect(() => {
    if (!fresh) return
    const timer = setTimeout(() => setFresh(undefined), 4000)
    return () => clearTimeout(timer)
  }, [fresh])

  // What was picked of a source goes with it.
  const before = useRef(sources)
  useEffect(() => {
    const gone = before.current.filter((name) => !sources.includes(name))
    before.current = sources
    if (gone.length > 0) setOwn((now) => (now && gone.includes(sourceOf(now)) ? undefined : now))
  }, [sources])

  return useMemo(() => {
    const first = events[0]
    return {
      events,
      of: (source) => lists[sources.indexOf(source)] ?? none,
      loading,
      failed: error ? { error, again: () => sources.forEach((source) => void client.invalidateQueries({ queryKey: keys.samples(source) })) } : undefined,
      picked: own ?? (first ? { event: first } : undefined),
      pick: setOwn,
      fresh: fresh?.source,
    }
  }, [client, events, lists, sources, loading, error, own, fresh])
}

const none: readonly SampleEvent[] = []

/** Where no events come to. */
export const noSamples: Samples = { events: none, of: () => none, loading: false, failed: undefined, picked: undefined, pick: () => undefined, fresh: undefined }

// Defined once: only then is an unchanged answer the same object.
const together = (results: { data?: { items: SampleEvent[] } | undefined; isLoading: boolean; error: unknown }[]) => ({
  lists: results.map((result) => result.data?.items ?? none),
  loading: results.some((result) => result.isLoading),
  error: results.find((result) => result.error)?.error,
})

const sourceOf = (picked: Picked): string => ('event' in picked ? picked.event.source : (picked.sample.source ?? ''))

/** A picked sample as the calls name it. */
export function asAsked(picked: Picked | undefined): { event?: string; sample?: Sample } {
  if (!picked) return {}
  return 'event' in picked ? { event: picked.event.id } : { sample: picked.sample }
}
