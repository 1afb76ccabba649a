import { expect } from '@playwright/test'
import { owner } from './path'
import { before, walk } from './walk'

for (const screen of [before('ru', 'light', 1280), before('en', 'dark', 390)]) {
  walk.describe(`the audit log, ${screen.language}, ${screen.viewport.width}`, () => {
    walk.use(screen)

    walk('tells who did what, finds it by what it was done to, and leads there', async ({ server, page, path, watch }) => {
      const { t } = path
      await path.enter()
      await server.api('PUT', '/api/v1/secrets/crm-key', { value: 'x' })
      await server.api('POST', '/api/v1/apply', [
        { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' },
        { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'flow', title: 'Flow', sources: ['site'], steps: [{ id: 'wait', delay: '1h' }] },
      ])
      const run = (await server.api<{ runs: { id: string }[] }>('POST', '/api/v1/sources/site/events', { body: { n: 1 } })).runs[0]!.id
      await server.api('POST', `/api/v1/runs/${run}/cancel`, {})

      // The palette knows it by the words of other systems.
      await page.goto(`${server.base}/runs`)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: t('palette.title'), exact: true }).fill(screen.language === 'ru' ? 'кто изменил' : 'activity log')
      await page.getByRole('option', { name: t('settings.audit') }).click()
      await expect(page).toHaveURL(/\/settings\/audit$/)

      const row = (text: string) => page.getByRole('listitem').filter({ hasText: text })
      await expect(row(t('audit.session.begin')).or(row(t('audit.user.create'))).filter({ hasText: owner.login }).first()).toBeVisible()
      await expect(row(t('audit.secret.set')).getByRole('link')).toHaveAttribute('href', '/settings/secrets')
      await expect(row(t('audit.cancel')).getByRole('link', { name: t('audit.run', { id: run }) })).toHaveAttribute('href', `/runs/${run}`)
      await watch.look('the audit log')

      // By what it was done to: the address keeps it.
      const flow = t('audit.thing', { kind: t('scenario'), name: 'Flow' })
      await page.getByRole('combobox', { name: t('audit.object'), exact: true }).fill('Flow')
      await page.getByRole('option', { name: flow, exact: true }).click()
      await expect(page).toHaveURL(/object=Scenario%2Fflow/)
      await expect(row(t('audit.secret.set'))).toHaveCount(0)
      await page.reload()
      await expect(row(t('audit.apply'))).toHaveCount(1)
      await row(t('audit.apply')).getByRole('link', { name: flow }).click()
      await expect(page).toHaveURL(/\/scenarios\/flow$/)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await page.goBack()

      // Nothing fits: so it is said.
      await page.getByRole('combobox', { name: t('audit.what'), exact: true }).fill(t('audit.clock.jump'))
      await page.getByRole('option', { name: t('audit.clock.jump'), exact: true }).click()
      await expect(page.getByText(t('audit.none'))).toBeVisible()
      await watch.look('nothing fits')

      // What can be chosen next is not what the filters left over; what is chosen keeps its name.
      await page.getByRole('combobox', { name: t('audit.object'), exact: true }).fill('crm-key')
      await expect(page.getByRole('option', { name: t('audit.thing', { kind: t('audit.secret'), name: 'crm-key' }) })).toBeVisible()
      await page.goto(`${server.base}/settings/audit?actor=setup&object=Secret%2Fgone`)
      await expect(page.getByText(t('audit.none'))).toBeVisible()
      await expect(page.getByRole('combobox', { name: t('audit.who'), exact: true })).toHaveValue(t('audit.setup'))
      await expect(page.getByRole('combobox', { name: t('audit.object'), exact: true })).toHaveValue(t('audit.thing', { kind: t('audit.secret'), name: 'gone' }))
    })
  })
}
