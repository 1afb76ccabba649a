import { expect } from '@playwright/test'
import { before, walk } from './walk'

const step = (base: string, id: string, script: string) => ({ id, http: { method: 'POST', url: `${base}/echo/${id}?script=${script}`, body: { json: { n: '{{ event.body.n }}', note: 'a "word"' } }, retry: { delays: ['1h'] } } })

const documents = (base: string) => [
  { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', preset: 'generic' },
  { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'leads', sources: ['site'], steps: [step(base, 'crm', '200,503')] },
  {
    apiVersion: 'gonets/v1',
    kind: 'Scenario',
    name: 'orders',
    sources: ['site'],
    steps: [
      { id: 'login', http: { url: `${base}/echo/login` } },
      {
        id: 'order',
        http: {
          method: 'POST',
          url: `${base}/echo/order?script=cut`,
          retry: { delays: ['1s'], ask: { url: `${base}/echo/find?script=json:{"total":1}`, query: { key: '{{ run.idempotency_key }}' }, done: 'body.total > 0' } },
          renew: { when: 'status == 401', step: 'login' },
        },
      },
    ],
  },
]

for (const [language, scheme, width] of [
  ['ru', 'light', 1280],
  ['en', 'dark', 390],
] as const) {
  walk.describe(`a failed attempt in ${language}, ${scheme}, ${width}`, () => {
    walk.use(before(language, scheme, width))

    walk('is compared with the last good one, taken as 1C code, and asked about', async ({ server, page, path, watch }) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await path.enter()
      await server.api('POST', '/api/v1/apply', documents(server.base))
      const send = async (n: number) => (await server.api<{ runs: { id: string; scenario: string }[] }>('POST', '/api/v1/sources/site/events', { body: { n } })).runs
      const state = (id: string) => server.api<{ state: string }>('GET', `/api/v1/runs/${id}`).then((run) => run.state)
      const first = await send(1)
      const good = first.find((run) => run.scenario === 'leads')!
      await expect.poll(() => state(good.id)).toBe('succeeded')
      const bad = (await send(2)).find((run) => run.scenario === 'leads')!
      await expect.poll(() => state(bad.id)).toBe('waiting')

      await page.goto(`${server.base}/runs/${bad.id}?step=crm&try=1`)
      const oneC = page.getByRole('button', { name: path.t('copyOneC') })
      await oneC.click()
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('ВызватьHTTPМетод("POST", Запрос)')
      await page.getByRole('button', { name: path.t('compare.open') }).click()
      const dialog = page.getByRole('dialog')
      const rows = dialog.getByRole('row')
      await expect(rows.filter({ hasText: path.t('compare.body') }).first()).toContainText('n')
      await expect(rows.filter({ hasText: path.t('compare.status') }).first()).toContainText('503')
      await expect(dialog.getByText(path.t('compare.usual'))).toBeVisible()
      await watch.look('compared')
      await dialog.getByRole('link').click()
      await expect(page).toHaveURL(new RegExp(good.id))
      await expect(page.getByText(path.t('compare.open'))).toBeHidden()

      // Nothing of that step has ever gone well.
      const order = first.find((run) => run.scenario === 'orders')!
      await expect.poll(() => state(order.id)).toBe('succeeded')
      await page.goto(`${server.base}/runs/${order.id}?step=order`)
      await expect(page.getByText(path.t('purpose.askDone')).first()).toBeVisible()
      await watch.look('asked')
      await page.goto(`${server.base}/runs/${order.id}?step=order&try=2`)
      await page.getByRole('button', { name: path.t('compare.open') }).click()
      await expect(dialog.getByText(path.t('compare.none'))).toBeVisible()
      await page.keyboard.press('Escape')

      await page.goto(`${server.base}/scenarios/orders?step=order&field=/http/renew/step`)
      await expect(page.getByText(path.t('renewAccess'))).toBeVisible()
      await page.getByText(path.t('askFirst')).evaluate((e) => e.scrollIntoView({ block: 'nearest' }))
      await watch.look('asking first')
      await page.getByText(path.t('renewAccess')).evaluate((e) => e.scrollIntoView({ block: 'nearest' }))
      await watch.look('renewing')
    })
  })
}
