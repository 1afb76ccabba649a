import { expect, type Page } from '@playwright/test'
import { Postbox } from './postbox'
import { before, walk } from './walk'

const outside = { 'X-Forwarded-For': '93.184.216.34', 'Content-Type': 'application/json' }

for (const [language, scheme, width] of [['ru', 'light', 1280], ['en', 'dark', 390]] as const)
  walk.describe(`ready to go live, ${language}`, () => {
    walk.use({ ...before(language, scheme, width), flags: ['--allow-network', '127.0.0.0/8', '--trusted-proxy', '127.0.0.1/32'] })
    walk.slow()

    walk('eight facts turn as they are seen, and turn back when the steps change', async ({ server, page, path, watch }) => {
      const t = path.t
      const shot = async (name: string) => {
        if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/ready-${language}-${name}.png`, fullPage: true })
      }
      const post = await Postbox.open()
      try {
        await path.enter()
        await server.cli(['secret', 'set', 'door'], 'open sesame')
        const source = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', {
          title: 'Форма',
          document: { apiVersion: 'gonets/v1', kind: 'Source', preset: 'generic', title: 'Форма', verify: { kind: 'token', header: 'X-Api-Key', secret: 'door' } },
        })
        const steps = [{ id: 'deal', title: 'Создать сделку', http: { method: 'POST', url: `${server.base}/echo/crm`, body: { json: { name: '{{ event.body.name }}' } } } }]
        const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', {
          title: 'Заявка → CRM',
          document: { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'lead', title: 'Заявка → CRM', sources: [source.name], steps },
        })

        // The first start asks what is left to do.
        await page.goto(`${server.base}/scenarios/${name}`)
        await path.button(t('start')).click()
        await page.getByRole('status').getByRole('button', { name: t('scenario.ready') }).click()
        const line = (point: string) => page.getByRole('listitem').filter({ hasText: t(`ready.${point}`) })
        const is = (point: string, ok: boolean) => expect(line(point).getByRole('img', { name: t(ok ? 'ready.yes' : 'ready.no'), exact: true })).toBeVisible()
        await expect(page.getByText(t('ready.sum', { n: 1, of: 8 }))).toBeVisible()
        await is('errors', true)
        await expect(line('sender')).toContainText(t('ready.sender.none', { source: language === 'ru' ? '«Форма»' : '“Форма”' }))
        await watch.look('not ready yet')
        await shot('begun')

        // What comes from outside is seen while the page is open.
        expect((await fetch(source.url, { method: 'POST', headers: outside, body: '{}' })).status).toBe(401)
        expect((await fetch(source.url, { method: 'POST', headers: { ...outside, 'X-Api-Key': 'open sesame' }, body: '{"name":"Анна"}' })).status).toBe(200)
        for (const point of ['address', 'sender', 'history', 'checked']) await is(point, true)

        // Every line leads to where it is mended.
        await line('documented').getByRole('link').click()
        await page.getByRole('textbox', { name: t('settings.description') }).fill('Заявки с сайта становятся сделками.\nОтвечает Анна.')
        await path.button(t('apply')).click()
        await path.button(t('apply.now')).click()
        await path.sees(t('life.applied'))
        await mail(page, path.t, post, async () => server.api('POST', '/api/v1/mail/test', {}), async (settings) => server.api('PUT', '/api/v1/settings', settings))
        await page.goto(`${server.base}/scenarios`)
        await path.button(t('scenario.actions', { title: 'Заявка → CRM' })).click()
        await page.getByRole('menuitem', { name: t('scenario.ready') }).click()
        // A description is no step: what was checked stays so.
        for (const point of ['documented', 'watched', 'protection']) await is(point, true)
        await expect(page.getByText(t('ready.sum', { n: 8, of: 8 }))).toBeVisible()
        await watch.look('ready')
        await shot('ready')

        // Other steps have to be tried again.
        await server.api('POST', '/api/v1/apply', JSON.stringify({ apiVersion: 'gonets/v1', kind: 'Scenario', name, title: 'Заявка → CRM', sources: [source.name], steps: [{ id: 'deal', http: { url: `${server.base}/echo/other` } }] }))
        await is('checked', false)
        await expect(line('checked')).toContainText(t('ready.checked.stale'))
        await is('documented', false)
        await shot('changed')
      } finally {
        await post.close()
      }
    })
  })

/** Mail is set up and tried, as the settings' own walk does by hand. */
async function mail(page: Page, t: (key: string) => string, post: Postbox, test: () => Promise<unknown>, save: (settings: unknown) => Promise<unknown>): Promise<void> {
  await expect(page.getByText(t('mail.notSet'))).toBeVisible()
  await save({ mail: { host: '127.0.0.1', port: post.port, security: 'none', from: 'gonets@example.org', to: ['anna@example.org'] } })
  await test()
  await expect.poll(() => post.letters.length).toBe(1)
}
