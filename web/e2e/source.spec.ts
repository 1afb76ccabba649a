import { expect } from '@playwright/test'
import { inShell } from './path'
import { Receiver } from './receiver'
import { before, walk } from './walk'

walk.describe('the quick example', () => {
  walk.use(before('ru', 'dark', 390))

  walk('delivers at once; while it works, pasted data is only looked at, and a sample really goes', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await path.begin()
    await path.button(`${t('quick.title')}: ${t('quick.try')}`).click()
    const dialog = page.getByRole('dialog', { name: t('quick.title') })
    await expect(dialog.getByText(t('quick.next'))).toBeVisible()
    await expect(dialog.getByText(t('state.succeeded')).first()).toBeVisible()
    await watch.look('it was delivered')
    await dialog.getByRole('link', { name: t('quick.openScenario') }).click()
    await expect(page.getByText(t('scenario.running')).first()).toBeVisible()
    const receiver = new Receiver(server, 'quick-example')
    const names = async () => (await receiver.requests()).map((one) => (one.body as { name: string }).name)
    expect(await names()).toEqual(['Анна'])

    const sample = page.locator('footer').getByRole('button').first()
    await sample.click()
    await page.getByRole('menuitem', { name: t('sample.other') }).click()
    await path.sees(t('source.runsReally'))
    await watch.look('where data come from')
    await path.button(t('source.pasteJson')).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'JSON' }).fill('{"name": "Ольга", "phone": "1"}')
    await path.sees(t('source.jsonSample'))
    await watch.look('data by hand')
    await path.button(t('source.useJson')).click()
    await path.closeSheet()
    await expect(sample).toContainText(t('sample.own'))
    await page.locator('[data-step="tell"]').click()
    await expect(page.getByText('"Ольга"').first()).toBeVisible()
    expect(await names()).toEqual(['Анна'])

    await path.closeSheet()
    await sample.click()
    await page.getByRole('menuitem', { name: t('sample.other') }).click()
    await path.button(t('sendSample')).click()
    await expect.poll(async () => (await names()).length).toBe(2)
  })
})

walk.describe('an address', () => {
  walk.use(before('en', 'dark', 1280))

  walk('is tried by hand: a sample, data of one’s own, and a command that a shell runs', async ({ server, page, path, watch }) => {
    const { t } = path
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await path.enter()
    await path.begin()
    await path.create('By hand')
    await path.addWebhook()
    const name = new URL(page.url()).pathname.split('/').pop()!
    const held = async () => (await server.api<{ held: number }>('GET', `/api/v1/scenarios/${name}`)).held
    const came = (n: number) => expect(page.getByText(t(n === 1 ? 'source.events_one' : 'source.events_other', { count: n }), { exact: true })).toBeVisible()
    const field = (row: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: row }) })

    await path.button(t('sendSample')).click()
    await came(1)
    await expect(field('phone')).toContainText(/“\+7\d+”/)

    await path.button(t('source.pasteJson')).click()
    const dialog = page.getByRole('dialog')
    const json = dialog.getByRole('textbox', { name: 'JSON' })
    await json.fill('{"name": "Olga",\n "items": [}')
    await dialog.getByRole('button', { name: t('source.useJson') }).click()
    await expect(dialog.getByText(t('body.jsonBad', { line: 2, col: 12 }))).toBeVisible()
    await watch.look('no JSON')
    await json.fill('{"name": "Olga",\n "items": [{"sku": "A-17"}]}')
    await dialog.getByRole('button', { name: t('source.useJson') }).click()
    await expect(dialog).toBeHidden()
    await came(2)
    await expect(field('items[0].sku')).toContainText('“A-17”')

    // The very text that was copied, in a real shell.
    const command = await path.copiesCommand()
    expect(command).toMatch(/^curl -X POST 'http/)
    expect(JSON.parse(await inShell(command))).toMatchObject({ success: true, event_id: expect.any(String) })
    await came(3)
    await expect(field('phone')).toContainText(/“\+7\d+”/)
    await page.getByText(t('source.raw')).click()
    await page.getByText(t('body.raw'), { exact: true }).click()
    await expect(page.getByText(/^\{.*"phone":"\+7\d+".*\}$/)).toBeVisible()
    await watch.look('what came')
    expect(await held()).toBe(3)
  })
})

for (const [reach, set] of Object.entries({ unset: '', private: 'http://10.0.0.5', http: 'http://hooks.example.org', open: 'https://hooks.example.org' }))
  walk.describe(`an address as others see it, ${reach}`, () => {
    walk.use({ ...before('ru', 'light', 1280), flags: set ? ['--public-url', set] : [] })

    walk('says whether it is reached from outside, and has a letter for the administrator where it is not', async ({ server, page, path, watch }) => {
      const { t } = path
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await path.enter()
      const source = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title: 'Сайт', preset: 'generic' })
      await page.goto(`${server.base}/sources/${source.name}`)
      const letter = path.button(t('reach.copyLetter'))
      if (reach === 'open') {
        await path.sees(t('reach.open'))
        await expect(letter).toHaveCount(0)
        return
      }
      const url = reach === 'http' ? 'https://hooks.example.org' : `https://${t('source.yourHost')}`
      // What stands between backquotes is set as code.
      await expect(page.getByText(t(`reach.${reach}`, { url }).split('`')[0]!.trim())).toBeVisible()
      await watch.look(reach)
      await letter.click()
      await expect(path.button(t('ui.copied'))).toBeVisible()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(t('reach.letter', { url, address: source.url }))
    })
  })
