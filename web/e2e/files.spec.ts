import { expect } from '@playwright/test'
import { before, walk } from './walk'

walk.describe('a form with a file', () => {
  walk.use(before('ru', 'light', 1280))

  walk('is filled in by choosing what came, shown before it goes, and arrives with the file', async ({ server, page, path, watch }) => {
    const { t } = path
    await path.enter()
    await path.ready('Анкета', 'shelf')
    const form = new FormData()
    form.set('name', 'Анна & <Ко>')
    form.set('photo', new Blob([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff])], { type: 'image/png' }), 'фото.png')
    expect((await fetch(path.address, { method: 'POST', body: form })).status).toBe(200)
    await expect(page.locator('footer').getByRole('button').first()).toContainText(/\d\d:\d\d:\d\d/)

    await page.getByRole('tab', { name: new RegExp(`^${t('body')}`) }).click()
    const kind = (key: string) => page.getByRole('radio', { name: t(`/http/body=${key}`), exact: true })
    const sends = page.getByRole('region', { name: t('willSend') })
    await kind('multipart').check()
    await path.button(t('files.add')).click()
    await watch.look('a file to choose')
    await page.getByRole('textbox', { name: t('/http/body/multipart/files/name'), exact: true }).click()
    await page.keyboard.insertText('doc')
    const place = page.getByRole('combobox', { name: t('/http/body/multipart/files/path'), exact: true })
    await place.click()
    await page.getByRole('option', { name: 'event.body.photo' }).click()
    await expect(sends).toContainText('doc: фото.png · image/png · 5')
    await watch.look('a form with a file')

    await kind('xml').check()
    await page.getByRole('textbox', { name: t('/http/body/xml'), exact: true }).click()
    await page.keyboard.insertText('<a>{{ name }}</a>')
    await expect(sends).toContainText('<a>Анна &amp; &lt;Ко&gt;</a>')
    await watch.look('XML')
    await kind('multipart').check()
    await path.saved()
    await path.check()
    const got = await server.api<{ body: string; encoding?: string }>('GET', '/api/v1/echo/shelf/requests/1')
    expect(got.encoding).toBe('base64')
    const bytes = Buffer.from(got.body, 'base64')
    expect(bytes.includes('name="doc"; filename="фото.png"\r\nContent-Type: image/png\r\n\r\n')).toBe(true)
    expect(bytes.includes(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]))).toBe(true)
  })

  walk('gives the cursor on, and a file that was deleted comes back beside what was changed since', async ({ server, page, path }) => {
    const { t } = path
    await path.enter()
    const name = await path.ready('Анкета', 'shelf')
    await page.getByRole('tab', { name: new RegExp(`^${t('body')}`) }).click()
    await page.getByRole('radio', { name: t('/http/body=multipart'), exact: true }).check()
    const places = page.getByRole('combobox', { name: t('/http/body/multipart/files/path'), exact: true })
    for (const [i, one] of ['event.body.a', 'event.body.b'].entries()) {
      await path.button(t('files.add')).click()
      await expect(places.nth(i)).toBeFocused()
      await page.keyboard.insertText(one)
      await page.keyboard.press('Escape')
    }
    const remove = (n: number) => path.button(t('row.delete', { name: t('files.one', { n }) })).click()
    await remove(1)
    await path.button(t('undo')).hover()
    await expect(places).toHaveCount(1)
    await expect(places).toBeFocused()
    await places.fill('event.body.changed')
    await path.button(t('undo')).click()
    await expect(places).toHaveCount(2)
    await path.saved()
    const { document } = await server.api<{ document: { steps: { http: { body: object } }[] } }>('GET', `/api/v1/scenarios/${name}/draft`)
    expect(document.steps[0]!.http.body).toMatchObject({ multipart: { files: [{ path: 'event.body.a' }, { path: 'event.body.changed' }] } })
    await remove(2)
    await expect(path.button(t('files.add'))).toBeFocused()
  })
})
