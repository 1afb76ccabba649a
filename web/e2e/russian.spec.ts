import { expect, test, type Locator, type Page } from '@playwright/test'
import { englishWords } from './english'
import { owner, type Path } from './path'
import type { Server } from './server'
import { before, walk } from './walk'

const form = 'anketa'
const typed = ['chernovik', 'nope', 'Trace Context', form, 'zayavki', 'slomana', 'zhdet', owner.login, 'owner', 'crm-token', 'pochta', 'beseda', 'otkaz', 'zanyat']

/** All kinds of steps at once. */
const kinds = (echo: string) => [
  { id: 'call', title: 'Отправить заявку', http: { method: 'POST', url: `${echo}/pochta`, body: { json: { name: '{{ event.body.name }}' } } } },
  { id: 'chat', title: 'Написать в чат', request: 'pismo', with: { text: '{{ event.body.name }}' } },
  { id: 'values', title: 'Значения', set: { total: '{{ event.body.sum }}' } },
  { id: 'branch', title: 'Есть имя?', if: 'event.body.name == "x"', then: [{ id: 'bad', title: 'Завершить', fail: { message: 'Нельзя' } }], else: [{ id: 'wait', title: 'Подождать', delay: '1s' }] },
  { id: 'answer', title: 'Ответить', respond: { status: 200, json: { ok: true } } },
  { id: 'end', title: 'Конец', stop: { reason: 'Готово' } },
]

async function fill(server: Server) {
  const echo = `${server.base}/echo`
  await server.api('PUT', '/echo/zanyat/_script', '503')
  await server.api('PUT', '/echo/otkaz/_script', '422')
  const document = (name: string, title: string, steps: unknown[]) => ({ apiVersion: 'gonets/v1', kind: 'Scenario', name, title, sources: [form], steps })
  const documents = [
    { apiVersion: 'gonets/v1', kind: 'Request', name: 'pismo', title: 'Письмо', params: [{ name: 'text', required: true, example: 'Пример' }], http: { method: 'POST', url: `${echo}/beseda`, body: { json: { text: '{{ params.text }}' } } } },
    { apiVersion: 'gonets/v1', kind: 'Source', name: form, title: 'Анкета', preset: 'generic' },
    document('zayavki', 'Заявки', kinds(echo)),
    document('slomana', 'Сломана', [{ id: 'call', title: 'Отказ', http: { method: 'POST', url: `${echo}/otkaz`, body: { json: {} } } }]),
    document('zhdet', 'Ждёт', [{ id: 'call', title: 'Недоступен', http: { method: 'POST', url: `${echo}/zanyat`, body: { json: {} } } }]),
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

/** Reads the screens that a person opens; what it found is told at the end, all at once. */
class Reader {
  private readonly found = new Set<string>()

  constructor(
    private readonly page: Page,
    private readonly path: Path,
  ) {}

  /** Waits until the page shows what it has, and reads it. */
  async look(where: string) {
    await expect(this.page.locator('main, form, [role="dialog"]').first()).toBeVisible()
    await expect(this.page.locator('h1, h2, [role="tab"]').first()).toBeVisible()
    await expect(this.page.locator('[aria-busy="true"]')).toHaveCount(0)
    const words = [...typed, 'oshibka', 'konec', this.path.t('cond.formulaHelp')]
    for (const word of await englishWords(this.page, words)) this.found.add(`${where}: ${word}`)
  }

  async open(where: string) {
    await this.page.goto(this.path.server.base + where)
    await this.look(where)
  }

  /** Each tab of a place in its turn. */
  async tabs(place: Locator, where: string) {
    await expect(place.getByRole('tab').first()).toBeVisible()
    await this.tabsOf(place, where)
  }

  /** Each tab of a place that is drawn and may have none; how many there were. */
  async tabsOf(place: Locator, where: string) {
    const tabs = await place.getByRole('tab').all()
    for (const tab of tabs) {
      if (await tab.isDisabled()) continue
      await tab.click()
      await this.look(`${where}, the tab ${await tab.innerText()}`)
    }
    return tabs.length
  }

  speaksRussian() {
    expect([...this.found]).toEqual([])
  }
}

// Pages are read in parts of about a dozen screens: each is done in seconds, and the two workers share them.
walk.describe('a Russian screen', () => {
  walk.use({ ...before('ru', 'light', 1280), flags: ['--allow-network', '127.0.0.0/8'] })

  walk('speaks Russian at the entrance', async ({ page, path, server, watch }) => {
    // Mistakes are made on purpose.
    watch.expects(/answer 4\d\d/, /Failed to load resource/)
    const reader = new Reader(page, path)
    const login = () => page.getByRole('textbox', { name: path.t('setup.login') })
    const password = () => page.getByRole('textbox', { name: path.t('entry.password'), exact: true })
    await reader.open(server.link.slice(server.base.length))
    await login().fill('a b')
    await password().fill('short')
    await reader.look('set-up with mistakes')
    await path.enter()
    await reader.open('/scenarios')
    for (const where of ['/recipes', '/sources', '/connections', '/runs', '/nowhere']) await reader.open(where)
    await page.context().clearCookies()
    await reader.open('/login')
    await login().fill('x')
    await password().fill('wrong-password')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert').first()).toBeVisible()
    await reader.look('a wrong password')
    reader.speaksRussian()
  })

  walk('speaks Russian of a draft in which much is missing and wrong', async ({ page, path, server, watch }) => {
    watch.expects(/answer 4\d\d/, /Failed to load resource/)
    const reader = new Reader(page, path)
    await path.enter()
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
    for (const step of ['a', 'b', 'c', 'd', 'e']) await reader.open(`/scenarios/${draft.name}?step=${step}`)
    await reader.open(`/scenarios/${draft.name}?tab=settings`)
    await path.button(path.t('start')).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await reader.look('what a draft lacks')
    reader.speaksRussian()
  })

  walk('speaks Russian in the editor', async ({ page, path, server, watch }) => {
    watch.expects(/answer 4\d\d/, /Failed to load resource/)
    const reader = new Reader(page, path)
    await path.enter()
    await fill(server)
    await reader.open('/scenarios')
    for (const step of ['chat', 'values', 'branch', 'branch/wait', 'branch/bad', 'answer', 'end']) await reader.open(`/scenarios/zayavki?step=${encodeURIComponent(step)}`)
    await reader.open('/scenarios/zayavki?step=call')
    const panel = page.getByRole('region', { name: 'Отправить заявку' })
    await expect(panel.getByRole('tab').first()).toBeVisible()
    await reader.tabs(panel, 'a request')
    reader.speaksRussian()
  })

  walk('speaks Russian of commands of cURL', async ({ page, path, server, watch }) => {
    watch.expects(/answer 4\d\d/, /Failed to load resource/)
    const reader = new Reader(page, path)
    await path.enter()
    await fill(server)
    await reader.open('/scenarios/zayavki?step=call')
    await path.button(path.t('pasteCurl')).click()
    const command = page.getByRole('dialog').getByRole('textbox')
    await command.fill("curl -k --proxy x --digest 'https://example.org' -d @file")
    await expect(page.getByRole('dialog').getByText('--proxy', { exact: true })).toBeVisible()
    await reader.look('a command of curl')
    await command.fill('wget x')
    await expect(page.getByRole('dialog').getByText('--proxy', { exact: true })).toHaveCount(0)
    await reader.look('what is no command of curl')
    reader.speaksRussian()
  })

  walk('speaks Russian beside the steps of the editor', async ({ page, path, server, watch }) => {
    watch.expects(/answer 4\d\d/, /Failed to load resource/)
    const reader = new Reader(page, path)
    await path.enter()
    await fill(server)
    for (const tab of ['history', 'settings', 'yaml']) await reader.open(`/scenarios/zayavki?tab=${tab}`)
    await page.locator('.cm-content').click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('\nwrong: [')
    await page.keyboard.press('Control+s')
    await expect(page.getByRole('alert').or(page.getByText(/Строка \d+/)).first()).toBeVisible()
    await reader.look('a mistake in YAML')
    await reader.open('/scenarios/zayavki?panel=source')
    await reader.open('/scenarios/slomana?step=call')
    await path.button(path.t('check.step')).click()
    const result = page.getByRole('region', { name: path.t('result.title') })
    await expect(result.getByText(/^422/).first()).toBeVisible()
    await reader.tabs(result, 'a bad check')
    reader.speaksRussian()
  })

  walk('speaks Russian of the other views of a scenario, and of saved requests', async ({ page, path, server, watch }) => {
    watch.expects(/answer 4\d\d/, /Failed to load resource/)
    const reader = new Reader(page, path)
    await path.enter()
    await fill(server)
    await reader.open('/scenarios/zayavki?tab=map')
    await reader.open('/scenarios/zayavki/ready')
    await reader.open('/requests')
    await reader.open('/requests/pismo')
    await expect(page.getByRole('tablist', { name: path.t('step.tabs') })).toBeVisible()
    await reader.tabs(page.getByRole('main'), 'a saved request')
    reader.speaksRussian()
  })

  walk('speaks Russian of operations', async ({ page, path, server, watch }) => {
    watch.expects(/answer 4\d\d/, /Failed to load resource/)
    walk.slow()
    const reader = new Reader(page, path)
    await path.enter()
    await fill(server)
    await reader.open('/sources')
    await reader.open(`/sources/${form}`)
    await reader.open('/connections')
    for (const where of ['/lanes', '/receiver', '/receiver?address=pochta', '/receiver?address=otkaz', '/runs/reconciliation', '/runs/bulk']) await reader.open(where)
    let runs: Run[] = []
    await expect(async () => {
      runs = (await server.api<{ items: Run[] }>('GET', '/api/v1/runs')).items
      expect(new Set(runs.map((run) => run.state))).toEqual(new Set(['succeeded', 'paused', 'waiting', 'failed']))
    }).toPass()
    await reader.open('/runs')
    let tabs = 0
    for (const run of runs) {
      await reader.open(`/runs/${run.id}`)
      // One that made no request has none.
      tabs += await reader.tabsOf(page.getByRole('main'), `a run that is ${run.state}`)
    }
    expect(tabs).toBeGreaterThan(0)
    reader.speaksRussian()
  })

  walk('speaks Russian in the settings', async ({ page, path }) => {
    const reader = new Reader(page, path)
    await path.enter()
    for (const section of ['general', 'notices', 'retention', 'security', 'secrets', 'audit', 'account', 'about']) await reader.open(`/settings/${section}`)
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('combobox', { name: path.t('palette.title'), exact: true })).toBeVisible()
    await reader.look('the palette')
    reader.speaksRussian()
  })
})

test('an English word on a Russian screen is found', async ({ page }) => {
  await page.setContent(`<main><p>Адрес https://example.org is wrong</p><p>Тело JSON, метод POST</p><code>some code</code><button aria-label="Close it">×</button><p hidden>never shown</p></main>`)
  expect((await englishWords(page)).map((word) => word.split(' ')[0])).toEqual(['is', 'wrong', 'Close', 'it'])
})
