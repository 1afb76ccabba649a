import { expect } from '@playwright/test'
import { before, walk } from './walk'

for (const [language, scheme, width] of [
  ['ru', 'light', 1280],
  ['ru', 'dark', 390],
] as const) {
  walk.describe(`before it goes live, ${scheme}, ${width}`, () => {
    walk.use(before(language, scheme, width))

    walk('the last events tell what would be sent otherwise', async ({ page, path, server, watch }) => {
      const { t } = path
      await path.enter()
      const source = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title: 'Сайт', preset: 'generic' })
      path.address = source.url
      const steps = (sum: string) => [{ id: 'deal', title: 'Создать сделку', http: { method: 'POST', url: '{{ public_url }}/echo/deals', body: { json: { name: '{{ event.body.name }}', price: sum } } } }]
      const document = { title: 'Заявка', sources: [source.name], steps: steps('{{ event.body.sum }}') }
      const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', { title: 'Заявка', document })
      await page.goto(`${server.base}/scenarios/${name}`)

      // Nothing came yet: the start asks nothing, and the first change has nothing to be checked with.
      await path.button(t('start')).click()
      await expect(page.getByText(t('scenario.running')).first()).toBeVisible()
      await server.api('POST', '/api/v1/apply?draft=true', { apiVersion: 'gonets/v1', kind: 'Scenario', name, ...document, missing: 'error', steps: steps('{{ number(event.body.sum) }}') })
      await page.reload()
      await path.button(t('apply')).click()
      const dialog = page.getByRole('dialog')
      await expect(dialog.getByText(t('played.none'))).toBeVisible()
      await expect(dialog.getByRole('button', { name: t('apply.now') })).toBeEnabled()
      await watch.look('no events yet')
      await dialog.getByRole('button', { name: t('apply.back') }).click()

      // One goes as it went, one otherwise, one could not be built.
      for (const body of [{ name: 'Анна', sum: 15000 }, { name: 'Борис', sum: '15000' }, { name: 'Вера' }]) await path.send(body)
      const runs = () => server.api<{ items: { id: string; state: string }[] }>('GET', `/api/v1/runs?scenario=${name}`)
      await expect.poll(async () => (await runs()).items.filter((run) => run.state === 'succeeded').length).toBe(3)
      await path.button(t('apply')).click()
      const played = dialog.getByRole('region', { name: t('played.title') })
      await expect(played.getByRole('status')).toContainText(t('played.done_few', { count: 3 }))
      await expect(played.getByText(t('played.same_one', { count: 1 }), { exact: true })).toBeVisible()
      await expect(played.getByText(t('played.differs_one', { count: 1 }), { exact: true })).toBeVisible()
      await expect(played.getByText(t('played.unbuilt_one', { count: 1 }), { exact: true })).toBeVisible()
      const lines = played.getByRole('list', { name: t('played.list') })
      await expect(lines).toContainText('"15000"')
      await expect(lines).toContainText(t('played.waits'))
      await watch.look('one of each')
      expect((await runs()).items).toHaveLength(3)

      // The server is away: what was edited can be applied all the same.
      await dialog.getByRole('button', { name: t('apply.back') }).click()
      watch.expects(/compare/)
      await page.route('**/compare*', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status":503,"code":"store.away","title":"","detail":"away"}' }))
      await path.button(t('apply')).click()
      await expect(played.getByText(t('played.failed'))).toBeVisible()
      await expect(dialog.getByRole('button', { name: t('apply.now') })).toBeEnabled()
      await watch.look('the server is away')
      await page.unroute('**/compare*')
      await played.getByRole('button', { name: t('ui.tryAgain') }).click()
      await expect(played.getByText(t('played.unbuilt_one', { count: 1 }), { exact: true })).toBeVisible()

      // What stands in for the missing value is written here: the events are played again.
      await played.getByRole('button', { name: t('played.ifEmpty') }).click()
      await played.getByRole('textbox', { name: t('played.standIn', { path: 'event.body.sum' }) }).fill('0')
      await watch.look('what stands in')
      await played.getByRole('button', { name: t('played.standInDo'), exact: true }).click()
      await expect(played.getByText(t('played.differs_few', { count: 2 }), { exact: true })).toBeVisible()
      await expect(played.getByText(t('played.unbuilt_one', { count: 1 }), { exact: true })).toHaveCount(0)

      // It is undone like any other change, and the events say so again.
      await dialog.getByRole('button', { name: t('apply.back') }).click()
      await path.saved()
      await path.button(t('editor.undo')).click()
      await path.saved()
      await path.button(t('apply')).click()
      await expect(played.getByText(t('played.unbuilt_one', { count: 1 }), { exact: true })).toBeVisible()

      // A press opens the step, and the cursor stands in the field that keeps the request from being built.
      await played.getByRole('button', { name: t('played.toField') }).click()
      await expect(dialog.getByText(t('played.title'))).toHaveCount(0)
      await expect(page.getByRole('textbox', { name: /: price$/ })).toBeFocused()
      await watch.look('the tab of the field')
    })
  })
}
