import { infiniteQueryOptions, QueryClient, queryOptions, type Query } from '@tanstack/react-query'
import { api, call } from './client'
import type { EchoSummary, SavedRequest, Scenario, Session, Source } from './types'
import { ApiError } from './error'
import type { Hint } from './hints'
import { locale } from '@/i18n'

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What the server refused it refuses again; what it could not be asked may work in a moment.
        retry: (count, error) => count < 2 && error instanceof ApiError && (error.offline || error.status === 503),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  })
}

/** The first parts of the keys under which answers are kept. */
export const keys = {
  session: ['session'] as const,
  scenarios: ['scenarios'] as const,
  scenario: (name: string) => ['scenario', name] as const,
  draft: (name: string) => ['scenario', name, 'draft'] as const,
  past: (name: string) => ['scenario', name, 'past'] as const,
  versions: (name: string) => ['scenario', name, 'versions'] as const,
  requests: ['requests'] as const,
  request: (name: string) => ['request', name] as const,
  sources: ['sources'] as const,
  source: (name: string) => ['source', name] as const,
  samples: (name: string) => ['source', name, 'samples'] as const,
  events: (source: string) => ['events', source] as const,
  fields: (name: string) => ['source', name, 'fields'] as const,
  presets: ['presets'] as const,
  kinds: ['kinds'] as const,
  runs: ['runs'] as const,
  run: (id: string) => ['run', id] as const,
  stats: ['stats'] as const,
  storage: ['storage'] as const,
  settings: ['settings'] as const,
  secrets: ['secrets'] as const,
  notices: ['notices'] as const,
  audit: ['audit'] as const,
  bulk: ['bulk'] as const,
  lanes: ['lanes'] as const,
  echo: ['echo'] as const,
  echoRequest: ['echo-request'] as const,
  reconciliation: ['reconciliation'] as const,
}

const minute = 60_000

// A server that is open on loopback to a program with a token has no session: while developing, that is us.
const developer: Session = {
  setup_needed: false,
  user: { login: 'developer', email: '', language: '', theme: 'system' },
  version: 'dev',
  plain_http: false,
  untrusted_proxy: '',
  notices: { mail: false },
  public_url: '',
  reach: 'unset',
  time_zone: '',
}

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: async ({ signal }): Promise<Session> => {
    try {
      return await call(api.GET('/api/v1/session', { signal }))
    } catch (error) {
      if (import.meta.env.DEV && error instanceof ApiError && (error.status === 404 || error.status === 500)) return developer
      throw error
    }
  },
  staleTime: 5 * minute,
})

interface Titled {
  name: string
  title?: string
}
const ordered = (locale: string) => {
  const { compare } = new Intl.Collator(locale, { numeric: true })
  return <T extends Titled>(list: { items: T[]; next?: string }) => ({ ...list, items: [...list.items].sort((a, b) => compare(a.title || a.name, b.title || b.name)) })
}
// A list is put in order again only when it is another one, or the function that does it is.
const orders = { 'ru-RU': ordered('ru-RU'), 'en-GB': ordered('en-GB') }
/** Puts lists in the order of the titles that people read, 4 before 14; the server's order is that of the short names. */
export const byTitle = <T extends Titled>() => orders[locale()]<T>

export const scenariosQuery = queryOptions({
  queryKey: keys.scenarios,
  queryFn: async ({ signal }) => {
    try {
      return await call(api.GET('/api/v1/scenarios', { params: { query: { stats: true, limit: 1000 } }, signal }))
    } catch (error) {
      if (import.meta.env.DEV && error instanceof ApiError && error.status === 422) return call(api.GET('/api/v1/scenarios', { signal }))
      throw error
    }
  },
  get select() {
    return byTitle<Scenario>()
  },
})

export const scenarioQuery = (name: string) =>
  queryOptions({
    queryKey: keys.scenario(name),
    queryFn: ({ signal }) => call(api.GET('/api/v1/scenarios/{name}', { params: { path: { name } }, signal })),
  })

/** What its editors work on, as a page beside them reads it. */
export const draftQuery = (name: string) =>
  queryOptions({
    queryKey: keys.draft(name),
    queryFn: ({ signal }) => call(api.GET('/api/v1/scenarios/{name}/draft', { params: { path: { name } }, signal })),
  })

/** To which steps the runs of the last day came; asked again while it is looked at. */
export const flowQuery = (name: string) =>
  queryOptions({
    queryKey: [...keys.scenario(name), 'flow'],
    queryFn: ({ signal }) => call(api.GET('/api/v1/scenarios/{name}/flow', { params: { path: { name } }, signal })),
    refetchInterval: 15_000,
  })

/** A published version with its document, which never changes. */
export const versionQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: ['scenario', name, 'version', version],
    queryFn: ({ signal }) => call(api.GET('/api/v1/scenarios/{name}/versions/{version}', { params: { path: { name, version } }, signal })),
    staleTime: Infinity,
  })

/** All published versions, newest first. */
export const versionsQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: keys.versions(name),
    queryFn: ({ signal, pageParam }) => call(api.GET('/api/v1/scenarios/{name}/versions', { params: { path: { name }, query: { limit: 30, cursor: pageParam || undefined } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
  })

export const requestsQuery = queryOptions({
  queryKey: keys.requests,
  queryFn: ({ signal }) => call(api.GET('/api/v1/requests', { signal })),
  get select() {
    return byTitle<SavedRequest>()
  },
})

export const requestQuery = (name: string) =>
  queryOptions({
    queryKey: keys.request(name),
    queryFn: ({ signal }) => call(api.GET('/api/v1/requests/{name}', { params: { path: { name } }, signal })),
  })

export const sourcesQuery = queryOptions({
  queryKey: keys.sources,
  queryFn: ({ signal }) => call(api.GET('/api/v1/sources', { params: { query: { limit: 1000 } }, signal })),
  get select() {
    return byTitle<Source>()
  },
})

export const sourceQuery = (name: string) =>
  queryOptions({
    queryKey: keys.source(name),
    queryFn: ({ signal }) => call(api.GET('/api/v1/sources/{name}', { params: { path: { name } }, signal })),
  })

/** So many last events of a source are shown; the API gives no more at once. */
export const sampleLimit = 50

export const samplesQuery = (name: string) =>
  queryOptions({
    queryKey: keys.samples(name),
    queryFn: ({ signal }) => call(api.GET('/api/v1/sources/{name}/samples', { params: { path: { name }, query: { limit: sampleLimit } }, signal })),
    enabled: name !== '',
  })

/** What came to a source in a time, newest first and without bodies. */
export const eventsQuery = (source: string, { since, until }: { since: string; until: string }) =>
  infiniteQueryOptions({
    // Not below the samples: what is told of a new event has those read again, and a page that is on its way would be lost with them.
    queryKey: [...keys.events(source), since, until],
    queryFn: ({ signal, pageParam }) => call(api.GET('/api/v1/events', { params: { query: { source, since, until, limit: sampleLimit, cursor: pageParam || undefined } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
  })

/** What in a source's events is not as usual. */
export const fieldsQuery = (name: string) =>
  queryOptions({
    queryKey: keys.fields(name),
    queryFn: ({ signal }) => call(api.GET('/api/v1/sources/{name}/fields', { params: { path: { name } }, signal })),
    retry: false,
  })

/** The replies that people kept for steps of a scenario. */
export const examplesQuery = (name: string) =>
  queryOptions({
    queryKey: [...keys.scenario(name), 'examples'],
    queryFn: ({ signal }) => call(api.GET('/api/v1/scenarios/{name}/examples', { params: { path: { name } }, signal })),
  })

export const eventQuery = (id: string) =>
  queryOptions({
    queryKey: ['event', id],
    queryFn: ({ signal }) => call(api.GET('/api/v1/events/{id}', { params: { path: { id } }, signal })),
    staleTime: Infinity,
  })

export const presetsQuery = queryOptions({
  queryKey: keys.presets,
  queryFn: ({ signal }) => call(api.GET('/api/v1/presets', { signal })),
  staleTime: Infinity,
})

export const kindsQuery = queryOptions({
  queryKey: keys.kinds,
  queryFn: ({ signal }) => call(api.GET('/api/v1/kinds', { signal })),
  staleTime: Infinity,
})

export const runsPage = 100

/** What a question finds; the language stands in screens/runs/query.ts. */
export const runsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.runs, q],
    queryFn: ({ signal, pageParam }) => call(api.GET('/api/v1/runs', { params: { query: { q: q || undefined, limit: runsPage, cursor: pageParam || undefined } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
    // The list brings itself up to date without moving a row.
    refetchOnWindowFocus: false,
  })

export const runsCountQuery = (q: string) =>
  queryOptions({
    queryKey: ['runs-count', q],
    queryFn: ({ signal }) => call(api.GET('/api/v1/runs/count', { params: { query: { q: q || undefined } }, signal })),
    retry: false,
  })

/** The bars of a chart come newest first, as many at a time as the server counts quickly. */
export const runsChartQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['runs-chart', q],
    queryFn: ({ signal, pageParam }) => call(api.GET('/api/v1/runs/chart', { params: { query: { q: q || undefined, cursor: pageParam || undefined } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
    refetchOnWindowFocus: false,
    retry: false,
  })

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: keys.run(id),
    queryFn: ({ signal }) => call(api.GET('/api/v1/runs/{id}', { params: { path: { id } }, signal })),
  })

export const runVariablesQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.run(id), 'variables'],
    queryFn: ({ signal }) => call(api.GET('/api/v1/runs/{id}/variables', { params: { path: { id } }, signal })),
  })

export const statsQuery = queryOptions({
  queryKey: keys.stats,
  queryFn: ({ signal }) => call(api.GET('/api/v1/stats', { signal })),
  refetchInterval: minute,
})

/** How much room there is and what the history takes. */
export const storageQuery = queryOptions({
  queryKey: keys.storage,
  queryFn: ({ signal }) => call(api.GET('/api/v1/storage', { signal })),
  refetchInterval: 30_000,
})

export const settingsQuery = queryOptions({
  queryKey: keys.settings,
  queryFn: ({ signal }) => call(api.GET('/api/v1/settings', { signal })),
})

export const secretsQuery = queryOptions({
  queryKey: keys.secrets,
  queryFn: ({ signal }) => call(api.GET('/api/v1/secrets', { signal })),
})

// So many of the newest notices are shown; it has nothing to do with how many events of a source are.
const noticeLimit = 50

export const noticesQuery = queryOptions({
  queryKey: keys.notices,
  queryFn: ({ signal }) => call(api.GET('/api/v1/notices', { params: { query: { limit: noticeLimit } }, signal })),
})

/** Who did what, newest first; what is empty is any. */
export const auditQuery = (only: { actor: string; action: string; object: string }) =>
  infiniteQueryOptions({
    queryKey: [...keys.audit, only],
    queryFn: ({ signal, pageParam }) =>
      call(api.GET('/api/v1/audit', { params: { query: { actor: only.actor || undefined, action: only.action || undefined, object: only.object || undefined, limit: 50, cursor: pageParam || undefined } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
  })

/** The newest mass actions; asked again and again only while the server works on one. */
export const bulkQuery = queryOptions({
  queryKey: keys.bulk,
  queryFn: ({ signal }) => call(api.GET('/api/v1/bulk', { params: { query: { limit: 10 } }, signal })),
  refetchInterval: (query) => (query.state.data?.items.some((one) => one.state === 'running' || (one.working ?? 0) > 0) ? 2_000 : minute),
})

/** All mass actions, newest first. */
export const bulksQuery = infiniteQueryOptions({
  queryKey: [...keys.bulk, 'all'],
  queryFn: ({ signal, pageParam }) => call(api.GET('/api/v1/bulk', { params: { query: { limit: 30, cursor: pageParam || undefined } }, signal })),
  initialPageParam: '',
  getNextPageParam: (page) => page.next || undefined,
})

/** The queues to services; what waits there changes all the time, so the page asks while it is open. */
export const lanesQuery = queryOptions({
  queryKey: keys.lanes,
  queryFn: ({ signal }) => call(api.GET('/api/v1/lanes', { signal })),
  refetchInterval: 3000,
})

/** The addresses of the test receiver that are in use. */
export const echoesQuery = queryOptions({
  queryKey: keys.echo,
  queryFn: ({ signal }) => call(api.GET('/api/v1/echo', { signal })),
  staleTime: 0,
})

/** One of them, with the list of what came to it. The page of the receiver reads both again by itself, at its pace. */
export const echoQuery = (name: string) =>
  queryOptions({
    queryKey: [...keys.echo, name],
    queryFn: ({ signal }) => call(api.GET('/api/v1/echo/{name}', { params: { path: { name } }, signal })),
    staleTime: 0,
  })

/** One of what came, whole. Numbers begin anew when an address is cleared: the time tells them apart. */
export const echoRequestQuery = (name: string, { n, received_at }: EchoSummary) =>
  queryOptions({
    queryKey: [...keys.echoRequest, name, n, received_at],
    queryFn: ({ signal }) => call(api.GET('/api/v1/echo/{name}/requests/{n}', { params: { path: { name, n } }, signal })),
  })

/** What came in and what became of it, by day and source. */
export const reconciliationQuery = (span: { days: number } | { from: string; to: string }, source: string) =>
  queryOptions({
    queryKey: [...keys.reconciliation, span, source],
    queryFn: ({ signal }) => call(api.GET('/api/v1/reconciliation', { params: { query: { ...span, source: source || undefined } }, signal })),
    refetchInterval: 30_000,
  })

/** Which answers a bunch of hints makes old. Lists of runs are not among them: they decide for themselves, lest rows jump. */
export function staleAfter(hints: Hint[]): (readonly unknown[])[] {
  const stale = new Map<string, readonly unknown[]>()
  const add = (key: readonly unknown[]) => stale.set(JSON.stringify(key), key)
  for (const hint of hints) {
    switch (hint.kind) {
      case 'reconnect':
        return [[]]
      case 'run':
        if (hint.id) add(keys.run(hint.id))
        add(keys.stats)
        add(keys.scenarios)
        break
      case 'event':
        add(hint.source ? keys.source(hint.source) : ['source'])
        add(keys.sources)
        // Of a run that is held nothing else is told.
        add(keys.stats)
        add(keys.scenarios)
        break
      case 'config':
        add(keys.scenarios)
        add(['scenario'])
        add(keys.sources)
        add(['source'])
        add(keys.requests)
        add(['request'])
        add(keys.settings)
        // It tells the zone of the settings.
        add(keys.session)
        add(keys.storage)
        add(keys.secrets)
        break
      case 'draft':
        // The editor holds its own draft and asks by itself; only the list shows the flag.
        add(keys.scenarios)
        break
      case 'notice':
        add(keys.notices)
        add(keys.session)
        break
      case 'bulk':
        add(keys.bulk)
        break
      case 'disk':
        add(keys.stats)
        add(keys.storage)
        break
      case 'lane':
        add(keys.lanes)
        break
    }
  }
  return [...stale.values()]
}

/** Asks again for what hints made old. A question that is under way, a further page above all, is let end and asked again then. */
export function readAgain(queries: QueryClient, hints: Hint[]): void {
  // The history's list follows by itself: read anew as a whole, its rows would move.
  const follows = (query: Query) => query.queryKey[0] === keys.runs[0] && query.meta?.follows === true
  const asked = (query: Query) => query.state.fetchStatus !== 'idle'
  for (const queryKey of staleAfter(hints)) {
    for (const query of queries.getQueryCache().findAll({ queryKey, predicate: (query) => !follows(query) && asked(query) })) {
      const again = () => void queries.invalidateQueries({ queryKey: query.queryKey, exact: true, refetchType: 'active' }, { cancelRefetch: false })
      // What failed stands as it is told, until somebody asks for it.
      query.promise?.then(again, () => query.invalidate())
    }
    void queries.invalidateQueries({ queryKey, refetchType: 'active', predicate: (query) => !follows(query) && !asked(query) })
  }
}
