import { expect, test, type Page } from '@playwright/test'
import { englishWords } from './english'
import { owner } from './path'
import type { Server } from './server'
import { before, walk } from './walk'

const form = 'anketa'
const typed = [form, 'zayavki', 'slomana', 'zhdet', owner.login, 'owner', 'crm-token']

/** All kinds of steps at once. */
const kinds = (echo: string) => [
  { id: 'call', title: 'Отправить заявку', http: { method: 'POST', url: `${echo}/ok`, body: { json: { name: '{{ event.body.name }}' } } } },
  { id: 'values', title: 'Значения', set: { total: '{{ event.body.sum }}' } },
  { id: 'branch', title: 'Есть имя?', if: 'event.body.name == "x"', then: [{ id: 'bad', title: 'Завершить', fail: { message: 'Нельзя' } }], else: [{ id: 'wait', title: 'Подождать', delay: '1s' }] },
  { id: 'answer', title: 'Ответить', respond: { status: 200, json: { ok: true } } },
  { id: 'end', title: 'Конец', stop: { reason: 'Готово' } },
]

async function fill(server: Server) {
  const echo = `${server.base}/echo`
  await server.api('PUT', '/echo/down/_script', '503')
  await server.api('PUT', '/echo/rejects/_script', '422')
  const document = (name: string, title: string, steps: unknown[]) => ({ apiVersion: 'gonets/v1', kind: 'Scenario', name, title, sources: [form], steps })
  const documents = [
    { apiVersion: 'gonets/v1', kind: 'Source', name: form, title: 'Анкета', preset: 'generic' },
    document('zayavki', 'Заявки', kinds(echo)),
    document('slomana', 'Сломана', [{ id: 'call', title: 'Отказ', http: { method: 'POST', url: `${echo}/rejects`, body: { json: {} } } }]),
    document('zhdet', 'Ждёт', [{ id: 'call', title: 'Недоступен', http: { method: 'POST', url: `${echo}/down`, body: { json: {} } } }]),
    document('oshibka', 'Ошибка', [{ id: 'call', title: 'Не вычислить', http: { method: 'POST', url: `${echo}/x`, body: { json: { n: '{{ event.body.name + 1 }}' } } } }]),
    document('konec', 'Конец', [{ id: 'no', title: 'Нельзя', fail: { message: 'Так решено' } }]),
  ]
  for (const one of documents) await server.cli(['apply', '-'], JSON.stringify(one))
  for (const name of ['zayavki', 'slomana', 'zhdet', 'oshibka', 'konec']) await server.cli(['scenarios', 'start', name])
  await server.api('POST', `/api/v1/sources/${form}/events`, { body: { name: 'Анна', sum: 7 } })
}

interface Run {
  id: string
  state: string
}

/** Opens a page, waits until it is still, and reads it. */
async function russian(page: Page, where: string, found: string[]) {
  await expect(page.locator('main, form, [role="dialog"]').first()).toBeVisible()
  await page.waitForLoadState('networkidle').catch(() => undefined)
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  found.push(...(await englishWords(page, [...typed, 'oshibka', 'konec'])).map((word) => `${where}: ${word}`))
}

walk.describe('a Russian screen', () => {
  walk.use({ ...before('ru', 'light', 1280), flags: ['--allow-network', '127.0.0.0/8'] })

  // Not yet walked to its end: the machine on which it was written was too busy. Take fixme away and see what it finds.
  walk.fixme('speaks Russian from the set-up to the settings', async ({ page, path, server, watch }) => {
    walk.setTimeout(400_000)
    // Mistakes are made on purpose.
    watch.expects(/answer 4\d\d/, /Failed to load resource/)
    const found: string[] = []
    const look = (where: string) => russian(page, where, found)
    const open = async (where: string) => {
      await page.goto(server.base + where)
      await look(where)
    }

    await open(server.link.slice(server.base.length))
    await page.getByRole('textbox', { name: path.t('setup.login') }).fill('a b')
    await page.getByRole('textbox', { name: path.t('entry.password'), exact: true }).fill('short')
    await path.button(path.t('setup.submit')).click({ timeout: 3000 }).catch(() => undefined)
    await look('set-up with mistakes')
    await path.enter()
    await open('/scenarios')
    await open('/recipes')
    await open('/sources')
    await open('/runs')

    // A draft with everything missing and much wrong.
    const draft = await server.api<{ name: string }>('POST', '/api/v1/scenarios', {
      title: 'Черновик',
      document: {
        title: 'Черновик',
        sources: [],
        search: [''],
        steps: [
          { id: 'a', http: { url: 'ftp://x', timeout: '9d', headers: { 'Host': 'x', 'Плохо': '1' }, body: { json: { n: '{{ 1 + }}', m: '{{ nope() }}' } } } },
          { id: 'b', if: 'a = 1', then: [] },
          { id: 'c', delay: '900d' },
          { id: 'd', set: { event: '1' } },
          { id: 'e', respond: { status: 99 } },
        ],
      },
    })
    for (const step of ['a', 'b', 'c', 'd', 'e']) await open(`/scenarios/${draft.name}?step=${step}`)
    await open(`/scenarios/${draft.name}?tab=settings`)
    await path.button(path.t('start')).click()
    await look('what a draft lacks')
    await page.keyboard.press('Escape')

    await fill(server)
    await open('/scenarios')
    for (const step of ['call', 'values', 'branch', 'branch/wait', 'branch/bad', 'answer', 'end']) await open(`/scenarios/zayavki?step=${encodeURIComponent(step)}`)
    await open('/scenarios/zayavki?step=call')
    const panel = page.getByRole('region', { name: 'Отправить заявку' })
    for (const tab of await panel.getByRole('tab').all()) {
      await tab.click()
      await look(`the tab ${await tab.innerText()} of a request`)
    }
    await path.button(path.t('pasteCurl')).click()
    await page.getByRole('dialog').getByRole('textbox').fill("curl -k --proxy x --digest 'https://example.org' -d @file")
    await expect(page.getByRole('dialog').getByText('--proxy')).toBeVisible()
    await look('a command of curl')
    await page.getByRole('dialog').getByRole('textbox').fill('wget x')
    await look('what is no command of curl')
    await page.keyboard.press('Escape')
    for (const tab of ['history', 'settings', 'yaml']) await open(`/scenarios/zayavki?tab=${tab}`)
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('\nwrong: [')
    await page.keyboard.press('Control+s')
    await expect(page.getByRole('alert').or(page.getByText(/Строка \d+/)).first()).toBeVisible()
    await look('a mistake in YAML')
    await open('/scenarios/zayavki?panel=source')
    await open('/scenarios/slomana?step=call')
    await path.button(path.t('check.step')).click()
    await expect(page.getByRole('region', { name: path.t('result.title') }).getByText(/^422/).first()).toBeVisible()
    await look('a bad check')

    await open('/sources')
    await open(`/sources/${form}`)
    await open('/runs')
    let runs: Run[] = []
    await expect(async () => {
      runs = (await server.api<{ items: Run[] }>('GET', '/api/v1/runs')).items
      expect(new Set(runs.map((run) => run.state)).size).toBeGreaterThan(2)
    }).toPass()
    await open('/runs')
    for (const run of runs) {
      await open(`/runs/${run.id}`)
      for (const tab of await page.getByRole('main').getByRole('tab').all()) {
        if (await tab.isDisabled()) continue
        await tab.click()
        await look(`a run that is ${run.state}, ${await tab.innerText()}`)
      }
    }
    for (const section of ['general', 'notices', 'retention', 'security', 'secrets', 'account', 'about']) await open(`/settings/${section}`)
    await page.keyboard.press('Control+k')
    await look('the palette')
    await open('/nowhere')
    await page.context().clearCookies()
    await open('/login')
    await page.getByRole('textbox', { name: path.t('setup.login') }).fill('x')
    await page.getByRole('textbox', { name: path.t('entry.password'), exact: true }).fill('wrong-password')
    await page.keyboard.press('Enter')
    await look('a wrong password')
    expect([...new Set(found)]).toEqual([])
  })
})

test('an English word on a Russian screen is found', async ({ page }) => {
  await page.setContent(`<main><p>Адрес https://example.org is wrong</p><p>Тело JSON, метод POST</p><code>some code</code><button aria-label="Close it">×</button><p hidden>never shown</p></main>`)
  expect((await englishWords(page)).map((word) => word.split(' ')[0])).toEqual(['is', 'wrong', 'Close', 'it'])
})
