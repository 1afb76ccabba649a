import { expect } from '@playwright/test'
import { Receiver } from './receiver'
import { before, walk } from './walk'

for (const [language, scheme, width] of [
  ['ru', 'light', 1280],
  ['en', 'dark', 390],
] as const) {
  walk.describe(`a reply in ${language}, ${scheme}, ${width}`, () => {
    walk.use(before(language, scheme, width))

    walk('has a table of its fields and their variables, and the palette adds the step that reads them', async ({ server, page, path, watch }) => {
      const { t } = path
      const receiver = new Receiver(server, 'crm')
      const tab = page.getByRole('tablist', { name: t('step.tabs') }).getByRole('tab', { name: t('tab.response'), exact: true })
      await path.enter()
      await path.ready('CRM', 'crm')
      await path.send({ name: 'Anna' })
      await receiver.answers('json:{"id":1,"id":2}')
      await path.check()
      await path.sees(t('body.duplicateKeys'))
      await receiver.isWell()
      await path.check()
      await expect(page.getByText(t('body.duplicateKeys'))).toHaveCount(0)
      await tab.click()
      await path.button(t('replyVars.add')).click()
      const field = page.getByRole('combobox', { name: t('replyVars.newField') }).or(page.getByRole('textbox', { name: t('replyVars.newField') }))
      await expect(field).toBeFocused()
      await field.fill('body.name')
      await page.keyboard.press('Tab')
      const name = page.getByRole('textbox', { name: t('replyVars.nameOf', { field: 'body.name' }), exact: true })
      await expect(name).toHaveValue('body_name')
      await name.fill('client')
      await page.keyboard.press('Enter')
      await expect(path.button(t('row.delete', { name: 'client' }))).toBeVisible()
      await path.saved()
      await watch.look('reply table')

      await page.keyboard.press('Control+k')
      const find = page.getByRole('dialog').getByRole('combobox')
      await find.fill('PostJson')
      await page.getByRole('option', { name: new RegExp(t('httpRequest')) }).first().click()
      await expect(page).toHaveURL(/step=http/)
      await expect(page.getByRole('textbox', { name: t('/http/url'), exact: true })).toBeVisible()
      await page.goto(`${page.url().split('?')[0]}?step=tell`)
      await tab.click()
      await path.button(t('row.delete', { name: 'client' })).click()
      await expect(name).toHaveCount(0)

      const charset = page.getByRole('combobox', { name: t('/http/response_charset') }).or(page.getByRole('textbox', { name: t('/http/response_charset') }))
      await charset.fill('klingon')
      await charset.blur()
      await expect(page.getByText(/klingon/).first()).toBeVisible()
      await charset.fill('windows-1251')
      await charset.blur()
      await expect(page.getByText(/klingon/)).toHaveCount(0)
      await path.saved()
    })
  })
}
