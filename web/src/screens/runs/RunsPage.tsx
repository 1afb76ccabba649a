import { useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api, call, runsPage, runsQuery, scenariosQuery, statsQuery, useConnected, useHints, type RunSummary } from '@/api'
import { useSearch } from '@/app/useSearch'
import { useT } from '@/i18n'
import { Button, EmptyState, ErrorNote, Page, Row, Skeleton, toast, useNarrow } from '@/ui'
import { BulkBar } from './BulkBar'
import { Filters } from './Filters'
import { filterOf, isFiltered, names } from './filter'
import { merge } from './live'
import { RunRows } from './RunRows'
import css from './Runs.module.css'

type Page1 = { items: RunSummary[]; next?: string }

export default function RunsPage() {
  const t = useT()
  const queries = useQueryClient()
  const narrow = useNarrow()
  const connected = useConnected()
  const [search, setSearch] = useSearch()
  // The minute in which the page was opened or filtered: relative periods count from it.
  const key = names.map((name) => search[name] ?? '').join('|')
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const filter = useMemo(() => filterOf(search, Date.now()), [key])
  const options = runsQuery(filter)
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(options)
  const { data: scenarios } = useQuery(scenariosQuery)
  const { data: stats } = useQuery(statsQuery)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [waiting, setWaiting] = useState<RunSummary[]>([])
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data])

  useEffect(() => {
    setSelected(new Set())
    setWaiting([])
  }, [key])

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
    [queries, key],
  )
  const refresh = useCallback(async () => {
    const head = await call(
      api.GET('/api/v1/runs', { params: { query: { ...filter, limit: runsPage } }, querySerializer: { array: { style: 'form', explode: false } } }),
    ).catch(() => undefined)
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
  }, [filter, put])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useHints((hints) => {
    if (!hints.some((hint) => hint.kind === 'run' || hint.kind === 'reconnect')) return
    // Many hints are one question, at most every second.
    if (timer.current) return
    timer.current = setTimeout(() => {
      timer.current = undefined
      void refresh()
    }, 700)
  })
  const showWaiting = () => {
    put((old) => [...waiting.filter((run) => !old.some((row) => row.id === run.id)), ...old])
    setWaiting([])
    setSelected(new Set())
    window.scrollTo({ top: 0 })
  }

  const filtered = isFiltered(search)
  const titles = useMemo(() => new Map(scenarios?.items.map((one) => [one.name, one.title || one.name])), [scenarios])
  const pausedHere = search.state === 'paused'

  return (
    <Page
      title={t('nav.history')}
      actions={
        <span className={css.live} data-on={connected || undefined}>
          <span className={css.liveDot} aria-hidden /> {connected ? t('live') : t('live.lost')}
        </span>
      }
    >
      <Filters search={search} setSearch={setSearch} scenarios={scenarios?.items ?? []} counts={stats?.runs} narrow={narrow} />
      {selected.size > 0 || pausedHere ? (
        <BulkBar
          selected={selected}
          rows={rows}
          filter={filter}
          all={pausedHere && selected.size === 0}
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
        <ErrorNote error={error} onRetry={() => void refetch()} />
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
                <Button onClick={() => setSearch(Object.fromEntries(names.map((name) => [name, undefined])))}>{t('list.reset')}</Button>
              </>
            }
          >
            {hasNextPage ? t('runs.furtherHelp') : t('runs.noMatchHelp')}
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
          loading={isFetchingNextPage}
          onEnd={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()}
        />
      )}
      {error && rows.length > 0 && <ErrorNote error={error} onRetry={() => void fetchNextPage()} />}
    </Page>
  )
}
