import { expect } from '@playwright/test'
import { owner } from './path'
import { Postbox } from './postbox'
import { Receiver } from './receiver'
import { before, walk } from './walk'

walk.describe('I: mail', () => {
  // The server's clock runs faster: «works again» is said after 15 quiet seconds.
  walk.use({ ...before('ru', 'light', 390), flags: ['--allow-network', '127.0.0.0/8', '--clock-speed', '10'] })

  walk('one letter tells of a failure, another one that it is over', async ({ server, page, path, watch }) => {
    const box = await Postbox.open()
    try {
      const receiver = new Receiver(server, 'crm')
      await path.enter()
      await page.goto(server.base)
      await page.getByRole('note').getByRole('link', { name: path.t('mail.setUp') }).click()
      await page.getByRole('textbox', { name: path.t('mail.host') }).fill('127.0.0.1')
      await page.getByRole('combobox', { name: path.t('mail.security') }).click()
      await page.getByRole('option', { name: path.t('mail.securityNone') }).click()
      await page.getByRole('textbox', { name: path.t('mail.port') }).fill(String(box.port))
      await page.getByRole('textbox', { name: path.t('mail.from') }).fill('gonets@example.org')
      await path.button(path.t('testMail')).click()
      await path.sees(path.t('mail.accepted', { host: '127.0.0.1' }))
      await expect(page.getByText(path.t('mail.notSet'))).toHaveCount(0)
      await watch.look('mail')
      expect(box.letters).toHaveLength(1)
      expect(box.letters[0]!.to).toEqual([owner.login])

      await path.ready('Заявка в CRM', receiver.name)
      await path.ownDelays(1, 1)
      await path.start('none')
      await receiver.answers('500')
      await path.history()
      await path.send({ name: 'Анна' })
      await expect(path.waitingForYou(1)).toBeVisible()
      await expect.poll(() => box.letters.length, { timeout: 30_000 }).toBe(2)
      const letter = box.letters[1]!
      expect(letter.subject).toContain('500')
      expect(letter.text).toContain('«Заявка в CRM»')
      expect(letter.text).not.toContain('Анна')

      // The link leads to the run that waits.
      const link = /https?:\/\/\S+\/runs\?\S+/.exec(letter.text)?.[0]
      expect(link).toContain(server.base)
      await page.goto(link!)
      await path.rows('state.paused').click()
      await receiver.isWell()
      await path.button(path.t('resume')).click()
      await path.sees(path.t('state.succeeded'))
      await expect(path.waitingForYou(1)).toHaveCount(0)
      await expect.poll(() => box.letters.map((one) => one.subject), { timeout: 30_000 }).toHaveLength(3)
      expect(box.letters[2]!.subject).toContain('снова работает')

      await page.goto(`${server.base}/settings/notices`)
      await path.sees(path.t('notice.recovered'))
      await watch.look('what was told')
      expect(box.letters).toHaveLength(3)
    } finally {
      await box.close()
    }
  })
})
