import { expect, type Locator, type Page } from '@playwright/test'
import { before, walk } from './walk'

/** The fields on the screen, or in boxes of it, that no sentence explains. */
const unexplained = (page: Page, boxes = 'main, [role=dialog]') =>
  page.evaluate((boxes) =>
    [...document.querySelectorAll<HTMLElement>(boxes)]
      .flatMap((box) => [...box.querySelectorAll<HTMLInputElement>('input, textarea, select, [contenteditable=true]')])
      .filter((field) => field.checkVisibility() && !['checkbox', 'radio', 'hidden'].includes(field.type))
      .filter((field) => {
        // A dialog is described by all that stands in it, which explains none of its fields.
        const ids = field.closest('[aria-describedby]:not([role=dialog])')?.getAttribute('aria-describedby') ?? ''
        return !ids.split(/\s+/).some((id) => /\S+\s+\S/.test(document.getElementById(id)?.textContent ?? ''))
      })
      .map((field) => field.labels?.[0]?.textContent || field.getAttribute('aria-label') || field.outerHTML), boxes,
  )

walk.use(before('ru', 'light', 1280))

walk('every field of the settings says what it is for', async ({ page, path, server, watch }) => {
  const { t } = path
  await path.enter()
  const open = async (section: string) => {
    await page.goto(`${server.base}/settings/${section}`)
    await expect(page.locator('main h2').first()).toBeVisible()
  }
  // What comes from the server stands there only after a while: a page without fields explains all of them.
  for (const [section, ...fields] of [
    ['general', 'settings.publicUrl', 'settings.contact'],
    ['retention', 'settings.age', 'masking.fields', 'erase.value'],
    ['security', 'settings.networksLabel'],
    ['account', 'account.email', 'account.currentPassword'],
  ] as const) {
    await open(section)
    for (const field of fields) await expect(page.getByLabel(t(field), { exact: true }).first()).toBeVisible()
    expect(await unexplained(page), section).toEqual([])
  }

  // A field that loses its sentence is named.
  await open('account')
  await expect(page.getByLabel(t('account.email'), { exact: true })).toBeVisible()
  await page.getByLabel(t('account.currentPassword'), { exact: true }).evaluate((field) => field.removeAttribute('aria-describedby'))
  expect(await unexplained(page)).toEqual([t('account.currentPassword')])

  await open('notices')
  await path.button(t('channel.webhook')).click()
  await path.button('Telegram').click()
  const pressAll = async (buttons: Locator) => {
    await expect(buttons.first()).toBeVisible()
    for (let left = await buttons.count(); left > 0; left--) {
      // With its key: what a press opens may still be moving what stands below.
      await buttons.first().press('Space')
      await expect(buttons).toHaveCount(left - 1)
    }
  }
  await expect(page.getByRole('switch', { name: t('notice.digest') })).toBeVisible()
  await pressAll(page.getByRole('switch', { checked: false }))
  await pressAll(page.getByRole('button', { name: new RegExp(`^${t('rule.more')}: `) }))
  await expect(page.getByLabel(t('rule.share'), { exact: true })).toBeVisible()
  expect(await unexplained(page), 'notices').toEqual([])
  await watch.look('all about notices')

  await open('secrets')
  await path.button(t('add')).click()
  await expect(page.getByRole('dialog').getByRole('textbox', { name: t('settings.secretName') })).toBeVisible()
  expect(await unexplained(page), 'secrets').toEqual([])
})

walk('every field of how a source receives and of limits says what it is for', async ({ page, path, server, watch }) => {
  const { t } = path
  await path.enter()
  const source = await server.api<{ name: string }>('POST', '/api/v1/sources', { title: 'Сайт', preset: 'generic' })
  const dialog = page.getByRole('dialog')

  await page.goto(`${server.base}/sources/${source.name}`)
  await path.button(t('receive.change')).click()
  for (const [guard, field] of [
    ['receive.guard.token', 'receive.where'],
    ['receive.guard.basic', 'receive.user'],
    ['receive.guard.hmac', 'receive.prefix'],
  ] as const) {
    await dialog.getByRole('combobox', { name: t('sources.verify') }).click()
    await page.getByRole('option', { name: t(guard), exact: true }).click()
    await expect(dialog.getByLabel(t(field), { exact: true })).toBeVisible()
    expect(await unexplained(page), guard).toEqual([])
  }
  for (const place of ['receive.where.query', 'receive.where.body'] as const) {
    await dialog.getByRole('combobox', { name: t('receive.where'), exact: true }).click()
    await page.getByRole('option', { name: t(place), exact: true }).click()
    expect(await unexplained(page), place).toEqual([])
  }
  await dialog.getByRole('radio', { name: t('receive.answer.text'), exact: true }).click()
  await expect(dialog.getByRole('textbox', { name: t('receive.answer.text') })).toBeVisible()
  expect(await unexplained(page), 'the answer').toEqual([])
  await watch.look('how a source receives')

  await page.goto(`${server.base}/lanes`)
  await path.button(t('lanes.limitsNew')).click()
  await expect(dialog.getByLabel(t('lanes.rate'), { exact: true })).toBeVisible()
  // The unit belongs to the number beside it, which is explained.
  expect(await unexplained(page), 'limits').toEqual([t('lanes.unit')])
})

walk('every parameter of a saved request says what it is for, where it is named, tried and given', async ({ page, path, server, watch }) => {
  const { t } = path
  await path.enter()
  const params = [{ name: 'text', required: true, example: 'Привет' }, { name: 'count', type: 'number', default: 1 }, { name: 'tags', type: 'list', default: [] }]
  await server.api('POST', '/api/v1/apply', [
    { apiVersion: 'gonets/v1', kind: 'Request', name: 'chat', title: 'Чат', params, http: { url: '{{ public_url }}/echo/chat?text={{ params.text }}' } },
    { apiVersion: 'gonets/v1', kind: 'Source', name: 'form', preset: 'generic' },
    { apiVersion: 'gonets/v1', kind: 'Scenario', name: 'leads', sources: ['form'], steps: [{ id: 'tell', request: 'chat', with: { text: 'Да' } }] },
  ])
  const places = '[data-pointer^="/params/"]'
  await page.goto(`${server.base}/requests/chat`)
  await expect(page.getByRole('textbox', { name: t('param.usualOf', { name: 'count' }) })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'count', exact: true })).toBeVisible()
  expect(await unexplained(page, places)).toEqual([])
  await watch.look('what the parameters of a request are')
  await page.locator(places).first().evaluate((row) => row.removeAttribute('aria-describedby'))
  expect(await unexplained(page, places)).toContain(t('param.nameOf', { n: 1 }))

  await page.goto(`${server.base}/scenarios/leads?step=tell`)
  await expect(page.getByRole('group', { name: t('inputs') }).getByRole('textbox', { name: 'count' })).toBeVisible()
  await expect(page.getByText(t('param.number'))).toBeVisible()
  expect(await unexplained(page, 'fieldset')).toEqual([])
  await watch.look('what a step gives')
})
