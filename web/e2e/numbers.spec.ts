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
})
