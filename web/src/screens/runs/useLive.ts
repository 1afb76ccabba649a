import { useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api, call, ofRuns, paced, runsCountQuery, runsPage, runsQuery, useHints, type RunSummary } from '@/api'
import { change } from '@/words/query'
import { hole, insert, merge, moves, type Reading } from './live'

type Page1 = { items: RunSummary[]; next?: string; reached?: string }
type List = InfiniteData<Page1, string>

/** Between two looks, in milliseconds; the second one is for what is dearer: the numbers, and rows that were read lately. */
const look = 700
const pause = 5_000
/** How many rows are asked about one by one after they left the question. */
const most = 20

const fromServer = async (q: string, cursor?: string): Promise<Page1 | undefined> =>
  call(api.GET('/api/v1/runs', { params: { query: { q: q || undefined, limit: runsPage, cursor: cursor || undefined } } })).catch(() => undefined)

/** How many runs wait until somebody wants to see them. */
export interface Waiting {
  count: number
  more?: boolean
}

/**
 * Follows what happens to the runs of a question. Whoever looks at the top sees new ones at once; while he has scrolled
 * or selected, no row moves: new ones are counted and wait, and the rows in sight are told what became of them.
 */
export function useLive(q: string, enabled: boolean, held: boolean) {
  const queries = useQueryClient()
  const [waiting, setWaiting] = useState<Waiting>({ count: 0 })
  const fresh = useRef<RunSummary[]>([])
  const sight = useRef<[number, number]>([0, 0])
  const readAt = useRef(new Map<string, number>())
  const settle = useRef<ReturnType<typeof setTimeout>>(undefined)
  const newest = useRef(async () => {})
  const now = useRef({ q, enabled, held })
  now.current = { q, enabled, held }
  useEffect(() => {
    setWaiting({ count: 0 })
    fresh.current = []
    readAt.current.clear()
  }, [q])

  const key = runsQuery(q).queryKey
  const list = useCallback(() => queries.getQueryData<List>(key), [queries, q]) // eslint-disable-line react-hooks/exhaustive-deps
  /** Puts rows back on their pages; the cursors behind the pages stay right. */
  const put = useCallback(
    (rows: RunSummary[], gone: ReadonlySet<string> = new Set()) =>
      queries.setQueryData<List>(key, (old) => {
        if (!old) return old
        // A row stands on the page within whose bounds it is; the last page has no end.
        const lasts = old.pages.map((page) => page.items.at(-1)?.id)
        const pages = old.pages.map((page): Page1 => ({ ...page, items: [] }))
        for (const row of rows) {
          if (gone.has(row.id)) continue
          const at = lasts.findIndex((last) => last !== undefined && row.id >= last)
          pages[at < 0 ? pages.length - 1 : at]!.items.push(row)
        }
        return { ...old, pages }
      }),
    [queries, q], // eslint-disable-line react-hooks/exhaustive-deps
  )
  const startAgain = useCallback(
    (head: Page1) => {
      fresh.current = []
      readAt.current.clear()
      setWaiting({ count: 0 })
      queries.setQueryData<List>(key, { pages: [head], pageParams: [''] })
    },
    [queries, q], // eslint-disable-line react-hooks/exhaustive-deps
  )

  /** What became of rows that no longer match: each is asked for by its id. */
  const tellGone = useCallback(
    async (gone: readonly string[]) => {
      const inSight = new Set(rowsOf(list()).slice(sight.current[0], sight.current[1] + 1).filter(moves).map((row) => row.id))
      const found = await Promise.all(gone.filter((id) => inSight.has(id)).slice(0, most).map((id) => fromServer(id)))
      const told = new Map(found.flatMap((page) => page?.items ?? []).map((run) => [run.id, run]))
      if (told.size > 0 && now.current.q === q) put(rowsOf(list()).map((row) => told.get(row.id) ?? row))
    },
    [list, put, q],
  )

  /** Reads the rows in sight again that lie below the newest ones. */
  const lookBelow = useCallback(
    async (head?: Page1) => {
      const old = list()
      if (!old) return
      const headEnd = head?.items.at(-1)?.id
      let index = 0
      for (const [i, page] of old.pages.entries()) {
        const from = index
        index += page.items.length
        if (from > sight.current[1] || index <= sight.current[0]) continue
        const rows = page.items.slice(Math.max(0, sight.current[0] - from), sight.current[1] + 1 - from).filter(moves)
        if (!rows.some((row) => !headEnd || row.id < headEnd)) continue
        // The first page has grown at its top: what the newest do not reach comes behind them.
        const cursor = i === 0 ? head?.next : old.pageParams[i]
        const name = `${i} ${i === 0 ? '' : cursor}`
        if (!cursor) continue
        const rest = (readAt.current.get(name) ?? 0) + pause - Date.now()
        if (rest > 0) {
          clearTimeout(settle.current)
          settle.current = setTimeout(() => void newest.current(), rest)
          continue
        }
        readAt.current.set(name, Date.now())
        const page2 = await fromServer(q, cursor)
        if (!page2 || now.current.q !== q) return
        const below = i === 0 ? headEnd : old.pages.slice(0, i).findLast((one) => one.items.length > 0)?.items.at(-1)?.id
        const { rows: same, gone } = merge(rowsOf(list()), { items: page2.items, all: !page2.next, below })
        put(same)
        if (gone.length > 0) await tellGone(gone)
      }
    },
    [list, put, q, tellGone],
  )

  const busy = useRef(false)
  const again = useRef(false)
  const refresh = useCallback(async (): Promise<void> => {
    if (busy.current) {
      again.current = true
      return
    }
    busy.current = true
    try {
      const head = await fromServer(q)
      const rows = rowsOf(list())
      if (!head || now.current.q !== q || !list()) return
      const reading: Reading = { items: head.items, all: !head.next }
      const still = !now.current.held && window.scrollY < 40
      if (rows.length === 0) return startAgain(head)
      if (hole(rows, reading)) {
        if (still) return startAgain(head)
        // Which ones they are is asked when somebody wants to see them.
        const n = await queries.fetchQuery({ ...runsCountQuery(change(q, { after: rows[0]!.created_at })), staleTime: 0, gcTime: 0 }).catch(() => undefined)
        fresh.current = []
        // The youngest row of the list is counted as well.
        if (now.current.q === q) setWaiting({ count: Math.max(n ? n.count - 1 : 0, head.items.length), more: n?.more ?? true })
      } else {
        const merged = merge(rows, reading)
        if (still) put(insert(merged.rows, merged.fresh), new Set(merged.gone))
        else put(merged.rows)
        fresh.current = still ? [] : merged.fresh
        setWaiting({ count: fresh.current.length })
        if (!still && merged.gone.length > 0) await tellGone(merged.gone)
      }
      await lookBelow(head)
    } finally {
      busy.current = false
      if (again.current && now.current.q === q) {
        again.current = false
        void refresh()
      }
    }
  }, [q, list, lookBelow, put, queries, startAgain, tellGone])
  newest.current = refresh

  // Each at its own pace: a chart is read in many answers, and the numbers wait for none of them.
  const numbers = useMemo(
    () => ['runs-count', 'runs-chart'].map((name) => paced(async () => now.current.enabled && queries.invalidateQueries({ queryKey: [name] }), pause)),
    [queries],
  )
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      clearTimeout(settle.current)
      timer.current = settle.current = undefined
    },
    [q],
  )
  useHints((hints) => {
    if (!hints.some(ofRuns)) return
    // Many hints are one question, at most every second; a search in texts is too dear to be asked again and again.
    if (timer.current || !enabled) return
    timer.current = setTimeout(() => {
      timer.current = undefined
      void refresh()
      for (const again of numbers) again()
    }, look)
  })

  /** Which rows are in sight; those that were read long ago are read again. */
  const onSight = useCallback(
    (first: number, last: number) => {
      sight.current = [first, last]
      if (!enabled) return
      clearTimeout(settle.current)
      settle.current = setTimeout(() => void lookBelow(), look)
    },
    [enabled, lookBelow],
  )
  const showWaiting = async () => {
    if (fresh.current.length > 0) {
      put(insert(rowsOf(list()), fresh.current))
      fresh.current = []
      setWaiting({ count: 0 })
    } else {
      const head = await fromServer(q)
      if (head && now.current.q === q) startAgain(head)
    }
    window.scrollTo({ top: 0 })
  }
  return { waiting, refresh, showWaiting, onSight }
}

const rowsOf = (list: List | undefined): RunSummary[] => list?.pages.flatMap((page) => page.items) ?? []
