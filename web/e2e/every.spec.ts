import { expect, type Page } from '@playwright/test'
import type { Server } from './server'
import { before, walk } from './walk'
import type { Watch } from './watch'

const site = 'site'

/** All kinds of steps at once. */
const documents = (base: string) => [
  { apiVersion: 'gonets/v1', kind: 'Source', name: site, title: 'Site', preset: 'generic' },
  { apiVersion: 'gonets/v1', kind: 'Request', name: 'chat', title: 'Chat', params: [{ name: 'text', required: true, example: 'Hello' }], http: { url: `${base}/echo/chat`, body: { json: { text: '{{ params.text }}' } } } },
  {
    apiVersion: 'gonets/v1',
    kind: 'Scenario',
    name: 'kinds',
    title: 'Kinds',
    sources: [site],
    steps: [
      { id: 'values', set: { total: '{{ event.body.sum }}' } },
      { id: 'branch', if: 'event.body.name == "x"', then: [{ id: 'bad', fail: { message: 'No' } }], else: [{ id: 'wait', delay: '1s' }] },
      { id: 'call', http: { method: 'POST', url: `${base}/echo/down`, body: { json: { name: '{{ event.body.name }}' } }, retry: { delays: [] } } },
      { id: 'answer', respond: { status: 200, json: { ok: true } } },
      { id: 'tell', request: 'chat', with: { text: '{{ event.body.name }}' } },
      { id: 'end', stop: { reason: 'Enough' } },
    ],
  },
]

type Scheme = 'light' | 'dark'

/** Looks at what the page shows, in each scheme. */
const looks = (page: Page, watch: Watch, schemes: readonly Scheme[]) => async (name: string) => {
  await expect(page.locator('h1, h2, [role="dialog"]').first()).toBeVisible()
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme })
    await watch.look(`${name.replaceAll('/', ' ').trim()}, ${colorScheme}`)
  }
}

/** Something of everything; a run that waits for a person. */
async function fill(server: Server): Promise<string> {
  await server.api('PUT', '/echo/down/_script', '503')
  await server.api('POST', '/api/v1/apply', documents(server.base))
  const run = (await server.api<{ runs: { id: string }[] }>('POST', `/api/v1/sources/${site}/events`, { body: { name: 'Anna', sum: 7 } })).runs[0]!.id
  await expect.poll(async () => (await server.api<{ state: string }>('GET', `/api/v1/runs/${run}`)).state).toBe('paused')
  return run
}

for (const [language, width, schemes] of [
  ['ru', 1280, ['light', 'dark']],
  ['en', 390, ['dark']],
] as const) {
  walk.describe(`every screen in ${language}, ${width} px`, () => {
    walk.use(before(language, schemes[0], width))
    walk.slow()

    walk(`is fit for everybody, ${schemes.join(' and ')}`, async ({ server, page, path, watch }) => {
      const look = looks(page, watch, schemes)
      await page.goto(server.link)
      await look('set-up')
      await path.enter()
      await page.goto(`${server.base}/scenarios`)
      await look('nothing yet')
      const run = await fill(server)
      const steps = ['values', 'branch', 'branch/wait', 'call', 'answer', 'tell', 'end']
      const places = [
        '/scenarios', '/scenarios/kinds', ...steps.map((step) => `/scenarios/kinds?step=${step}`), '/scenarios/kinds?tab=map', '/scenarios/kinds?tab=history', '/scenarios/kinds?tab=settings', '/scenarios/kinds?tab=yaml', '/scenarios/kinds/ready',
        '/recipes', '/sources', `/sources/${site}`, '/runs', `/runs/${run}`, `/runs/${run}?step=event`, '/runs/bulk', '/runs/reconciliation', '/requests', '/requests/chat', '/connections', '/lanes',
        ...['general', 'notices', 'retention', 'security', 'secrets', 'audit', 'account', 'about'].map((section) => `/settings/${section}`), '/nowhere',
      ]
      for (const place of places) {
        await page.goto(server.base + place)
        await look(place)
      }
      await page.context().clearCookies()
      await page.goto(`${server.base}/login`)
      await look('log-in')
    })
  })
}

walk.describe('dialogs', () => {
  walk.use(before('ru', 'light', 1280))

  walk('are fit for everybody, light and dark, and Esc leaves them', async ({ server, page, path, watch }) => {
    const { t } = path
    const look = looks(page, watch, ['light', 'dark'])
    await path.enter()
    const run = await fill(server)
    const dialog = page.getByRole('dialog').last()
    const inMenu = (key: string, button: string) => async () => {
      await path.button(t(button)).first().click()
      await page.getByRole('menuitem', { name: t(key) }).click()
    }
    const opens: [place: string, dialogs: [name: string, open: () => Promise<void>][]][] = [
      ['/scenarios/kinds', [
        ['palette', () => page.keyboard.press('Control+k')],
        ['keys', inMenu('keys.title', 'editor.more')],
        ['versions', inMenu('versions.open', 'editor.more')],
        ['stop', () => path.button(t('stop')).click()],
        ['steps to add', () => path.button(t('addStep')).click()],
      ]],
      [`/runs/${run}`, [
        ['other retries', () => path.button(t('retryPolicy')).click()],
        ['cancel', () => path.button(t('cancel')).click()],
        ['from the start', () => path.button(t('rerun')).click()],
      ]],
      ['/settings/secrets', [['new secret', () => path.button(t('add')).click()]]],
      ['/sources', [['new source', () => path.button(t('sources.add')).first().click()]]],
    ]
    for (const [place, dialogs] of opens) {
      await page.goto(server.base + place)
      await expect(page.locator('h1').first()).toBeVisible()
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
      for (const [name, open] of dialogs) {
        await open()
        await expect(dialog).toBeVisible()
        await look(name)
        await page.keyboard.press('Escape')
        await expect(dialog).toHaveCount(0)
      }
    }
  })
})
