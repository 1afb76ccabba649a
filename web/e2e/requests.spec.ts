import { expect, type Page } from '@playwright/test'
import type { Path } from './path'
import { Receiver } from './receiver'
import type { Server } from './server'
import { before, walk } from './walk'

interface Saved {
  name: string
  used_by: { scenario: string; stale: boolean }[]
}

/** A running scenario with one step that sends the saved request. */
async function sender(server: Server, name: string, title: string) {
  await server.api('POST', '/api/v1/apply', [
    { apiVersion: 'gonets/v1', kind: 'Source', name, title, preset: 'generic' },
    { apiVersion: 'gonets/v1', kind: 'Scenario', name, title, sources: [name], steps: [{ id: 'tell', title: 'Tell', request: 'chat', with: { text: '{{ event.body.name }}' } }] },
  ])
}
const event = (server: Server, source: string, name: string) => server.api('POST', `/api/v1/sources/${source}/events`, { body: { name } })
const texts = async (receiver: Receiver) => (await receiver.requests()).map((one) => (one.body as { text: string }).text)
const willSend = (page: Page, path: Path) => page.getByRole('region', { name: path.t('willSend') })

/** Makes a request of one parameter that goes to the test receiver, by its page alone. */
async function make({ page, path }: { page: Page; path: Path }, named = 'Enter') {
  const { t } = path
  await path.visit('nav.requests')
  await path.button(t('create')).click()
  const dialog = page.getByRole('dialog', { name: t('requests.add') })
  await dialog.getByRole('textbox', { name: t('column.title') }).fill('Chat')
  await dialog.getByRole('button', { name: t('create') }).click()
  await expect(page.getByRole('textbox', { name: t('request.name') })).toHaveValue('Chat')
  await path.button(t('echo')).click()
  await path.button(t('add')).click()
  await expect(page.getByRole('textbox', { name: t('param.nameOf', { n: 1 }) })).toBeFocused()
  await page.keyboard.type('text')
  await page.keyboard.press(named)
  await page.getByRole('textbox', { name: 'text', exact: true }).fill('Anna came')
  await path.newField('text')
  // What is offered are the parameters, with what they are tried with; of an event there is nothing here.
  await page.keyboard.type('{')
  await expect(page.getByRole('option').first()).toContainText('Anna came')
  await expect(page.getByRole('option', { name: /event\.body/ })).toHaveCount(0)
  await page.getByRole('option', { name: /text/ }).first().click()
  await expect(willSend(page, path)).toContainText('Anna came')
}

walk.describe('a saved request', () => {
  walk.use(before('ru', 'light', 1280))

  walk('is made once, used by two scenarios, changed, applied, and not deleted while it is used', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await path.begin()
    await path.visit('nav.requests')
    await path.sees(t('requests.none'))
    await watch.look('no requests')
    await make({ page, path })
    await watch.look('a request')
    await expect(page.getByText(t('request.unsaved'))).toBeVisible()
    await path.button(t('save')).click()
    await expect(path.button(t('save'))).toBeDisabled()
    const receiver = new Receiver(server, 'chat')

    await walk.step('is checked with its examples', async () => {
      await path.button(t('check.request')).click()
      await expect(page.getByRole('region', { name: t('result.title') }).getByText(/^200/).first()).toBeVisible()
      expect(await texts(receiver)).toEqual(['Anna came'])
      await watch.look('a request that was checked')
      await path.visit('nav.requests')
      await expect(page.getByRole('img', { name: t('requests.went') })).toBeVisible()
      await watch.look('the requests')
    })

    await sender(server, 'leads', 'Leads')
    await sender(server, 'orders', 'Orders')
    await event(server, 'leads', 'Olga')
    await event(server, 'orders', 'Petr')
    await expect.poll(async () => (await texts(receiver)).sort()).toEqual(['Anna came', 'Olga', 'Petr'])

    await walk.step('its change touches nothing that runs until it is applied', async () => {
      await page.getByRole('link', { name: 'Chat', exact: true }).click()
      await expect(page.getByRole('link', { name: 'Leads', exact: true })).toBeVisible()
      await expect(page.getByRole('link', { name: 'Orders', exact: true })).toBeVisible()
      await page.getByRole('tab', { name: new RegExp(`^${t('body')}`) }).click()
      await page.getByRole('textbox', { name: t('row.valueOf', { name: 'text' }), exact: true }).click()
      await page.keyboard.press('Control+Home')
      await page.keyboard.type('New: ')
      await expect(willSend(page, path)).toContainText('New: Anna came')
      await page.keyboard.press('Control+s')
      await expect(page.getByText(t('used.stale'))).toHaveCount(2)
      await watch.look('a request that was changed')
      await event(server, 'leads', 'Ivan')
      await expect.poll(async () => (await texts(receiver)).at(-1)).toBe('Ivan')
      await path.button(t('apply')).click()
      await page.getByRole('dialog').getByRole('link', { name: `${t('used.compare')}: Leads` }).click()
      const changes = page.getByRole('dialog')
      await expect(changes.getByText('New: ').first()).toBeVisible()
      await watch.look('what applying changes')
      await changes.getByRole('button', { name: t('apply.now'), exact: true }).click()
      await expect(page.getByText(t('life.applied'))).toBeVisible()
      await event(server, 'leads', 'Vera')
      await event(server, 'orders', 'Zoya')
      await expect.poll(async () => (await texts(receiver)).slice(-2).sort()).toEqual(['New: Vera', 'Zoya'])
      const saved = await server.api<Saved>('GET', '/api/v1/requests/chat')
      expect(saved.used_by.filter((one) => one.stale).map((one) => one.scenario)).toEqual(['orders'])
    })

    await walk.step('is not deleted while it is used', async () => {
      watch.expects(/409/)
      await page.goto(`${server.base}/requests/chat`)
      await path.button(t('scenario.actions', { title: 'Chat' })).click()
      await page.getByRole('menuitem', { name: t('delete') }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: t('delete') }).click()
      await expect(dialog.getByRole('alert')).toBeVisible()
      await expect(dialog.getByText('Leads')).toBeVisible()
      await watch.look('deleting is refused')
      await dialog.getByRole('button', { name: t('ui.cancel') }).click()
      await expect(page.getByRole('textbox', { name: t('request.name') })).toHaveValue('Chat')
    })
  })
})

walk.describe('a step with a request of its own', () => {
  walk.use(before('en', 'dark', 1280))

  walk('becomes one that sends a saved request, and can be taken back', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    const source = await server.api<{ name: string }>('POST', '/api/v1/sources', { title: 'Site', preset: 'generic' })
    await server.api('POST', `/api/v1/sources/${source.name}/events`, { body: { name: 'Olga', id: 7 } })
    const http = { method: 'POST', url: '{{ public_url }}/echo/shelf', body: { json: { who: 'Hello, {{ event.body.name }}', id: '{{ event.body.id }}' } } }
    await server.api('POST', '/api/v1/scenarios', { title: 'Lead', document: { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'lead', title: 'Lead', sources: [source.name], steps: [{ id: 'tell', title: 'Greet', http }] } })
    await page.goto(`${server.base}/scenarios/lead?step=tell`)
    await expect(willSend(page, path)).toContainText('Hello, Olga')
    await path.button(t('toRequests')).click()
    const dialog = page.getByRole('dialog', { name: t('toRequests.title') })
    await expect(dialog.getByRole('textbox', { name: t('param.nameOf', { n: 1 }) })).toHaveValue('name')
    await dialog.getByRole('textbox', { name: t('param.nameOf', { n: 1 }) }).fill('who')
    await watch.look('to Requests')
    await dialog.getByRole('button', { name: t('toRequests.make') }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByRole('link', { name: t('useRequest.open') })).toBeVisible()
    await expect(willSend(page, path)).toContainText('Hello, Olga')
    await watch.look('a step that sends a saved request')
    const step = async () => (await server.api<{ document: { steps: object[] } }>('GET', '/api/v1/scenarios/lead/draft')).document.steps[0]
    await expect.poll(step).toMatchObject({ id: 'tell', request: 'greet', with: expect.anything() })

    await walk.step('its values are its own', async () => {
      await page.getByRole('textbox', { name: 'who', exact: true }).click()
      await page.keyboard.press('End')
      await page.keyboard.type('!')
      await expect(willSend(page, path)).toContainText('Hello, Olga!')
      // A number that is given stays one.
      await expect(willSend(page, path)).toContainText('"id":7')
    })

    await page.getByRole('link', { name: t('useRequest.open') }).click()
    await expect(page.getByRole('textbox', { name: t('request.name') })).toHaveValue('Greet')
    await expect(willSend(page, path)).toContainText('Hello, Olga')
    await page.goBack()
    await expect(page.getByRole('link', { name: t('useRequest.open') })).toBeVisible()
    await path.button(t('editor.undo')).first().click()
    await path.button(t('editor.undo')).first().click()
    await expect.poll(step).toMatchObject({ id: 'tell', http: { url: '{{ public_url }}/echo/shelf' } })
  })

  walk('a step of this kind is added from the list, and says when its request is gone', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await server.api('POST', '/api/v1/requests', { title: 'Chat' })
    await server.api('POST', '/api/v1/scenarios', { title: 'Lead', document: { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'lead', title: 'Lead', steps: [] } })
    await page.goto(`${server.base}/scenarios/lead`)
    await path.button(t('addStep')).click()
    await page.getByRole('dialog').getByRole('button', { name: new RegExp(`^${t('savedRequest')}`) }).click()
    await page.getByRole('combobox', { name: t('/request') }).click()
    await page.getByRole('option', { name: 'Chat' }).click()
    await expect(page.getByRole('link', { name: t('useRequest.open') })).toBeVisible()
    await path.saved()
    await watch.look('a step that sends a saved request')
    await page.goto(`${server.base}/scenarios/lead?tab=yaml`)
    await expect(page.getByText('request: chat').first()).toBeVisible()
    await server.api('POST', '/api/v1/scenarios', { title: 'Other', document: { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'other', title: 'Other', steps: [{ id: 'tell', request: 'gone' }] } })
    await page.goto(`${server.base}/scenarios/other?step=tell`)
    await expect(page.getByText(t('useRequest.gone', { name: 'gone' })).first()).toBeVisible()
    await watch.look('a request that is gone')
  })
})

walk.describe('a run that sends a saved request', () => {
  walk.use({ ...before('ru', 'light', 1280), flags: ['--allow-network', '127.0.0.0/8'] })

  walk('is told like any other, and leads to the retries of the request', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await server.api('PUT', '/echo/wrong/_script', '422')
    const request = { apiVersion: 'gonets/v1', kind: 'Request', name: 'chat', title: 'Chat', params: [{ name: 'text', required: true }], http: { method: 'POST', url: `${server.base}/echo/wrong`, body: { json: { text: '{{ params.text }}' } }, retry: { delays: [] } } }
    const steps = [
      { id: 'tell', request: 'chat', with: { text: '{{ event.body.name }}' } },
      { id: 'went', if: 'status == 200', then: [] },
      { id: 'then', http: { url: '{{ public_url }}/echo/then', renew: { when: 'status == 401', step: 'tell' } } },
    ]
    await server.api('POST', '/api/v1/apply', [
      request,
      { apiVersion: 'gonets/v1', kind: 'Source', name: 'form', title: 'Form', preset: 'generic' },
      { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'leads', title: 'Leads', sources: ['form'], steps },
    ])
    const { runs } = await server.api<{ runs: { id: string }[] }>('POST', '/api/v1/sources/form/events', { body: { name: 'Olga' } })
    await page.goto(`${server.base}/runs/${runs[0]!.id}`)

    await walk.step('on its page', async () => {
      await expect(path.button(t('retryPolicy'))).toBeVisible()
      await expect(page.getByRole('heading', { name: new RegExp(t('kind.request')) })).toBeVisible()
      await expect(path.button(t('compare.open'))).toBeVisible()
      await path.button(t('run.skip')).click()
      await page.getByRole('radio', { name: t('skip.value') }).check()
      await expect(page.getByText(t('skip.http'))).toBeVisible()
      await page.keyboard.press('Escape')
      await path.link(t('run.changeRetriesSaved')).click()
      await expect(page).toHaveURL(/\/requests\/chat\?part=more$/)
      await expect(page.getByRole('radio', { name: t('/http/retry=delays'), exact: true })).toBeVisible()
    })

    await walk.step('beside its scenario, and in the steps there', async () => {
      await page.goto(`${server.base}/scenarios/leads?tab=history`)
      await expect(page.getByText(new RegExp(`^${t('state.paused')}: `))).toBeVisible()
      await page.goto(`${server.base}/scenarios/leads?step=tell&field=/on_failure`)
      await expect(page.getByText(t('continue.hint', { n: 2 }))).toBeVisible()
      await page.goto(`${server.base}/scenarios/leads?step=then&field=/http/renew/step`)
      await expect(page.getByRole('combobox', { name: t('/http/renew/step') })).toHaveValue(`1. ${t('savedRequest')}`)
    })

    await walk.step('an open scenario hears that the request has changed', async () => {
      await page.goto(`${server.base}/scenarios/leads?step=tell`)
      await expect(willSend(page, path)).toContainText('"text"')
      await expect(path.button(t('apply'))).toBeDisabled()
      await server.api('POST', '/api/v1/apply', [{ ...request, http: { ...request.http, body: { json: { words: '{{ params.text }}' } } } }])
      await expect(path.button(t('apply'))).toBeEnabled()
      await expect(willSend(page, path)).toContainText('"words"')
    })

    await walk.step('what was looked at is applied, or it is shown anew', async () => {
      watch.expects(/412/)
      let list = () => {}
      const held = new Promise<void>((done) => (list = done))
      await page.route('**/scenarios/leads/changes*', (route) => held.then(() => route.fallback()))
      await path.button(t('apply')).click()
      const dialog = page.getByRole('dialog')
      // What nobody could look at yet is not applied.
      await expect(dialog.getByRole('button', { name: t('apply.now'), exact: true })).toBeDisabled()
      list()
      await expect(dialog.getByText('words').first()).toBeVisible()
      let anew = 0
      page.on('request', (one) => (anew += /\/scenarios\/leads\/(changes|compare)/.test(one.url()) ? 1 : 0))
      await server.api('POST', '/api/v1/apply', [{ ...request, http: { ...request.http, body: { json: { letters: '{{ params.text }}' } } } }])
      // The page behind has heard of it, the list that is looked at stays.
      await expect(page.getByRole('region', { name: t('willSend'), includeHidden: true })).toContainText('"letters"')
      expect(anew).toBe(0)
      await expect(dialog.getByText('words').first()).toBeVisible()
      await dialog.getByRole('button', { name: t('apply.now'), exact: true }).click()
      await expect(dialog.getByRole('alert')).toBeVisible()
      await expect(dialog.getByText('letters').first()).toBeVisible()
      await watch.look('a request changed while its changes were looked at')
      expect((await server.api<{ version: number }>('GET', '/api/v1/scenarios/leads')).version).toBe(1)
      await dialog.getByRole('button', { name: t('apply.now'), exact: true }).click()
      await expect(page.getByText(t('life.applied'))).toBeVisible()
      await expect(dialog).toBeHidden()
      expect((await server.api<{ version: number }>('GET', '/api/v1/scenarios/leads')).version).toBe(2)
    })

    await walk.step('a version that is restored tells which requests it sent otherwise', async () => {
      // Which version is live comes late: until then none is offered.
      let known = () => {}
      const held = new Promise<void>((resolve) => (known = resolve))
      await page.route('**/api/v1/scenarios/leads', (route) => held.then(() => route.fallback()))
      await page.goto(`${server.base}/scenarios/leads?versions=open`)
      const dialog = page.getByRole('dialog')
      await expect(dialog.getByRole('button', { name: t('versions.compare') })).toHaveCount(2)
      await expect(dialog.getByRole('button', { name: t('versions.take') })).toHaveCount(0)
      known()
      await dialog.getByRole('button', { name: t('versions.take') }).click()
      await expect(dialog.getByText(t('versions.differing', { n: 1 }))).toBeInViewport({ ratio: 1 })
      // That the version was taken is said once, in passing.
      await expect(page.getByText(t('versions.taken', { n: 1 }))).toHaveCount(1)
      await expect(dialog.getByRole('link', { name: 'Chat' })).toHaveAttribute('href', '/requests/chat')
      await watch.look('a version with other requests')
    })
  })
})

walk.describe('two people', () => {
  walk.use(before('en', 'light', 390))

  walk('are told of one another, and nothing that was typed is lost', async ({ server, page, path, watch }) => {
    watch.expects(/412|\/changes/)
    const { t } = path
    await path.enter()
    await path.begin()
    // Saving takes a name that is still being typed.
    await make({ page, path }, 'Control+s')
    expect((await server.api<{ document: { params: object[] } }>('GET', '/api/v1/requests/chat')).document.params).toMatchObject([{ name: 'text' }])
    await watch.look('a request on a narrow screen')
    // Typed and not saved: it is there still when the page opens again.
    await page.reload()
    await expect(page.getByText(t('request.unsaved'))).toBeVisible()
    await expect(willSend(page, path)).toContainText('Anna came')
    await path.button(t('save')).click()
    await expect(path.button(t('save'))).toBeDisabled()
    // Meanwhile somebody gives it another name, and the page does not hear of it.
    await page.route('**/api/v1/changes', (route) => route.abort())
    await page.reload()
    await expect(willSend(page, path)).toContainText('Anna came')
    const { document } = await server.api<{ document: object }>('GET', '/api/v1/requests/chat')
    await server.api('POST', '/api/v1/apply', [{ ...document, title: 'Their chat' }])
    await page.getByRole('textbox', { name: 'text', exact: true }).fill('Boris came')
    await path.button(t('save')).click()
    await expect(page.getByText(/^Somebody changed the request at/)).toBeVisible()
    await path.button(t('conflict.both')).click()
    await expect(page.getByRole('textbox', { name: t('request.name') })).toHaveValue('Their chat')
    await expect(path.button(t('save'))).toBeDisabled()
    expect(JSON.stringify(await server.api('GET', '/api/v1/requests/chat'))).toContain('Boris came')
    await watch.look('the head of a request on a narrow screen')
    await path.link(t('nav.requests')).first().click()
    await expect(page.getByRole('textbox', { name: t('requests.find') })).toBeVisible()
    await watch.look('requests on a narrow screen')
    await page.getByRole('textbox', { name: t('requests.find') }).fill('nothing like that')
    await path.sees(t('list.noMatch'))
  })
})
