import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { eventQuery, eventsQuery } from '@/api'
import { useSearch } from '@/app/useSearch'
import { date, dayAfter, dayBegins, useT } from '@/i18n'
import { Button, EmptyState, ErrorNote, More, Panel, Skeleton } from '@/ui'
import { EventView } from '@/screens/run/EventView'
import { EventList } from './EventList'
import css from './Sources.module.css'

/** The first and the last day that an address names; undefined for what is no period. */
export function periodOf({ from = '', to = from }: { from?: string; to?: string }): { from: string; to: string } | undefined {
  // The 31st of February is read as a day of March: written again it is another.
  const days = [from, to].every((day) => /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day))
  return days && from >= '1970-01-01' && from <= to && to < '9999-12-31' ? { from, to } : undefined
}

/** All that came to a source on some days: those of its events that no scenario took are found nowhere else. */
export function PeriodPanel({ source, from, to }: { source: string; from: string; to: string }) {
  const t = useT()
  const [search, setSearch] = useSearch()
  const list = useInfiniteQuery(eventsQuery(source, { since: dayBegins(from).toISOString(), until: dayBegins(dayAfter(to)).toISOString() }))
  const events = list.data?.pages.flatMap((page) => page.items) ?? []
  const chosen = events.find((one) => one.id === search.event)?.id ?? events[0]?.id
  const event = useQuery({ ...eventQuery(chosen ?? ''), enabled: chosen !== undefined })
  const title = t('sources.eventsOf', { days: from === to ? date(from) : `${date(from)} – ${date(to)}` })
  return (
    <Panel
      title={title}
      actions={
        <Button size="small" onClick={() => setSearch({ from: undefined, to: undefined, event: undefined })}>
          {t('sources.eventsLast')}
        </Button>
      }
    >
      {list.error && <ErrorNote error={list.error} onRetry={() => void (list.isFetchNextPageError ? list.fetchNextPage() : list.refetch())} />}
      {!list.data ? (
        !list.error && <Skeleton lines={4} />
      ) : events.length === 0 ? (
        <EmptyState icon="dotted" title={t('reconciliation.none')}>
          {t('sources.eventsGone')}
        </EmptyState>
      ) : (
        <div className={css.events}>
          <div>
            <EventList label={title} events={events} chosen={chosen} onChoose={(id) => setSearch({ event: id }, { replace: true })} />
            {list.hasNextPage && <More onMore={() => void list.fetchNextPage()} loading={list.isFetchingNextPage} />}
          </div>
          <div className={css.event}>
            {event.error && <ErrorNote error={event.error} onRetry={() => void event.refetch()} />}
            {event.data ? <EventView key={event.data.id} event={event.data} /> : !event.error && <Skeleton lines={4} />}
          </div>
        </div>
      )}
    </Panel>
  )
}
