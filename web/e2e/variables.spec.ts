import { expect, type Page } from '@playwright/test'
import { before, walk } from './walk'

walk.describe('variables', () => {
  walk.use(before('ru', 'light', 1280))

  walk('are dragged and put in by keys; secrets stay covered; names that mean something else are refused in words', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    const source = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title: 'Сайт', preset: 'generic' })
    const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', {
      title: 'Заявка',
      document: {
        apiVersion: 'gonets/v1',
        kind: 'Scenario',
        name: 'lead',
        title: 'Заявка',
        sources: [source.name],
        steps: [
          { id: 'tell', http: { method: 'POST', url: '{{ public_url }}/echo/shelf', body: { json: [{ name: 'who', value: '' }, { name: 'tel', value: '' }, { name: 'key', value: '' }] } } },
          { id: 'note', set: [{ name: 'total', value: '1' }] },
        ],
      },
    })
    const sent = await fetch(source.url, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Access-Token': 't0p-secret' }, body: JSON.stringify({ name: 'Анна', phone: '+79990001122', source: 'site' }) })
    expect(sent.status).toBe(200)
    await page.goto(`${server.base}/scenarios/${name}?step=tell`)
    const value = (row: string) => page.getByRole('textbox', { name: t('row.valueOf', { name: row }), exact: true })
    const inDraft = () => server.api(`GET`, `/api/v1/scenarios/${name}/draft`).then((draft) => JSON.stringify(draft))

    // With the mouse: from the list beside the fields into one of them; nothing has to be opened or scrolled for it.
    await expect(value('who')).toBeVisible()
    await watch.look('list beside the fields')
    await drag(page, page.getByTitle('event.body.name', { exact: true }), value('who'))
    await expect(value('who').locator('.g-pill-known')).toHaveText('Источник · Имя')
    await expect.poll(inDraft).toContain('{{ event.body.name }}')

    // Let go at the left edge of the address it stands before all else there, before a pill too.
    const address = page.getByRole('textbox', { name: t('/http/url'), exact: true })
    await drag(page, page.getByTitle('event.body.source', { exact: true }), address, 1)
    await expect.poll(inDraft).toContain('"url":"{{ event.body.source }}{{ public_url }}/echo/shelf"')
    await page.keyboard.press('Control+z')
    await expect.poll(inDraft).toContain('"url":"{{ public_url }}/echo/shelf"')

    // With keys: into the field that had the cursor last.
    await value('tel').focus()
    await page.getByTitle('event.body.phone', { exact: true }).focus()
    await page.keyboard.press('Enter')
    await expect(value('tel').locator('.g-pill-known')).toHaveText('Источник · Телефон')
    await expect(value('tel')).toBeFocused()
    await expect.poll(inDraft).toContain('{{ event.body.phone }}')

    // A value that the step needs: the card of its pill says so and changes it.
    await value('tel').locator('.g-pill').click()
    const required = page.getByRole('checkbox', { name: t('pill.required'), exact: true })
    await expect(required).not.toBeChecked()
    await required.check()
    await expect.poll(inDraft).toContain('{{ required(event.body.phone) }}')
    await expect(value('tel').locator('.g-pill')).toContainText('*')
    await expect(required).toBeChecked()
    await watch.look('required')
    await page.getByRole('textbox', { name: t('ifEmpty'), exact: true }).fill('нет')
    await page.keyboard.press('Enter')
    await expect.poll(inDraft).toContain('{{ default(event.body.phone, \\"нет\\") }}')
    await page.keyboard.press('Escape')

    // Without its value the step is not done.
    await value('tel').click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText('{{ required(event.body.fax) }}')
    await expect(page.getByText('Это значение обязательное, а оно пустое', { exact: false }).first()).toBeVisible()
    await watch.look('required and empty')

    // The menu of samples holds items only.
    await page.getByRole('button', { name: new RegExp(`^${t('sample.event', { time: '\\d' })}`) }).click()
    await expect(page.getByRole('menuitem').first()).toBeVisible()
    await watch.look('menu of samples')
    await page.keyboard.press('Escape')

    // A secret of the sender is covered, in the list and in the pill.
    await value('key').focus()
    await page.keyboard.type('{access-t')
    await expect(page.getByRole('option').first()).toContainText('••••')
    await page.keyboard.press('Enter')
    await expect(value('key').locator('.g-pill-secret')).toContainText('••••')
    await watch.look('covered')
    expect(await page.content()).not.toContain('t0p-secret')

    // A secret that no step can read is refused where it stands, and nothing starts.
    await page.keyboard.press('Control+a')
    await page.keyboard.type('{{ secret.crm }}')
    await expect(value('key').locator('.g-pill-unknown')).toContainText('Секрет · crm')
    const refused = page.getByText('Шаг не может прочитать секрет: вместо secret.crm ушла бы пустота', { exact: false })
    await expect(refused.first()).toBeVisible()
    await path.saved()
    await watch.look('no such secret')
    await path.button(t('start')).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await watch.look('start refused')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)

    // A name that means something else.
    await page.locator('[data-step="note"]').click()
    const named = page.getByRole('textbox', { name: t('row.nameOf', { n: 1 }), exact: true })
    await named.fill('status')
    await expect(page.getByText('«status» — занятое имя', { exact: false }).first()).toBeVisible()
    await watch.look('reserved name')
    await named.fill('total')
    await expect(page.getByText('«status» — занятое имя', { exact: false })).toHaveCount(0)

    // A query becomes rows that send the same bytes; where they do not, that is said.
    await page.locator('[data-step="tell"]').click()
    const take = async (query: string) => {
      await address.click()
      await page.keyboard.press('Control+a')
      await page.keyboard.type(`${server.base}/echo/shelf${query}`)
      await path.button(t('splitQuery')).click()
      await expect(address).toHaveText(`${server.base}/echo/shelf`)
    }
    await take('?q=a%20b')
    await expect(value('q')).toHaveText('a b')
    const told = page.getByText(t('splitQuery.differs', { before: 'z=a+b', after: 'z=a%20b' }), { exact: false })
    await expect(told).toHaveCount(0)
    await take('?z=a+b')
    await expect(told.first()).toBeVisible()
    await path.button(t('undo')).hover()
    await watch.look('query as rows')
    await path.button(t('undo')).click()
    await expect(address).toHaveText(`${server.base}/echo/shelf?z=a+b`)
  })
})

/** A real mouse: pressed on one place, moved in steps, let go over another, so far from its left edge. */
async function drag(page: Page, from: ReturnType<Page['locator']>, to: ReturnType<Page['locator']>, inside = 20): Promise<void> {
  await expect(from).toBeInViewport()
  await expect(to).toBeInViewport()
  const start = await from.boundingBox()
  const end = await to.boundingBox()
  if (!start || !end) throw new Error('not both of them are in sight')
  await page.mouse.move(start.x + 20, start.y + start.height / 2)
  await page.mouse.down()
  await page.mouse.move(start.x + 30, start.y + start.height / 2 - 8, { steps: 4 })
  await page.mouse.move(end.x + inside, end.y + end.height / 2, { steps: 8 })
  await page.mouse.up()
}
