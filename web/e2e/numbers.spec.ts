import { expect } from '@playwright/test'
import { before, walk } from './walk'

walk.describe('ru, light, 1280 px', () => {
  walk.use(before('ru', 'light', 1280))

  walk('the numbers of the reconciliation lead to their runs', async ({ page, server, path, watch }) => {
    await path.enter()
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' },
      { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'crm', sources: ['site'], steps: [{ id: 'deal', http: { method: 'POST', url: `${server.base}/echo/crm`, body: { json: { n: '1' } } } }] },
    ])
    for (const n of [1, 2, 3]) await server.api('POST', '/api/v1/sources/site/events', { body: { n } })
    await page.goto(`${server.base}/runs/reconciliation`)
    const received = page.getByRole('cell').getByRole('link', { name: '3', exact: true }).first()
    await expect(received).toBeVisible()
    await watch.look('reconciliation')
    await received.click()
    await expect(page).toHaveURL(/received/)
    await expect(page.getByText(path.t('runs.found', { n: 3 })).first()).toBeVisible()
    await expect(page.getByRole('row')).toHaveCount(4)
  })

  walk('those of what has no runs lead to the source and its days, page by page', async ({ page, server, path, watch }) => {
    const { t } = path
    await path.enter()
    await server.api('POST', '/api/v1/apply', [{ apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' }])
    const { addresses } = await server.api<{ addresses: { url: string }[] }>('GET', '/api/v1/sources/site')
    for (let n = 1; n <= 53; n++) await server.api('POST', '/api/v1/sources/site/events', { body: { n } })
    // The last one comes twice: the repeat is told by its key.
    for (const _ of [1, 2]) expect((await page.context().request.post(new URL(addresses[0]!.url, server.base).href, { headers: { 'Idempotency-Key': 'order-54' }, data: { n: 54 } })).ok()).toBe(true)
    const repeats = page.getByRole('link', { name: t('reconciliation.repeats', { n: 1 }) })
    await expect(async () => {
      await page.goto(`${server.base}/runs/reconciliation`)
      await expect(repeats).toBeVisible({ timeout: 2_000 })
    }).toPass()
    await expect(repeats).toHaveAttribute('href', '/sources/site')
    await watch.look('what has no runs')

    // Received, and without a scenario.
    const numbers = page.getByRole('cell').getByRole('link', { name: '54', exact: true })
    await expect(numbers).toHaveCount(2)
    await numbers.first().click()
    await expect(page).toHaveURL(/\/sources\/site\?from=\d{4}-\d\d-\d\d&to=/)
    const listed = (name: string) => page.getByRole('list', { name }).getByRole('listitem')
    const events = listed(t('sources.eventsOf', { days: '' }).trim())
    await expect(events).toHaveCount(50)
    // Something comes to the source while the next page is on its way, and takes it from nobody.
    let [asked, answer] = [() => {}, () => {}]
    const [onItsWay, answered] = [new Promise<void>((done) => (asked = done)), new Promise<void>((done) => (answer = done))]
    await page.route(/\/api\/v1\/events\?.*cursor=/, async (route) => {
      asked()
      await answered
      await route.continue()
    })
    await path.button(t('ui.more')).click()
    await onItsWay
    const reread = page.waitForResponse('**/api/v1/sources/site/samples**')
    await server.api('POST', '/api/v1/sources/site/events', { body: { n: 55 } })
    await reread
    answer()
    await expect(events).toHaveCount(54)
    await events.last().getByRole('button').click()
    // The first one was made by a program with a key, the newest by the address.
    await expect(page.getByText(t('event.actor'))).toBeVisible()
    await watch.look('the events of a day')
    await path.button(t('sources.eventsLast')).click()
    await expect(listed(t('sources.events'))).toHaveCount(50)
    await expect(page).toHaveURL(/\/sources\/site$/)
    await page.goto(`${server.base}/sources/site?from=2020-01-01`)
    await expect(page.getByText(t('reconciliation.none'))).toBeVisible()

    // The events stay when their source goes.
    watch.expects(/\b404\b/)
    await server.api('DELETE', '/api/v1/sources/site')
    await page.goto(`${server.base}/runs/reconciliation`)
    await page.getByRole('cell').getByRole('link', { name: '55', exact: true }).first().click()
    await expect(events).toHaveCount(50)
  })
})

for (const width of [1280, 390] as const)
  walk.describe(`a day that does not add up, ${width} px`, () => {
    walk.use(before('ru', 'light', width))

    walk('stands in the colour of an error and says what is missing', async ({ page, server, path, watch }) => {
      const { t } = path
      await path.enter()
      await server.api('POST', '/api/v1/apply', [
        { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' },
        { apiVersion: 'gonets/v1', kind: 'Source', name: 'shop', title: 'Shop', preset: 'generic' },
      ])
      for (const source of ['site', 'shop']) await server.api('POST', `/api/v1/sources/${source}/events`, { body: { n: 1 } })
      // Only a database that was damaged tells this.
      let broken = true
      await page.route(/\/api\/v1\/reconciliation\?/, async (route) => {
        const response = await route.fetch()
        const answer = (await response.json()) as { items: { source: string }[]; total: object }
        const lacks = { adds_up: false, missing: 7 }
        const items = answer.items.map((row) => (row.source === 'shop' ? { ...row, ...lacks } : row))
        await route.fulfill({ response, json: broken ? { ...answer, items, total: { ...answer.total, ...lacks } } : answer })
      })
      const day = (title: string) => (width === 390 ? page.getByRole('listitem') : page.getByRole('row')).filter({ hasText: title })
      const colour = async (title: string) => {
        const one = width === 390 ? day(title) : day(title).getByRole('cell').first()
        return one.evaluate((e) => getComputedStyle(e).backgroundColor)
      }
      const wrong = await (async () => {
        await page.goto(`${server.base}/runs/reconciliation`)
        await expect(day('Shop').first()).toBeVisible()
        return page.evaluate(() => {
          const probe = document.body.appendChild(document.createElement('p'))
          probe.style.background = 'var(--error-soft)'
          const colour = getComputedStyle(probe).backgroundColor
          probe.remove()
          return colour
        })
      })()
      await expect(page.getByText(t('reconciliation.bad'), { exact: true })).toBeVisible()
      await expect(page.getByText(t('reconciliation.missing', { n: 7 })).first()).toBeVisible()
      expect(await colour('Shop')).toBe(wrong)
      expect(await colour('Site')).not.toBe(wrong)
      await watch.look('it does not add up')

      broken = false
      await page.reload()
      await expect(page.getByText(t('reconciliation.ok'), { exact: true })).toBeVisible()
      await expect(page.getByText(t('reconciliation.missing', { n: 7 }))).toHaveCount(0)
      expect(await colour('Shop')).not.toBe(wrong)
    })
  })
