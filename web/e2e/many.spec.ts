import { expect } from '@playwright/test'
import { Receiver } from './receiver'
import { before, walk } from './walk'

// One goes in a second: a machine that is slow has not done them all before they are stopped. A receiver keeps fifty requests.
const all = 24

walk.describe('many runs at once', () => {
  walk.use(before('en', 'dark', 390))

  walk('one goes first, then the others; held, it stays so over a reload; stopped, it leaves the rest, and nothing is sent twice', async ({ server, page, path, watch }) => {
    const { t } = path
    const crm = new Receiver(server, 'crm')
    await path.enter()
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' },
      {
        apiVersion: 'gonets/v1',
        kind: 'Scenario',
        name: 'leads',
        title: 'Leads',
        sources: ['site'],
        steps: [{ id: 'deal', title: 'Deal', http: { method: 'POST', url: `${server.base}/echo/crm`, body: { json: { n: '{{ event.body.n }}' } }, retry: { delays: [] } } }],
      },
    ])
    await crm.answers('503')
    for (let n = 1; n <= all; n++) await server.api('POST', '/api/v1/sources/site/events', { body: { n } })
    const bodies = async () => (await crm.requests()).map((one) => (one.body as { n: number }).n)
    await expect.poll(async () => (await bodies()).length).toBe(all)

    // The question finds them, and their number is told before anything happens.
    await page.goto(`${server.base}/runs`)
    await path.link(t('runs.foundPaused', { n: all })).click()
    await expect(page).toHaveURL(/q=state%3Apaused/)
    await path.button(t('runs.all', { action: t('resume') })).click()
    const dialog = page.getByRole('dialog')
    const numbered = (key: string) => t(key, { action: t('bulk.resume'), shown: all, count: all })
    await expect(dialog.getByRole('heading', { name: numbered('bulk.title_other') })).toBeVisible()
    await dialog.getByRole('combobox', { name: t('bulk.rate') }).click()
    await page.getByRole('option', { name: t('bulk.rateOwn'), exact: true }).click()
    await dialog.getByRole('textbox', { name: t('bulk.rateOwnField') }).fill('1')
    await dialog.getByRole('checkbox', { name: t('bulk.oneFirst') }).check()
    await watch.look('the question')
    await crm.isWell()
    await dialog.getByRole('button', { name: numbered('bulk.do') }).dblclick()

    // One has gone, and the others wait for a word.
    const banner = page.getByRole('region', { name: t('bulk.progress', { action: t('bulk.resume') }) })
    await expect(banner.getByText(t('bulk.firstDone'))).toBeVisible()
    await expect(banner.getByText(t('bulk.doneOf', { done: 1, total: all }), { exact: true })).toBeVisible()
    expect(await bodies()).toHaveLength(all + 1)
    await watch.look('one has gone')
    await banner.getByRole('button', { name: t('bulk.goOn') }).click()
    await expect.poll(async () => (await bodies()).length).toBeGreaterThan(all + 1)
    await banner.getByRole('button', { name: t('bulk.hold') }).click()
    await expect(banner.getByText(t('bulk.held'))).toBeVisible()

    // The page may go: the server keeps it as it is.
    const meanwhile = (await bodies()).length
    await page.reload()
    await expect(banner.getByText(t('bulk.held'))).toBeVisible()
    await watch.look('held')
    await path.visit('nav.sources')
    await expect(banner.getByText(t('bulk.held'))).toBeVisible()
    expect((await bodies()).length).toBeLessThan(2 * all)

    // Stopped, after a question; a no leaves it as it is.
    const askStop = async () => {
      await banner.getByRole('button', { name: t('bulk.stop'), exact: true }).click()
      await expect(dialog.getByText(t('bulk.askStop'))).toBeVisible()
      await expect(dialog.getByText(new RegExp(t('bulk.askStopHelp', { left: '\\d+' })))).toBeVisible()
    }
    await askStop()
    await watch.look('stop it?')
    await dialog.getByRole('button', { name: t('ui.cancel'), exact: true }).click()
    await expect(dialog).toHaveCount(0)
    await expect(banner.getByText(t('bulk.held'))).toBeVisible()
    await banner.getByRole('button', { name: t('bulk.goOn') }).click()
    await expect.poll(async () => (await bodies()).length).toBeGreaterThan(meanwhile)
    await askStop()
    await dialog.getByRole('button', { name: t('bulk.stop'), exact: true }).click()
    await expect(banner.getByText(t('bulk.stopped'))).toBeVisible()
    const waiting = async () => (await server.api<{ waiting_for_you: number }>('GET', '/api/v1/stats')).waiting_for_you
    await expect.poll(async () => (await bodies()).length + (await waiting())).toBe(2 * all)
    const left = await waiting()
    expect(left).toBeGreaterThan(0)
    await expect(path.waitingForYou(left)).toBeAttached()

    // The rest in another action, as fast as the service takes it: of all runs those that wait, whatever else there is.
    await page.goto(`${server.base}/runs`)
    await path.button(t('runs.resumePaused')).click()
    await dialog.getByRole('combobox', { name: t('bulk.rate') }).click()
    await page.getByRole('option', { name: t('bulk.rateFull') }).click()
    await dialog.getByRole('button', { name: t('bulk.do', { action: t('bulk.resume'), shown: left }) }).click()
    await expect(banner.getByText(t('bulk.finished'))).toBeVisible()
    await expect.poll(waiting).toBe(0)
    await expect.poll(async () => (await bodies()).slice(all).sort((a, b) => a - b)).toEqual(Array.from({ length: all }, (_, i) => i + 1))

    // Both are told of afterwards, and lead to their runs.
    await page.goto(`${server.base}/runs/bulk`)
    const told = page.getByRole('main').getByRole('listitem').filter({ hasText: t('bulk.resume') })
    await expect(told).toHaveCount(2)
    await expect(told.filter({ hasText: t('bulk.stopped') })).toContainText(t('bulk.doneOf', { done: all - left, total: all }))
    const last = told.filter({ hasNotText: t('bulk.stopped') })
    await expect(last).toContainText(t('bulk.doneOf', { done: left, total: left }))
    await watch.look('what was done')
    await last.getByRole('link', { name: t('bulks.runs') }).click()
    await expect(page).toHaveURL(/q=bulk%3A/)
    await expect(page.getByText(t('runs.found', { n: left })).first()).toBeVisible()
  })
})

walk.describe('a step of many runs', () => {
  walk.use(before('ru', 'light', 1280))

  walk('is skipped after it was said what that means, once for two clicks', async ({ server, page, path, watch }) => {
    const { t } = path
    const [crm, chat] = [new Receiver(server, 'crm'), new Receiver(server, 'chat')]
    await path.enter()
    const step = (id: string, title: string, where: string) => ({ id, title, http: { method: 'POST', url: `${server.base}/echo/${where}`, body: { json: { n: '{{ event.body.n }}' } }, retry: { delays: [] } } })
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Сайт', preset: 'generic' },
      { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'leads', title: 'Заявки', sources: ['site'], steps: [step('deal', 'Создать сделку', 'crm'), step('tell', 'Написать в чат', 'chat')] },
    ])
    await crm.answers('503')
    for (let n = 1; n <= 3; n++) await server.api('POST', '/api/v1/sources/site/events', { body: { n } })
    const waiting = async () => (await server.api<{ waiting_for_you: number }>('GET', '/api/v1/stats')).waiting_for_you
    await expect.poll(waiting).toBe(3)

    await page.goto(`${server.base}/runs?q=state%3Apaused`)
    await path.button(t('runs.all', { action: t('run.skip') })).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByText(t('bulk.skipAt', { step: 'Заявки: Создать сделку', n: 3 }))).toBeVisible()
    await expect(dialog.getByText(t('bulk.skipHelp'))).toBeVisible()
    await watch.look('skip the step?')
    await dialog.getByRole('button', { name: t('bulk.do', { action: t('run.skip'), shown: 3 }) }).dblclick()
    const banner = page.getByRole('region', { name: t('bulk.progress', { action: t('run.skip') }) })
    await expect(banner.getByText(t('bulk.finished'))).toBeVisible()
    const told = async () => (await chat.requests()).map((one) => (one.body as { n: number }).n).sort()
    await expect.poll(told).toEqual([1, 2, 3])
    expect(await waiting()).toBe(0)
    expect(await crm.requests()).toHaveLength(3)
    expect((await server.api<{ items: unknown[] }>('GET', '/api/v1/bulk')).items).toHaveLength(1)
  })
})

walk.describe('runs chosen one by one', () => {
  walk.use(before('ru', 'light', 1280))

  walk('are skipped where each of them stands, or go on from there; the others stay', async ({ server, page, path, watch }) => {
    const { t } = path
    const [crm, chat] = [new Receiver(server, 'crm'), new Receiver(server, 'chat')]
    await path.enter()
    const step = (id: string, title: string, where: string) => ({ id, title, http: { method: 'POST', url: `${server.base}/echo/${where}`, body: { json: { name: '{{ event.body.name }}' } }, retry: { delays: [] } } })
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Сайт', preset: 'generic' },
      { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'leads', title: 'Заявки', sources: ['site'], steps: [step('deal', 'Создать сделку', 'crm'), step('tell', 'Написать в чат', 'chat')] },
    ])
    // Anna's stands at the first step, the others at the second one.
    const waiting = async () => (await server.api<{ waiting_for_you: number }>('GET', '/api/v1/stats')).waiting_for_you
    const comes = (name: string) => server.api('POST', '/api/v1/sources/site/events', { body: { name } })
    await crm.answers('503')
    await comes('Анна')
    await expect.poll(waiting).toBe(1)
    await crm.isWell()
    await chat.answers('503')
    await comes('Борис')
    await expect.poll(waiting).toBe(2)
    await comes('Вера')
    await expect.poll(waiting).toBe(3)
    await chat.isWell()

    await page.goto(`${server.base}/runs`)
    const row = (name: string) => page.getByRole('row').filter({ hasText: name })
    await row('Анна').getByRole('checkbox').check()
    await row('Борис').getByRole('checkbox').check()
    await path.button(t('run.skip')).click()
    const dialog = page.getByRole('dialog')
    for (const title of ['Создать сделку', 'Написать в чат']) await expect(dialog.getByText(t('bulk.skipAt', { step: `Заявки: ${title}`, n: 1 }))).toBeVisible()
    await expect(dialog.getByText(t('runs.skip.help'))).toBeVisible()
    await watch.look('skip these steps?')
    await dialog.getByRole('button', { name: t('run.skip'), exact: true }).dblclick()
    await path.sees(t('runs.acted_few', { count: 2 }))
    await expect(dialog).toHaveCount(0)
    const names = async (where: Receiver) => (await where.requests()).map((one) => (one.body as { name: string }).name)
    await expect.poll(waiting).toBe(1)
    // Anna's went on with its second step; of Boris's nothing was left to do.
    await expect.poll(() => names(chat)).toEqual(['Борис', 'Вера', 'Анна'])
    await expect(row('Вера')).toContainText(t('state.paused'))

    // What went well is not sent again.
    await row('Вера').getByRole('checkbox').check()
    await path.button(t('resume')).click()
    await expect(dialog.getByText(t('runs.resume.help'))).toBeVisible()
    await dialog.getByRole('button', { name: t('resume'), exact: true }).dblclick()
    await path.sees(t('runs.acted_one', { count: 1 }))
    await expect.poll(() => names(chat)).toEqual(['Борис', 'Вера', 'Анна', 'Вера'])
    expect(await waiting()).toBe(0)
    expect(await names(crm)).toEqual(['Анна', 'Борис', 'Вера'])
  })
})

walk.describe('runs that carried a text', () => {
  walk.use(before('ru', 'dark', 1280))

  walk('are at most so many until all were looked at', async ({ server, page, path, watch }) => {
    walk.slow()
    const { t } = path
    const batches = 5
    const each = 500
    await path.enter()
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Сайт', preset: 'generic' },
      { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'leads', title: 'Заявки', sources: ['site'], steps: [{ id: 'rest', delay: '1h' }] },
    ])
    // They wait: a scenario that was stopped does nothing with what comes.
    await server.api('POST', '/api/v1/scenarios/leads/stop', {})
    const { urls } = await server.api<{ urls: string[] }>('GET', '/api/v1/sources/site')
    for (let batch = 0; batch < batches; batch++) {
      const events = Array.from({ length: each }, (_, n) => ({ n, who: n === 0 && batch !== 1 ? 'Самоваров' : 'никто' }))
      const answer = await fetch(`${urls[0]!}/batch`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(events) })
      expect(answer.status).toBe(200)
    }
    const number = new Intl.NumberFormat('ru-RU').format(batches * each)
    const atMost = t('bulk.atMost', { shown: number })

    await page.goto(`${server.base}/runs?q=${encodeURIComponent('text:самоваров')}`)
    await path.button(t('runs.all', { action: t('cancel') })).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByRole('heading', { name: t('bulk.title_many', { action: t('cancel'), shown: atMost }) })).toBeVisible()
    await expect(dialog.getByText(t('bulk.textHelp'))).toBeVisible()
    await watch.look('at most so many')
    await dialog.getByRole('button', { name: t('bulk.do', { action: t('cancel'), shown: atMost }) }).dblclick()

    // The number shrinks to those that had it, and no other is touched.
    const banner = page.getByRole('region', { name: t('bulk.progress', { action: t('bulk.cancel') }) })
    await expect(banner.getByText(t('bulk.finished'))).toBeVisible()
    await expect(banner.getByText(t('bulk.doneOf', { done: batches - 1, total: batches - 1 }), { exact: true })).toBeVisible()
    await watch.look('as many as there were')
    const { runs } = await server.api<{ runs: Record<string, number> }>('GET', '/api/v1/stats')
    expect(runs).toMatchObject({ held: batches * (each - 1) + 1 })
    expect((await server.api<{ items: unknown[] }>('GET', '/api/v1/runs?state=cancelled')).items).toHaveLength(batches - 1)
    expect((await server.api<{ items: unknown[] }>('GET', '/api/v1/bulk')).items).toHaveLength(1)
  })
})
