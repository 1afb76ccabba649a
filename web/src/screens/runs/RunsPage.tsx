import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { Link } from '@tanstack/react-router'
import { ApiError, runsCountQuery, runsQuery, scenariosQuery, sourcesQuery, statsQuery, useConnected } from '@/api'
import { useSearch } from '@/app/useSearch'
import { addTexts, clock, counted, useT } from '@/i18n'
import en from '@/i18n/history.en.json'
import ru from '@/i18n/history.ru.json'
import { Button, EmptyState, ErrorNote, Note, Row, Skeleton, Spring, tellCode, toast, useNarrow } from '@/ui'
import { BulkDialog } from '@/screens/bulk'
import { BulkBar } from './BulkBar'
import { useCodes } from '@/i18n/codes'
import { problemWords } from '@/i18n/problem'
import { Chart } from './Chart'
import { Drops } from './Drops'
import { ExportMenu } from './ExportMenu'
import { Filters } from './Filters'
import { HistoryFrame } from './HistoryFrame'
import { hasOld, oldNames, questionOf } from './filter'
import { change, parse, valueOf, wordsOf } from '@/words/query'
import { RunRows } from './RunRows'
import { useFurther } from './useFurther'
import { useLive } from './useLive'
import css from './Runs.module.css'

addTexts({ ru, en })

export default function RunsPage() {
  const t = useT()
  const narrow = useNarrow()
  const connected = useConnected()
  const [search, setSearch] = useSearch()
  const q = questionOf(search)
  // Addresses from before there were questions are written anew.
  const stale = hasOld(search)
  const ask = useCallback((next: string, replace = false) => setSearch({ q: next || undefined, ...Object.fromEntries(oldNames.map((name) => [name, undefined])) }, { replace }), [setSearch])
  useEffect(() => {
    if (stale) ask(q, true)
  }, [stale, q, ask])
  const options = runsQuery(q)
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({ ...options, meta: { follows: true } })
  const { failed, further } = useFurther(q, fetchNextPage)
  const wrong = failed ?? error
  const again = () => void (failed ? further() : refetch())
  const { data: scenarios } = useQuery(scenariosQuery)
  const { data: sources } = useQuery(sourcesQuery)
  const { data: stats } = useQuery(statsQuery)
  // A text is looked for on the way back through time: there is no number of it, and no chart.
  const checks = valueOf(q, 'mark') === 'check'
  const exact = valueOf(q, 'text') === '' && !checks
  const { data: count } = useQuery({ ...runsCountQuery(q), enabled: exact && !error })
  const pausedQ = change(q, { state: 'paused' })
  const { data: paused } = useQuery({ ...runsCountQuery(pausedQ), enabled: exact && !error && valueOf(q, 'state') === '' })
  const [resuming, setResuming] = useState(false)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data])

  useEffect(() => setSelected(new Set()), [q])
  const { waiting, refresh, showWaiting, onSight } = useLive(q, exact, selected.size > 0)

  const filtered = q !== ''
  // All that match a question can be worked on; a text is looked for on the way.
  const workable = !checks && filtered
  const reached = data?.pages.at(-1)?.reached
  const unread = data?.pages.reduce((sum, page) => sum + (page.unread ?? 0), 0) ?? 0
  const words = wordsOf(q)
  const inTexts = () => ask(change(q.slice(0, q.length - words.length), { text: parse(words).map((term) => term.value).join(' ') }))
  useCodes()
  const problem = wrong instanceof ApiError ? wrong.problems[0] : undefined

  return (
    <HistoryFrame
      tab="list"
      actions={
        <span className={css.live} data-on={connected || undefined}>
          <span className={css.liveDot} aria-hidden /> {connected ? t('live') : t('live.lost')}
        </span>
      }
    >
      <Filters q={q} ask={ask} scenarios={scenarios?.items ?? []} sources={sources?.items ?? []} counts={stats?.runs} countable={exact && !error} narrow={narrow} />
      {exact && !(error && rows.length === 0) && <Chart q={q} onPeriod={(after, before) => ask(change(q, { after, before }))} />}
      <Row gap={8} className={css.found}>
        <span aria-live="polite">
          {/* Of a search that found nothing so far the list itself tells. */}
          {count && !(count.more && count.count === 0) && t(count.more ? (count.count >= 10_000 ? 'runs.foundMany' : 'runs.foundAtLeast') : 'runs.found', { n: count.count })}
          {paused && paused.count > 0 && (
            <>
              {' · '}
              <Link to="/runs" search={{ q: pausedQ } as never}>
                {t('runs.foundPaused', { n: counted(paused.count) })}
              </Link>{' '}
              <Button size="small" kind="soft" onClick={() => setResuming(true)}>
                {t('runs.resumePaused')}
              </Button>
            </>
          )}
        </span>
        <Spring />
        <ExportMenu q={q} found={count} />
      </Row>
      {resuming && <BulkDialog onClose={() => setResuming(false)} action="resume" q={pausedQ} />}
      {selected.size > 0 || workable ? (
        <BulkBar
          selected={selected}
          rows={rows}
          q={q}
          all={selected.size === 0}
          workable={!checks}
          onDone={(message) => {
            setSelected(new Set())
            toast(message)
            void refresh()
          }}
          onClear={() => setSelected(new Set())}
        />
      ) : null}
      {waiting.count > 0 && (
        <Row justify="end" className={css.fresh}>
          <Button
            kind="soft"
            size="small"
            icon="up"
            onClick={() => {
              setSelected(new Set())
              void showWaiting()
            }}
          >
            {waiting.more ? t('runs.freshMany', { n: waiting.count }) : t('runs.fresh', { count: waiting.count })}
          </Button>
        </Row>
      )}
      {wrong && rows.length === 0 ? (
        problem?.pointer === '/q' ? (
          <Note tone="error" title={problemWords(problem)} actions={<Button onClick={() => ask('')}>{t('list.reset')}</Button>}>
            <p>
              {t('runs.mistakeAt', { n: problem.column ?? 1, part: problem.expression ?? '' })}
              {problem.suggestion && ` → ${problem.suggestion}`}
            </p>
            <p>{tellCode(problem.code)?.todo}</p>
          </Note>
        ) : (
          <ErrorNote error={wrong} onRetry={again} />
        )
      ) : isPending ? (
        <Skeleton lines={10} height={24} gap={8} />
      ) : rows.length === 0 ? (
        filtered ? (
          <EmptyState
            icon="search"
            title={t('list.noMatch')}
            actions={
              <>
                {hasNextPage && (
                  <Button kind="main" onClick={() => void further()} loading={isFetchingNextPage}>
                    {t('runs.further')}
                  </Button>
                )}
                {words !== '' && exact && <Button onClick={inTexts}>{t('runs.inTexts', { words })}</Button>}
                {exact && <Drops q={q} ask={ask} />}
                <Button onClick={() => ask('')}>{t('list.reset')}</Button>
              </>
            }
          >
            {hasNextPage ? (reached ? t('runs.reachedHelp', { time: clock(reached) }) : t('runs.furtherHelp')) : words !== '' && exact ? t('runs.noMatchWords') : t('runs.noMatchHelp')}
          </EmptyState>
        ) : (
          <EmptyState icon="history" title={t('runs.none')} actions={sources?.items[0] ? <Button kind="main" icon="send" to="/sources/$name" params={{ name: sources.items[0].name }} search={{ send: 'open' }}>{t('sendSample')}</Button> : <Button kind="main" to="/sources">{t('runs.toSources')}</Button>}>
            {t('runs.noneHelp')}
          </EmptyState>
        )
      ) : (
        <RunRows
          rows={rows}
          narrow={narrow}
          selected={selected}
          onSelect={setSelected}
          // The list goes on by itself: a page that failed is asked for again by a person only.
          more={hasNextPage && !failed}
          reached={reached}
          loading={isFetchingNextPage}
          onSight={onSight}
          onEnd={() => hasNextPage && !isFetchingNextPage && void further()}
        />
      )}
      {unread > 0 && <Note tone="warn" title={t('runs.unread', { n: unread })} />}
      {wrong && rows.length > 0 && <ErrorNote error={wrong} onRetry={again} />}
    </HistoryFrame>
  )
}
