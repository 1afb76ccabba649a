import { expect } from '@playwright/test'
import { inShell } from './path'
import { before, walk } from './walk'

const texts = {
  ru: { title: 'Моя первая обработка', name: 'Анна', variable: 'Имя', second: 'Пётр' },
  en: { title: 'My first scenario', name: 'Anna', variable: 'Name', second: 'Peter' },
}

for (const language of ['ru', 'en'] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 390] as const) {
      walk.describe(`${language}, ${colorScheme}, ${width} px`, () => {
        const say = texts[language]
        walk.use({ ...before(language, colorScheme, width), permissions: ['clipboard-read', 'clipboard-write'] })

        walk('a newcomer builds a scenario that works', async ({ page, path, watch }) => {
          watch.within(20_000)
          await path.setUp()
          await path.create(say.title)
          await path.addWebhook()
          const command = await path.copiesCommand()
          await watch.look('command')
          await path.firstEvent({ name: say.name, phone: '+79990001122', items: [{ sku: 'A-17' }] })
          await path.addRequest()
          await path.addField('name', say.variable)
          await path.becomes(`"${say.name}"`)
          const result = await path.check()
          await expect(result.getByText(`"${say.name}"`).first()).toBeVisible()
          await watch.look('checked')
          await path.start('start.held')
          await path.history()
          await inShell(command.replace(say.name, say.second))
          await expect(page.getByText(new RegExp(say.second)).first()).toBeVisible()
          await expect(path.rows('state.succeeded')).toHaveCount(2)
          await watch.look('history')
          await path.rows('state.succeeded').first().click()
          await expect(page.getByText('200').first()).toBeVisible()
          await expect(path.button(new RegExp(path.t('rerun'))).first()).toBeVisible()
          await watch.look('run')
        })
      })
    }
  }
}
