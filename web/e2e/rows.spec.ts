import { expect } from '@playwright/test'
import { before, walk } from './walk'

walk.describe('rows of names and values', () => {
  walk.use(before('ru', 'light', 1280))

  walk('are judged once they were left, and found by what the server calls them', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    const body = { json: [{ name: 'who', value: 'Анна' }, { name: 'price', value: '{{ number("five") }}' }] }
    const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', { title: 'Заявка', document: { title: 'Заявка', steps: [{ id: 'deal', http: { method: 'POST', url: '{{ public_url }}/echo/deals', body } }] } })
    await page.goto(`${server.base}/scenarios/${name}?step=deal`)
    const nameOf = (n: number) => page.getByRole('textbox', { name: t('row.nameOf', { n }), exact: true })
    const valueOf = (row: string | number) => page.getByRole('textbox', { name: t('row.valueOf', { name: row }), exact: true })
    const wanting = page.getByText('Заполните это поле', { exact: true })
    // What the server thinks of a change is there when it has saved it.
    const judged = (press: () => Promise<void>) => Promise.all([page.waitForResponse((r) => r.request().method() === 'PUT' && r.url().endsWith('/draft') && r.ok()), press()]).then(() => path.saved())
    const leave = () => page.getByRole('textbox', { name: t('step.title'), exact: true }).focus()

    await judged(() => path.button(t('body.addField')).click())
    await expect(nameOf(3)).toBeFocused()
    await expect(wanting).toHaveCount(0)
    await judged(async () => {
      await valueOf(3).click()
      await page.keyboard.type('5')
    })
    await expect(wanting).toHaveCount(0)
    await watch.look('a new row')
    await leave()
    await expect(nameOf(3)).toHaveAttribute('aria-invalid', 'true')
    await expect(wanting).toHaveCount(1)

    // Another one is new: the one before stays judged.
    await judged(() => path.button(t('body.addField')).click())
    await expect(nameOf(3)).toHaveAttribute('aria-invalid', 'true')
    await expect(nameOf(4)).toBeFocused()
    await expect(wanting).toHaveCount(1)
    await judged(() => page.keyboard.type('sum'))
    await leave()
    await expect(wanting).toHaveCount(1)
    await judged(() => nameOf(3).fill('count'))
    await expect(wanting).toHaveCount(0)

    await page.getByRole('tab', { name: t('headers') }).click()
    await judged(() => path.button(t('headers.add')).click())
    await expect(page.getByRole('combobox', { name: t('row.nameOf', { n: 1 }), exact: true })).toBeFocused()
    await expect(wanting).toHaveCount(0)
    await leave()
    await expect(wanting).toHaveCount(1)
    await path.button(t('row.delete', { name: 1 })).click()

    // A link names the field as the server does.
    await page.goto(`${server.base}/scenarios/${name}?step=deal&field=/http/body/json/price`)
    await expect(valueOf('price')).toBeFocused()

    await page.getByRole('radio', { name: t('/http/body=multipart'), exact: true }).check()
    const fileName = page.getByRole('textbox', { name: t('/http/body/multipart/files/name'), exact: true })
    await judged(() => path.button(t('files.add')).click())
    await expect(page.getByRole('combobox', { name: t('/http/body/multipart/files/path'), exact: true })).toBeFocused()
    await expect(wanting).toHaveCount(0)
    await fileName.click()
    await expect(wanting).toHaveCount(0)
    await leave()
    await expect(wanting).toHaveCount(2)
    await watch.look('a file that nobody chose')
  })
})
