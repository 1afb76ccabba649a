import { expect } from '@playwright/test'
import { before, walk } from './walk'

for (const screen of [before('ru', 'light', 1280), before('en', 'dark', 390)]) {
  walk.describe(`the test receiver, ${screen.language}, ${screen.viewport.width}`, () => {
    walk.use(screen)

    walk('shows by itself what came, answers as it was told in words, and forgets', async ({ page, path, server, watch }) => {
      walk.slow()
      const { t } = path
      await path.enter()
      await path.begin()
      await path.visit('echo')
      await expect(page.getByRole('heading', { name: t('echo.none') })).toBeVisible()
      await watch.look('nothing yet')
      await path.button(t('echo.try')).click()
      const came = page.getByRole('list', { name: t('echo.came') })
      const addresses = page.getByRole('list', { name: t('echo.addresses') })
      await expect(came.getByRole('button')).toHaveCount(1)
      await watch.look('one came')

      // A program's request appears by itself, whole, with its credentials hidden.
      const send = (to: string, body: string) => fetch(`${server.base}/echo/${to}`, { method: 'PUT', body, headers: { Authorization: 'Bearer s3cret' } })
      await send('test/orders?id=7', '{"order":1734}')
      await expect(came.getByRole('button')).toHaveCount(2)
      await came.getByRole('button', { name: /PUT/ }).click()
      await expect(page.getByText('/echo/test/orders?id=7')).toBeVisible()
      await expect(page.getByText('1734', { exact: true })).toBeVisible()
      await page.getByRole('tab', { name: new RegExp(`^${t('run.headersOf', { n: '\\d+' })}$`) }).click()
      await expect(page.getByText('Bearer ***')).toBeVisible()
      await watch.look('headers')

      // Its answers are chosen in words, and asked for the usual ones again.
      const answers = page.getByRole('combobox', { name: t('echo.answers') })
      await answers.click()
      await page.getByRole('option', { name: t('echo.503h'), exact: true }).click()
      await expect(path.button(t('echo.reset'))).toBeVisible()
      expect((await send('test', '')).status).toBe(503)
      await expect(came.getByRole('button').first()).toContainText('503')
      await page.reload()
      await expect(answers).toHaveValue(t('echo.503h'))
      await path.button(t('echo.reset')).click()
      await expect(answers).toHaveValue(t('echo.usual'))
      expect((await send('test', '')).status).toBe(200)

      // What is written oneself and cannot be read is told beside its field.
      await answers.click()
      await page.getByRole('option', { name: t('echo.custom'), exact: true }).click()
      const script = page.getByRole('textbox', { name: t('echo.script') })
      await script.fill('5000')
      watch.expects(/answer 422: PUT/, /console: .*422/)
      await path.button(t('save')).click()
      await expect(page.getByText(/503,503,200/).last()).toBeVisible()
      await expect(script).toHaveAttribute('aria-invalid', 'true')
      await watch.look('a script that cannot be read')
      await script.fill('418,cut')
      await path.button(t('save')).click()
      await expect(path.button(t('echo.reset'))).toBeVisible()
      expect((await send('test', '')).status).toBe(418)
      await send('test', '').then((answer) => answer.text(), () => '').catch(() => '')
      await expect(came.getByText(t('echo.how.cut'))).toBeVisible()

      // Another address, by its name; a wrong one is refused beside the field.
      await path.button(t('echo.new')).click()
      const name = page.getByRole('dialog').getByRole('textbox', { name: t('echo.name') })
      await name.fill('a/b')
      await path.button(t('echo.open')).click()
      await expect(page.getByText(t('echo.badName'))).toBeVisible()
      await watch.look('a wrong name')
      await name.fill('crm')
      await path.button(t('echo.open')).click()
      await expect(page.getByRole('heading', { name: t('echo.waiting') })).toBeVisible()
      await watch.look('waits')
      await send('crm', 'hello')
      await expect(page.getByText('hello')).toBeVisible()

      // What came is forgotten after a question; the script of the other address stays.
      await addresses.getByRole('button', { name: /^test/ }).click()
      await path.button(t('echo.clear')).click()
      await watch.look('the question')
      await page.getByRole('dialog').getByRole('button', { name: t('echo.clear'), exact: true }).click()
      await expect(page.getByRole('heading', { name: t('echo.waiting') })).toBeVisible()
      const { script: kept, requests } = await server.api<{ script: string; requests: unknown[] }>('GET', '/api/v1/echo/test')
      expect([kept, requests]).toEqual(['418,cut', []])
      await watch.look('forgotten')
    })

    walk('keeps what somebody looks at, says what it does not show, and what failed', async ({ page, path, server, watch }) => {
      walk.slow()
      const { t } = path
      await path.enter()
      await server.api('PUT', '/api/v1/settings', { masking: { fields: ['phone'] } })
      const send = (body: object, query = '') => fetch(`${server.base}/echo/crm${query}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
      expect((await send({ order: 1, phone: '+79990001122' }, '?script=503')).status).toBe(503)
      await page.goto(`${server.base}/receiver?address=crm`)
      const came = page.getByRole('list', { name: t('echo.came') }).getByRole('button')
      const seen = page.locator('[aria-current="true"]').filter({ hasText: 'POST' })
      await expect(page.getByText(t('echo.brought', { script: '503' }))).toBeVisible()
      await expect(page.getByText('order', { exact: true })).toBeVisible()
      await expect(page.getByText('***')).toBeVisible()
      await expect(page.getByText('79990001122')).toHaveCount(0)
      await watch.look('a masked value')

      // What is looked at stays, and so does its tab, when more comes; that its way of answering is set elsewhere is followed.
      const headers = page.getByRole('tab', { name: new RegExp(`^${t('run.headersOf', { n: '\\d+' })}$`) })
      await headers.click()
      await send({ order: 2, text: 'я'.repeat(40_000) })
      await expect(came).toHaveCount(2)
      await expect(seen).toContainText('503')
      await server.api('PUT', '/api/v1/echo/crm/script', { script: '404' })
      await expect(page.getByRole('combobox', { name: t('echo.answers') })).toHaveValue(t('echo.404'))
      await came.first().click()
      await expect(headers).toHaveAttribute('aria-selected', 'true')
      await expect(page.getByText(t('echo.cutBody'))).toBeVisible()
      await expect(page.getByText(t('echo.brought', { script: '503' }))).toHaveCount(0)
      await page.getByRole('tab', { name: t('event.body'), exact: true }).click()
      await watch.look('a long body')

      // One that cannot be read is said so in its place, and asked for again.
      const one = '**/api/v1/echo/crm/requests/3'
      const refuse = (status: number) => ({ status, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'x', status, code: status === 503 ? 'store.unavailable' : 'internal' }) })
      watch.expects(/answer 50[03]/, /console: .*50[03]/)
      await page.route(one, (route) => route.fulfill(refuse(500)))
      await send({ order: 3 })
      await expect(came).toHaveCount(3)
      await came.first().click()
      const again = path.button(t('ui.tryAgain'))
      await expect(again).toBeVisible({ timeout: 30_000 })
      await watch.look('one that cannot be read')
      await page.unroute(one)
      await again.click()
      await expect(page.getByText('order', { exact: true })).toBeVisible()
      await expect(again).toHaveCount(0)

      // What could not be forgotten is still there, and the question asked anew knows nothing of it.
      const all = '**/api/v1/echo/crm/requests'
      const question = page.getByRole('dialog')
      await page.route(all, (route) => route.fulfill(refuse(503)))
      await path.button(t('echo.clear')).click()
      await question.getByRole('button', { name: t('echo.clear'), exact: true }).click()
      await expect(question.getByRole('alert')).toBeVisible()
      await watch.look('not forgotten')
      await page.unroute(all)
      await question.getByRole('button', { name: t('ui.cancel'), exact: true }).click()
      await expect(came).toHaveCount(3)
      await path.button(t('echo.clear')).click()
      await expect(question.getByText(t('echo.clearHelp'))).toBeVisible()
      await expect(question.getByRole('alert')).toHaveCount(0)
      await question.getByRole('button', { name: t('echo.clear'), exact: true }).click()
      await expect(page.getByRole('heading', { name: t('echo.waiting') })).toBeVisible()
    })

    walk('is a press away from the step that sends to it', async ({ page, path, server }) => {
      const { t } = path
      await path.enter()
      await path.ready('Lead', 'crm')
      await fetch(`${server.base}/echo/crm`, { method: 'POST', body: 'from the step' })
      await path.link(t('echo.toReceiver')).click()
      await expect(page.getByRole('heading', { name: t('echo'), level: 1 })).toBeVisible()
      await expect(page.getByText('from the step')).toBeVisible()
    })
  })
}
