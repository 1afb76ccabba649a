import { expect } from '@playwright/test'
import { Receiver } from './receiver'
import { before, walk } from './walk'

for (const [language, scheme, width] of [
  ['ru', 'light', 1280],
  ['en', 'dark', 390],
] as const) {
  walk.describe(`retries in ${language}, ${scheme}, ${width}`, () => {
    walk.use(before(language, scheme, width))

    walk('are said in plain words, keep quiet hours, and change while the run waits', async ({ server, page, path, watch }) => {
      const receiver = new Receiver(server, 'crm')
      await path.enter()
      await path.ready('CRM', receiver.name)
      await path.ownDelays(50)
      const quiet = page.getByRole('checkbox', { name: path.t('quiet') })
      await quiet.check()
      const words = page.getByRole('list', { name: path.t('retries.words') })
      const from = page.getByLabel(path.t('/http/retry/quiet/from'), { exact: true })
      await from.fill('25:00')
      await expect(page.getByText(/[«“]25:00/)).toBeVisible()
      // It is quiet now, and stays so for long.
      const clock = (minutes: number) => new Date(Date.now() + minutes * 60_000).toTimeString().slice(0, 5)
      await from.fill(clock(-30))
      await page.getByLabel(path.t('/http/retry/quiet/to'), { exact: true }).fill(clock(180))
      await expect(words.getByText(path.t('retries.say.after', { codes: '429, 503' }))).toBeVisible()
      await path.saved()
      await watch.look('quiet hours')
      await path.start('none')
      await receiver.answers('503,200')
      await path.history()
      await path.send({ name: 'Anna' })
      await expect(path.rows('state.waiting.retry')).toHaveCount(1)
      await path.rows('state.waiting.retry').click()
      const morning = path.t('state.waiting.quiet', { time: '' }).trim()
      await expect(page.getByText(morning).first()).toBeVisible()

      await page.getByRole('button', { name: path.t('retryPolicy') }).click()
      const dialog = page.getByRole('dialog')
      // It begins with what the step says, and all of that can be changed.
      await expect(dialog.getByLabel(path.t('/http/retry/quiet/from'), { exact: true })).toBeVisible()
      await dialog.getByRole('radio', { name: path.t('retries.exponential') }).check()
      await dialog.getByLabel(path.t('/http/retry/exponential/first'), { exact: true }).fill('30')
      await dialog.getByLabel(path.t('/http/retry/exponential/tries'), { exact: true }).fill('5')
      await dialog.getByRole('checkbox', { name: path.t('/http/retry/on=4xx') }).uncheck()
      const told = dialog.getByRole('list', { name: path.t('retries.words') })
      await expect(told.getByText(path.t('retries.say.codes', { codes: '5xx' }))).toBeVisible()
      await watch.look('other pauses')
      await dialog.getByRole('radio', { name: path.t('retryPlan.anyTime') }).check()
      await dialog.getByRole('button', { name: path.t('retryPlan.do') }).click()
      await expect(dialog).toBeHidden()
      await expect(page.getByText(path.t('run.retriesChanged', { who: '|', time: '', delays: '' }).split('|')[0]!.trim()).first()).toBeVisible()
      await expect(page.getByText(new RegExp(path.t('run.retriesAnyTime'))).first()).toBeVisible()
      await watch.look('changed')
      await page.getByRole('button', { name: path.t('sendNow') }).click()
      await expect(page.getByText(path.t('state.succeeded')).first()).toBeVisible()
    })
  })
}
