import { expect } from '@playwright/test'
import { owner } from './path'
import { before, walk } from './walk'

walk.describe('the door', () => {
  walk.use(before('ru', 'light', 1280))

  walk('whoever is logged out while a page is open comes back over it; guessing is slowed down', async ({ server, page, path, watch, context }) => {
    await path.enter()
    await page.goto(`${server.base}/settings/general`)
    const contact = page.getByRole('textbox', { name: path.t('settings.contact') })
    const save = path.button(`${path.t('save')}: ${path.t('settings.server')}`)
    await contact.fill('it@example.ru')
    watch.expects(/401/, /429/)
    // Logged out from another page of the same browser.
    await context.request.delete(`${server.base}/api/v1/session`)
    await save.click()
    const again = page.getByRole('dialog', { name: path.t('login.again') })
    await expect(again).toBeVisible()
    await watch.look('logged out')
    await again.getByRole('textbox', { name: path.t('entry.password') }).fill(owner.password)
    await page.keyboard.press('Enter')
    await expect(again).toHaveCount(0)
    await expect(contact).toHaveValue('it@example.ru')
    await save.click()
    await path.sees(path.t('settings.saved'))

    await path.button(path.t('account.title')).click()
    await page.getByRole('menuitem', { name: path.t('account.logOut') }).click()
    await expect(page.getByRole('heading', { name: path.t('login.title') })).toBeVisible()
    await page.goto(`${server.base}/sources`)
    await page.getByRole('textbox', { name: path.t('setup.login') }).fill(owner.login)
    const password = page.getByRole('textbox', { name: path.t('entry.password') })
    const enter = path.button(path.t('login.submit'))
    await enter.click()
    await path.sees(path.t('entry.passwordNeeded'))
    const slowed = page.getByText(/^Слишком много попыток\. Подождите \d+ секунд/)
    for (let guess = 1; guess <= 9 && (await slowed.count()) === 0; guess++) {
      await password.fill(`wrong password ${guess}`)
      const answer = page.waitForResponse(/\/api\/v1\/session$/)
      await enter.click()
      await answer
      await expect(enter).toBeEnabled()
    }
    await expect(slowed).toBeVisible()
    await watch.look('slowed down')
    // Where they wanted to go is where they come to.
    await expect(async () => {
      if (await password.isVisible()) {
        await password.fill(owner.password)
        await enter.click()
      }
      await expect(page.getByRole('heading', { name: path.t('nav.sources'), level: 1 })).toBeVisible({ timeout: 3_000 })
    }).toPass({ timeout: 60_000 })
  })
})

walk.describe('recipes on a telephone', () => {
  walk.use(before('ru', 'light', 390))

  walk('their groups are read whole, and so is the sample of the one that was taken', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await page.goto(`${server.base}/recipes`)
    const takes = page.getByRole('button', { name: new RegExp(`^${t('take')}: `) })
    await expect(takes.first()).toBeVisible()
    const all = await takes.count()
    await watch.look('groups')
    await page.getByRole('combobox', { name: t('recipes.group') }).click()
    await page.getByRole('option', { name: t('recipes.crm') }).click()
    await expect.poll(() => takes.count()).toBeLessThan(all)
    await takes.first().click()
    const sample = page.locator('footer').getByRole('button').first()
    await expect(sample).toContainText('Анна')
    const source = new URL(page.url()).pathname.split('/').pop()!
    await server.api('POST', `/api/v1/sources/${source}/events`, { body: { Name: 'Константин Константинович', Email: 'konstantin@longest.example' } })
    await expect(sample).toContainText('Константин')
    // One text: where its data go on in the next line, they begin where the whole does.
    const edges = await sample.evaluate((button) => {
      const whole = document.createRange()
      whole.selectNodeContents(document.createTreeWalker(button, NodeFilter.SHOW_TEXT).nextNode()!)
      return [whole.getClientRects()[0]!.left, [...[...button.querySelectorAll('span')].at(-1)!.getClientRects()].at(-1)!.left]
    })
    expect(edges[1]).toBeCloseTo(edges[0]!, 0)
    await watch.look('sample')
  })
})

walk.describe('recipes', () => {
  walk.use(before('ru', 'dark', 1280))

  walk('each recipe opens as a draft and runs at once; one answers its sender', async ({ server, page, path, watch }) => {
    walk.slow()
    await path.enter()
    await page.goto(`${server.base}/recipes`)
    const takes = page.getByRole('button', { name: new RegExp(`^${path.t('take')}: `) })
    await expect(takes.first()).toBeVisible()
    await watch.look('recipes')
    const names = await takes.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''))
    expect(names.length).toBeGreaterThan(5)
    for (const name of names) {
      await page.goto(`${server.base}/recipes`)
      await path.button(name).click()
      await path.button(path.t('start')).click()
      await path.button(path.t('start.held')).click()
      await path.sees(path.t('scenario.running'))
      const scenario = new URL(page.url()).pathname.split('/').pop()!
      // The one whose service is down waits for its next try; each other one gets through.
      const wanted = scenario === 'service-down' ? /waiting|paused/ : /succeeded/
      await expect
        .poll(async () => ((await (await page.request.get(`${server.base}/api/v1/runs?scenario=${scenario}`)).json()) as { items: { state: string }[] }).items[0]?.state, { message: name, timeout: 30_000 })
        .toMatch(wanted)
    }
    const source = (await (await page.request.get(`${server.base}/api/v1/sources/answer`)).json()) as { url: string }
    const ask = async (product: string) => {
      const answer = await fetch(source.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ product, count: 2 }) })
      return `${answer.status} ${await answer.text()}`
    }
    expect(await ask('tea')).toBe('200 {"product":"tea","price":300}')
    expect(await ask('salt')).toBe(`404 ${path.t('recipe.answer.no')}`)
  })
})

walk.describe('lists', () => {
  walk.use(before('en', 'light', 390))

  walk('a scenario is imported, copied and deleted; an address gets a second one and is retired', async ({ server, page, path, watch }) => {
    await path.enter()
    await page.goto(`${server.base}/scenarios`)
    await path.button(path.t('import')).first().click()
    await page.getByRole('textbox', { name: path.t('import.paste') }).fill(`curl https://api.example.org/leads -H 'X-Shop: 7' -d '{"name":"Anna"}' --strange`)
    await path.sees('POST api.example.org')
    await path.sees(path.t('import.left', { flags: '--strange' }))
    await watch.look('import')
    await path.button(path.t('import.newScenario')).click()
    await expect(page).toHaveTitle('POST api.example.org · Gonets')

    const menu = path.button(path.t('scenario.actions', { title: 'POST api.example.org' }))
    const copy = path.t('scenario.copyOf', { title: 'POST api.example.org' })
    await page.goto(`${server.base}/scenarios`)
    await menu.click()
    await page.getByRole('menuitem', { name: path.t('scenario.copy') }).click()
    await expect(page).toHaveTitle(`${copy} · Gonets`)
    await page.goto(`${server.base}/scenarios?q=example.org`)
    await expect(page.getByRole('link', { name: copy })).toBeVisible()
    await menu.click()
    await page.getByRole('menuitem', { name: path.t('delete') }).click()
    await path.button(path.t('delete')).click()
    await expect(page.getByRole('link', { name: 'POST api.example.org', exact: true })).toHaveCount(0)
    await page.getByRole('textbox', { name: path.t('scenario.search') }).fill('nothing of this name')
    await expect(page).toHaveURL(/q=nothing/)
    await path.button(path.t('list.reset')).click()
    await expect(page.getByRole('link', { name: copy })).toBeVisible()

    await page.goto(`${server.base}/sources`)
    await path.button(path.t('sources.add')).click()
    await page.getByRole('textbox', { name: path.t('column.title') }).fill('Site')
    await path.button(path.t('create')).click()
    await expect(page.getByRole('heading', { name: 'Site', level: 1 })).toBeVisible()
    const address = page.getByText(/^http:\/\/.*\/in\/\w+$/)
    const old = await address.innerText()
    await path.button(path.t('addAddress')).click()
    await expect(address).toHaveCount(2)
    await watch.look('two addresses')
    await path.button(path.t('retireAddress')).first().click()
    await page.getByRole('dialog').getByRole('button', { name: path.t('retireAddress') }).click()
    await expect(address).toHaveCount(1)
    expect(await address.innerText()).not.toBe(old)
    expect((await fetch(old, { method: 'POST', body: '{}' })).status).toBe(404)
  })
})
