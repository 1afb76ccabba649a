import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { EventPlayed, SentDifference } from '@/api'
import { clock, useT, type Key } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import { Badge, type BadgeTone, Button, ErrorNote, type IconName, More, Note, Spinner, TextField } from '@/ui'
import { useEditor } from '../context'
import { standIn } from '../model/standIn'
import { byPointer } from '../model/steps'
import { fieldName, titleOf } from '../parts/describe'
import { playPast } from '../server'
import css from './Played.module.css'

type Outcome = EventPlayed['outcome']

/** How many events are played, from how many pages (one may have few of them), and how many of those with a difference are listed at first. */
const most = 50
const mostPages = 10
const first = 10

const counts: readonly { outcome: Outcome; label: Key; tone: BadgeTone; icon: IconName }[] = [
  { outcome: 'same', label: 'played.same', tone: 'ok', icon: 'check' },
  { outcome: 'built', label: 'played.built', tone: 'ok', icon: 'check' },
  { outcome: 'differs', label: 'played.differs', tone: 'info', icon: 'pencil' },
  { outcome: 'unbuilt', label: 'played.unbuilt', tone: 'error', icon: 'warning' },
  { outcome: 'unanswered', label: 'played.unanswered', tone: 'muted', icon: 'info' },
  { outcome: 'unplayed', label: 'played.unplayed', tone: 'muted', icon: 'info' },
]
const whys: Record<NonNullable<EventPlayed['why']>, Key> = { erased: 'played.erased', damaged: 'played.damaged', too_long: 'played.tooLong' }
const parts: Partial<Record<SentDifference['part'], Key>> = {
  request: 'played.request',
  method: 'compare.method',
  address: 'compare.address',
  query: 'compare.query',
  header: 'compare.header',
  status: 'compare.status',
}

/** The first part of the key of events that were played. */
export const playedOf = (name: string) => ['played', name] as const

/** What the draft would send for the last events, beside what was sent. It fills in by itself and ends with its reader. */
export function Played({ onLeave }: { onLeave: () => void }) {
  const t = useT()
  const { name, document, state } = useEditor()
  const [all, setAll] = useState(false)
  const query = useInfiniteQuery({
    queryKey: [...playedOf(name), state.etag],
    queryFn: ({ signal, pageParam }) => playPast(name, document, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page, pages) => (pages.length < mostPages && pages.reduce((n, one) => n + one.items.length, 0) < most ? page.next || undefined : undefined),
    // As the list of the edits: it does not change under the eyes, and is asked anew when it is opened again.
    staleTime: 'static',
    gcTime: 0,
  })
  const { hasNextPage, isFetching, error, fetchNextPage } = query
  useEffect(() => {
    if (hasNextPage && !isFetching && !error) void fetchNextPage()
  }, [hasNextPage, isFetching, error, fetchNextPage])

  const events = query.data?.pages.flatMap((page) => page.items).slice(0, most) ?? []
  const { version, damaged } = query.data?.pages[0] ?? {}
  const going = !error && (isFetching || hasNextPage)
  const told = events.filter((one) => one.outcome !== 'same' && one.outcome !== 'built')
  return (
    <section className={css.played} aria-label={t('played.title')} aria-busy={going}>
      <h3 className={css.title}>{t('played.title')}</h3>
      <div role="status" className={css.muted}>
        {going ? (
          <>
            <Spinner /> {t('played.going')}
          </>
        ) : error ? null : events.length === 0 ? (
          t('played.none')
        ) : (
          t('played.done', { count: events.length })
        )}
      </div>
      {error && (
        <>
          <Note tone="warn">{t('played.failed')}</Note>
          <ErrorNote error={error} onRetry={() => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch())} />
        </>
      )}
      {!going && events.length > 0 && version === undefined && <p className={css.muted}>{t(damaged ? 'played.versionDamaged' : 'played.noVersion')}</p>}
      {events.length > 0 && (
        <div className={css.counts}>
          {counts.map(({ outcome, label, tone, icon }) => {
            const count = events.filter((one) => one.outcome === outcome).length
            return count > 0 ? (
              <Badge key={outcome} tone={tone} icon={icon}>
                {t(label, { count })}
              </Badge>
            ) : null
          })}
        </div>
      )}
      {told.length > 0 && (
        <ul className={css.events} aria-label={t('played.list')}>
          {told.slice(0, all ? most : first).map((one) => (
            <Event key={one.run} event={one} onLeave={onLeave} />
          ))}
        </ul>
      )}
      {told.length > first && !all && <More onMore={() => setAll(true)} loading={false} />}
      {events.length > 0 && <p className={css.muted}>{t('played.ignored')}</p>}
    </section>
  )
}

/** One event: a line for each difference, and why it goes no further. */
function Event({ event, onLeave }: { event: EventPlayed; onLeave: () => void }) {
  const t = useT()
  const { document, kinds, open } = useEditor()
  const stepName = useStepName()
  const pointer = event.problem?.pointer ?? ''
  const placed = byPointer(document, pointer)
  const toField = () => {
    onLeave()
    if (placed) open(placed.path, pointer)
  }
  return (
    <li>
      {/* What was written beside, the note of the version, would be lost on this page. */}
      <Link to="/runs/$id" params={{ id: event.run }} target="_blank" className={css.time}>
        {clock(event.at)}
      </Link>
      <ul className={css.lines}>
        {event.differences.map((one, i) => (
          <Difference key={i} one={one} />
        ))}
        {event.more && <li className={css.muted}>{t('played.more')}</li>}
        {event.outcome === 'unbuilt' && event.problem && (
          <li className={css.line}>
            <span>{stepName(event.step ?? '')}</span>
            {placed && <strong>{fieldName(pointer.slice(placed.pointer.length), kinds)}</strong>}
            <span>{problemWords(event.problem)}</span>
            <span className={css.muted}>→ {t('played.waits')}</span>
            {placed && (
              <Button size="small" onClick={toField}>
                {t('played.toField')}
              </Button>
            )}
            <IfEmpty problem={event.problem} />
          </li>
        )}
        {(event.outcome === 'unanswered' || event.outcome === 'differs') && event.step && (
          <li className={css.muted}>
            {stepName(event.step)}: {t('played.cut')}
          </li>
        )}
        {event.why && <li>{t(whys[event.why])}</li>}
      </ul>
    </li>
  )
}

/** Writes what stands in for a value that this event does not have; the events are then played again. */
function IfEmpty({ problem }: { problem: NonNullable<EventPlayed['problem']> }) {
  const t = useT()
  const { document, put } = useEditor()
  const [value, setValue] = useState<string>()
  const place = standIn(document, problem)
  if (!place) return null
  if (value === undefined)
    return (
      <Button size="small" onClick={() => setValue('')}>
        {t('played.ifEmpty')}
      </Button>
    )
  return (
    <form
      className={css.ifEmpty}
      onSubmit={(event) => {
        event.preventDefault()
        put(place.pointer, place.text(value))
      }}
    >
      <TextField size="small" ariaLabel={t('played.standIn', { path: place.path })} placeholder={t('played.standInExample')} value={value} onChange={setValue} autoFocus />
      <Button size="small" type="submit">
        {t('played.standInDo')}
      </Button>
    </form>
  )
}

function useStepName(): (path: string) => string {
  const t = useT()
  const { steps, kinds } = useEditor()
  return (path) => {
    if (path === '') return t('played.answer')
    const placed = steps.find((one) => one.path === path)
    return placed ? t('played.step', { n: placed.number, title: titleOf(placed.step, t, kinds) }) : t('played.goneStep', { title: path })
  }
}

/** One value: in which step, where, what it was and what it becomes. */
function Difference({ one }: { one: SentDifference }) {
  const t = useT()
  const stepName = useStepName()
  const part = parts[one.part]
  const place = one.part === 'line' ? t('played.line', { n: one.name ?? '' }) : [part && t(part), one.name].filter(Boolean).join(' ')
  const whole = one.part === 'request'
  return (
    <li className={css.line}>
      <span>{stepName(one.step)}</span>
      {one.part === 'body' && !one.name && one.was === undefined && one.becomes === undefined ? (
        <span>{t('played.bodyDiffers')}</span>
      ) : (
        <>
          <strong>{place}</strong>
          <span className={css.was}>
            {t('change.was')} {one.was === undefined ? t(whole ? 'played.notSent' : 'played.nothing') : <code>{one.was}</code>}
          </span>
          <span className={css.becomes}>
            {t('change.becomes')} {one.becomes === undefined ? t(whole ? 'played.wontBeSent' : 'played.left') : <code>{one.becomes}</code>}
          </span>
        </>
      )}
    </li>
  )
}
