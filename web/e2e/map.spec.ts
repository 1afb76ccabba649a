import { expect, type Page } from '@playwright/test'
import type { Path } from './path'
import { Receiver } from './receiver'
import type { Server } from './server'
import { Target } from './target'
import { before, walk } from './walk'

/** What puts a step before another: on the wire that leads to it. */
const wireTo = (path: Path) => new RegExp(path.t('step.addBefore', { number: '[\\d.]+', title: '.*' }))

const scenario = (steps: string) => `apiVersion: gonets/v1
kind: Source
name: site
title: Site
preset: generic
---
apiVersion: gonets/v1
kind: Scenario
name: lead
title: Lead
sources: [site]
steps:
${steps}`

const branches = scenario(`
  - { id: who, title: Who it is, set: { phone: "{{ event.body.phone | default('') }}" } }
  - id: known
    title: Known
    if: phone != ""
    then:
      - { id: tell, title: Tell the shop, http: { method: POST, url: "{{ public_url }}/echo/shop", body: { none: true } } }
    else:
      - { id: ask, title: Ask who it is, http: { method: POST, url: "{{ public_url }}/echo/ask", body: { none: true }, retry: { delays: [] } } }
  - { id: note, title: Note it, http: { method: PUT, url: "{{ public_url }}/echo/notes", body: { none: true } } }
`)

async function send(server: Server, body: object): Promise<void> {
  const { url } = await server.api<{ url: string }>('GET', '/api/v1/sources/site')
  expect((await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).ok).toBe(true)
}

/** A scenario through which runs went: three to the end, two wait for a person where they ask. */
async function lived(server: Server): Promise<void> {
  await new Receiver(server, 'ask').answers('500')
  await server.api('POST', '/api/v1/apply', branches)
  for (const body of [{ phone: '1' }, { phone: '2' }, { phone: '3' }, {}, {}]) await send(server, body)
  await expect
    .poll(async () => (await server.api<{ items: { state: string }[] }>('GET', '/api/v1/runs?scenario=lead')).items.map((one) => one.state).sort().join())
    .toBe('paused,paused,succeeded,succeeded,succeeded')
}

const steps = (page: Page) => page.locator('[data-step]').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['step']))
const middle = async (page: Page, what: string | ReturnType<Page['locator']>) => {
  const box = await (typeof what === 'string' ? page.locator(what) : what).boundingBox()
  if (!box) throw new Error('not to be seen')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

for (const [language, scheme] of [
  ['ru', 'light'],
  ['en', 'dark'],
] as const) {
  walk.describe(`the map in ${language}, ${scheme}`, () => {
    walk.use({ ...before(language, scheme, 1280), flags: ['--allow-network', '127.0.0.0/8'] })

    walk('shows how runs went, takes blocks from the menu and by right-click, and undo knows it all', async ({ server, page, path, watch }) => {
      await path.enter()
      await lived(server)
      await page.goto(`${server.base}/scenarios/lead`)
      await page.getByRole('tab', { name: path.t('editor.map') }).click()
      const all = ['who', 'known', 'known/tell', 'known/ask', 'note']
      await expect.poll(() => steps(page)).toEqual(all)
      const block = (id: string) => page.locator('[data-block]', { has: page.locator(`[data-step="${id}"]`) })
      for (const [id, count] of [['who', 5], ['known', 5], ['known/tell', 3], ['known/ask', 2], ['note', 3]] as const) await expect(block(id), id).toContainText(String(count))
      await expect(block('note')).toContainText('200')
      const waits = page.getByRole('link', { name: path.t(language === 'ru' ? 'map.waiting_few' : 'map.waiting_other', { n: 2 }) })
      await expect(block('known/ask')).toContainText((await waits.textContent())!)
      await watch.look('how runs went')

      // A block of the menu is dropped on the wire before the last step; its panel opens.
      const menu = page.getByRole('complementary', { name: path.t('addStep') })
      const from = await middle(page, menu.getByRole('button', { name: path.t('kind.set') }))
      await page.mouse.move(from.x, from.y)
      await page.mouse.down()
      await page.mouse.move(from.x - 20, from.y + 10, { steps: 4 })
      const wire = block('note').locator('..').getByRole('button', { name: wireTo(path) })
      const to = await middle(page, wire)
      await page.mouse.move(to.x + 6, to.y + 4, { steps: 8 })
      await expect(page.locator('[data-over]')).toHaveCount(1)
      await page.mouse.up()
      await expect.poll(() => steps(page)).toEqual(['who', 'known', 'known/tell', 'known/ask', 'set', 'note'])
      await expect(page).toHaveURL(/tab=map.*step=set|step=set.*tab=map/)
      await expect(page.getByRole('region', { name: path.t('kind.set') })).toBeVisible()
      await watch.look('a new block with its panel')

      // Undo takes it away; letters walk from step to step as in the list.
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await path.button(path.t('editor.undo')).click()
      await expect.poll(() => steps(page)).toEqual(all)

      // A right-click beside a wire offers the same list, and adds there.
      const start = await middle(page, page.locator('[data-step="who"]').locator('xpath=ancestor::li').getByRole('button', { name: wireTo(path) }))
      await page.mouse.click(start.x + 12, start.y + 24, { button: 'right' })
      await watch.look('what a right-click offers')
      await page.getByRole('textbox', { name: path.t('addStep.find') }).fill('delay')
      await page.keyboard.press('Enter')
      await expect.poll(() => steps(page)).toEqual(['delay', ...all])
      await path.saved()
      const { document } = await server.api<{ document: { steps: { id: string }[] } }>('GET', '/api/v1/scenarios/lead/draft')
      expect(document.steps.map((step) => step.id)).toEqual(['delay', 'who', 'known', 'note'])
    })

    walk('is walked by keys in the order of the list, moves steps by them, and zooms', async ({ server, page, path }) => {
      await path.enter()
      await server.api('POST', '/api/v1/apply', branches)
      await page.goto(`${server.base}/scenarios/lead?tab=map`)
      await expect(page.locator('[data-step="who"]')).toBeVisible()
      for (const id of ['who', 'known', 'known/tell', 'known/ask', 'note']) {
        await page.keyboard.press('j')
        await expect(page.locator(`[data-step="${id}"]`)).toBeFocused()
        await expect(page).toHaveURL(new RegExp(`step=${id.replace('/', '(/|%2F)')}`))
      }
      await page.keyboard.press('Alt+ArrowUp')
      await expect.poll(() => steps(page)).toEqual(['who', 'known', 'known/tell', 'known/ask', 'known/note'])
      await page.keyboard.press('Control+z')
      await expect.poll(() => steps(page)).toEqual(['who', 'known', 'known/tell', 'known/ask', 'note'])
      await page.keyboard.press('Escape')

      const width = async () => (await page.locator('[data-block]').first().boundingBox())!.width
      const fits = await width()
      await path.button(path.t('map.in')).click()
      await expect.poll(width).toBeGreaterThan(fits * 1.1)
      const point = await middle(page, '[data-step="who"]')
      const larger = await width()
      await page.mouse.move(point.x, point.y)
      await page.mouse.wheel(0, 200)
      await expect.poll(width).toBeLessThan(larger)
      await path.button(path.t('map.fit')).click()
      for (const id of ['who', 'note']) await expect(page.locator(`[data-step="${id}"]`)).toBeInViewport({ ratio: 0.99 })
    })

    walk('tells by ear what it shows, and is dragged only by its canvas', async ({ server, page, path }) => {
      await path.enter()
      await lived(server)
      await page.goto(`${server.base}/scenarios/lead?tab=map`)
      const item = (id: string) => page.getByRole('listitem').filter({ has: page.locator(`[data-step="${id}"]`) })
      await expect(item('known/tell')).toContainText(path.t('branch.then'))
      await expect(item('known/ask')).toContainText(path.t('branch.else'))
      await expect(item('note')).not.toContainText(path.t('branch.else'))
      // The list behind it is that of all steps, and its link says so.
      const waiting = path.t(language === 'ru' ? 'map.waiting_few' : 'map.waiting_other', { n: 2 })
      await expect(page.getByRole('link', { name: path.t('map.waitingAll', { waiting }), exact: true })).toBeVisible()

      const start = await middle(page, page.locator('[data-step="who"]').locator('xpath=ancestor::li').getByRole('button', { name: wireTo(path) }))
      await page.mouse.click(start.x + 12, start.y + 24, { button: 'right' })
      await expect(page.getByRole('textbox', { name: path.t('addStep.find') })).toBeFocused()
      await page.keyboard.press('Escape')
      await expect(page.getByRole('main')).toBeFocused()

      // What is dragged is told in the words of the page alone.
      const spoken = await page.evaluateHandle(() => {
        const all: string[] = []
        new MutationObserver(() => all.push(document.querySelector('[id^=DndLiveRegion]')?.textContent ?? '')).observe(document.body, { subtree: true, childList: true, characterData: true })
        return all
      })
      const grip = await middle(page, page.locator('[data-step="note"]').locator('xpath=preceding-sibling::span'))
      await page.mouse.move(grip.x, grip.y)
      await page.mouse.down()
      await page.mouse.move(start.x + 4, start.y + 4, { steps: 8 })
      await expect(page.locator('[data-over]')).toHaveCount(1)
      await page.mouse.up()
      await expect.poll(() => steps(page)).toEqual(['note', 'who', 'known', 'known/tell', 'known/ask'])
      expect((await spoken.jsonValue()).filter(Boolean)).toEqual([])

      await page.keyboard.press('Escape')
      for (let i = 0; i < 4; i++) await path.button(path.t('map.in')).click()
      const canvas = page.locator('[data-block]').first().locator('xpath=ancestor::div[contains(@class, "_view_")]')
      const box = (await canvas.boundingBox())!
      const scrolled = () => canvas.evaluate((one) => [one.scrollLeft, one.scrollTop])
      const dragged = async (x: number, y: number) => {
        const was = await scrolled()
        await page.mouse.move(x, y)
        await page.mouse.down()
        await page.mouse.move(x - 60, y - 60, { steps: 3 })
        await page.mouse.up()
        return String(await scrolled()) !== String(was)
      }
      expect(await dragged(box.x + box.width - 0.5, box.y + box.height / 2), 'by its edge, where the scrollbar stands').toBe(false)
      const free = { x: box.x + 12, y: box.y + box.height - 12 }
      expect(await dragged(free.x, free.y), 'by its canvas').toBe(true)
      // The button was let go outside of the window.
      const was = await scrolled()
      await page.mouse.move(free.x, free.y)
      await page.mouse.down()
      await page.evaluate(() => dispatchEvent(new PointerEvent('pointermove', { buttons: 0 })))
      await page.mouse.move(free.x + 80, free.y - 80, { steps: 3 })
      expect(await scrolled()).toEqual(was)
    })

    walk('lights up step by step while it is checked', async ({ server, page, path, watch }) => {
      await path.enter()
      // A light stands for as long as it is looked at: the services answer when they are told.
      const slow = await Target.open()
      const told = (service: string) => {
        let answer = () => {}
        slow.answers.set(`/${service}`, { body: 'well', until: new Promise((go) => (answer = go)) })
        return answer
      }
      const [shop, notes] = [told('shop'), told('notes')]
      await server.api('POST', '/api/v1/apply', branches.replaceAll('{{ public_url }}/echo', slow.base).replace(/method: P\w+/g, 'method: GET, timeout: 5m'))
      await send(server, { phone: '7' })
      await page.goto(`${server.base}/scenarios/lead?tab=map`)
      await expect(page.getByText('7', { exact: true })).toBeVisible()
      const lights = await page.evaluateHandle(() => {
        const seen: string[] = []
        new MutationObserver((changes) => {
          for (const { target } of changes) {
            const element = target as HTMLElement
            const id = element.querySelector?.<HTMLElement>('[data-step]')?.dataset['step']
            if (id && element.dataset['running'] && seen.at(-1) !== id) seen.push(id)
          }
        }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-running'] })
        return seen
      })
      await page.getByRole('button', { name: path.t('check.scenario') }).click()
      await expect(page.locator('[data-running] [data-step="known/tell"]')).toBeVisible()
      await watch.look('the light is at the shop')
      shop()
      await expect(page.locator('[data-running] [data-step="note"]')).toBeVisible()
      notes()
      await expect(page.locator('[data-state="done"] [data-step="note"]')).toBeVisible()
      const seen = await lights.jsonValue()
      expect(seen.filter((id) => id.includes('tell') || id === 'note')).toEqual(['known/tell', 'note'])
      await slow.close()
    })

    walk('shows what is empty, and sixty steps, one of no kind', async ({ server, page, path, watch }) => {
      await path.enter()
      const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', { title: 'Empty' })
      await page.goto(`${server.base}/scenarios/${name}?tab=map`)
      await expect(path.button(path.t('source.add'))).toBeVisible()
      await watch.look('nothing yet')
      const many = Array.from({ length: 60 }, (_, i) => ({ id: `s${i}`, title: `Step ${i}`, ...(i === 7 ? {} : i % 9 === 4 ? { if: 'event.body.x', then: [{ id: `t${i}`, delay: '1s' }], else: [] } : { set: { a: String(i) } }) }))
      const { document, etag } = await server.api<{ document: object; etag: string }>('GET', `/api/v1/scenarios/${name}/draft`)
      const put = await page.request.put(`${server.base}/api/v1/scenarios/${name}/draft`, { data: { document: { ...document, steps: many } }, headers: { 'If-Match': etag } })
      expect(put.ok(), await put.text()).toBe(true)
      await page.reload()
      await expect(page.locator('[data-step]').first()).toBeVisible()
      await expect(page.locator('[data-step]')).toHaveCount(67)
      await watch.look('sixty steps')
    })
  })
}

walk.describe('the map of a telephone', () => {
  walk.use(before('ru', 'light', 390))

  walk('is only read, and leads to the list', async ({ server, page, path, watch }) => {
    await path.enter()
    await lived(server)
    await page.goto(`${server.base}/scenarios/lead?tab=map`)
    await expect(page.getByText(path.t('map.readOnly'))).toBeVisible()
    await expect(page.locator('[data-step="known/ask"]')).toBeAttached()
    await expect(page.getByRole('button', { name: wireTo(path) })).toHaveCount(0)
    await expect(page.getByRole('button', { name: path.t('addStep'), exact: true })).toHaveCount(0)
    await watch.look('a telephone')
    await page.locator('[data-step="who"]').click()
    await expect(page).not.toHaveURL(/tab=map/)
    await expect(page).toHaveURL(/step=who/)
  })

  walk('says that it goes on where it is longer than the screen, and all of it is reached', async ({ server, page, path, watch }) => {
    await path.enter()
    await server.api('POST', '/api/v1/apply', [
      { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'long', title: 'Длинная', sources: [], steps: Array.from({ length: 30 }, (_, i) => ({ id: `s${i}`, set: { a: '1' } })) },
    ])
    await page.goto(`${server.base}/scenarios/long?tab=map`)
    await expect(page.getByText(path.t('map.more'))).toBeVisible()
    await page.setViewportSize({ width: 1280, height: 400 })
    await expect(page.getByText(path.t('map.moreWide'))).toBeVisible()
    await page.setViewportSize({ width: 1280, height: 4000 })
    await path.button(path.t('map.fit')).click()
    await expect(page.getByText(path.t('map.moreWide'))).toHaveCount(0)
    await page.setViewportSize({ width: 390, height: 844 })
    await expect(page.getByText(path.t('map.more'))).toBeVisible()
    for (const id of ['s29', 's0', 's7']) {
      const block = page.locator(`[data-step="${id}"]`)
      await block.scrollIntoViewIfNeeded()
      await expect(block).toBeInViewport({ ratio: 1 })
    }
    await watch.look('a long map')
  })
})
