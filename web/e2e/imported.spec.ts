import { expect } from '@playwright/test'
import { before, walk } from './walk'

const file = (title: string, steps: string) => `apiVersion: gonets/v1\nkind: Scenario\nname: lead\ntitle: ${title}\nsources: [site]\nsteps: ${steps}\n`

walk.describe('an import', () => {
  walk.use(before('en', 'light', 1280))

  walk('does not take the place of a draft that somebody typed, unless that is said', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' },
      { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'lead', title: 'Lead', sources: ['site'], steps: [{ id: 'wait', delay: '1m' }] },
    ])
    const title = async () => (await server.api<{ document: { title: string } }>('GET', '/api/v1/scenarios/lead/draft')).document.title
    const typed = { title: 'Lead typed', sources: ['site'], steps: [{ id: 'wait', delay: '1m' }] }
    await page.request.put(`${server.base}/api/v1/scenarios/lead/draft`, { data: { document: typed }, headers: { 'If-Match': '*' } })
    await expect.poll(title).toBe('Lead typed')

    watch.expects(/412/)
    await page.goto(`${server.base}/scenarios?import=open`)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill(file('Filed', '[{id: wait, delay: 2m}]'))
    await dialog.getByRole('button', { name: t('import.apply') }).click()
    await expect(dialog.getByText(/The draft of the scenario “lead” was changed by/)).toBeVisible()
    expect(await title()).toBe('Lead typed')
    // Another text is another question.
    await dialog.getByRole('textbox').fill(file('Other', '[{id: wait, delay: 3m}]'))
    await expect(dialog.getByRole('button', { name: t('import.apply') })).toBeEnabled()
    await dialog.getByRole('button', { name: t('import.apply') }).click()
    await dialog.getByRole('button', { name: t('import.replace') }).click()
    await expect.poll(title).toBe('Other')
  })

  walk('does not take the place of what has no versions, nor bring back what is deleted, unless that is said', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' },
      { apiVersion: 'gonets/v1', kind: 'Request', name: 'notice', http: { url: 'https://example.org/first' } },
    ])
    const exported = await (await page.request.get(`${server.base}/api/v1/export`)).text()
    expect(exported).toContain('based_on: 0-')
    await page.request.put(`${server.base}/api/v1/sources/site`, { data: { document: { title: 'Theirs', preset: 'generic' } }, headers: { 'If-Match': '*' } })
    await page.request.delete(`${server.base}/api/v1/requests/notice`)
    const title = async () => (await server.api<{ document: { title: string } }>('GET', '/api/v1/sources/site')).document.title
    await expect.poll(title).toBe('Theirs')

    watch.expects(/412/)
    await page.goto(`${server.base}/scenarios?import=open`)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill(exported)
    await dialog.getByRole('button', { name: t('import.apply') }).click()
    await expect(dialog.getByText(/The source “site” was changed by/)).toBeVisible()
    await expect(dialog.getByText(/The saved request “notice” was deleted by/)).toBeVisible()
    expect(await title()).toBe('Theirs')
    await dialog.getByRole('button', { name: t('import.replace') }).click()
    await expect.poll(title).toBe('Site')
    expect((await page.request.get(`${server.base}/api/v1/requests/notice`)).status()).toBe(200)
  })
})
