import { expect } from '@playwright/test'
import { Receiver } from './receiver'
import { Target } from './target'
import { before, walk } from './walk'

walk.describe('a request', () => {
  walk.use(before('ru', 'dark', 1280))

  walk('takes what people type: stray spaces, variables of other systems, bodies of every kind, headers of their own', async ({ server, page, path, watch }) => {
    walk.slow()
    const { t } = path
    await path.enter()
    const name = await path.ready('Заявка', 'shelf')
    await path.send({ name: 'Анна', phone: '+79990001122', count: 3, empty: '' })
    await expect(page.locator('footer').getByRole('button').first()).toContainText('Анна')
    const address = page.getByRole('textbox', { name: t('/http/url'), exact: true })
    const value = (row: string) => page.getByRole('textbox', { name: t('row.valueOf', { name: row }), exact: true })
    const http = () => server.api<{ document: { steps: { http: { url: string; body: object } }[] } }>('GET', `/api/v1/scenarios/${name}/draft`).then((draft) => draft.document.steps[0]!.http)
    const sends = page.getByRole('region', { name: t('willSend') })
    const well = `${server.base}/echo/shelf`

    // Stray spaces go, are told of, and come back.
    const type = async (text: string) => {
      await address.click()
      await page.keyboard.press('Control+a')
      await page.keyboard.insertText(text)
      await page.keyboard.press('Tab')
    }
    await type(` \u200b${well}  `)
    await path.sees(t('url.trimmed'))
    // Under the pointer it stays for as long as one looks.
    await path.button(t('undo')).hover()
    await expect.poll(async () => (await http()).url).toBe(well)
    await watch.look('trimmed')
    await path.button(t('undo')).click()
    await expect.poll(async () => (await http()).url).toBe(` \u200b${well}  `)
    await type(well)
    await expect.poll(async () => (await http()).url).toBe(well)

    // Variables as other systems write them.
    await page.getByRole('tab', { name: new RegExp(`^${t('body')}`) }).click()
    const kind = (key: string) => page.getByRole('radio', { name: key === 'json' ? 'JSON' : t(`/http/body=${key}`), exact: true })
    await kind('json').check()
    await path.newField('who')
    await page.keyboard.insertText('({name})')
    await path.sees(t('var.foreign', { text: '({name})', pill: 'Источник · Имя' }))
    await path.button(t('convert')).click()
    await expect(value('who').locator('.g-pill-known')).toHaveText('Источник · Имя')
    await path.newField('text')
    await page.keyboard.insertText('%phone%, ${localVar.count} и 100%20')
    await watch.look('of other systems')
    await path.button(t('convertAll', { count: 2 })).click()
    await expect(value('text').locator('.g-pill-known')).toHaveText(['Источник · Телефон', 'Источник · Количество'])
    await expect(value('text')).toContainText('100%20')
    await path.newField('kept')
    await page.keyboard.insertText('({phone})')
    await path.button(t('keepText')).click()
    await expect(path.button(t('convert'))).toHaveCount(0)
    await expect(sends).toContainText('{"who":"Анна","text":"+79990001122, 3 и 100%20","kept":"({phone})"}')

    // The card of a pill: what it is, and what becomes of it.
    await value('who').locator('.g-pill').click()
    const card = page.locator('.g-pill-card')
    await expect(card).toContainText('event.body.name')
    await expect(card).toContainText('Анна')
    await card.getByRole('combobox').selectOption({ label: t('call.upper') })
    await expect(sends).toContainText('"who":"АННА"')
    await path.newField('city')
    await path.pickVariable('empty')
    await page.keyboard.press('Alt+Enter')
    await expect(card.getByLabel(t('ifEmpty'))).toBeFocused()
    await page.keyboard.type('Тверь')
    await watch.look('the card of a variable')
    await page.keyboard.press('Enter')
    await expect(value('city').locator('.g-pill')).toContainText('?? Тверь')
    await expect(sends).toContainText('"city":"Тверь"')
    await page.keyboard.press('Escape')
    await expect(card).toHaveCount(0)

    // Each kind of body sends what it says; what was typed into one of them comes back.
    await kind('form').check()
    await expect(value('city').locator('.g-pill')).toContainText('?? Тверь')
    await expect(sends).toContainText(/who=%D0%90%D0%9D%D0%9D%D0%90&/)
    await watch.look('a form')
    await kind('text').check()
    await page.getByRole('textbox', { name: t('/http/body/text') }).click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText('привет')
    await expect(sends.getByText('привет', { exact: true })).toBeVisible()
    await kind('path').check()
    await expect(sends).toContainText('"count":3')
    await kind('none').check()
    await expect(sends).not.toContainText('"count"')
    await kind('text').check()
    await expect(sends.getByText('привет', { exact: true })).toBeVisible()
    await kind('json').check()
    await expect(sends).toContainText('"city":"Тверь"')
    await page.getByText(t('body.template'), { exact: true }).click()
    await expect(page.getByRole('textbox', { name: t('body.template') })).toContainText('"kept": "({phone})"')
    await expect(sends).toContainText('"city": "Тверь"')
    await page.getByText(t('body.fields'), { exact: true }).click()
    await expect(value('city')).toBeVisible()

    // Headers that come by themselves go, all but those that no request is without.
    await page.getByRole('tab', { name: new RegExp(`^${t('headers')}`) }).click()
    const own = page.getByRole('switch', { name: t('/http/own_headers_only') })
    const automatic = page.locator('tr:not([data-gone])').getByRole('rowheader')
    await expect(automatic.filter({ hasText: 'User-Agent' })).toBeVisible()
    await path.button(t('headers.overrideOf', { name: 'User-Agent' })).click()
    await value('User-Agent').click()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('Склад')
    await own.check()
    // The test receiver is this very server: requests to itself are counted.
    await expect(automatic).toHaveText(['Host', 'Gonets-Hops', 'Content-Length'])
    await watch.look('headers of my own')
    await path.saved()
    await path.check()
    const [last] = (await new Receiver(server, 'shelf').requests()).slice(-1)
    expect(last!.body).toMatchObject({ who: 'АННА', city: 'Тверь' })
    expect(Object.keys(last!.headers).map((one) => one.toLowerCase()).sort()).toEqual(['content-length', 'gonets-hops', 'host', 'user-agent'])
  })

  walk('gives a new row the cursor at once, however late the next picture of a busy machine comes', async ({ page, path }) => {
    const { t } = path
    await path.enter()
    await path.ready('Заявка', 'shelf')
    await path.send({ phone: '+79990001122' })
    await page.getByRole('textbox', { name: t('/http/url'), exact: true }).click()
    await page.getByRole('tab', { name: new RegExp(`^${t('body')}`) }).click()
    await page.getByRole('radio', { name: 'JSON', exact: true }).check()
    const add = path.button(t('body.addField'))
    await expect(add).toBeVisible()
    await page.evaluate(() => {
      window.requestAnimationFrame = (draw) => window.setTimeout(() => draw(performance.now()), 500)
    })
    await add.evaluate((button: HTMLElement) => button.click())
    await page.keyboard.type('kept')
    await page.keyboard.press('Tab')
    await page.keyboard.insertText('({phone})')
    await expect(page.getByRole('textbox', { name: t('row.nameOf', { n: 1 }), exact: true })).toHaveValue('kept')
    await path.button(t('keepText')).evaluate((button: HTMLElement) => button.click())
    await expect(path.button(t('keepText'))).toHaveCount(0)
    await expect(page.getByRole('textbox', { name: t('row.valueOf', { name: 'kept' }), exact: true })).toHaveText('({phone})')
  })

  walk('tells how often its service may be asked, where the address names it', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await server.api('PUT', '/api/v1/lanes/limits', { lane: 'https://crm.example.org', rate: '10/m' })
    await server.api('PUT', '/api/v1/lanes/limits', { lane: 'https://shop.example.org', concurrency: 2 })
    await server.api('POST', '/api/v1/lanes/actions', { lane: 'https://shop.example.org', action: 'pause' })
    await path.ready('Заявка', 'pace')
    await page.getByRole('tab', { name: t('tab.more'), exact: true }).click()
    await expect(page.getByText(t('outage.open'))).toBeVisible()
    await expect(page.getByText(t('pace.title'), { exact: true })).toHaveCount(0)
    const address = page.getByRole('textbox', { name: t('/http/url'), exact: true })
    const type = async (text: string) => {
      await address.click()
      await page.keyboard.press('Control+a')
      await page.keyboard.insertText(text)
    }
    await type('https://crm.example.org/leads?a={{ event.id }}')
    await path.sees(t('lanes.perMinute', { n: 10 }))
    await watch.look('the pace of a service')
    await type('https://shop.example.org')
    await path.sees(t('lanes.state.paused'))
    await type('https://other.example.org')
    await path.sees(t('pace.free'))
    await path.link(t('pace.queue', { host: 'other.example.org' })).click()
    await expect(page).toHaveURL(/\/lanes$/)
  })
})

walk.describe('an address that has moved', () => {
  walk.use({ ...before('ru', 'light', 1280), flags: ['--allow-network', '127.0.0.0/8'] })

  walk('is put in the place of the old one by a button, and answers', async ({ server, page, path, watch }) => {
    const { t } = path
    const target = await Target.open()
    try {
      target.answers.set('/old', { status: 301, reason: 'Moved Permanently', headers: { Location: '/new?from=old' }, body: '' })
      target.answers.set('/new?from=old', { body: 'here' })
      await path.enter()
      const name = await path.ready('Заявка', 'shelf')
      const address = page.getByRole('textbox', { name: t('/http/url'), exact: true })
      await address.click()
      await page.keyboard.press('Control+a')
      await page.keyboard.insertText(`${target.base}/old`)
      const url = async () => (await server.api<{ document: { steps: { http: { url: string } }[] } }>('GET', `/api/v1/scenarios/${name}/draft`)).document.steps[0]!.http.url
      await expect.poll(url).toBe(`${target.base}/old`)
      const result = page.getByRole('region', { name: t('result.title') })
      const check = async () => {
        await path.button(t('check.step')).click()
        await page.getByRole('dialog').getByRole('button', { name: t('check.sendOne'), exact: true }).click()
      }
      await check()
      await expect(result.getByText(/^301/).first()).toBeVisible()
      await watch.look('it has moved')
      await result.getByRole('button', { name: t('newAddress') }).click()
      await expect(address).toHaveText(`${target.base}/new?from=old`)
      await expect.poll(url).toBe(`${target.base}/new?from=old`)
      await check()
      await expect(result.getByText(/^200/).first()).toBeVisible()
      expect(target.asked).toEqual(['/old', '/new?from=old'])
    } finally {
      await target.close()
    }
  })
})
