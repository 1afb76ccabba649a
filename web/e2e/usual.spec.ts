import { expect } from '@playwright/test'
import { before, walk } from './walk'

const lead = { name: 'Анна', phone: '+7', sum: 1 }
const changed = { name: 'Анна', tel: '+7', sum: '1' }
const many = (n: number, one: unknown) => JSON.stringify(Array.from({ length: n }, () => one))

for (const [language, scheme, width] of [['ru', 'light', 1280], ['en', 'dark', 390]] as const)
  walk.describe(`what is not as usual, ${language}`, () => {
    walk.use({ ...before(language, scheme, width), flags: ['--clock-speed', '60'] })

    walk('a source says that its fields have changed and that it is silent, and takes that it is meant to be so', async ({ server, page, path, watch }) => {
      const t = path.t
      const shot = async (name: string) => {
        if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${language}-${name}.png`, fullPage: true })
      }
      await path.enter()
      await server.api('PUT', '/api/v1/settings', { title: 'Магазин', notices: { rules: { source_silent: { after: '2m' } } } })
      const { name, url } = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title: 'Форма', preset: 'generic' })
      await server.api('POST', '/api/v1/scenarios', {
        title: 'Заявка → CRM',
        document: { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'lead', title: 'Заявка → CRM', sources: [name], steps: [{ id: 'deal', http: { method: 'POST', url: 'https://crm.example/?phone={{ event.body.phone }}' } }] },
      })
      for (const body of [many(40, lead), many(6, changed)]) {
        const answer = await fetch(`${url}/batch`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
        expect(answer.status).toBe(200)
      }
      await expect.poll(async () => (await server.api<{ changes: unknown[] }>('GET', `/api/v1/sources/${name}/fields`)).changes.length, { timeout: 60_000 }).toBe(3)
      await expect.poll(async () => (await server.api<{ silence?: unknown }>('GET', `/api/v1/sources/${name}`)).silence !== undefined, { timeout: 60_000 }).toBe(true)

      await page.goto(`${server.base}/runs/reconciliation`)
      await expect(page.getByRole('link', { name: t('usual.check') })).toBeVisible()
      await watch.look('the reconciliation with a silent source')
      await shot('reconciliation')
      await page.getByRole('link', { name: t('usual.check') }).click()

      await expect(page.getByText(t('usual.changed'))).toBeVisible()
      await expect(page.getByText('body.phone', { exact: true })).toBeVisible()
      await watch.look('a source that is not as usual')
      await shot('source')
      const accept = path.button(t('usual.accept'))
      await expect(accept).toHaveCount(2)
      await accept.first().click()
      await expect(accept).toHaveCount(1)
      await accept.click()
      await expect(accept).toHaveCount(0)
      await page.goto(`${server.base}/settings/notices`)
      const more = path.button(`${t('rule.more')}: ${t('notice.field_drift')}`)
      await more.click()
      await page.getByRole('checkbox', { name: t('rule.new') }).check()
      await watch.look('the rule about fields')
      await shot('rule')
    })
  })
