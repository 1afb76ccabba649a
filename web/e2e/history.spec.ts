import { readFile } from 'node:fs/promises'
import { expect } from '@playwright/test'
import { Receiver } from './receiver'
import { before, walk } from './walk'

const documents = (base: string) => [
  { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' },
  {
    apiVersion: 'gonets/v1',
    kind: 'Scenario',
    name: 'crm',
    title: 'Leads → CRM',
    sources: ['site'],
    search: ['event.body.phone'],
    steps: [
      { id: 'prepare', title: 'Names', set: { full: '{{ event.body.name }}!' } },
      {
        id: 'deal',
        title: 'Deal',
        http: { method: 'POST', url: `${base}/echo/crm`, body: { json: { name: '{{ full }}' } }, retry: { delays: ['1h'] } },
      },
      { id: 'chat', title: 'Chat', http: { method: 'POST', url: `${base}/echo/chat`, body: { json: { name: '{{ full }}' } } } },
    ],
  },
]

for (const [language, colorScheme, width] of [
  ['ru', 'light', 1280],
  ['en', 'dark', 1280],
  ['ru', 'dark', 390],
  ['en', 'light', 390],
] as const) {
  walk.describe(`${language}, ${colorScheme}, ${width} px`, () => {
    walk.use(before(language, colorScheme, width))

    walk('somebody finds what failed, mends it and takes a file away', async ({ page, server, path, watch }) => {
      walk.slow()
      const { t } = path
      await path.setUp()
      const crm = new Receiver(server, 'crm')
      await server.api('POST', '/api/v1/apply', documents(server.base))
      const source = await server.api<{ urls: string[] }>('GET', '/api/v1/sources/site')
      path.address = source.urls[0]!
      await path.send({ name: 'Анна', phone: '+7 999 000-11-22' })
      await path.history()
      const rows = page.getByRole('row').filter({ has: page.getByRole('link') })
      await expect(rows).toHaveCount(1)
      await expect(rows.first()).toContainText(t('state.succeeded'))

      // ── live rows, and what they say ─────────────────────────────────────
      await crm.answers('503')
      await path.send({ name: 'Пётр', phone: '+79123456789', note: 'Самовар' })
      await expect(rows).toHaveCount(2)
      await expect(rows.first()).toContainText(t('state.waiting.retry'))
      await expect(rows.first()).toContainText('503')
      await expect(rows.first()).toContainText(t('runs.triesOf', { n: 1, max: 2 }))
      await expect(page.getByText(t('runs.found', { n: 2 }))).toBeVisible()
      await expect(page.getByRole('slider', { name: t('runs.chart') })).toBeVisible()
      await watch.look('list')

      // ── questions ────────────────────────────────────────────────────────
      const field = page.getByRole('textbox', { name: t('runs.search') })
      const ask = async (text: string) => {
        await field.fill(text)
        await field.press('Enter')
      }
      await ask('status:5xx')
      await expect(page).toHaveURL(/q=status%3A5xx/)
      await expect(rows).toHaveCount(1)
      await ask('8 912 345-67-89')
      await expect(rows).toHaveCount(1)
      await expect(rows.first()).toContainText('Пётр')
      await ask('самовар')
      await expect(page.getByRole('heading', { name: t('list.noMatch') })).toBeVisible()
      await watch.look('nothing')
      await path.button(t('runs.inTexts', { words: 'самовар' })).click()
      await expect(rows).toHaveCount(1)
      await expect(page).toHaveURL(/text%3A/)
      await watch.look('text')
      await ask('stat:x')
      await expect(page.getByText(t('runs.mistakeAt', { n: 1, part: 'stat:' }))).toBeVisible()
      await watch.look('mistake')
      await page.goBack()
      await expect(page.getByRole('heading', { name: t('list.noMatch') })).toBeVisible()

      // The server judges what only it can; links of old go on working.
      watch.expects(/422/)
      await page.goto(`${server.base}/runs?q=state%3Apausd`)
      await expect(page.getByText(t('runs.mistakeAt', { n: 7, part: 'pausd' }))).toBeVisible()
      await page.goto(`${server.base}/runs?state=waiting&since=-24h`)
      await expect(page).toHaveURL(/q=state%3Awaiting\+after%3A-24h/)
      await expect(rows).toHaveCount(1)

      // ── a period of the chart, by keyboard ───────────────────────────────
      const chart = page.getByRole('slider', { name: t('runs.chart') })
      await chart.focus()
      await page.keyboard.press('End')
      // Two parts: a new one may have begun since the event came.
      await page.keyboard.press('Shift+ArrowLeft')
      await page.keyboard.press('Enter')
      await expect(page).toHaveURL(/after%3A20\d\d-.*before%3A20/)
      await expect(rows).toHaveCount(1)
      await watch.look('period')

      // ── a view of one's own ──────────────────────────────────────────────
      await path.button(t('runs.view.save')).click()
      await page.getByRole('dialog').getByRole('textbox').fill('Самовары')
      await page.getByRole('dialog').getByRole('button', { name: t('save'), exact: true }).click()
      await path.button(t('runs.view.all')).click()
      await expect(rows).toHaveCount(2)
      await path.button('Самовары').click()
      await expect(rows).toHaveCount(1)
      if (width === 390) {
        await path.button(new RegExp(`^${t('runs.filters')}`)).click()
        await expect(page.getByRole('dialog')).toBeVisible()
        await watch.look('sheet')
        await path.button(t('runs.show')).click()
      }

      // ── a file ───────────────────────────────────────────────────────────
      await path.button(t('export')).click()
      const download = page.waitForEvent('download')
      await page.getByRole('menuitem', { name: t('runs.export.csv') }).click()
      const file = await download
      const text = await readFile((await file.path())!, 'utf8')
      expect(file.suggestedFilename()).toMatch(/^gonets-runs-.*\.csv$/)
      expect(text.charCodeAt(0)).toBe(0xfeff)
      expect(text.trimEnd().split('\n')).toHaveLength(2)
      expect(text).toContain('Пётр')

      // ── the run: every button, pressed twice ─────────────────────────────
      await rows.first().getByRole('link').click()
      await expect(page.getByText(t('run.nOf', { n: 2, max: 2 })).first()).toBeVisible()
      await watch.look('waiting')
      await page.getByRole('tab', { name: t('run.variables') }).click()
      await watch.look('variables')
      await page.getByRole('button', { name: /Names/ }).click()
      await expect(page.getByText('Пётр!').first()).toBeVisible()
      await path.button(t('cancelRetries')).dblclick()
      await expect(page.getByText(new RegExp(t('state.paused.person'))).first()).toBeVisible()
      await watch.look('paused')
      await path.button(t('resume')).dblclick()
      await expect(path.button(t('sendNow'))).toBeVisible()
      expect(await crm.requests()).toHaveLength(3)
      await crm.isWell()
      await path.button(t('sendNow')).dblclick()
      await expect(page.getByText(t('state.succeeded')).first()).toBeVisible()
      await expect.poll(async () => (await crm.requests()).length).toBe(4)
      await watch.look('done')
      await path.button(t('rerun')).click()
      await page.getByRole('dialog').getByRole('button', { name: t('rerun'), exact: true }).dblclick()
      await expect(page.getByRole('heading', { name: t('run.siblings') })).toBeVisible()
      await expect.poll(async () => (await crm.requests()).length).toBe(5)
      await expect(page.getByText(t('state.succeeded')).first()).toBeVisible()
      // ── with other data: what changes is told first, and two clicks are one wish ─
      await path.button(t('run.more')).click()
      await page.getByRole('menuitem', { name: t('edit.title') }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: t('edit.next') }).click()
      await expect(dialog.getByText(t('edit.same'))).toBeVisible()
      await dialog.getByRole('textbox', { name: 'name', exact: true }).fill('Ольга «О»')
      await watch.look('edit')
      await dialog.getByText('JSON', { exact: true }).click()
      await expect(dialog.locator('.cm-content')).toContainText('Ольга «О»')
      await dialog.getByRole('button', { name: t('edit.next') }).click()
      await expect(dialog.getByText(/[«“]Пётр[»”]/)).toBeVisible()
      await watch.look('edited')
      await dialog.getByRole('button', { name: t('edit.do') }).dblclick()
      await expect.poll(async () => (await crm.requests()).length).toBe(6)
      await expect(dialog).toHaveCount(0)
      await expect(page.getByText(t('state.succeeded')).first()).toBeVisible()
      await crm.answers('503')
      await path.button(t('rerun')).click()
      await dialog.getByRole('button', { name: t('rerun'), exact: true }).click()
      // A question has a button of the same name as the run.
      await expect(dialog).toHaveCount(0)
      await expect.poll(async () => (await crm.requests()).length).toBe(7)
      await path.button(t('cancel')).click()
      await page.getByRole('dialog').getByRole('button', { name: t('run.doCancel'), exact: true }).dblclick()
      await expect(page.getByText(t('state.cancelled')).first()).toBeVisible()
      await watch.look('cancelled')
      expect(await crm.requests()).toHaveLength(7)
    })
  })
}

for (const screen of [before('ru', 'light', 1280), before('en', 'dark', 390)]) {
  walk.describe(`the columns of a table, ${screen.language}, ${screen.viewport.width} px`, () => {
    walk.use(screen)

    walk('are those that were chosen, in the order of the table, and stay chosen', async ({ page, server, path, watch }) => {
      const { t } = path
      await path.enter()
      await server.api('POST', '/api/v1/apply', documents(server.base))
      await server.api('POST', '/api/v1/sources/site/events', { body: { name: 'Анна' } })
      await page.goto(`${server.base}/runs`)
      await expect(page.getByRole('row').filter({ hasText: t('state.succeeded') })).toHaveCount(1)

      const dialog = page.getByRole('dialog')
      const title = (column: string) => t(`runs.column.${column}`)
      const box = (column: string) => dialog.getByRole('checkbox', { name: title(column), exact: true })
      const take = dialog.getByText(t('export'), { exact: true })
      const open = async () => {
        await path.button(t('export')).click()
        await page.getByRole('menuitem', { name: t('runs.export.choose') }).click()
        await expect(dialog.getByRole('heading', { name: t('runs.export.columns') })).toBeVisible()
      }
      const table = async () => {
        const download = page.waitForEvent('download')
        await take.click()
        const file = await download
        await expect(dialog).toHaveCount(0)
        return (await readFile((await file.path())!, 'utf8')).replace('\uFEFF', '').trimEnd().split(/\r?\n/)
      }
      const checked = () => dialog.getByRole('checkbox', { checked: true })

      await open()
      const usual = await checked().count()
      expect(usual).toBeGreaterThan(10)
      for (const bodies of ['address', 'request', 'reply']) await expect(box(bodies)).not.toBeChecked()
      await watch.look('which columns')
      // Nothing is no table.
      for (let left = usual; left > 0; left--) {
        await checked().first().uncheck()
        await expect(checked()).toHaveCount(left - 1)
      }
      await expect(dialog.getByRole('link')).toHaveCount(0)
      // In whichever order they are chosen, the table has its own.
      for (const column of ['request', 'status', 'scenario']) await box(column).check()
      const separator = screen.language === 'ru' ? ';' : ','
      const [head, row, ...more] = await table()
      expect(head).toBe(['scenario', 'status', 'request'].map(title).join(separator))
      expect(row).toMatch(new RegExp(`^crm${separator}200${separator}"\\{""name"":""Анна!""\\}"$`))
      expect(more).toEqual([])

      // The next table begins with them, and has what is added.
      await page.reload()
      await open()
      await expect(checked()).toHaveCount(3)
      for (const column of ['scenario', 'status', 'request']) await expect(box(column)).toBeChecked()
      await box('address').check()
      await box('status').uncheck()
      await watch.look('as they were chosen')
      const [later, where] = await table()
      expect(later).toBe(['scenario', 'address', 'request'].map(title).join(separator))
      expect(where).toContain(`crm${separator}${server.base}/echo/chat${separator}`)
    })
  })
}
walk.describe('the history of a telephone', () => {
  walk.use(before('en', 'light', 390))

  walk('shows the whole name of a scenario whose request could not be built', async ({ server, page, path, watch }) => {
    await path.enter()
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'site', title: 'Site', preset: 'generic' },
      { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'leads', title: 'Leads from the website', sources: ['site'], steps: [{ id: 'deal', http: { method: 'POST', url: '{{ event.body.address }}' } }] },
    ])
    await server.api('POST', '/api/v1/sources/site/events', { body: { n: 1 } })
    await page.goto(`${server.base}/runs`)
    await expect(page.getByText(path.t('outcome.template')).first()).toBeVisible()
    const name = page.getByRole('cell', { name: 'Leads from the website', exact: true })
    expect(await name.evaluate((cell) => cell.scrollWidth - cell.clientWidth)).toBe(0)
    await watch.look('a telephone')
  })
})

walk.describe('the chart of the history and a mouse', () => {
  walk.use(before('ru', 'light', 1280))

  walk('a press chooses one bar, drawing over bars all of them', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await server.api('POST', '/api/v1/apply', documents(server.base))
    await server.api('POST', '/api/v1/sources/site/events', { body: { name: 'Анна' } })
    const chart = page.getByRole('slider', { name: t('runs.chart') })
    const rows = page.getByRole('row').filter({ has: page.getByRole('link') })
    /** Opens the page, and tells where bars of the chart are and how long one of them is. */
    const open = async () => {
      await page.goto(`${server.base}/runs`)
      await expect(rows).toHaveCount(1)
      await expect(chart).toBeVisible()
      const box = (await chart.boundingBox())!
      const last = Number(await chart.getAttribute('aria-valuemax'))
      expect(last).toBeGreaterThan(8)
      return { last, to: (bar: number) => page.mouse.move(box.x + ((bar + 0.5) * box.width) / (last + 1), box.y + box.height / 2) }
    }
    const period = async () => {
      await expect(page).toHaveURL(/after%3A20\d\d-.*before%3A20/)
      const [, after, before] = /after:(\S+) before:(\S+)/.exec(new URL(page.url()).searchParams.get('q')!)!
      return { after: Date.parse(after!), long: Date.parse(before!) - Date.parse(after!) }
    }

    const pressed = await open()
    await pressed.to(2)
    await page.mouse.down()
    await page.mouse.up()
    const one = await period()
    await expect(page.getByRole('heading', { name: t('list.noMatch') })).toBeVisible()

    // From the right to the left, to the last bar from one far before it.
    const drawn = await open()
    await drawn.to(drawn.last)
    await page.mouse.down()
    await drawn.to(drawn.last - 3)
    await drawn.to(drawn.last - 5)
    await watch.look('bars are drawn over')
    await page.mouse.up()
    const many = await period()
    expect(many.long).toBe(6 * one.long)
    expect(many.after).toBeGreaterThan(one.after)
    await expect(rows).toHaveCount(1)
  })

  walk('a search that has not come to its end says how far it is, and goes on by a button', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await server.api('POST', '/api/v1/apply', documents(server.base))
    await server.api('POST', '/api/v1/sources/site/events', { body: { name: 'Анна' } })
    // The server has looked through a part, as it does where many runs are.
    const asked: (string | null)[] = []
    await page.route(/\/api\/v1\/runs\?/, async (route) => {
      const url = new URL(route.request().url())
      const cursor = url.searchParams.get('cursor')
      asked.push(cursor)
      if (!cursor) return route.fulfill({ json: { items: [], next: 'before-may', reached: '2026-05-01T09:30:00Z' } })
      url.searchParams.delete('cursor')
      return route.continue({ url: url.href })
    })
    await page.goto(`${server.base}/runs?q=scenario%3Acrm`)
    const words = t('runs.reachedHelp', { time: '~' }).split('~')
    await expect(page.getByText(words[0]!).filter({ hasText: words[1]! })).toContainText(/1 мая|01\.05/)
    await watch.look('how far it is')
    await path.button(t('runs.further')).click()
    await expect(page.getByRole('row').filter({ has: page.getByRole('link') })).toHaveCount(1)
    expect(asked).toContain('before-may')
  })
})
