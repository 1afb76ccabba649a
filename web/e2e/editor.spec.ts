import { type Browser, expect as soon, type Page, test } from '@playwright/test'
import { owner } from './path'
import { Server } from './server'
import { words } from './words'

const t = words('en')
// Two browsers and a server on a loaded machine take their time.
const expect = soon.configure({ timeout: 40_000 })
test.use({ actionTimeout: 40_000 })
test.setTimeout(240_000)
const delay = (id: string) => ({ id, title: id, delay: '5m' })

/** A server with one scenario of these steps, and a way to open its editor in a browser of one's own. */
class Desk {
  private constructor(
    readonly server: Server,
    readonly name: string,
    private readonly browser: Browser,
  ) {}

  static async set(browser: Browser, steps: object[]): Promise<Desk> {
    const server = await Server.start()
    const context = await browser.newContext({ baseURL: server.base })
    const post = async (method: 'POST' | 'PUT', path: string, data: object, headers: Record<string, string> = {}) => {
      const answer = await context.request.fetch(`/api/v1${path}`, { method, data, headers })
      expect(answer.ok(), `${method} ${path}: ${await answer.text()}`).toBe(true)
      return answer
    }
    await post('POST', '/setup', { ...owner, code: server.link.split('code=')[1], language: 'en' })
    const { name } = (await (await post('POST', '/scenarios', { title: 'Lead' })).json()) as { name: string }
    const { document, etag } = (await (await context.request.get(`/api/v1/scenarios/${name}/draft`)).json()) as { document: object; etag: string }
    await post('PUT', `/scenarios/${name}/draft`, { document: { ...document, steps } }, { 'If-Match': etag })
    await context.close()
    return new Desk(server, name, browser)
  }

  async open(query = ''): Promise<Page> {
    const context = await this.browser.newContext({ baseURL: this.server.base, viewport: { width: 1280, height: 900 }, locale: 'en-GB' })
    expect((await context.request.post('/api/v1/session', { data: owner })).ok()).toBe(true)
    const page = await context.newPage()
    await page.goto(`/scenarios/${this.name}${query}`)
    await expect(page.getByRole('tab', { name: t('editor.steps') })).toBeVisible()
    return page
  }

  async draft(page: Page): Promise<{ title: string; steps: { id: string; [member: string]: unknown }[] }> {
    const answer = await page.request.get(`/api/v1/scenarios/${this.name}/draft`)
    return ((await answer.json()) as { document: never }).document
  }
}

const paths = (page: Page) => page.locator('[data-step]').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['step']))
const saved = (page: Page) => expect(page.getByText(new RegExp(t('save.savedPlain'))).first()).toBeVisible()
const button = (page: Page, key: string) => page.getByRole('button', { name: t(key), exact: true })
const url = (page: Page) => page.getByRole('textbox', { name: t('/http/url'), exact: true })

/** Drags a step by its grip to the middle of what is found there once dragging has begun. */
async function drag(page: Page, step: string, to: string): Promise<void> {
  const grip = await page.locator(`[data-step="${step}"]`).locator('..').locator('[aria-hidden][title]').boundingBox()
  if (!grip) throw new Error(`${step} has no grip`)
  await page.mouse.move(grip.x + 5, grip.y + grip.height / 2)
  await page.mouse.down()
  await page.mouse.move(grip.x + 5, grip.y + grip.height / 2 + 12, { steps: 4 })
  const place = await page.locator(to).boundingBox()
  if (!place) throw new Error(`nothing at ${to}`)
  await page.mouse.move(place.x + 16, place.y + place.height / 2, { steps: 8 })
  await expect(page.locator('[data-over]')).toHaveCount(1)
  await page.mouse.up()
}

async function at(browser: Browser, steps: object[], walk: (desk: Desk) => Promise<void>): Promise<void> {
  const desk = await Desk.set(browser, steps)
  try {
    await walk(desk)
  } finally {
    await desk.server.end()
  }
}

test('steps are dragged into an empty branch, moved by keys, deleted, and undo knows it all after a reload', ({ browser }) =>
  at(browser, [{ id: 'ask', if: 'event.body.ok == true' }, delay('one'), delay('two')], async (desk) => {
    const page = await desk.open()
    await drag(page, 'two', `[class*=addNamed]:has-text("${t('branch.addThen')}")`)
    await expect.poll(() => paths(page)).toEqual(['ask', 'ask/two', 'one'])
    await page.locator('[data-step="one"]').focus()
    await page.keyboard.press('Alt+ArrowUp')
    await expect.poll(() => paths(page)).toEqual(['ask', 'ask/two', 'ask/one'])
    await page.keyboard.press('Delete')
    await expect.poll(() => paths(page)).toEqual(['ask', 'ask/two'])
    // The cursor stays in the list.
    await expect(page.locator('[data-step="ask/two"]')).toBeFocused()
    await saved(page)
    await expect.poll(async () => JSON.stringify((await desk.draft(page)).steps)).not.toContain('one')
    await page.reload()
    await expect.poll(() => paths(page)).toEqual(['ask', 'ask/two'])
    for (const back of [['ask', 'ask/two', 'ask/one'], ['ask', 'ask/two', 'one'], ['ask', 'one', 'two']]) {
      await page.keyboard.press('Control+z')
      await expect.poll(() => paths(page)).toEqual(back)
    }
  }))

test('a moved condition without a name is called in speech as it is called in the list', ({ browser }) =>
  at(browser, [{ id: 'only', if: 'event.body.ok == true' }, delay('one')], async (desk) => {
    const page = await desk.open()
    const step = page.locator('[data-step="only"]')
    await expect(step).toContainText('Only if')
    await step.focus()
    await page.keyboard.press('Alt+ArrowDown')
    await expect(page.getByText(t('step.moved', { title: 'Only if', number: 2 }))).toBeAttached()
  }))

test('YAML with a mistake says where, is not lost with its tab, and keeps its comments', ({ browser }) =>
  at(browser, [delay('one')], async (desk) => {
    const page = await desk.open('?tab=yaml')
    const text = page.locator('.cm-content')
    await text.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('# ask Anna\n  broken: [1\n')
    await button(page, 'save').click()
    await expect(page.locator('.g-yaml-bad')).toBeVisible()
    await page.getByRole('tab', { name: t('editor.steps') }).click()
    await page.getByRole('tab', { name: 'YAML' }).click()
    await expect(text).toContainText('broken: [1')
    await text.click()
    await page.keyboard.press('Control+End')
    for (let n = 0; n < '  broken: [1\n\n'.length; n++) await page.keyboard.press('Backspace')
    await button(page, 'save').click()
    await expect(page.getByText(t('yaml.saved'))).toBeVisible()
    await page.reload()
    await expect(text).toContainText('# ask Anna')
    await expect(text).not.toContainText('broken')
  }))

test('of two browsers the second sees that the first edits, and a late save shows both sides and loses neither', ({ browser }) =>
  at(browser, [{ id: 'send', title: 'Send', http: { method: 'POST', url: 'https://a.example/x', body: { none: true } } }, delay('two')], async (desk) => {
    const [first, second] = [await desk.open('?step=send'), await desk.open('?step=send')]
    await url(first).click()
    await first.keyboard.press('Control+End')
    await first.keyboard.type('1')
    await expect(second.getByText(t('presence.you'))).toBeVisible()
    await expect(url(second)).toHaveText('https://a.example/x1')
    await second.context().setOffline(true)
    await url(second).click()
    await second.keyboard.press('Control+End')
    await second.keyboard.type('2')
    await expect(second.getByText(t('save.offline'))).toBeVisible()
    await url(first).click()
    await first.keyboard.press('Control+End')
    await first.keyboard.type('3')
    await first.locator('[data-step="two"]').focus()
    await first.keyboard.press('Alt+ArrowUp')
    await expect.poll(async () => (await desk.draft(first)).steps[0]?.id).toBe('two')
    await second.context().setOffline(false)
    await button(second, 'conflict.compare').click()
    const dialog = second.getByRole('dialog')
    await expect(dialog.getByText('https://a.example/x12', { exact: true })).toBeVisible()
    await expect(dialog.getByText('https://a.example/x13', { exact: true })).toBeVisible()
    await dialog.getByRole('button', { name: t('conflict.bothMine') }).click()
    await saved(second)
    await expect.poll(() => paths(second)).toEqual(['two', 'send'])
    await expect.poll(async () => (await desk.draft(first)).steps[1]?.['http']).toMatchObject({ url: 'https://a.example/x12' })
    // What was given up can be taken back.
    await second.keyboard.press('Control+z')
    await expect.poll(() => paths(second)).toEqual(['send', 'two'])
  }))

test('what cannot be saved says why: the server tells its trouble, and who was logged out is asked to log in', ({ browser }) =>
  at(browser, [{ id: 'send', title: 'Send', http: { method: 'POST', url: 'https://a.example/x', body: { none: true } } }], async (desk) => {
    const page = await desk.open('?step=send')
    const type = async (text: string) => {
      await url(page).click()
      await page.keyboard.press('Control+End')
      await page.keyboard.type(text)
    }
    const full = { status: 507, contentType: 'application/problem+json', body: JSON.stringify({ status: 507, code: 'store.disk_full', detail: 'the disk is full' }) }
    await page.route('**/draft', (route) => (route.request().method() === 'PUT' ? route.fulfill(full) : route.continue()))
    await type('1')
    await expect(page.getByText(t('save.troubled'))).toBeVisible()
    await expect(page.getByText(/disk/).first()).toBeVisible()
    await page.unroute('**/draft')
    await page.getByRole('button', { name: t('ui.tryAgain') }).first().click()
    await saved(page)
    await page.request.delete('/api/v1/sessions')
    await type('2')
    await expect(page.getByText(t('save.loggedOut'))).toBeVisible()
    await expect(page.getByText(t('save.offline'))).toHaveCount(0)
    await expect(page.locator('input[type=password]')).toBeVisible()
    await expect(url(page)).toHaveText('https://a.example/x12')
  }))

test('a cURL command becomes the request, and its check still shows after a reload', ({ browser }) =>
  at(browser, [{ id: 'send', http: { url: '' } }], async (desk) => {
    const page = await desk.open('?step=send')
    await button(page, 'pasteCurl').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('wget https://a.example')
    await expect(dialog.getByText(t('curl.notCommand'))).toBeVisible()
    await dialog.getByRole('textbox').fill(`curl -X PUT '${desk.server.base}/echo/curl?a=1' -H 'X-Shop: 7' -H 'Content-Type: application/json' --data-raw '{"name":"Anna"}'`)
    await dialog.getByRole('button', { name: t('curl.replace') }).click()
    await expect(url(page)).toHaveText(/\/echo\/curl\?a=1$/)
    await button(page, 'check.step').click()
    const status = page.locator('[data-step="send"]').locator('..').getByText('✓ 200', { exact: true })
    await expect(status).toBeVisible()
    await saved(page)
    await page.reload()
    await expect(status).toBeVisible()
    await page.keyboard.press('Control+z')
    // An empty field shows its example.
    await expect(url(page)).not.toHaveText(/echo/)
  }))

test('a former version becomes the draft again', ({ browser }) =>
  at(browser, [delay('one')], async (desk) => {
    const page = await desk.open()
    const publish = async () => {
      const { etag } = (await (await page.request.get(`/api/v1/scenarios/${desk.name}/draft`)).json()) as { etag: string }
      const answer = await page.request.post(`/api/v1/scenarios/${desk.name}/publish`, { data: { start: false, release_held: false }, headers: { 'If-Match': etag } })
      expect(answer.ok(), await answer.text()).toBe(true)
    }
    const made = (await (await page.request.post('/api/v1/sources', { data: { title: 'Site', preset: 'generic' } })).json()) as { name: string }
    const yaml = (steps: string) => page.request.put(`/api/v1/scenarios/${desk.name}/yaml`, { data: `apiVersion: gonets/v1\nkind: Scenario\nname: ${desk.name}\ntitle: Lead\nsources: [${made.name}]\nsteps:\n${steps}`, headers: { 'Content-Type': 'text/yaml', 'If-Match': '*' } })
    expect((await yaml('  - id: one\n    delay: 1m\n')).ok()).toBe(true)
    await publish()
    expect((await yaml('  - id: other\n    delay: 1m\n')).ok()).toBe(true)
    await publish()
    await page.reload()
    await expect.poll(() => paths(page)).toEqual(['other'])
    await button(page, 'editor.more').click()
    await page.getByRole('menuitem', { name: t('versions.open') }).click()
    await button(page, 'versions.take').click()
    await expect.poll(() => paths(page)).toEqual(['one'])
    await expect.poll(async () => (await desk.draft(page)).steps[0]?.id).toBe('one')
  }))
