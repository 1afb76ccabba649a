import { expect } from '@playwright/test'
import { Receiver } from './receiver'
import { before, walk } from './walk'

for (const [language, scheme, width] of [
  ['ru', 'light', 1280],
  ['en', 'dark', 390],
] as const) {
  walk.describe(`an outage in ${language}, ${scheme}, ${width}`, () => {
    walk.use(before(language, scheme, width))

    walk('is told hour by hour before it comes, and nothing is sent', async ({ server, page, path, watch }) => {
      const receiver = new Receiver(server, 'crm')
      await path.enter()
      await path.ready('CRM', receiver.name)
      const before = await receiver.requests()
      await path.ownDelays(50, 60)
      await path.saved()
      await page.getByRole('button', { name: path.t('outage.open') }).click()
      const dialog = page.getByRole('dialog')
      await watch.look('the question')

      // Down for longer than there are attempts: it waits for a person.
      await dialog.getByRole('button', { name: path.t('outage.show'), exact: true }).click()
      const lines = dialog.getByRole('region', { name: path.t('outage.result') }).getByRole('listitem')
      await expect(lines).toHaveCount(6)
      await expect(lines.nth(0)).toContainText(/ 1 (из|of) 3/)
      await expect(lines.nth(1)).toContainText(path.t('outage.letter.first'))
      await expect(lines.nth(4)).toContainText(path.t('outage.kept'))
      await expect(dialog.getByText(path.t('outage.waits', { time: '' }).replace(/^: /, ''))).toBeVisible()
      await watch.look('it waits for a person')

      // Events that come meanwhile are kept by the queue, which closes itself.
      await dialog.getByRole('checkbox', { name: path.t('outage.stream') }).check()
      await dialog.getByRole('button', { name: path.t('outage.show'), exact: true }).click()
      await expect(dialog.getByText(path.t('outage.othersLast', { time: '' }).replace(/: \.$/, ''))).toBeVisible()
      await watch.look('others get through')

      // Back in time: it gets through by itself.
      await dialog.getByRole('radio', { name: path.t('outage.own') }).check()
      await dialog.getByRole('textbox').fill('503,429:120,200')
      await dialog.getByRole('button', { name: path.t('outage.show'), exact: true }).click()
      await expect(dialog.getByText(path.t('outage.next.asked', { time: '' }).trim())).toBeVisible()
      await expect(dialog.getByText(path.t('outage.well', { time: '' }).replace(/: $/, ''))).toBeVisible()
      await watch.look('it gets through')

      // What cannot be read is told in words.
      watch.expects(/rehearse/)
      await dialog.getByRole('textbox').fill('never')
      await dialog.getByRole('button', { name: path.t('outage.show'), exact: true }).click()
      await expect(dialog.getByText('503,503,200')).toBeVisible()
      await page.keyboard.press('Escape')
      await expect(dialog).toBeHidden()
      expect(await receiver.requests()).toEqual(before)
    })

    walk('is played by the test receiver, which is told in words how to answer', async ({ server, page, path, watch }) => {
      const receiver = new Receiver(server, 'crm')
      await path.enter()
      await path.ready('CRM', receiver.name)
      await page.getByRole('combobox', { name: path.t('echo.answers') }).click()
      await page.getByRole('option', { name: path.t('echo.500'), exact: true }).click()
      await path.saved()
      await watch.look('the test receiver')
      const result = page.getByRole('region', { name: path.t('result.title') })
      for (const status of ['500', '500', '200']) {
        const sent = (await receiver.requests()).length
        await path.button(path.t('check.step')).click()
        await expect.poll(async () => (await receiver.requests()).length).toBe(sent + 1)
        await expect(result.getByText(new RegExp(`^${status}`)).first()).toBeVisible()
      }
      await page.getByRole('combobox', { name: path.t('echo.answers') }).click()
      await page.getByRole('option', { name: path.t('echo.usual'), exact: true }).click()
      await expect(page.getByRole('tab', { name: path.t('query'), exact: true })).toBeVisible()
    })
  })
}
