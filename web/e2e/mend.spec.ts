import { expect } from '@playwright/test'
import { Postbox } from './postbox'
import { Receiver } from './receiver'
import { before, walk } from './walk'

for (const [language, scheme, width] of [
  ['ru', 'dark', 1280],
  ['en', 'light', 390],
] as const) {
  walk.describe(`a mistake of one's own in ${language}, ${scheme}, ${width}`, () => {
    // The server's clock runs faster: a letter waits a while for others of its cause.
    walk.use({ ...before(language, scheme, width), flags: ['--allow-network', '127.0.0.0/8', '--clock-speed', '10'] })

    walk('is told by mail, mended, applied and resumed from its place; another run goes on without the step', async ({ server, page, path, watch }) => {
      const { t } = path
      const box = await Postbox.open()
      try {
        const [wrong, right, chat] = ['wrong', 'right', 'chat'].map((name) => new Receiver(server, name)) as [Receiver, Receiver, Receiver]
        await path.enter()
        await server.api('PUT', '/api/v1/settings', { mail: { host: '127.0.0.1', port: box.port, security: 'none', from: 'gonets@example.org' } })
        await server.api('POST', '/api/v1/apply', [
          { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' },
          {
            apiVersion: 'gonets/v1',
            kind: 'Scenario',
            name: 'lead',
            title: 'CRM',
            sources: ['site'],
            steps: [
              { id: 'deal', title: 'Deal', http: { method: 'POST', url: `${server.base}/echo/wrong`, body: { json: { who: '{{ event.body.who }}' } }, retry: { delays: [] } } },
              { id: 'chat', title: 'Chat', http: { method: 'POST', url: `${server.base}/echo/chat`, body: { json: { deal: '{{ steps.deal.body.id }}' } } } },
            ],
          },
        ])
        await wrong.answers('422')
        await right.answers('json:{"id":5}')
        const send = async (who: string) => (await server.api<{ runs: { id: string }[] }>('POST', '/api/v1/sources/site/events', { body: { who } })).runs[0]!.id
        const state = (id: string) => server.api<{ state: string }>('GET', `/api/v1/runs/${id}`).then((run) => run.state)
        const bodies = async (receiver: Receiver) => (await receiver.requests()).map((one) => one.body)
        const first = await send('Anna')
        await expect.poll(() => box.letters.length).toBe(1)
        const second = await send('Peter')

        // The letter leads to the run, and the run to the step.
        const link = /https?:\/\/\S+\/runs\/\S+/.exec(box.letters[0]!.text)?.[0]
        expect(link).toContain(first)
        await page.goto(link!)
        await expect(path.button(t('resume'))).toBeVisible()
        await expect(page.getByRole('tab', { name: t('run.reply'), exact: true })).toBeVisible()
        // Nothing scrolls by itself: what can be done stays in sight.
        await watch.look('the run that failed')
        expect(await page.evaluate(() => scrollY)).toBe(0)
        await page.getByRole('link', { name: t('run.openStep') }).click()
        const address = page.getByRole('textbox', { name: t('/http/url'), exact: true })
        await address.click()
        await page.keyboard.press('Control+a')
        await page.keyboard.type(`${server.base}/echo/right`)
        await path.saved()
        await expect(path.button(t('apply'))).toBeEnabled()

        // What is typed changes nothing that runs.
        const third = await send('Vera')
        await expect.poll(() => state(third)).toBe('paused')
        expect(await bodies(wrong)).toEqual([{ who: 'Anna' }, { who: 'Peter' }, { who: 'Vera' }])
        expect(await bodies(right)).toEqual([])

        await path.closeSheet()
        await path.button(t('apply')).click()
        const dialog = page.getByRole('dialog', { name: t('apply.title', { from: 1, to: 2 }) })
        await expect(dialog.getByText(`${server.base}/echo/wrong`, { exact: true }).first()).toBeVisible()
        await expect(dialog.getByText(`${server.base}/echo/right`, { exact: true }).first()).toBeVisible()
        await dialog.getByText(t('change.text')).click()
        await expect(dialog.getByText(/^\+ .*\/echo\/right/m)).toBeVisible()
        await watch.look('what changes')
        await dialog.getByRole('textbox', { name: t('apply.note') }).fill('Its address')
        await dialog.getByRole('button', { name: t('apply.now'), exact: true }).click()
        await expect(dialog).toBeHidden()
        await expect(page.getByText(t('editor.version', { n: 2 }), { exact: true })).toBeVisible()
        await expect(path.button(t('apply'))).toBeDisabled()

        // The mended version is preselected, and said.
        await page.goto(`${server.base}/runs/${first}`)
        const resume = path.button(t('resume.changed', { n: 2 }))
        await expect(resume).toBeVisible()
        await watch.look('resume with the change')
        await resume.click()
        await expect.poll(() => state(first)).toBe('succeeded')
        await path.sees(t('state.succeeded'))
        expect(await bodies(right)).toEqual([{ who: 'Anna' }])
        expect(await bodies(wrong)).toHaveLength(3)

        // The other version can be had, too.
        await page.goto(`${server.base}/runs/${third}`)
        await expect(resume).toBeVisible()
        await path.button(t('run.chooseVersion')).first().click()
        await page.getByRole('menuitem', { name: t('run.sameVersion', { n: 1 }) }).click()
        await expect.poll(async () => (await bodies(wrong)).length).toBe(4)
        await expect.poll(() => state(third)).toBe('paused')

        // Without the step: the next one reads what a person gives.
        await page.goto(`${server.base}/runs/${second}`)
        await path.button(t('run.skip')).click()
        const skip = page.getByRole('dialog', { name: t('skip.title', { step: 'Deal' }) })
        await skip.getByRole('radio', { name: t('skip.value') }).check()
        const value = skip.getByRole('textbox', { name: t('skip.json') })
        await value.click()
        await page.keyboard.type('{"id": 7')
        await skip.getByRole('button', { name: t('run.skip') }).click()
        await expect(skip.getByText(t('edit.notJson', { line: 1 }))).toBeVisible()
        await watch.look('without the step')
        await value.click()
        await page.keyboard.press('Control+a')
        await page.keyboard.type('{"id": 77}')
        await skip.getByRole('button', { name: t('run.skip') }).click()
        await expect.poll(() => state(second)).toBe('succeeded')
        expect(await bodies(chat)).toEqual([{ deal: 5 }, { deal: 77 }])
        expect(await bodies(wrong)).toHaveLength(4)
        await path.sees(t('run.act.skip'))
        await watch.look('skipped')
      } finally {
        await box.close()
      }
    })
  })
}
