import { expect } from '@playwright/test'
import { Receiver } from './receiver'
import { before, walk } from './walk'

walk.describe('channels beside mail', () => {
  walk.use({ ...before('ru', 'light', 1280), flags: ['--allow-network', '127.0.0.0/8'] })

  walk('a webhook is added, its key is made here, and a test goes through it', async ({ server, page, path, watch }) => {
    const receiver = new Receiver(server, 'ops')
    await path.enter()
    await page.goto(`${server.base}/settings/notices`)
    await path.button(path.t('channel.webhook')).click()
    await page.getByRole('textbox', { name: path.t('channel.url') }).fill(`${server.base}/echo/${receiver.name}`)
    await expect(page.getByText(/^whsec_[A-Za-z0-9+/]{43}=$/)).toBeVisible()
    await watch.look('a new channel')
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/new.png`, fullPage: true })
    await path.button(path.t('channel.test')).click()
    await path.sees(path.t('channel.accepted', { name: 'webhook' }))
    // Nobody needs mail to be told, and the key is not shown again.
    await expect(page.getByText(path.t('mail.notSet'))).toHaveCount(0)
    await expect(page.getByText(/whsec_/)).toHaveCount(0)
    await expect(page.getByText(`webhook: ${path.t('notice.sent')}`)).toBeVisible()
    await watch.look('a channel that took a test')

    // What is wrong is told at its field.
    await path.button('Telegram').click()
    await page.getByRole('textbox', { name: path.t('channel.chat') }).fill('Анна')
    await page.getByRole('textbox', { name: path.t('channel.token') }).fill('123456:ABC-DEF_ghijklm')
    watch.expects(/422/)
    await path.button(path.t('channel.test')).nth(1).click()
    await expect(page.getByText(/«Анна» — не чат/).first()).toBeVisible()
    if (process.env.SHOTS) {
      await page.screenshot({ path: `${process.env.SHOTS}/ru.png`, fullPage: true })
      await page.setViewportSize({ width: 390, height: 844 })
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.screenshot({ path: `${process.env.SHOTS}/dark390.png`, fullPage: true })
    }
  })
})
