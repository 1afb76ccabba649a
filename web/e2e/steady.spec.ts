import { expect, type Page, type Route } from '@playwright/test'
import type { Path } from './path'
import { before, walk } from './walk'

/** Answers about drafts and previews wait until they are let through. */
async function hold(page: Page): Promise<() => Promise<void>> {
  let open = () => {}
  const gate = new Promise<void>((done) => (open = done))
  const asked = /\/api\/v1\/(preview|scenarios\/[^/]+\/draft)$/
  // A question that was given up meanwhile needs no answer.
  await page.route(asked, (route) => gate.then(() => route.fallback()).catch(() => undefined))
  return async () => {
    open()
    await page.unroute(asked)
  }
}

/** Notes where every control stands. */
const note = (page: Page) =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
    const at = new Map<Element, DOMRect>()
    for (const one of document.querySelectorAll('button, a[href], input, textarea, summary, [role=textbox], [role=tab]')) if (one.checkVisibility({ visibilityProperty: true })) at.set(one, one.getBoundingClientRect())
    Object.assign(window, { noted: at })
  })

/** The controls that stand elsewhere now; one that is there no longer has not moved. */
const moved = (page: Page) =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
    const out: string[] = []
    for (const [one, was] of (window as unknown as { noted: Map<Element, DOMRect> }).noted) {
      const now = one.getBoundingClientRect()
      if (!one.isConnected || was.height === 0 || now.height === 0) continue
      if (Math.abs(now.top - was.top) < 1 && Math.abs(now.left - was.left) < 1) continue
      out.push(`${one.getAttribute('aria-label') ?? one.textContent}: ${was.left},${was.top} → ${now.left},${now.top}`)
    }
    return out.slice(0, 6)
  })

/** Does something, and looks where the controls are once what comes of it has come. */
async function afterwards(page: Page, act: () => Promise<void>, come: () => Promise<void>): Promise<string[]> {
  const letThrough = await hold(page)
  await act()
  await note(page)
  await letThrough()
  await come()
  return moved(page)
}

async function open({ page, path }: { page: Page; path: Path }): Promise<void> {
  const { server } = path
  await path.enter()
  const source = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title: 'Site', preset: 'generic' })
  path.address = source.url
  await path.send({ name: 'Anna', phone: '+79990001122' })
  const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', {
    title: 'CRM',
    document: {
      apiVersion: 'gonets/v1',
      kind: 'Scenario',
      name: 'lead',
      title: 'CRM',
      sources: [source.name],
      steps: [
        { id: 'tell', http: { method: 'POST', url: '{{ public_url }}/echo/crm', body: { json: [{ name: 'who', value: '' }, { name: 'tel', value: '' }] } } },
        { id: 'only', if: 'event.body.name != ""', then: [{ id: 'vars', set: [{ name: 'total', value: '1' }] }] },
        { id: 'done', respond: { json: [{ name: 'ok', value: 'yes' }] } },
      ],
    },
  })
  await page.goto(`${server.base}/scenarios/${name}?step=tell`)
  await expect(page.getByRole('region', { name: path.t('willSend') })).toContainText('/echo/crm')
}

for (const [language, scheme, width] of [
  ['ru', 'light', 1280],
  ['en', 'dark', 390],
] as const) {
  walk.describe(`late answers in ${language}, ${scheme}, ${width}`, () => {
    walk.use(before(language, scheme, width))

    walk('move no control while a person types', async ({ page, path, watch }) => {
      const { t } = path
      await open({ page, path })
      const field = (name: string) => page.getByRole('textbox', { name, exact: true })
      const becomes = (text: string) => expect(page.getByText(text, { exact: false }).first()).toBeVisible()
      const type = (name: string, text: string) => async () => {
        await field(name).click()
        await page.keyboard.press('Control+a')
        await page.keyboard.insertText(text)
      }
      const steady = async (what: string, act: () => Promise<void>, come: () => Promise<void>) => {
        expect.soft(await afterwards(page, act, come), what).toEqual([])
        await path.saved()
      }
      const missing = (name: string) => becomes(t('becomes.missing', { name }).trim())

      // The body: what a value becomes, what is wrong with it, a name that is not there yet.
      const who = t('row.valueOf', { name: 'who' })
      await steady('a value', type(who, '{{ event.body.name }}'), () => becomes('"Anna"'))
      await steady('a value that is not in the data', type(who, '{{ event.body.nmae }}, {{ event.body.phnoe }}'), () => missing('event.body.nmae'))
      await watch.look('mistake of a value')
      await steady('a value that cannot be read', type(who, '{{ secret.crm }}'), () => expect(page.locator('.g-pill-error')).toBeVisible())
      await steady('no value', type(who, ''), () => expect(page.locator('.g-pill-error')).toHaveCount(0))
      const third = field(t('row.nameOf', { n: 3 }))
      await steady('a new row', () => path.button(t('body.addField')).click(), () => expect(third).toBeFocused())
      await steady('a row without a name', () => field(who).click(), () => expect(third).toHaveAttribute('aria-invalid', 'true'))
      await watch.look('mistake of a name')
      await third.fill('city')
      await path.saved()

      // The address: what is sent, and what is wrong.
      const url = t('/http/url')
      await steady('an address', type(url, '{{ public_url }}/echo/{{ event.body.name }}'), () => becomes('/echo/Anna'))
      await steady('an address that is not in the data', type(url, '{{ public_url }}/echo/{{ event.body.nmae }}'), () => missing('event.body.nmae'))
      await steady('no address', type(url, ''), () => expect(page.locator('.g-pill-error')).toBeVisible())
      await watch.look('no address')
      await steady('an address with a query', type(url, '{{ public_url }}/echo/crm?a={{ event.body.phone }}'), () => becomes('/echo/crm?a='))

      // A long mistake is read whole in its field; a pointer elsewhere lies on what it seems to lie on.
      await field(who).scrollIntoViewIfNeeded()
      await page.mouse.move(1, 1)
      const far = `event.body.${'nowhere_'.repeat(4)}`
      await type(who, `{{ ${far} }}`)()
      await missing(far)
      await path.saved()
      const whole = async () => ((await page.locator('[data-tone=error]').filter({ hasText: far }).boundingBox())?.height ?? 0) > 30
      await page.mouse.move(1, 1)
      await expect.poll(whole).toBe(true)
      await field(t('row.valueOf', { name: 'tel' })).hover()
      await expect.poll(whole).toBe(false)
      // All of it is cleared at once: the field goes on.
      await type(who, '')()
      await type(who, 'Anna')()
      await path.saved()

      // The server fails to say what will be sent, and is asked again.
      watch.expects(/50[03]|40[09]/)
      const fail = (status: number, code: string) => (route: Route) => route.fulfill({ status, contentType: 'application/problem+json', body: JSON.stringify({ status, code, title: 'x', detail: 'for programs' }) })
      await page.route(/\/preview$/, fail(500, 'internal'))
      const sends = page.getByRole('region', { name: t('willSend') })
      const again = sends.getByRole('button', { name: t('ui.tryAgain') })
      await steady('a preview that fails', type(url, '{{ public_url }}/echo/new'), () => expect(again).toBeInViewport({ ratio: 1 }))
      // Folded, too, it is told whole.
      await expect.poll(() => sends.getByRole('alert').evaluate((one) => one.scrollHeight - one.clientHeight + one.scrollWidth - one.clientWidth)).toBe(0)
      await expect(sends.getByRole('alert')).toBeInViewport({ ratio: 1 })
      await watch.look('no preview')
      await page.unroute(/\/preview$/)
      await again.click()
      await expect(sends).toContainText('/echo/new')

      // The server refuses the draft.
      await page.route(/\/draft$/, (route) => (route.request().method() === 'PUT' ? fail(400, 'invalid')(route) : route.fallback()))
      const undo = path.button(t('editor.undoLast'))
      expect.soft(await afterwards(page, type(url, '{{ public_url }}/echo/newer'), () => expect(undo).toBeInViewport({ ratio: 1 })), 'a refusal').toEqual([])
      await watch.look('refused')
      await page.unroute(/\/draft$/)
      await undo.click()
      await path.saved()

      // Headers: those that are added by themselves come from the preview.
      const tab = (name: RegExp) => page.getByRole('tablist', { name: t('step.tabs') }).getByRole('tab', { name })
      await tab(new RegExp(`^${t('headers')}`)).click()
      await expect(page.getByText('traceparent')).toBeVisible()
      const own = page.getByRole('switch', { name: t('/http/own_headers_only') })
      const gone = page.locator('[data-gone]')
      await steady('own headers only', () => own.click(), () => expect(gone).not.toHaveCount(0))
      await expect(gone.getByRole('rowheader', { name: `${t('headers.gone')} traceparent` })).toBeVisible()
      await steady('all headers', () => own.click(), () => expect(gone).toHaveCount(0))

      // A hint: one more event comes.
      if (width > 720) {
        await note(page)
        await path.send({ name: 'Boris' })
        await expect(page.getByRole('button', { name: /\d\d:\d\d:\d\d.*Boris/ })).toBeVisible()
        expect.soft(await moved(page), 'an event').toEqual([])
      }

      // A condition and what it comes to, variables, an answer.
      const step = async (id: string) => {
        await path.closeSheet()
        await page.locator(`[data-step="${id}"]`).click()
      }
      await step('only')
      await becomes(t('cond.holds'))
      await steady('a condition', () => page.getByRole('textbox', { name: t('cond.value'), exact: true }).fill(width > 720 ? 'Boris' : 'Anna'), () => becomes(t('cond.fails')))
      await step('only/vars')
      await steady('a variable', type(t('row.valueOf', { name: 'total' }), '{{ event.body.nmae }}'), () => missing('event.body.nmae'))
      await step('done')
      await steady('an answer', type(t('row.valueOf', { name: 'ok' }), '{{ event.body.name }}'), () => expect(page.getByRole('region', { name: t('answer.will') })).toContainText(width > 720 ? 'Boris' : 'Anna'))

      // The first change of what runs: a badge, and a button that can be pressed.
      await path.start(width > 720 ? 'start.newOnly' : 'none')
      const apply = path.button(t('apply'))
      await expect(apply).toBeDisabled()
      await expect(page.getByText(t('editor.hasChanges'), { exact: true })).toBeHidden()
      await steady('a change of what runs', () => page.getByRole('textbox', { name: t('editor.name') }).fill('CRM!'), () => expect(apply).toBeEnabled())
      await expect(page.getByText(t('editor.hasChanges'), { exact: true })).toBeVisible()
      await watch.look('to apply')
    })
  })
}

walk.describe('a chosen step', () => {
  walk.use(before('en', 'light', 1280))
  walk('stays in sight when there is less room, and brings nobody back to it', async ({ server, page, path }) => {
    await path.enter()
    const steps = Array.from({ length: 20 }, (_, i) => ({ id: `wait${i}`, delay: '5m' }))
    const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', { title: 'Long', document: { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'long', title: 'Long', steps } })
    await page.goto(`${server.base}/scenarios/${name}?step=wait4`)
    const chosen = page.locator('[data-step="wait4"]')
    const last = page.locator('[data-step="wait19"]')
    await expect(chosen).toBeInViewport({ ratio: 1 })
    await page.setViewportSize({ width: 1280, height: 640 })
    await expect(chosen).toBeInViewport({ ratio: 1 })
    await page.setViewportSize({ width: 1280, height: 800 })
    await last.hover()
    await expect(chosen).not.toBeInViewport()
    await page.setViewportSize({ width: 1280, height: 700 })
    await note(page)
    await expect(chosen).not.toBeInViewport()
  })
})

walk.describe('the watcher of places', () => {
  walk.use(before('en', 'light', 1280))
  walk('sees what is pushed down by something that comes later', async ({ page, path }) => {
    const { t } = path
    await open({ page, path })
    await page.evaluate(() => {
      new MutationObserver((_, observer) => {
        const late = [...document.querySelectorAll('span')].find((one) => one.textContent === '"Anna"')
        const row = late?.closest('[data-row]')
        if (!row) return
        observer.disconnect()
        row.append(Object.assign(document.createElement('p'), { textContent: 'planted' }))
      }).observe(document.body, { subtree: true, childList: true, characterData: true })
    })
    const value = page.getByRole('textbox', { name: t('row.valueOf', { name: 'who' }), exact: true })
    const found = await afterwards(page, async () => {
      await value.click()
      await page.keyboard.insertText('{{ event.body.name }}')
    }, () => expect(page.getByText('planted')).toBeVisible())
    expect(found.join('\n')).toContain(t('row.nameOf', { n: 2 }))
  })
})
