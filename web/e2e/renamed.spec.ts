import { expect } from '@playwright/test'
import { before, walk } from './walk'

walk.use(before('ru', 'light', 1280))

walk('what a run taught of a step goes with the step when it is renamed', async ({ page, path, server, watch }) => {
  const { t } = path
  await path.enter()
  const source = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title: 'Сайт', preset: 'generic' })
  path.address = source.url
  const echo = (to: string, rows: object) => ({ method: 'POST', url: `{{ public_url }}/echo/${to}`, body: { json: rows } })
  const steps = [
    { id: 'deal', title: 'Сделка', http: echo('deals', { name: '{{ event.body.name }}' }) },
    { id: 'tell', title: 'Сообщение', http: echo('chat', { of: '{{ steps.deal.body.echo }}' }) },
  ]
  const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', { title: 'Заявка', document: { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'lead', title: 'Заявка', sources: [source.name], steps } })
  await page.goto(`${server.base}/scenarios/${name}`)
  await path.start('none')
  await path.send({ name: 'Анна' })
  const runs = () => server.api<{ items: { state: string }[] }>('GET', `/api/v1/runs?scenario=${name}`)
  await expect.poll(async () => (await runs()).items[0]?.state).toBe('succeeded')

  const deal = page.locator('[data-step="deal"]')
  const order = page.getByRole('listitem').filter({ has: page.locator('[data-step="order"]') })
  // The step behind it shows what its field becomes.
  const reads = async () => {
    await page.locator('[data-step="tell"]').click()
    await expect(page.getByText(`${t('becomes')}: "deals"`)).toBeVisible()
  }
  await page.goto(`${server.base}/scenarios/${name}?step=tell`)
  await reads()
  await watch.look('as it ran')

  // Another short name: the value, the end and the reply of the last run are still there.
  await deal.click()
  await page.getByRole('region', { name: 'Сделка' }).getByRole('button', { name: t('step.actions', { title: 'Сделка' }) }).click()
  await page.getByRole('menuitem', { name: t('step.rename', { id: 'deal' }) }).click()
  await page.getByRole('textbox', { name: t('step.id') }).fill('order')
  await page.getByRole('dialog').getByRole('button', { name: t('save') }).click()
  await expect(order).toContainText('✓ 200')
  await expect(page.getByRole('region', { name: t('result.title') })).toContainText('200')
  await reads()
  await path.saved()
  await page.reload()
  await expect(order).toContainText('✓ 200')
  await reads()
  await watch.look('renamed')

  // The name by which it is known is nobody else's.
  await page.getByRole('region', { name: 'Сообщение' }).getByRole('button', { name: t('step.actions', { title: 'Сообщение' }) }).click()
  await page.getByRole('menuitem', { name: t('step.rename', { id: 'tell' }) }).click()
  await page.getByRole('textbox', { name: t('step.id') }).fill('deal')
  await expect(page.getByText(t('step.idFormer', { id: 'deal' }))).toBeVisible()
  await watch.look('a former name')
  await page.getByRole('dialog').getByRole('button', { name: t('ui.cancel') }).click()

  // Before it goes live the page tells of a name, not of a new step.
  await path.button(t('apply')).click()
  const changes = page.getByRole('dialog')
  await expect(changes.getByText(t('change.added'), { exact: true })).toHaveCount(0)
  await expect(changes).toContainText(t('step.id'))
  await watch.look('what changes')
  await changes.getByRole('button', { name: t('apply.now') }).click()
  await expect(changes).toHaveCount(0)
  await reads()
})
