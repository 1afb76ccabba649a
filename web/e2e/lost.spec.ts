import { expect, type Page } from '@playwright/test'
import { before, walk } from './walk'

/** What a network or an update takes away from a page that is opened. */
async function loses(page: Page, file: string, times = Infinity): Promise<() => number> {
  let asked = 0
  await page.route(`**/assets/${file}-*.js`, (route) => (asked++ < times ? route.abort('connectionreset') : route.continue()))
  return () => asked
}

walk.describe('a part of the page is lost on its way', () => {
  walk.use(before('en', 'light', 1280))

  walk('the texts: asked for again, then in the other language, else said so', async ({ server, page, path, watch }) => {
    watch.expects(/ERR_CONNECTION_RESET|Failed to load resource/)
    await path.enter()
    const asked = await loses(page, 'en', 1)
    await page.goto(server.base)
    await expect(page.getByRole('link', { name: path.t('nav.history'), exact: true })).toBeVisible()
    expect(asked()).toBe(2)

    await loses(page, 'en')
    await page.reload()
    await expect(page.getByRole('link', { name: 'История операций', exact: true })).toBeVisible()
    expect(await page.evaluate(() => [document.documentElement.lang, localStorage.getItem('gonets.language')])).toEqual(['ru', null])

    await loses(page, 'ru')
    await page.reload()
    await expect(page.getByRole('alert')).toContainText('The page did not load whole')
    await expect(page.getByRole('alert')).toContainText('Страница загрузилась не полностью')
    await watch.look('no texts at all')
    await page.unrouteAll()
    await page.getByRole('button', { name: /Load again/ }).click()
    await expect(page.getByRole('link', { name: path.t('nav.history'), exact: true })).toBeVisible()
  })

  walk('the other language: the page says that it stays, and nothing is remembered', async ({ server, page, path, watch }) => {
    watch.expects(/ERR_CONNECTION_RESET|Failed to load resource/)
    await path.enter()
    await page.goto(server.base)
    await loses(page, 'ru')
    const remembered: string[] = []
    page.on('request', (request) => request.method() === 'PATCH' && remembered.push(request.postData() ?? ''))
    const choose = async () => {
      await path.button(path.t('language.title')).click()
      await page.getByRole('menuitem', { name: 'Русский' }).click()
    }
    await choose()
    await path.sees(path.t('language.failed'))
    await watch.look('the language stays')
    await page.unrouteAll()
    const kept = page.waitForRequest((request) => request.method() === 'PATCH')
    await choose()
    await kept
    await expect(page.getByRole('link', { name: 'История операций', exact: true })).toBeVisible()
    expect(remembered).toEqual(['{"language":"ru"}'])
  })

  walk('the map: everything is loaded once more, then a press asks again and the editor stays', async ({ page, path, watch }) => {
    watch.expects(/ERR_CONNECTION_RESET|Failed to load resource|Failed to fetch dynamically imported module|error boundary|MapView/)
    await path.enter()
    await path.ready('Lead', 'shop')
    await loses(page, 'MapView')
    let loads = 0
    page.on('load', () => loads++)
    await page.getByRole('tab', { name: path.t('editor.map') }).click()
    await expect(page.getByRole('alert')).toContainText(path.t('error.part'))
    await expect.poll(() => loads).toBe(1)
    await expect(page.getByRole('textbox', { name: path.t('editor.name') })).toBeVisible()
    await watch.look('the map did not come')
    await page.unrouteAll()
    await path.button(path.t('ui.tryAgain')).click()
    await expect(page.locator('[data-block] [data-step="tell"]')).toBeVisible()
  })

  walk('a whole page, while the server is away: it says so, keeps the address, and opens when the server is back', async ({ server, page, path, watch }) => {
    watch.expects(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED|Failed to load resource|PartLost|error boundary/)
    await path.enter()
    await page.goto(`${server.base}/scenarios`)
    await path.sees(path.t('nav.scenarios'))
    await server.kill()
    let loads = 0
    page.on('load', () => loads++)
    await page.getByRole('link', { name: path.t('nav.history'), exact: true }).click()
    const told = page.getByRole('alert').filter({ hasText: path.t('error.part') })
    await expect(told).toContainText(path.t('error.part.meaning'))
    await expect(page).toHaveURL(`${server.base}/runs`)
    await watch.look('a page did not come')
    const again = told.getByRole('button', { name: path.t('ui.tryAgain') })
    await again.click()
    await expect(told).toBeVisible()
    await server.up()
    await again.click()
    await expect(page.getByRole('heading', { name: path.t('nav.history'), level: 1 })).toBeVisible()
    await expect(page).toHaveURL(`${server.base}/runs`)
    expect(loads).toBe(0)
  })
})
