import { expect } from '@playwright/test'
import { before, walk } from './walk'

walk.describe('a thumb', () => {
  walk.use(before('en', 'light', 390))

  walk('that presses the edge of a step opens it, and adds none', async ({ server, page, path, watch }) => {
    await path.enter()
    const send = (id: string) => ({ id, http: { method: 'POST', url: `${server.base}/echo/${id}` } })
    const document = { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'thumb', title: 'Thumb', sources: [], steps: [send('one'), send('two'), { id: 'branch', if: 'event.body.name == "x" && event.body.sum == "y"', then: [], else: [] }] }
    await server.api('POST', '/api/v1/apply', [document])
    await page.goto(`${server.base}/scenarios/thumb`)
    const card = page.locator('[data-step="one"]')
    await expect(card).toBeVisible()
    await watch.look('the steps')

    // The lower edge of a card opens it; what adds a step lies below.
    const { width, height } = (await card.boundingBox())!
    await card.click({ position: { x: width / 2, y: height - 4 } })
    await expect(page).toHaveURL(/step=one/)
  })
})
