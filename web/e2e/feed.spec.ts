import { readFile } from 'node:fs/promises'
import { expect } from '@playwright/test'
import { Receiver } from './receiver'
import { before, walk } from './walk'

walk.describe('the list of runs', () => {
  walk.use(before('ru', 'light', 1280))

  walk('does not move under whoever reads it: new ones are counted and wait; files hold what was found', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Сайт', preset: 'generic' },
      {
        apiVersion: 'gonets/v1',
        kind: 'Scenario',
        name: 'leads',
        title: 'Заявки',
        sources: ['site'],
        data: ['event.body.who', 'event.body.note'],
        steps: [{ id: 'deal', title: 'Сделка', http: { method: 'POST', url: `${server.base}/echo/crm`, headers: { Authorization: 'Bearer very-secret' }, body: { json: { who: '{{ event.body.who }}' } }, retry: { delays: ['1h'] } } }],
      },
    ])
    let sent = 0
    const send = async (n: number, more: object = {}) => {
      for (let i = 0; i < n; i++) await server.api('POST', '/api/v1/sources/site/events', { body: { who: `Гость ${++sent}`, ...more } })
    }
    const done = () => server.api<{ count: number }>('GET', '/api/v1/runs/count?q=state%3Asucceeded').then((found) => found.count)
    await send(40)
    await expect.poll(done).toBe(40)
    await page.goto(`${server.base}/runs`)
    const row = (n: number) => page.getByRole('row').filter({ has: page.getByText(`Гость ${n}`, { exact: true }) })
    await expect(row(40)).toBeVisible()

    // At the top new ones come by themselves.
    await send(1)
    await expect(row(41)).toBeVisible()
    await expect(page.getByRole('button', { name: /^\+ \d/ })).toHaveCount(0)

    // Scrolled down, nothing moves.
    await page.mouse.move(700, 600)
    // A wheel turns the page little by little.
    await page.evaluate(() => Object.assign(window, { stands: new Promise<void>((done) => addEventListener('scrollend', () => done(), { once: true })) }))
    await page.mouse.wheel(0, 900)
    await page.evaluate(() => (window as unknown as { stands: Promise<void> }).stands)
    await expect(row(25)).toBeInViewport()
    const place = async (n: number) => Math.round((await row(n).boundingBox())!.y)
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(40)
    const was = await place(25)
    await send(3)
    const fresh = path.button(t('runs.fresh_few', { count: 3 }))
    await expect(fresh).toBeAttached()
    expect(await place(25)).toBe(was)
    await expect(row(44)).toHaveCount(0)
    await send(2)
    await expect(path.button(t('runs.fresh_many', { count: 5 }))).toBeAttached()
    expect(await place(25)).toBe(was)
    await watch.look('five wait')
    await path.button(t('runs.fresh_many', { count: 5 })).click()
    await expect(row(46)).toBeInViewport()
    await expect(page.getByRole('button', { name: /^\+ \d/ })).toHaveCount(0)

    // Nor while something is selected.
    await row(45).getByRole('checkbox').check()
    await send(1)
    await expect(path.button(t('runs.fresh_one', { count: 1 }))).toBeVisible()
    await expect(row(47)).toHaveCount(0)
    await watch.look('one waits')
    await path.button(t('runs.fresh_one', { count: 1 })).click()
    await expect(row(47)).toBeVisible()
    await expect(row(45).getByRole('checkbox')).not.toBeChecked()

    // What is found is taken away as a file, in three shapes.
    await new Receiver(server, 'crm').answers('503')
    const note = 'чай; "мята"'
    await send(2, { note })
    await page.goto(`${server.base}/runs?q=state%3Awaiting`)
    await expect(page.getByText(t('runs.found', { n: 2 })).first()).toBeVisible()
    const file = async (format: 'csv' | 'jsonl' | 'har') => {
      await path.button(t('export')).click()
      const [got] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: t(`runs.export.${format}`) }).click()])
      expect(got.suggestedFilename()).toMatch(new RegExp(String.raw`^gonets-runs-[\d-]+.*\.${format}$`))
      const text = await readFile((await got.path())!, 'utf8')
      expect(text).not.toContain('very-secret')
      return text
    }
    // A table in Russian has its own separator and words; a value with the separator within stays one.
    const table = (await file('csv')).replace(/^\uFEFF/, '').trim().split('\r\n')
    expect(table).toHaveLength(3)
    expect(table[0]).toContain('Операция;Время;Состояние')
    for (const [i, line] of table.slice(1).entries()) {
      expect(line).toContain(`;${t('state.waiting')};`)
      expect(line).toContain(`;"Гость ${49 - i}, чай; ""мята""";`)
      expect(line).toContain(';503;')
    }
    const runs = (await file('jsonl')).trim().split('\n').map((line) => JSON.parse(line) as { id: string; state: string; event: { body: string }; steps: { attempts: { request: { body: string }; response: { status: number } }[] }[] })
    expect(runs.map((run) => [run.state, JSON.parse(run.event.body), run.steps[0]!.attempts[0]!.response.status])).toEqual([49, 48].map((n) => ['waiting', { who: `Гость ${n}`, note }, 503]))
    const archive = JSON.parse(await file('har')) as { log: { version: string; entries: { request: { method: string; url: string; postData: { text: string } }; response: { status: number }; time: number }[] } }
    expect(archive.log.version).toBe('1.2')
    expect(archive.log.entries.map(({ request, response }) => [request.method, request.url, JSON.parse(request.postData.text), response.status])).toEqual([49, 48].map((n) => ['POST', `${server.base}/echo/crm`, { who: `Гость ${n}` }, 503]))
  })
})
