import { networkInterfaces } from 'node:os'
import { expect } from '@playwright/test'
import { owner } from './path'
import { before, walk } from './walk'

/** An address of this machine that is not loopback; undefined where there is none. */
const outer = Object.values(networkInterfaces())
  .flat()
  .find((one) => one && one.family === 'IPv4' && !one.internal && !one.address.startsWith('169.254.'))?.address

// Where there is none, a proxy of this machine says that the browser is elsewhere.
const proxied = outer === undefined
const headers = proxied ? { extraHTTPHeaders: { 'X-Forwarded-For': '203.0.113.9' } } : {}
const flags = proxied ? ['--trusted-proxy', '127.0.0.1/32'] : ['--everywhere']

walk.describe('F: from another machine, over http', () => {
  walk.use({ ...before('en', 'light', 390), ...headers, flags })

  walk('set-up takes the code, and everything works', async ({ server, page, path, watch, context }) => {
    const loopback = server.base
    server.base = watch.base = `http://${outer ?? '127.0.0.1'}:${server.port}`
    for (const base of [loopback, server.base]) {
      const answers = await Promise.all(
        [{ ...owner }, { ...owner, code: '' }, { ...owner, code: '0000-0000-0000' }].map(async (data) => {
          const answer = await context.request.post(`${base}/api/v1/setup`, { data })
          return answer.status()
        }),
      )
      for (const status of answers) expect([403, 422, 429], `set-up without the code on ${base}`).toContain(status)
    }

    await page.goto(`${server.base}/setup`)
    const code = page.getByRole('textbox', { name: path.t('setup.codeLabel') })
    await expect(code).toBeVisible()
    await path.sees(path.t('entry.plainHttp'))
    await watch.look('asked for the code')
    await code.fill(server.code)
    await page.getByRole('textbox', { name: path.t('setup.login') }).fill(owner.login)
    await page.getByRole('textbox', { name: path.t('entry.password'), exact: true }).fill(owner.password)
    await path.button(path.t('setup.submit')).click()
    await expect(page.getByRole('heading', { level: 2 })).toHaveCount(3)
    const session = (await context.cookies()).find((one) => one.name === 'gonets_session')
    expect(session).toMatchObject({ httpOnly: true, secure: false, sameSite: 'Lax' })

    // Without TLS the browser keeps some of its tools back; the way must not need them.
    expect(await page.evaluate(() => isSecureContext)).toBe(proxied)
    await path.create('From afar')
    await path.addWebhook()
    await path.firstEvent({ name: 'Anna', phone: '+79990001122' })
    await path.addRequest()
    await path.addField('name', 'Name')
    await path.becomes('"Anna"')
    await path.check()
    await path.start('start.held')
    await path.history()
    await expect(path.rows('state.succeeded')).toHaveCount(1)

    await context.clearCookies()
    await page.goto(`${server.base}/runs`)
    await path.logIn()
    await expect(page.getByRole('heading', { name: path.t('nav.history'), level: 1 })).toBeVisible()
    await expect(path.rows('state.succeeded')).toHaveCount(1)
  })

  walk('the terminal makes the owner without the page', async ({ server, page, path, watch }) => {
    expect(await server.cli(['user', 'create', '--owner', '--login', owner.login, '--password-file', '-'], owner.password)).toContain(owner.login)
    server.base = watch.base = `http://${outer ?? '127.0.0.1'}:${server.port}`
    await page.goto(server.link.replace(/http:\/\/[^/]+/, server.base))
    await path.sees(path.t('setup.done'))
    await watch.look('there is an owner')
    await path.button(path.t('login.submit')).click()
    await path.logIn()
    await expect(page.getByRole('heading', { level: 2 })).toHaveCount(3)
  })
})
