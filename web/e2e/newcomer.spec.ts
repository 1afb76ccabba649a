import { expect, test } from '@playwright/test'
import { Path } from './path'
import { Server } from './server'
import { Watch } from './watch'
import type { Language } from './words'

const texts = {
  ru: { locale: 'ru-RU', title: 'Моя первая обработка', name: 'Анна', variable: 'Имя', second: 'Пётр' },
  en: { locale: 'en-GB', title: 'My first scenario', name: 'Anna', variable: 'Name', second: 'Peter' },
}

for (const language of ['ru', 'en'] as Language[]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) {
      test.describe(`${language}, ${colorScheme}, ${width} px`, () => {
        const say = texts[language]
        test.use({ locale: say.locale, colorScheme, viewport: { width, height: width === 390 ? 844 : 800 } })

        test('a newcomer builds a scenario that works', async ({ page }, info) => {
          const server = await Server.start()
          try {
            const watch = new Watch(page, info, server.base)
            const path = new Path(page, server, language, watch)
            await path.setUp()
            await path.create(say.title)
            await path.addWebhook()
            await path.firstEvent({ name: say.name, phone: '+79990001122', items: [{ sku: 'A-17' }] })
            await path.addRequest()
            await path.addField('name', say.variable)
            await path.becomes(`"${say.name}"`)
            const result = await path.check()
            await expect(result.getByText(`"${say.name}"`).first()).toBeVisible()
            await watch.look('checked')
            await path.start('start.held')
            await path.history()
            await path.send({ name: say.second, phone: '+79990001133' })
            const row = page.getByRole('link').filter({ hasText: path.t('run.succeeded') })
            await expect(page.getByText(new RegExp(say.second)).first()).toBeVisible()
            await expect(row).toHaveCount(2)
            await watch.look('history')
            await row.first().click()
            await expect(page.getByText('200').first()).toBeVisible()
            await expect(path.button(new RegExp(path.t('rerun'))).first()).toBeVisible()
            await watch.look('run')
            await watch.done()
          } finally {
            await page.close()
            await server.end()
          }
        })
      })
    }
  }
}
