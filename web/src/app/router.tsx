import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { part } from '@/api/part'
import { sessionQuery } from '@/api/queries'
import { setTimeZone } from '@/i18n'
import { zoneOf } from './preferences'
import { PageFailed, PageMissing, PageWaiting } from './fallbacks'
import { Shell } from './Shell'

interface Context {
  queries: QueryClient
}

/** What stands behind the ? of an address: texts only, so that a link can be read and typed by hand. */
export type Search = Record<string, string>

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: PageMissing })

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(part(() => import('@/screens/entry/SetupPage'))),
})
const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  component: lazyRouteComponent(part(() => import('@/screens/entry/LoginPage'))),
})

// Everything else is for those who are logged in.
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.ensureQueryData(sessionQuery)
    setTimeZone(zoneOf(session))
    if (session.setup_needed) throw redirect({ to: '/setup' })
    if (!session.user) throw redirect({ to: '/login', search: { to: location.href === '/' ? undefined : location.href } as never })
  },
})

const page = <const P extends string>(path: P, load: () => Promise<{ default: React.ComponentType }>) =>
  createRoute({ getParentRoute: () => inside, path, component: lazyRouteComponent(part(load)) })

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/scenarios', replace: true })
  },
})

const tree = root.addChildren([
  setup,
  login,
  inside.addChildren([
    home,
    page('/scenarios', () => import('@/screens/scenarios/ScenariosPage')),
    page('/scenarios/$name', () => import('@/editor/EditorPage')),
    page('/scenarios/$name/ready', () => import('@/editor/EditorPage').then((editor) => ({ default: editor.ReadyPage }))),
    page('/recipes', () => import('@/screens/recipes/RecipesPage')),
    page('/sources', () => import('@/screens/sources/SourcesPage')),
    page('/sources/$name', () => import('@/screens/sources/SourcePage')),
    page('/runs', () => import('@/screens/runs/RunsPage')),
    page('/runs/bulk', () => import('@/screens/runs/BulkPage')),
    page('/runs/reconciliation', () => import('@/screens/runs/ReconciliationPage')),
    page('/runs/$id', () => import('@/screens/run/RunPage')),
    page('/requests', () => import('@/screens/requests/RequestsPage')),
    page('/requests/$name', () => import('@/editor/request/RequestPage')),
    page('/connections', () => import('@/screens/connections/ConnectionsPage')),
    page('/receiver', () => import('@/screens/receiver/ReceiverPage')),
    page('/lanes', () => import('@/screens/connections/ConnectionsPage')),
    page('/settings', () => import('@/screens/settings/SettingsPage')),
    page('/settings/$section', () => import('@/screens/settings/SettingsPage')),
    // What no page answers to stays inside the frame, with the way to all others.
    createRoute({ getParentRoute: () => inside, path: '$', component: PageMissing }),
  ]),
])

export function newRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: 'intent',
    defaultPendingMs: 300,
    defaultPendingComponent: PageWaiting,
    defaultErrorComponent: PageFailed,
    scrollRestoration: true,
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const params = new URLSearchParams()
      for (const [name, value] of Object.entries(search)) {
        if (value !== undefined && value !== null && value !== '') params.set(name, String(value))
      }
      const text = params.toString()
      return text ? `?${text}` : ''
    },
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>
  }
  interface HistoryState {
    /** The kind of step with which the editor begins; in an address, a link from anywhere would change the draft. */
    add?: string | undefined
  }
}
