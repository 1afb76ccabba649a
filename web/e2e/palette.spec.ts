import { expect } from '@playwright/test'
import { before, walk } from './walk'

for (const screen of [before('ru', 'light', 1280), before('en', 'dark', 390)]) {
  walk.describe(`the palette adds a step, ${screen.language}, ${screen.viewport.width}`, () => {
    walk.use(screen)

    walk('to a scenario that is chosen, to a new one, and to the one that is open', async ({ page, path, server, watch }) => {
      walk.slow()
      const { t } = path
      const request = t('kind.http')
      await path.enter()
      const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', { title: 'Lead' })
      const steps = async (of: string) => (await server.api<{ document: { steps?: { http?: object; delay?: string }[] } }>('GET', `/api/v1/scenarios/${of}/draft`)).document.steps ?? []
      await page.goto(`${server.base}/runs`)
      await expect(page.getByRole('heading', { name: t('nav.history'), level: 1 })).toBeVisible()
      const field = page.getByRole('combobox', { name: t('palette.title'), exact: true })
      const type = async (text: string) => {
        await page.keyboard.press('Control+k')
        await expect(field).toBeFocused()
        await field.fill(text)
      }
      const url = page.getByRole('textbox', { name: t('/http/url'), exact: true })

      // By its name, with the keys alone: the scenario is asked, and found by its own name.
      await type(request)
      await expect(page.getByRole('option').first()).toHaveText(request)
      await page.keyboard.press('Enter')
      await expect(page.getByText(t('palette.where', { step: request }))).toBeVisible()
      await expect(page.getByRole('option')).toHaveText([t('palette.newScenario'), 'Lead'])
      await watch.look('where to')
      await page.getByRole('combobox', { name: t('palette.where', { step: request }), exact: true }).fill('lea')
      await expect(page.getByRole('option')).toHaveText(['Lead'])
      await page.keyboard.press('Enter')
      await expect(url).toBeFocused()
      await expect(page).toHaveURL(new RegExp(`/scenarios/${name}\\?step=`))
      await path.saved()
      expect((await steps(name)).map((one) => one.http !== undefined)).toEqual([true])

      // Whoever comes back does not add it again.
      await page.reload()
      await expect(url).toBeVisible()
      expect(await steps(name)).toHaveLength(1)

      // A link from anywhere changes nothing.
      await page.goto(`${server.base}/scenarios/${name}?add=fail`)
      await expect(page.getByRole('button', { name: t('check.scenario') }).first()).toBeVisible()
      await expect(page).toHaveURL(/add=fail$/)
      expect(await steps(name)).toHaveLength(1)

      // A new scenario is made with the step in it; the mouse and a word of another system do as well.
      await page.goto(`${server.base}/sources`)
      await expect(page.getByRole('heading', { name: t('nav.sources'), level: 1 })).toBeVisible()
      await type('PostJson')
      await page.getByRole('option', { name: new RegExp(`^${request}`) }).click()
      await page.getByRole('option', { name: t('palette.newScenario'), exact: true }).click()
      await expect(url).toBeVisible()
      await path.saved()
      const made = new URL(page.url()).pathname.split('/').at(-1)!
      expect(made).not.toBe(name)
      expect((await steps(made)).map((one) => one.http !== undefined)).toEqual([true])

      // In the editor it goes behind the step that is open, with no further question.
      const wait = t('kind.delay')
      await type(wait)
      await page.getByRole('option', { name: new RegExp(`^${t('addStep')}: .${wait}`) }).click()
      await expect(page.getByText(t('palette.where', { step: wait }))).toHaveCount(0)
      await expect.poll(async () => (await steps(made)).length).toBe(2)
    })
  })
}
