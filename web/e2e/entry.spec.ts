import { expect } from '@playwright/test'
import { owner } from './path'
import { Receiver } from './receiver'
import { before, walk } from './walk'

walk.describe('a proxy that nobody named', () => {
  walk.use({ ...before('ru', 'light', 390), extraHTTPHeaders: { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'https' } })

  walk('is told before the door, and is not believed', async ({ server, page, path, watch }) => {
    await page.goto(server.link)
    await path.sees('Прокси 127.0.0.1 не указан в')
    await watch.look('proxy')
    await path.setUp()
  })
})

walk.describe('a password', () => {
  walk.use(before('ru', 'dark', 1280))

  walk('is changed; other sessions end, and this one stays', async ({ server, page, path, watch, browser }) => {
    const { t } = path
    await path.enter()
    const other = await browser.newContext({ locale: 'ru-RU' })
    const elsewhere = await other.newPage()
    expect((await other.request.post(`${server.base}/api/v1/session`, { data: owner })).ok()).toBe(true)
    await elsewhere.goto(`${server.base}/scenarios`)
    await expect(elsewhere.getByRole('heading', { level: 1 })).toBeVisible()

    await page.goto(`${server.base}/settings/account`)
    await page.getByLabel(t('account.currentPassword'), { exact: true }).fill('not my password')
    await page.getByLabel(t('account.newPassword'), { exact: true }).fill('another-2026-road')
    watch.expects(/ 4\d\d/)
    await path.button(t('account.changePassword')).click()
    await path.sees('Это не ваш нынешний пароль')
    await page.getByLabel(t('account.currentPassword'), { exact: true }).fill(owner.password)
    await path.button(t('account.changePassword')).click()
    await path.sees(t('account.passwordChanged'))
    await watch.look('changed')
    await path.visit('nav.sources')

    // Whoever had the page open elsewhere is asked for the new password over it.
    const password = elsewhere.getByRole('textbox', { name: t('entry.password'), exact: true })
    await expect(async () => {
      // A page that asks anew by itself is told before the click, and the dialog covers the link.
      if (!(await password.isVisible())) await elsewhere.getByRole('link', { name: t('nav.sources'), exact: true }).click({ timeout: 2000 })
      await expect(password).toBeVisible({ timeout: 2000 })
    }).toPass()
    // The log tells what was refused and by what it should have been proved, never the proof itself.
    await expect.poll(() => server.output).toMatch(/a call of the API was refused.* status=401 operation="GET \/api\/v1\/\S+" from=127\.0\.0\.1 proof=cookie/)
    for (const { value } of await other.cookies()) expect(server.output).not.toContain(value)
    expect(server.output).not.toContain('not my password')
    await elsewhere.reload()
    await expect(password).toBeVisible()
    expect((await other.request.post(`${server.base}/api/v1/session`, { data: owner })).status()).toBe(401)
    expect((await other.request.post(`${server.base}/api/v1/session`, { data: { ...owner, password: 'another-2026-road' } })).ok()).toBe(true)
    await other.close()
  })
})

walk.describe('a check of a whole scenario', () => {
  walk.use(before('ru', 'light', 1280))

  walk('shows which step failed and why; what stands behind it does not go', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    const down = new Receiver(server, 'down')
    await down.answers('503')
    const source = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title: 'Сайт', preset: 'generic' })
    const to = (name: string) => ({ method: 'POST', url: `{{ public_url }}/echo/${name}`, body: { json: [{ name: 'who', value: '{{ event.body.name }}' }] } })
    const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', {
      title: 'Заявка',
      document: {
        apiVersion: 'gonets/v1', kind: 'Scenario', name: 'lead', title: 'Заявка', sources: [source.name],
        steps: [
          { id: 'well', title: 'На склад', http: to('well') },
          { id: 'down', title: 'В CRM', http: to('down') },
          { id: 'after', title: 'В чат', http: to('after') },
        ],
      },
    })
    await fetch(source.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name":"Анна"}' })
    await page.goto(`${server.base}/scenarios/${name}`)
    await path.button(t('check.scenario')).click()
    const card = (step: string) => page.locator(`[data-step="${step}"]`).locator('..')
    await expect(card('down').getByText('503', { exact: true })).toBeVisible()
    await expect(card('well').getByText('✓ 200', { exact: true })).toBeVisible()
    await expect(page.getByText(new RegExp(t('check.endBad', { time: '' }).replace(/,.*/, ''))).first()).toBeVisible()
    await watch.look('which step')
    await page.locator('[data-step="down"]').click()
    const result = page.getByRole('region', { name: t('result.title') })
    await expect(result.getByText('Сервис 127.0.0.1 временно недоступен (503).')).toBeVisible()
    await watch.look('why')
    expect((await new Receiver(server, 'after').requests()).length).toBe(0)
  })
})

walk.describe('a password that is forgotten', () => {
  walk.use(before('ru', 'light', 390))

  walk('the door says who sets a new one, and with which command', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await page.context().clearCookies()
    await page.goto(`${server.base}/login`)
    const command = page.getByText('gonets user password', { exact: true })
    await expect(page.getByText(t('login.forgot'))).toBeVisible()
    await expect(command).toBeHidden()
    await page.getByText(t('login.forgot')).click()
    await expect(page.getByText(t('login.forgot.help'))).toBeVisible()
    await expect(command).toBeVisible()
    await watch.look('forgotten')
    // The command that is named does it.
    await server.cli(['user', 'password', '--password-file', '-'], 'another-2026-road')
    await page.getByRole('textbox', { name: t('setup.login') }).fill(owner.login)
    await page.getByRole('textbox', { name: t('entry.password'), exact: true }).fill('another-2026-road')
    await path.button(t('login.submit')).click()
    await path.sees(t('mail.notSet'))
  })
})
