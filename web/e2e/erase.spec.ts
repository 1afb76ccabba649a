import { expect } from '@playwright/test'
import { Receiver } from './receiver'
import { before, walk } from './walk'

for (const [language, scheme, width] of [
  ['ru', 'light', 1280],
  ['en', 'dark', 390],
] as const) {
  walk.describe(`personal data in ${language}, ${scheme}, ${width}`, () => {
    walk.use(before(language, scheme, width))

    walk('are hidden, looked for, shown and erased', async ({ server, page, path, watch }) => {
      const receiver = new Receiver(server, 'crm')
      await path.enter()
      await path.ready('CRM', receiver.name)
      await path.start('none')
      await path.history()
      await path.send({ name: 'Anna', phone: '+7 999 000-11-22' })
      await path.send({ name: 'Boris', phone: '+7 999 555-44-33' })
      await expect(path.rows('state.succeeded')).toHaveCount(2)

      await page.goto(`${server.base}/settings/retention`)
      const fields = page.getByRole('combobox', { name: path.t('masking.fields') })
      await fields.fill('phone')
      await fields.press('Enter')
      await watch.look('masking')
      await page.locator('form').filter({ has: fields }).getByRole('button', { name: path.t('save') }).click()
      await expect(page.getByText(path.t('settings.saved')).first()).toBeVisible()
      await path.history()
      await expect(path.rows('state.succeeded')).toHaveCount(2)
      await expect(page.getByText('***').first()).toBeVisible()
      await expect(page.getByText('999 000')).toHaveCount(0)
      await path.rows('state.succeeded').last().click()
      await page.getByText(path.t('run.received')).first().click()
      await page.getByText(path.t('masked.why')).click()
      await expect(page.getByText(path.t('masked.nobody'))).toBeVisible()
      await expect(page.getByRole('link', { name: path.t('masked.change') })).toBeVisible()
      await watch.look('why it is hidden')

      await page.goto(`${server.base}/settings/retention`)
      const value = page.getByRole('textbox', { name: path.t('erase.value') })
      await value.fill('89990001122')
      await page.getByRole('button', { name: path.t('erase.find'), exact: true }).click()
      const again = page.getByRole('textbox', { name: path.t('erase.again') })
      await expect(again).toBeVisible()
      await expect(page.getByText(path.t('erase.event'), { exact: true })).toBeVisible()
      await again.scrollIntoViewIfNeeded()
      await watch.look('found')
      watch.expects(/\/confirm/, /status of 422/)
      await again.fill('+79995554433')
      await page.getByRole('button', { name: path.t('erase.do') }).click()
      await expect(again).toHaveAttribute('aria-invalid', 'true')
      await again.fill('+7 (999) 000-11-22')
      await page.getByRole('button', { name: path.t('erase.do') }).click()
      await expect(page.getByText(path.t('erase.checked'))).toBeVisible()
      await page.getByText(path.t('erase.checked')).scrollIntoViewIfNeeded()
      await watch.look('erased')

      await path.history()
      await expect(path.rows('state.succeeded')).toHaveCount(2)
      await expect(page.getByText('Anna')).toHaveCount(0)
      await expect(page.getByText('Boris').first()).toBeVisible()
      await path.rows('state.succeeded').last().click()
      await page.getByText(path.t('run.received')).first().click()
      await expect(page.getByText(path.t('event.erased'))).toBeVisible()
      await watch.look('an erased run')
    })
  })
}
