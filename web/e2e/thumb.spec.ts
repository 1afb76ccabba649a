import { expect, type Locator } from '@playwright/test'
import { before, walk } from './walk'

/** Presses so far from the middle of something. */
const press = async (one: Locator, from: (box: { width: number; height: number }) => [x: number, y: number]) => {
  await one.scrollIntoViewIfNeeded()
  const box = (await one.boundingBox())!
  const [x, y] = from(box)
  await one.page().mouse.click(box.x + box.width / 2 + x, box.y + box.height / 2 + y)
}

walk.describe('a thumb', () => {
  walk.use(before('en', 'light', 390))

  walk('that presses the edge of a step opens it, and adds none', async ({ server, page, path, watch }) => {
    await path.enter()
    const send = (id: string) => ({ id, http: { method: 'POST', url: `${server.base}/echo/${id}` } })
    const document = { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'thumb', title: 'Thumb', sources: [], steps: [send('one'), send('two'), { id: 'branch', if: 'event.body.name == "x" && event.body.sum == "y"', then: [], else: [] }] }
    await server.api('POST', '/api/v1/apply', [document])
    await page.goto(`${server.base}/scenarios/thumb`)
    await watch.look('the steps')

    // The lower edge of a card opens it; what adds a step lies below.
    await press(page.locator('[data-step="one"]'), ({ height }) => [0, height / 2 - 4])
    await expect(page).toHaveURL(/step=one/)
  })
})
