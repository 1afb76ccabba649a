import { useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Link } from '@tanstack/react-router'
import { api, ApiError, call, runsCountQuery, runsPage, runsQuery, scenariosQuery, sourcesQuery, statsQuery, useConnected, useHints, type RunSummary } from '@/api'
import { useSearch } from '@/app/useSearch'
import { clock, useT } from '@/i18n'
import { Button, EmptyState, ErrorNote, Note, Row, Skeleton, Spring, tellCode, toast, useNarrow } from '@/ui'
import { BulkBar } from './BulkBar'
import { useCodes } from '@/i18n/codes'
import { problemWords } from '@/i18n/problem'
import { Chart } from './Chart'
import { ExportMenu } from './ExportMenu'
import { Filters } from './Filters'
import { HistoryFrame } from './HistoryFrame'
import { hasOld, oldNames, questionOf } from './filter'
import { change, parse, statesOf, valueOf, wordsOf } from '@/words/query'
import { merge } from './live'
import { RunRows } from './RunRows'
import css from './Runs.module.css'

type Page1 = { items: RunSummary[]; next?: string; reached?: string }

/** How often the numbers beside the list are asked for again, in milliseconds. */
const pause = 5_000

export default function RunsPage() {
  const t = useT()
  const queries = useQueryClient()
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
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(options)
  const { data: scenarios } = useQuery(scenariosQuery)
  const { data: sources } = useQuery(sourcesQuery)
  const { data: stats } = useQuery(statsQuery)
  // A text is looked for on the way back through time: there is no number of it, and no chart.
  const exact = valueOf(q, 'text') === '' && valueOf(q, 'mark') !== 'check'
  const { data: count } = useQuery({ ...runsCountQuery(q), enabled: exact && !error })
  const pausedQ = change(q, { state: 'paused' })
  const { data: paused } = useQuery({ ...runsCountQuery(pausedQ), enabled: exact && !error && valueOf(q, 'state') === '' })
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [waiting, setWaiting] = useState<RunSummary[]>([])
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data])

  useEffect(() => {
    setSelected(new Set())
    setWaiting([])
  }, [q])

  // ── live rows ──────────────────────────────────────────────────────────
  const held = useRef(false)
  held.current = selected.size > 0
  const put = useCallback(
    (change: (rows: RunSummary[]) => RunSummary[]) => {
      queries.setQueryData<InfiniteData<Page1, string>>(options.queryKey, (old) => {
        if (!old) return old
        const lengths = old.pages.map((page) => page.items.length)
        const next = change(old.pages.flatMap((page) => page.items))
        const grown = next.length - lengths.reduce((a, b) => a + b, 0)
        // What is added stands on the first page; the cursors of the others stay right.
        let at = 0
        const pages = old.pages.map((page, index) => {
          const size = Math.max(0, lengths[index]! + (index === 0 ? grown : 0))
          const items = next.slice(at, at + size)
          at += size
          return { ...page, items }
        })
        return { ...old, pages }
      })
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [queries, q],
  )
  const refresh = useCallback(async () => {
    const head = await call(api.GET('/api/v1/runs', { params: { query: { q: q || undefined, limit: runsPage } } })).catch(() => undefined)
    if (!head) return
    const still = !held.current && window.scrollY < 40
    let late: RunSummary[] = []
    put((old) => {
      const { rows: same, fresh, gone } = merge(old, head.items, !head.next)
      if (still) {
        const left = new Set(gone)
        return [...fresh, ...same.filter((run) => !left.has(run.id))]
      }
      late = fresh
      return same
    })
    setWaiting(still ? [] : late)
  }, [q, put])
  const numbers = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useHints((hints) => {
    if (!hints.some((hint) => hint.kind === 'run' || hint.kind === 'reconnect')) return
    // Many hints are one question, at most every second; a search in texts is too dear to be asked again and again.
    if (timer.current || !exact) return
    timer.current = setTimeout(() => {
      timer.current = undefined
      void refresh()
      if (Date.now() - numbers.current < pause) return
      numbers.current = Date.now()
      void queries.invalidateQueries({ queryKey: ['runs-count'] })
      void queries.invalidateQueries({ queryKey: ['runs-chart'] })
    }, 700)
  })
  const showWaiting = () => {
    put((old) => [...waiting.filter((run) => !old.some((row) => row.id === run.id)), ...old])
    setWaiting([])
    setSelected(new Set())
    window.scrollTo({ top: 0 })
  }

  const filtered = q !== ''
  const titles = useMemo(() => new Map(scenarios?.items.map((one) => [one.name, one.title || one.name])), [scenarios])
  // All that match can be worked on where the states are named; a search in texts finds no exact set.
  const workable = exact && statesOf(q).length > 0
  const reached = data?.pages.at(-1)?.reached
  const words = wordsOf(q)
  const inTexts = () => ask(change(q.slice(0, q.length - words.length), { text: parse(words).map((term) => term.value).join(' ') }))
  useCodes()
  const problem = error instanceof ApiError ? error.problems[0] : undefined

  return (
    <HistoryFrame
      tab="list"
      actions={
        <span className={css.live} data-on={connected || undefined}>
          <span className={css.liveDot} aria-hidden /> {connected ? t('live') : t('live.lost')}
        </span>
      }
    >
      <Filters q={q} ask={ask} scenarios={scenarios?.items ?? []} sources={sources?.items ?? []} counts={stats?.runs} narrow={narrow} />
      {exact && !(error && rows.length === 0) && <Chart q={q} onPeriod={(after, before) => ask(change(q, { after, before }))} />}
      <Row gap={8} className={css.found}>
        <span aria-live="polite">
          {count && t(count.more ? (count.count >= 10_000 ? 'runs.foundMany' : 'runs.foundAtLeast') : 'runs.found', { n: count.count })}
          {paused && paused.count > 0 && (
            <>
              {' · '}
              <Link to="/runs" search={{ q: pausedQ } as never}>
                {t('runs.foundPaused', { n: paused.count })}
              </Link>
            </>
          )}
        </span>
        <Spring />
        <ExportMenu q={q} />
      </Row>
      {selected.size > 0 || workable ? (
        <BulkBar
          selected={selected}
          rows={rows}
          q={q}
          all={selected.size === 0}
          onDone={(message) => {
            setSelected(new Set())
            toast(message)
            void refresh()
          }}
          onClear={() => setSelected(new Set())}
        />
      ) : null}
      {waiting.length > 0 && (
        <Row justify="end" className={css.fresh}>
          <Button kind="soft" size="small" icon="up" onClick={showWaiting}>
            {t('runs.fresh', { count: waiting.length })}
          </Button>
        </Row>
      )}
      {error && rows.length === 0 ? (
        problem?.pointer === '/q' ? (
          <Note tone="error" title={problemWords(problem)} actions={<Button onClick={() => ask('')}>{t('list.reset')}</Button>}>
            <p>
              {t('runs.mistakeAt', { n: problem.column ?? 1, part: problem.expression ?? '' })}
              {problem.suggestion && ` → ${problem.suggestion}`}
            </p>
            <p>{tellCode(problem.code)?.todo}</p>
          </Note>
        ) : (
          <ErrorNote error={error} onRetry={() => void refetch()} />
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
                  <Button kind="main" onClick={() => void fetchNextPage()} loading={isFetchingNextPage}>
                    {t('runs.further')}
                  </Button>
                )}
                {words !== '' && exact && <Button onClick={inTexts}>{t('runs.inTexts', { words })}</Button>}
                <Button onClick={() => ask('')}>{t('list.reset')}</Button>
              </>
            }
          >
            {hasNextPage ? (reached ? t('runs.reachedHelp', { time: clock(reached) }) : t('runs.furtherHelp')) : words !== '' && exact ? t('runs.noMatchWords') : t('runs.noMatchHelp')}
          </EmptyState>
        ) : (
          <EmptyState icon="history" title={t('runs.none')} actions={<Button kind="main" to="/sources">{t('runs.toSources')}</Button>}>
            {t('runs.noneHelp')}
          </EmptyState>
        )
      ) : (
        <RunRows
          rows={rows}
          titles={titles}
          narrow={narrow}
          selected={selected}
          onSelect={setSelected}
          more={hasNextPage}
          reached={reached}
          loading={isFetchingNextPage}
          onEnd={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()}
        />
      )}
      {error && rows.length > 0 && <ErrorNote error={error} onRetry={() => void fetchNextPage()} />}
    </HistoryFrame>
  )
}
