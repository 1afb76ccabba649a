import { expect } from '@playwright/test'
import { Receiver } from './receiver'
import { before, walk } from './walk'

const notThere = { ru: 'С таким именем или номером ничего нет.', en: 'Nothing has this name or number.' }

for (const [language, scheme, width] of [
  ['ru', 'light', 1280],
  ['en', 'dark', 390],
] as const) {
  walk.describe(`a step that was removed in ${language}, ${scheme}, ${width}`, () => {
    walk.use({ ...before(language, scheme, width), flags: ['--allow-network', '127.0.0.0/8'] })

    walk('is sent with the version of its run, which is said, and no link leads to it', async ({ server, page, path, watch }) => {
      const { t } = path
      const [sale, chat] = [new Receiver(server, 'sale'), new Receiver(server, 'chat')]
      await path.enter()
      const tell = { id: 'tell', title: 'Chat', http: { method: 'POST', url: `${server.base}/echo/chat` } }
      const apply = (...steps: object[]) => server.api('POST', '/api/v1/apply', [{ apiVersion: 'gonets/v1', kind: 'Scenario', name: 'lead', title: 'CRM', sources: ['site'], steps }])
      await server.api('POST', '/api/v1/apply', [{ apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' }])
      await apply({ id: 'deal', title: 'Sale', http: { method: 'POST', url: `${server.base}/echo/sale`, retry: { delays: [] } } }, tell)
      await sale.answers('422')
      const send = async () => (await server.api<{ runs: { id: string }[] }>('POST', '/api/v1/sources/site/events', { body: {} })).runs[0]!.id
      const state = (id: string) => server.api<{ state: string }>('GET', `/api/v1/runs/${id}`).then((run) => run.state)
      const [first, second] = [await send(), await send()]
      for (const id of [first, second]) await expect.poll(() => state(id)).toBe('paused')

      await page.goto(`${server.base}/runs/${first}`)
      await expect(page.getByRole('link', { name: t('run.openStep') })).toBeVisible()
      await apply(tell)
      await page.reload()
      await path.sees(t('resume.removed', { step: 'Sale', now: 2, n: 1 }))
      await path.sees(t('run.openNoStep'))
      await expect(page.getByRole('link', { name: t('run.openStep') })).toHaveCount(0)
      await path.button(t('run.chooseVersion')).first().click()
      await expect(page.getByRole('menuitem', { name: t('run.currentRemoved', { n: 2 }) })).toBeVisible()
      await watch.look('resume without the step')
      await page.keyboard.press('Escape')
      await sale.answers('200')
      await path.button(t('resume.own', { n: 1 })).click()
      await expect.poll(() => state(first)).toBe('succeeded')
      expect(await sale.requests()).toHaveLength(3)
      expect(await chat.requests()).toHaveLength(1)

      // Of many it is said as well, and the version that sends it is preselected.
      await page.goto(`${server.base}/runs?q=state%3Apaused`)
      await path.button(t('runs.all', { action: t('resume') })).click()
      const dialog = page.getByRole('dialog')
      await expect(dialog.getByRole('radio', { name: t('bulk.versionRemoved', { n: 2, step: 'Sale' }) })).not.toBeChecked()
      await expect(dialog.getByRole('radio', { name: t('bulk.versionSame', { n: 1 }) })).toBeChecked()
      await watch.look('many without the step')

      // An old link leads to the editor, which tells that the step is not there.
      await page.goto(`${server.base}/scenarios/lead?step=deal`)
      await path.sees(t('editor.stepGone', { step: 'deal' }))
      await watch.look('a link to no step')
      watch.expects(/\b404\b.*\/api\/v1\/scenarios\/lead(\/\w+)?$/)
      await server.api('POST', '/api/v1/scenarios/lead/stop')
      await server.api('DELETE', '/api/v1/scenarios/lead')
      await page.goto(`${server.base}/runs/${second}`)
      await path.sees(t('run.openNoScenario'))
      await expect(page.getByRole('link', { name: t('run.openStep') })).toHaveCount(0)
      await watch.look('a run of a deleted scenario')
      await page.goto(`${server.base}/scenarios/lead`)
      await expect(page.getByRole('alert')).toContainText(notThere[language])
      await expect(path.link(t('page.toList'))).toBeVisible()
      await watch.look('a deleted scenario')
    })
  })
}
