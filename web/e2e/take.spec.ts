import { expect } from '@playwright/test'
import { before, walk } from './walk'

walk.describe('what came before', () => {
  walk.use(before('ru', 'light', 1280))

  walk('is taken as the sample from every list; a tree is searched both ways; files have the names that people gave', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await server.api('PUT', '/api/v1/settings', { contact: 'it@example.ru' })
    await path.ready('Заявка: сайт/CRM', 'shelf')
    // Whom to ask stands in the tip, where keys and fingers reach all of it.
    await path.button(t('url.help')).focus()
    await expect(page.getByRole('tooltip')).toContainText(t('contact', { email: 'it@example.ru' }))
    const send = async (who: string) => expect((await fetch(path.address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: who, mark: 'x', list: [{ mark: 'y' }] }) })).status).toBe(200)
    await path.start('none')
    for (const who of ['Анна', 'Борис', 'Вера']) {
      await send(who)
      await expect.poll(async () => (await server.api<{ items: { state: string }[] }>('GET', '/api/v1/runs')).items.filter((run) => run.state === 'succeeded').length).toBeGreaterThan(['Анна', 'Борис', 'Вера'].indexOf(who))
    }
    const sample = page.locator('footer').getByRole('button').first()

    // From the history, one run chosen.
    await page.goto(`${server.base}/runs`)
    await page.getByRole('row').filter({ hasText: 'Борис' }).getByRole('checkbox').check()
    await path.link(t('run.asSample')).click()
    await expect(sample).toContainText('Борис')

    // From the scenario's own history.
    await page.getByRole('tab', { name: t('editor.history') }).click()
    await watch.look('own history')
    await page.getByRole('listitem').filter({ hasText: 'Анна' }).getByText(t('history.asSample'), { exact: true }).click()
    await expect(sample).toContainText('Анна')

    // From the events of a source; the tree there is searched forth and back.
    const [source] = (await server.api<{ items: { name: string }[] }>('GET', '/api/v1/sources')).items
    await page.goto(`${server.base}/sources/${source!.name}`)
    const find = page.getByRole('textbox', { name: t('tree.find') })
    await find.fill('mark')
    const at = (n: number) => expect(page.getByText(t('tree.nth', { n, max: 2 }), { exact: true })).toBeVisible()
    await at(1)
    await find.press('Enter')
    await at(2)
    await find.press('Shift+Enter')
    await at(1)
    await find.press('Shift+Enter')
    await at(2)
    await watch.look('events')
    await path.link(t('run.asSample')).click()
    await expect(sample).toContainText('Вера')

    // A file is called like the scenario, without what a file system would misread.
    await page.goto(`${server.base}/scenarios`)
    await path.button(t('scenario.actions', { title: 'Заявка: сайт/CRM' })).click()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: t('scenario.exportYaml') }).click()])
    expect(file.suggestedFilename()).toBe('Заявка_ сайт_CRM.yaml')

    // Started from the list, what came meanwhile is asked about.
    const menu = path.button(t('scenario.actions', { title: 'Заявка: сайт/CRM' }))
    await menu.click()
    await page.getByRole('menuitem', { name: t('stop') }).click()
    await path.button(t('stop')).click()
    await expect(page.getByText(t('scenarioState.stopped')).first()).toBeVisible()
    await send('Глеб')
    await expect(page.getByText(t('state.held'), { exact: true })).toBeAttached()
    await menu.click()
    await page.getByRole('menuitem', { name: t('start') }).click()
    await watch.look('held')
    await path.button(t('scenario.startHeld')).click()
    await expect.poll(async () => (await server.api<{ items: { state: string }[] }>('GET', '/api/v1/runs')).items.filter((run) => run.state === 'succeeded').length).toBe(4)
  })
})
