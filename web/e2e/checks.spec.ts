import { expect } from '@playwright/test'
import { Target } from './target'
import { before, walk } from './walk'

for (const screen of [before('ru', 'light', 1280), before('en', 'dark', 390)]) {
  walk.describe(`a check whose editor is left, ${screen.language}, ${screen.viewport.width}`, () => {
    walk.use({ ...screen, flags: ['--allow-network', '127.0.0.0/8'] })

    walk('goes on at the server, is told on every page, and leads to its result', async ({ server, page, path, watch }) => {
      walk.slow()
      const { t } = path
      const title = 'Lead'
      const narrow = screen.viewport.width < 720
      const slow = await Target.open()
      let answer = () => {}
      slow.answers.set('/', { body: 'well', until: new Promise((go) => (answer = go)) })
      await path.enter()
      const steps = [{ id: 'tell', http: { method: 'GET', url: `${slow.base}/`, timeout: '5m' } }]
      const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', { title, document: { sources: [], steps } })
      await page.goto(`${server.base}/scenarios/${name}?step=tell`)
      const start = () => path.button(t('check.step')).click()
      const away = (words: 'checks.goes' | 'checks.good' | 'checks.cancelled') => page.getByRole('status').filter({ hasText: t(words, { title }) })
      const goTo = async (place: string) => {
        await path.closeSheet()
        if (narrow) await path.button(t('nav.open')).click()
        await page.getByRole('link', { name: t(place), exact: true }).click()
      }

      // In its editor it is told by the editor alone.
      await start()
      await expect(page.getByRole('region', { name: t('result.title') }).getByText(t('check.goes'))).toBeVisible()
      await expect(away('checks.goes')).toHaveCount(0)
      await goTo('nav.history')
      await expect(away('checks.goes')).toBeVisible()
      await watch.look('a check goes on')
      // A page that is loaded again finds it.
      const followed = page.waitForResponse(/\/api\/v1\/checks\/[0-9a-f-]{36}$/)
      await page.reload()
      await expect(away('checks.goes')).toBeVisible()
      // It is listed, and then read: one that ended in between would be found in the history alone.
      await followed
      answer()
      await expect(away('checks.good')).toBeVisible()
      await watch.look('a check is over')
      await page.getByRole('region', { name: t('checks.title', { title }) }).getByRole('link', { name: t('checks.result') }).click()
      await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}/)
      await expect(page.getByText(t('state.succeeded')).first()).toBeVisible()
      await path.button(t('ui.close')).click()
      await expect(away('checks.good')).toHaveCount(0)
      expect(slow.asked).toHaveLength(1)

      // Whoever comes back to the editor finds it there, and from elsewhere it can be ended.
      slow.answers.set('/', { body: 'never', until: new Promise(() => {}) })
      await page.goto(`${server.base}/scenarios/${name}?step=tell`)
      await start()
      await expect.poll(() => slow.asked.length).toBe(2)
      await goTo('nav.history')
      await page.goBack()
      // There the open step was a sheet, which was closed before.
      if (narrow) await page.goBack()
      await expect(page.getByRole('region', { name: t('result.title') }).getByText(t('check.goes'))).toBeVisible()
      await goTo('nav.history')
      await page.getByRole('region', { name: t('checks.title', { title }) }).getByRole('button', { name: t('cancel'), exact: true }).click()
      await expect(away('checks.cancelled')).toBeVisible()
      const { items } = await server.api<{ items: { state: string }[] }>('GET', `/api/v1/runs?mark=check&scenario=${name}`)
      expect(items.map((one) => one.state)).toEqual(['cancelled', 'succeeded'])
      // What is kept of a check stands as cancelled from its first request on: it is over once no server has it.
      await expect.poll(async () => (await server.api<{ items: unknown[] }>('GET', '/api/v1/checks')).items).toEqual([])
      await slow.close()
    })
  })
}
