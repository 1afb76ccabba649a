import { readFileSync } from 'node:fs'
import { expect, type Page, type Route } from '@playwright/test'
import type { Path } from './path'
import type { Server } from './server'
import { before, walk } from './walk'

/** A screen, or a part of one that asks a question of its own. */
interface Screen {
  /** Its address; {run} is a run that waits for a person. */
  place: string
  /** What is pressed there until it shows. */
  open?: (path: Path, page: Page) => Promise<void>
  /** The question whose answer it shows, as it ends in the address. */
  asks: RegExp
  /** What stands there once the answer has come: a text, or a key of one. */
  shows: string
  /** What stands there when nothing is found, which must not be said before that is known. */
  empty?: string
  /** It is a list that goes on, by this button or by itself. */
  more?: string
  /** It is asked once: what it shows never grows old. */
  once?: true
  /** It follows the stream of hints, and asks by itself for nothing else. */
  live?: true
}

const inMenu = (key: string) => async (path: Path, page: Page) => {
  await path.button(path.t('editor.more')).first().click()
  await page.getByRole('menuitem', { name: path.t(key) }).click()
}

const screens: Screen[] = [
  { place: '/scenarios', asks: /\/scenarios$/, shows: 'Flow', empty: 'starts.intro' },
  { place: '/scenarios/flow', asks: /\/scenarios\/flow\/draft$/, shows: 'Send it', once: true },
  { place: '/scenarios/flow?step=call', asks: /\/kinds$/, shows: '/http/query', once: true },
  { place: '/scenarios/flow?panel=newSource', asks: /\/presets$/, shows: 'webhook.any', once: true },
  { place: '/scenarios/flow?panel=source', asks: /\/sources\/site\/samples$/, shows: 'source.got', empty: 'source.waiting' },
  { place: '/scenarios/flow?tab=map', asks: /\/scenarios\/flow\/flow$/, shows: 'map.counts' },
  { place: '/scenarios/flow?tab=history', asks: /\/runs$/, shows: 'state.paused', empty: 'history.none', live: true },
  { place: '/scenarios/flow?tab=yaml', asks: /\/scenarios\/flow\/yaml$/, shows: 'kind: Scenario', once: true },
  { place: '/scenarios/flow', open: inMenu('versions.open'), asks: /\/scenarios\/flow\/versions$/, shows: 'versions.take', empty: 'versions.none', more: 'ui.more' },
  {
    place: '/scenarios/flow',
    open: async (path, page) => {
      await inMenu('versions.open')(path, page)
      await path.button(path.t('versions.compare')).last().click()
    },
    asks: /\/scenarios\/flow\/changes$/,
    shows: 'change.text',
    once: true,
  },
  { place: '/scenarios/flow/ready', asks: /\/scenarios\/flow\/ready$/, shows: 'ready.help' },
  { place: '/sources', asks: /\/sources$/, shows: 'Site', empty: 'sources.none' },
  { place: '/sources/site', asks: /\/sources\/site$/, shows: 'sources.addressTitle' },
  { place: '/sources/site', asks: /\/sources\/site\/samples$/, shows: 'event.body', empty: 'sources.waiting' },
  { place: '/sources/site?from=2020-01-01&to=2099-12-31', asks: /\/events$/, shows: 'event.body', empty: 'reconciliation.none', more: 'ui.more' },
  { place: '/sources/site', open: (path) => path.button(path.t('receive.change')).click(), asks: /\/presets$/, shows: 'save', once: true },
  { place: '/requests', asks: /\/requests$/, shows: 'Chat', empty: 'requests.none' },
  { place: '/requests/flow', asks: /\/requests\/flow$/, shows: 'inputs' },
  { place: '/scenarios/flow?step=chat', asks: /\/requests$/, shows: 'useRequest.open' },
  { place: '/runs', asks: /\/runs$/, shows: 'Flow', empty: 'runs.none', more: 'by itself', live: true },
  { place: '/runs/bulk', asks: /\/bulk$/, shows: 'bulks.runs', empty: 'bulks.none', more: 'ui.more' },
  { place: '/runs/reconciliation', asks: /\/reconciliation$/, shows: 'reconciliation.help', empty: 'reconciliation.none' },
  { place: '/runs/{run}', asks: /\/runs\/{run}$/, shows: 'run.course' },
  { place: '/runs/{run}?tab=variables', asks: /\/runs\/{run}\/variables$/, shows: 'run.variablesNone', empty: 'run.variablesNone' },
  { place: '/runs/{run}', open: (path) => path.button(path.t('compare.open')).click(), asks: /\/runs\/{run}\/attempts\/1\/compare$/, shows: 'compare.none', once: true },
  { place: '/lanes', asks: /\/lanes$/, shows: 'lanes.none', empty: 'lanes.none' },
  { place: '/receiver', asks: /\/echo$/, shows: 'echo.about', empty: 'echo.none' },
  { place: '/receiver?address=x', asks: /\/echo\/x$/, shows: 'echo.answers' },
  { place: '/settings', asks: /\/settings$/, shows: 'settings.contact' },
  { place: '/settings/general', asks: /\/settings$/, shows: 'settings.contact' },
  { place: '/settings/notices', asks: /\/settings$/, shows: 'mail.tells' },
  { place: '/settings/notices', asks: /\/notices$/, shows: 'notice.waitsMail', empty: 'notice.none' },
  { place: '/settings/notices', asks: /\/secrets$/, shows: 'channel.title' },
  { place: '/settings/retention', asks: /\/settings$/, shows: 'settings.age' },
  { place: '/settings/retention', asks: /\/storage$/, shows: 'settings.nowKept' },
  { place: '/settings/retention', asks: /\/erasures$/, shows: 'erase.value' },
  { place: '/settings/security', asks: /\/settings$/, shows: 'settings.networksLabel' },
  { place: '/settings/secrets', asks: /\/secrets$/, shows: 'crm-key', empty: 'settings.secretsNone' },
  { place: '/settings/audit', asks: /\/audit$/, shows: 'audit.apply', empty: 'audit.none', more: 'ui.more' },
  {
    place: '/requests',
    open: async (_path, page) => {
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await page.keyboard.press('Control+k')
    },
    asks: /\/scenarios$/,
    shows: 'Flow',
    once: true,
  },
  {
    place: '/requests',
    open: async (_path, page) => {
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill('PostJson')
    },
    asks: /\/kinds$/,
    shows: 'kind.http',
    once: true,
  },
]

/** What asks nothing but who is there: it stands whatever else fails. */
const still: Record<string, string> = {
  // Whoever is logged in is led on.
  '/setup': 'nav.scenarios',
  '/login': 'nav.scenarios',
  '/recipes': 'recipes.title',
  '/connections': 'connections.none',
  '/settings/account': 'account.password',
  '/settings/about': 'about.version',
  '/scenarios/flow?tab=settings': 'settings.tags',
}

const source = (path: string) => readFileSync(new URL(`../src/${path}`, import.meta.url), 'utf8')

/** Every address that the router and the tabs behind an address have. */
function addresses(): string[] {
  const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((one) => one[1]!)
  const router = source('app/router.tsx')
  const routes = [...found(router, /page\('([^']+)'/g), ...found(router, /path: '(\/\w+)'/g)]
  const sections = found(source('screens/settings/SettingsPage.tsx'), /^  (\w+): \{ label/gm)
  const tabs = found(/tabNames = \[([^\]]+)\]/.exec(source('editor/EditorPage.tsx'))![1]!, /'(\w+)'/g)
  return [...routes.filter((one) => one !== '/settings/$section'), ...sections.map((one) => `/settings/${one}`), ...tabs.filter((one) => one !== 'steps').map((one) => `/scenarios/$name?tab=${one}`)]
}

walk('no screen is left out', () => {
  const known = [...screens.map((one) => one.place), ...Object.keys(still)].flatMap((place) => {
    const named = place.replace('/flow', '/$name').replace('/site', '/$name').replace('{run}', '$id')
    return [named, named.replace(/\?.*/, '')]
  })
  expect(addresses().length).toBeGreaterThan(20)
  expect(addresses().filter((one) => !known.includes(one))).toEqual([])
})

/** Something to show on every screen; gives the run that waits for a person. */
async function fill(server: Server): Promise<string> {
  await server.api('PUT', '/echo/down/_script', '503')
  await server.api('PUT', '/api/v1/secrets/crm-key', { value: 'x' })
  await server.api('POST', '/api/v1/apply', [
    { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' },
    { apiVersion: 'gonets/v1', kind: 'Request', name: 'flow', title: 'Chat', http: { url: `${server.base}/echo/chat` } },
    { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'flow', title: 'Flow', sources: ['site'], steps: [{ id: 'call', title: 'Send it', http: { method: 'POST', url: `${server.base}/echo/down`, body: { json: { n: 1 } }, retry: { delays: [] } } }, { id: 'chat', request: 'flow' }] },
  ])
  const send = async () => {
    const run = (await server.api<{ runs: { id: string }[] }>('POST', '/api/v1/sources/site/events', { body: { name: 'Anna' } })).runs[0]!.id
    await expect.poll(async () => (await server.api<{ state: string }>('GET', `/api/v1/runs/${run}`)).state).toBe('paused')
    return run
  }
  const run = await send()
  const other = await send()
  await server.api('POST', '/api/v1/bulk', { action: 'cancel', q: other })
  await expect.poll(async () => (await server.api<{ items: { state: string }[] }>('GET', '/api/v1/bulk')).items[0]?.state).toBe('finished')
  // One more version than the first, so that there is something to take back.
  await server.api('POST', '/api/v1/apply', [
    { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'flow', title: 'Flow', sources: ['site'], steps: [{ id: 'call', title: 'Send it', http: { method: 'POST', url: `${server.base}/echo/down`, body: { json: { n: 2 } }, retry: { delays: [] } } }, { id: 'chat', request: 'flow' }] },
  ])
  return run
}

const codes = JSON.parse(source('i18n/codes.json')) as Record<string, Record<'ru' | 'en', { what: string; todo: string }>>
/** Answers as the server does, but for some members. A question that is asked while honesty returns is answered already. */
async function changed(route: Route, members: object): Promise<void> {
  try {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...((await response.json()) as object), ...members } })
  } catch (error) {
    if (!/already handled|has been closed/.test(String(error))) throw error
  }
}

const problem = (status: number, code: string) => (route: Route) => route.fulfill({ status, contentType: 'application/problem+json', body: JSON.stringify({ status, code, title: 'x', detail: 'for programs' }) })

for (const screen of screens) {
  const { place, open, asks, shows, empty, more, once, live } = screen
  walk.describe(`${place}, ${asks.source.replaceAll('\\', '')}`, () => {
    walk.use(before('ru', 'light', 1280))

    walk('tells that it waits, fails, is empty or old', async ({ server, page, path, watch }) => {
      watch.expects(/./)
      await path.enter()
      const run = await fill(server)
      const word = (key: string) => (/^[a-z/][\w/]*(\.\w+)*$/.test(key) ? path.t(key) : key)
      const question = new RegExp(`^/api/v1${asks.source.replace('{run}', run)}`)
      const matches = (url: URL) => question.test(url.pathname)
      const said = page.getByText(word(shows)).filter({ visible: true }).first()
      const nothing = empty && empty !== shows ? page.getByText(word(empty)).filter({ visible: true }) : undefined
      const again = page.getByRole('button', { name: path.t('ui.tryAgain') })
      // What a run itself met is told as well, and cannot be tried again here.
      const alert = page.getByRole('alert').filter({ has: again }).first()
      const tryAgain = alert.getByRole('button', { name: path.t('ui.tryAgain') })
      const go = async () => {
        await page.goto(server.base + place.replace('{run}', run))
        await open?.(path, page)
      }
      const answer = (how: (route: Route) => unknown) => page.route(matches, (route) => (route.request().method() === 'GET' ? how(route) : route.fallback()))
      const honestly = () => page.unroute(matches)
      /** Nothing is asked again by itself: a stream of hints that opens has everything read anew, and what is told of a failure goes before it is pressed. */
      const deaf = async (what: () => Promise<void>) => {
        await page.route('**/api/v1/changes', (route) => route.abort())
        await what()
        await page.unroute('**/api/v1/changes')
      }
      /** What waits before it asks again need not be waited for. */
      const soon = (what: () => Promise<void>) =>
        expect(async () => {
          await page.clock.fastForward(5_000)
          await what()
        }).toPass({ timeout: 30_000 })
      await page.clock.install()

      await walk.step('slow', async () => {
        let release = () => {}
        const held = new Promise<void>((go) => (release = go))
        await answer(async (route) => (await held, route.continue()))
        await go()
        await expect(page.locator('[aria-busy="true"]').first()).toBeVisible()
        await expect(said).toHaveCount(0)
        if (nothing) await expect(nothing).toHaveCount(0)
        release()
        await expect(said).toBeVisible()
        await expect(page.locator('main [aria-busy="true"], [role="dialog"] [aria-busy="true"]')).toHaveCount(0)
        await honestly()
      })

      for (const [name, how, what, todo] of [
        ['500', problem(500, 'internal'), codes['internal']!.ru.what, codes['internal']!.ru.todo],
        ['503', problem(503, 'stopping'), codes['stopping']!.ru.what, codes['stopping']!.ru.todo],
        ['no network', (route: Route) => route.abort('connectionrefused'), path.t('error.offline'), path.t('error.offline.todo')],
      ] as const)
        await walk.step(name, () => deaf(async () => {
          await answer(how)
          await go()
          await soon(() => expect(alert).toBeVisible({ timeout: 500 }))
          await expect(alert).toContainText(what)
          await expect(alert).toContainText(todo.replaceAll('`', ''))
          if (nothing) await expect(nothing).toHaveCount(0)
          await honestly()
          await tryAgain.click()
          await expect(said).toBeVisible()
          await expect(alert).toHaveCount(0)
        }))

      if (nothing)
        await walk.step('empty', async () => {
          await answer((route) => changed(route, { items: [], next: '' }))
          await go()
          await expect(nothing.first()).toBeVisible()
          await expect(alert).toHaveCount(0)
          await honestly()
        })

      if (!once)
        await walk.step('old', () => deaf(async () => {
          await go()
          await expect(said).toBeVisible()
          await answer(problem(500, 'internal'))
          // Whoever comes back to the page after a while has it read anew.
          await page.clock.fastForward(30_000)
          await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
          await expect(page.getByText(path.t('offline'))).toBeVisible()
          if (!live) await soon(() => expect(alert).toBeVisible({ timeout: 500 }))
          await expect(said).toBeVisible()
          await honestly()
          if (!live) await tryAgain.click()
          await expect(alert).toHaveCount(0)
          await expect(said).toBeVisible()
        }))

      if (more)
        await walk.step('a further page', () => deaf(async () => {
          let [fails, asked] = [true, 0]
          await answer(async (route) => {
            const further = new URL(route.request().url()).searchParams.get('cursor') === 'further'
            if (further) asked++
            if (further && fails) return problem(500, 'internal')(route)
            if (further) return route.fulfill({ json: { items: [] } })
            return changed(route, { next: 'further' })
          })
          await go()
          if (more !== 'by itself') await path.button(path.t(more)).click()
          await expect(alert).toContainText(codes['internal']!.ru.what)
          await expect(said).toBeVisible()
          expect(asked).toBe(1)
          fails = false
          await tryAgain.click()
          await expect(alert).toHaveCount(0)
          await expect(said).toBeVisible()
          await honestly()
        }))
    })
  })
}

walk.describe('what asks nothing', () => {
  walk.use(before('en', 'dark', 390))

  walk('stands whatever else fails', async ({ server, page, path, watch }) => {
    watch.expects(/./)
    await path.enter()
    await fill(server)
    for (const [place, shows] of Object.entries(still)) {
      const needs = place.startsWith('/scenarios') ? /\/(session|draft)$/ : /\/session$/
      await page.route('**/api/v1/**', (route) => (needs.test(new URL(route.request().url()).pathname) ? route.fallback() : problem(500, 'internal')(route)))
      await page.goto(server.base + place)
      await expect(page.getByText(path.t(shows)).filter({ visible: true }).first(), place).toBeVisible()
      await page.unrouteAll()
    }
  })
})
