import { expect } from '@playwright/test'
import { Receiver } from './receiver'
import { before, walk } from './walk'

walk.describe('A: a cURL command instead of a form', () => {
  walk.use(before('en', 'light', 1280))

  walk('makes the same request', async ({ server, path, watch }) => {
    await path.enter()
    await path.begin()
    await path.create('From a command')
    await path.addWebhook()
    await path.firstEvent({ name: 'Anna', phone: '+79990001122' })
    await path.addStep()
    await path.pasteCurl(
      `curl -X POST '${server.base}/echo/crm' -H 'Content-Type: application/json' --data '{"source":"site"}'`,
    )
    await path.addField('name', 'Name')
    await path.becomes('"Anna"')
    const result = await path.check()
    await expect(result.getByText('"Anna"').first()).toBeVisible()
    await expect(result.getByText('"site"').first()).toBeVisible()
    await watch.look('checked')
    await path.start('start.held')
    await path.history()
    await path.send({ name: 'Peter', phone: '+79990001133' })
    await expect(path.rows('state.succeeded')).toHaveCount(2)
    const bodies = (await new Receiver(server, 'crm').requests()).map((one) => one.body)
    expect(bodies).toEqual([
      { source: 'site', name: 'Anna' },
      { source: 'site', name: 'Anna' },
      { source: 'site', name: 'Peter' },
    ])
  })
})

walk.describe('C: the service fails twice', () => {
  walk.use(before('ru', 'dark', 390))

  walk('the run waits and is done, and is never called an error', async ({ server, path, watch }) => {
    const receiver = new Receiver(server, 'crm')
    await path.enter()
    await path.ready('Заявка в CRM', receiver.name)
    // So long that a page of a slow machine shows it.
    await path.ownDelays(3, 3)
    await watch.look('delays')
    await path.start('none')
    await receiver.answers('503,503,200')
    await path.history()
    const seen = await path.notesStates()
    await path.send({ name: 'Анна' })
    await expect(path.rows('state.succeeded')).toHaveCount(1)
    await watch.look('done')

    const states = await seen()
    expect(states).toContainEqual(expect.stringContaining(path.t('state.waiting.retry')))
    expect(states).not.toContainEqual(expect.stringContaining(path.t('state.failed')))
    expect(states.at(-1)).toContain(path.t('state.succeeded'))

    await path.rows('state.succeeded').click()
    await path.sees(path.t('run.attempt', { n: 1 }), path.t('run.attempt', { n: 2 }), path.t('run.attempt', { n: 3 }))
    await expect(path.tries()).toHaveCount(3)
    await watch.look('run')
    const pauses = await receiver.pauses()
    expect(pauses).toHaveLength(2)
    for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(3000)
  })
})

walk.describe('D: the service stays down', () => {
  walk.use(before('ru', 'light', 1280))

  walk('the run waits for a person, every page says so, and it goes on from there', async ({ server, page, path, watch }) => {
    const receiver = new Receiver(server, 'crm')
    await path.enter()
    const name = await path.ready('Заявка в CRM', receiver.name)
    await path.ownDelays(1, 1)
    await path.start('none')
    await receiver.answers('500')
    await path.history()
    await path.send({ name: 'Анна' })
    const row = page.getByRole('row').getByRole('link').filter({ hasText: `${path.t('state.paused')}: ${path.t('state.paused.attemptsShort')}` })
    await expect(row).toHaveCount(1)
    await watch.look('waits for a person')
    expect(await receiver.requests()).toHaveLength(3)

    for (const place of ['scenarios', 'sources', 'requests', 'connections', 'settings', `scenarios/${name}`, 'recipes', 'runs']) {
      await page.goto(`${server.base}/${place}`)
      await expect(path.waitingForYou(1), `on /${place}`).toBeVisible()
    }
    await path.waitingForYou(1).click()
    await row.click()
    await path.sees(`${path.t('state.paused')}: ${path.t('state.paused.attempts', { n: 3, max: 3 })}`)
    await receiver.isWell()
    await path.button(path.t('resume')).click()
    await expect(page.getByText(path.t('state.succeeded')).first()).toBeVisible()
    await expect(path.waitingForYou(1)).toHaveCount(0)
    await watch.look('resumed')
    expect(await receiver.requests()).toHaveLength(4)
  })
})

walk.describe('E: the page is loaded again in the middle of a field', () => {
  walk.use(before('en', 'dark', 390))

  walk('nothing that was typed is lost', async ({ page, path, watch }) => {
    await path.enter()
    await path.begin()
    await path.create('Typed in a hurry')
    await path.addWebhook()
    await path.firstEvent({ name: 'Anna', phone: '+79990001122' })
    await path.addRequest()
    await path.newField('name')
    await page.keyboard.type('Dear ')
    // At once: what was typed has had no time to be saved.
    await page.reload()
    await expect(page.getByRole('textbox', { name: path.t('row.nameOf', { n: 1 }) })).toHaveValue('name')
    const value = page.getByRole('textbox', { name: path.t('row.valueOf', { name: 'name' }) })
    await expect(value).toHaveText(/Dear\s/)
    await expect(page.getByText(/\/echo\//).first()).toBeVisible()
    await path.saved()
    await watch.look('loaded again')
    await value.focus()
    await page.keyboard.press('End')
    await path.pickVariable('Name')
    await path.becomes('"Dear Anna"')
    const result = await path.check()
    await expect(result.getByText('"Dear Anna"').first()).toBeVisible()
  })
})

walk.describe('H: the server is killed', () => {
  walk.use(before('ru', 'dark', 1280))

  walk('nothing that it accepted is lost', async ({ server, page, path, watch }) => {
    await path.enter()
    await path.ready('Заявка в CRM', 'crm')
    await path.start('none')
    await path.history()
    watch.expects(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/)

    // Many at once, and in the middle of them the power goes.
    const accepted: string[] = []
    let answers = 0
    const senders = Array.from({ length: 40 }, async (_, n) => {
      try {
        const answer = await fetch(path.address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: `Гость ${n}` }) })
        const { event_id } = (await answer.json()) as { event_id: string }
        if (answer.status === 200) accepted.push(event_id)
        if (++answers === 5) await server.kill()
      } catch {
        // Not accepted: the sender knows, and sends again.
      }
    })
    await Promise.all(senders)
    await server.kill()
    expect(accepted.length).toBeGreaterThanOrEqual(5)
    await expect(page.getByText(path.t('live.lost'))).toBeVisible()
    await server.up()

    // The page finds its server by itself.
    await expect(page.getByText(path.t('live.lost'))).toHaveCount(0, { timeout: 30_000 })
    await path.send({ name: 'После сбоя' })
    await expect(page.getByText('После сбоя').first()).toBeVisible()
    const lost = async () => {
      const { items } = await server.api<{ items: { event_id: string; state: string }[] }>('GET', '/api/v1/runs?state=succeeded&limit=100')
      return accepted.filter((id) => !items.some((run) => run.event_id === id))
    }
    await expect.poll(lost).toEqual([])
    watch.expects()
    await page.reload()
    await expect(path.rows('state.succeeded').first()).toBeVisible()
    await watch.look('after the crash')
  })
})
