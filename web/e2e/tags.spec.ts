import { expect } from '@playwright/test'
import { before, walk } from './walk'

for (const width of [1280, 390] as const) {
  walk.describe(`tags, ${width} px`, () => {
    walk.use(before('ru', width === 390 ? 'light' : 'dark', width))

    walk('a scenario gets tags in its settings and is found by them, as long as the address says so', async ({ page, path, server, watch }) => {
      const { t } = path
      await path.enter()
      const make = (title: string, tags: string[]) => server.api<{ name: string }>('POST', '/api/v1/scenarios', { title, document: { sources: [], steps: [], ...(tags.length > 0 ? { tags } : {}) } })
      const { name } = await make('Заявки', [])
      await make('Оплаты', ['Деньги'])
      await page.goto(`${server.base}/scenarios/${name}?tab=settings`)
      const field = page.getByLabel(t('settings.tags'), { exact: true }).first()
      await field.fill('Заявки с сайта')
      await field.press('Enter')
      await field.fill('Заявки с сайта')
      await field.press('Enter')
      await field.fill('день')
      await field.press('Tab')
      await path.saved()
      await watch.look('settings')

      await page.goto(`${server.base}/scenarios`)
      const rows = (title: string) => page.getByRole('link', { name: title, exact: true })
      await expect(rows('Оплаты')).toBeVisible()
      await watch.look('list')
      await path.button('Заявки с сайта').click()
      await expect(page).toHaveURL(/tag=/)
      await expect(rows('Заявки')).toBeVisible()
      await expect(rows('Оплаты')).toHaveCount(0)
      await page.reload()
      await expect(rows('Заявки')).toBeVisible()
      await expect(rows('Оплаты')).toHaveCount(0)
      await page.getByRole('combobox', { name: t('scenario.tag') }).click()
      await page.getByRole('option', { name: 'Деньги' }).click()
      await expect(rows('Оплаты')).toBeVisible()
      await expect(rows('Заявки')).toHaveCount(0)
      await page.goto(`${server.base}/scenarios?tag=nothing`)
      await path.button(t('list.reset')).click()
      await expect(rows('Заявки')).toBeVisible()
      await expect(rows('Оплаты')).toBeVisible()
      const { items } = await server.api<{ items: { name: string; tags: string[] }[] }>('GET', `/api/v1/scenarios?tag=${encodeURIComponent('день')}`)
      expect(items.map((one) => [one.name, one.tags])).toEqual([[name, ['Заявки с сайта', 'день']]])
    })
  })
}
