import { expect, type Page } from '@playwright/test'
import type { Path } from './path'
import { before, walk } from './walk'

const settings = {
  title: 'Магазин',
  notices: {
    channels: [{ name: 'ops', kind: 'webhook', url: 'https://ops.example.ru/hook', key: { secret: 'notices-ops' } }],
    rules: { first_failure: { channels: ['mail'] }, source_silent: { after: '3h' } },
  },
}

/** One rule's row is opened, and its list takes a further choice. */
async function choose(page: Page, path: Path, list: string, option: string) {
  await page.getByRole('combobox', { name: list }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
  await page.keyboard.press('Escape')
  await expect(path.button(`${path.t('save')}: ${path.t('mail.tells')}`)).toBeEnabled()
}

for (const [language, scheme, width] of [['ru', 'light', 1280], ['en', 'dark', 390]] as const)
  walk.describe(`rules of news, ${language}`, () => {
    walk.use(before(language, scheme, width))

    walk('a rule says where and of what people are told', async ({ server, page, path, watch }) => {
      const shot = async (name: string) => {
        if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${language}-${name}.png`, fullPage: true })
      }
      await path.enter()
      await server.api('PUT', '/api/v1/settings', settings)
      const { name: source } = await server.api<{ name: string }>('POST', '/api/v1/sources', { title: 'Форма', preset: 'generic' })
      const { name: scenario } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', { title: 'Заявка → CRM', document: { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'lead', title: 'Заявка → CRM', sources: [source], steps: [] } })
      await page.goto(`${server.base}/settings/notices`)
      const t = path.t
      await expect(page.getByText(`${t('rule.channels')}: ${t('mail.title')}`)).toBeVisible()
      await watch.look('the rules')
      await shot('folded')

      const more = (key: Parameters<typeof t>[0]) => path.button(`${t('rule.more')}: ${t(key)}`)
      await more('notice.bad_end').click()
      await choose(page, path, t('rule.channels'), 'ops')
      await choose(page, path, t('rule.scenarios'), 'Заявка → CRM')
      await page.getByRole('checkbox', { name: t('rule.urgent') }).check()
      await watch.look('a rule with its channels')
      await shot('open')
      await path.button(`${t('rule.less')}: ${t('notice.bad_end')}`).click()

      // Rules with numbers of their own; what does not fit is told at its field.
      await page.getByRole('switch', { name: t('notice.digest') }).check()
      await more('notice.digest').click()
      await page.getByRole('combobox', { name: t('rule.day') }).click()
      await page.getByRole('option', { name: t('rule.friday') }).click()
      await page.getByRole('textbox', { name: t('rule.at'), exact: true }).fill('6 pm')
      await more('notice.error_share').click()
      await page.getByRole('textbox', { name: t('rule.share') }).fill('30')
      watch.expects(/422/)
      await path.button(`${t('save')}: ${t('mail.tells')}`).click()
      await expect(page.getByText('«6 pm»').or(page.getByText('“6 pm”'))).toBeVisible()
      await watch.look('a rule with a mistake')
      await shot('numbers')
      await page.getByRole('textbox', { name: t('rule.at'), exact: true }).fill('18:00')
      await path.button(`${t('save')}: ${t('mail.tells')}`).click()
      await path.sees(t('settings.saved'))

      const { notices } = await server.api<typeof settings>('GET', '/api/v1/settings')
      expect(notices).toEqual({ ...settings.notices, rules: { ...settings.notices.rules, bad_end: { channels: ['ops'], scenarios: [scenario], urgent: true }, digest: { on: true, day: 'friday', at: '18:00' }, error_share: { share: 30 } } })
      await page.reload()
      await expect(page.getByText(t('rule.digestWords', { day: t('rule.friday'), at: '18:00' }))).toBeVisible()
      await expect(page.getByText(`${t('rule.channels')}: ops · ${t('rule.scenarios')}: Заявка → CRM · ${t('rule.urgentToo')}`)).toBeVisible()
    })
  })
