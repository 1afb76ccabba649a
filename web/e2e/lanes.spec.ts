import { expect } from '@playwright/test'
import { Target } from './target'
import { before, walk } from './walk'

walk.describe('the queue to a service', () => {
  // The server's clock runs slower: a queue that closed by itself is looked at before it tries by itself, after 15 seconds.
  walk.use({ ...before('ru', 'light', 1280), flags: ['--allow-network', '127.0.0.0/8', '--clock-speed', '0.2'] })

  walk('closes by itself and is opened by hand; paused, it keeps everything; then its backlog goes slowly', async ({ server, page, path, watch }) => {
    const { t } = path
    const crm = await Target.open()
    const answers = (status: number) => crm.answers.set('/deals', { status, body: '{}' })
    await path.enter()
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Сайт', preset: 'generic' },
      {
        apiVersion: 'gonets/v1',
        kind: 'Scenario',
        name: 'leads',
        title: 'Заявки',
        sources: ['site'],
        steps: [{ id: 'deal', title: 'Сделка', http: { method: 'POST', url: `${crm.base}/deals`, body: { json: { n: '{{ event.body.n }}' } }, retry: { delays: ['1h'] } } }],
      },
    ])
    const send = (...ns: number[]) => ns.reduce<Promise<unknown>>((sent, n) => sent.then(() => server.api('POST', '/api/v1/sources/site/events', { body: { n } })), Promise.resolve())
    const sent = () => crm.asked.length
    const lane = new URL(crm.base).host
    const row = page.getByRole('row').filter({ hasText: lane })
    const menu = path.button(t('scenario.actions', { title: lane }))
    const todo = async (key: string) => {
      await menu.click()
      await page.getByRole('menuitem', { name: t(key) }).click()
    }
    await page.goto(`${server.base}/lanes`)
    await path.sees(t('lanes.none'))
    await expect(page.getByText(t('lanes.ownHelp'))).toBeVisible()
    await watch.look('no queues')

    // The service fails again and again: it is left alone, and no tries are used up.
    answers(503)
    await send(1, 2, 3, 4, 5)
    await expect.poll(sent).toBe(5)
    const closed = new RegExp(`^${t('lanes.state.closedUntil', { time: '' }).trim()}`)
    await expect(row.getByText(closed)).toBeVisible()
    await path.sees(t('lanes.said', { status: 503 }))
    await send(6)
    await expect(row.getByRole('link').first()).toBeVisible()
    await watch.look('closed by itself')
    expect(sent()).toBe(5)

    // A person knows that it is well again, and opens it.
    answers(200)
    await path.button(t('lanes.try')).click()
    await expect.poll(sent).toBe(6)
    await expect(row.getByText(closed)).toHaveCount(0)

    // Paused: nothing goes, everything is kept and says why.
    await todo('lanes.pause')
    await expect(row.getByText(t('lanes.state.paused'))).toBeVisible()
    await path.sees(t('lanes.pausedBy', { who: 'owner@example.org', time: '|' }).split('|')[0]!.trim())
    await send(7)
    await expect(row.getByRole('link', { name: '6', exact: true }).or(row.getByRole('link', { name: '1', exact: true })).first()).toBeVisible()
    await watch.look('paused')
    await page.goto(`${server.base}/runs?q=state%3Aqueued`)
    await expect(page.getByRole('row').getByRole('link')).toHaveCount(1)
    await watch.look('queued')
    expect(sent()).toBe(6)
    await page.goto(`${server.base}/lanes`)
    await path.button(t('lanes.resume')).click()
    await expect.poll(sent).toBe(7)
    await expect(row.getByText(t('lanes.state.paused'))).toHaveCount(0)

    // A backlog goes out at the pace that was chosen, and the queue is as usual again.
    await todo('lanes.pause')
    await expect(row.getByText(t('lanes.state.paused'))).toBeVisible()
    await send(11, 12, 13, 14)
    await todo('lanes.drain')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: t('lanes.rate') }).fill('2')
    await watch.look('how fast')
    await dialog.getByRole('button', { name: t('lanes.drainStart') }).click()
    await path.sees(t('lanes.drains', { rate: t('lanes.perSecond', { n: 2 }) }))
    await expect.poll(sent).toBe(11)
    const times = crm.times.slice(-4)
    expect(times[3]! - times[0]!, `asked at ${times}`).toBeGreaterThan(4_000)
    await expect(page.getByText(t('lanes.drains', { rate: '|' }).split('|')[0]!.trim())).toHaveCount(0)

    // Limits of one's own.
    await path.button(t('lanes.limits')).click()
    await dialog.getByRole('textbox', { name: t('lanes.concurrency') }).fill('3')
    await watch.look('limits')
    await dialog.getByRole('button', { name: t('save'), exact: true }).click()
    await expect(row.getByText(t('lanes.nOf', { n: 0, max: 3 }))).toBeVisible()
    const { items } = await server.api<{ items: { limits: { concurrency: number } }[] }>('GET', '/api/v1/lanes')
    expect(items.map((one) => one.limits.concurrency)).toEqual([3])

    // A service named by its address keeps what the form leaves empty.
    await path.button(t('lanes.limitsNew')).click()
    await dialog.getByRole('textbox', { name: t('lanes.address') }).fill(`${crm.base}/deals`)
    await dialog.getByRole('textbox', { name: t('lanes.rate') }).fill('2')
    await dialog.getByRole('button', { name: t('save'), exact: true }).click()
    await expect(dialog).toHaveCount(0)
    const { items: now } = await server.api<{ items: { limits: object }[] }>('GET', '/api/v1/lanes')
    expect(now.map((one) => one.limits)).toEqual([expect.objectContaining({ concurrency: 3, rate: '2/s' })])

    // Several services are a list: each has a row with its own limits and its own menu.
    await server.api('PUT', '/api/v1/lanes/limits', { lane: 'https://shop.example.org', concurrency: 2, open: true })
    await page.reload()
    await expect(page.getByRole('row').filter({ hasText: 'shop.example.org' })).toContainText(t('lanes.nOf', { n: 0, max: 2 }))
    await expect(row).toContainText(t('lanes.nOf', { n: 0, max: 3 }))
    await path.sees(t('lanes.neverCloses'))
    for (const service of [lane, 'shop.example.org']) await expect(path.button(t('scenario.actions', { title: service }))).toHaveCount(1)
    await watch.look('a list of queues')
    await crm.close()
  })

  walk('is not to blame for a run behind another one of its order key, which leads there', async ({ server, page, path, watch }) => {
    const { t } = path
    const crm = await Target.open()
    await path.enter()
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', preset: 'generic', order: 'body.k' },
      {
        apiVersion: 'gonets/v1',
        kind: 'Scenario',
        name: 'leads',
        sources: ['site'],
        steps: [{ id: 'deal', http: { method: 'POST', url: `${crm.base}/deals`, body: { json: { n: '{{ required(event.body.n) }}' } } } }],
      },
    ])
    const send = async (body: object) => (await server.api<{ runs: { id: string }[] }>('POST', '/api/v1/sources/site/events', { body })).runs[0]!.id
    const first = await send({ k: 'a' })
    await expect.poll(async () => (await server.api<{ state: string }>('GET', `/api/v1/runs/${first}`)).state).toBe('paused')
    const second = await send({ k: 'a', n: 1 })
    await page.goto(`${server.base}/runs/${second}`)
    await path.sees(t('run.front'))
    await watch.look('behind another run')
    await page.getByRole('link', { name: t('run.frontOpen') }).click()
    await expect(page).toHaveURL(new RegExp(`/runs/${first}`))
    await crm.close()
  })
})
