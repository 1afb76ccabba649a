import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from '@playwright/test'
import { Target } from './target'
import { before, walk } from './walk'

walk.describe('the result of a check', () => {
  walk.use({ ...before('ru', 'dark', 1280), flags: ['--allow-network', '127.0.0.0/8'] })

  walk('a reply is kept as an example; what a slow one waits for is told; the result stands beside the fields', async ({ page, path, server, watch }) => {
    walk.slow()
    const { t } = path
    let id = 7
    const service = createServer((request, response) => {
      request.resume()
      if (request.url === '/slow') return
      response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id }))
    }).listen(0, '127.0.0.1')
    await new Promise((go) => service.once('listening', go))
    const base = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
    await path.enter()
    const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', {
      title: 'Сделка',
      document: {
        sources: [],
        steps: [
          { id: 'deal', title: 'Создать', http: { method: 'GET', url: `${base}/deal` } },
          { id: 'tell', title: 'Сообщить', http: { method: 'POST', url: `${base}/tell`, body: { json: { deal: '{{ steps.deal.body.id }}' } } } },
          { id: 'slow', title: 'Долго', http: { method: 'GET', url: `${base}/slow`, timeout: '5m' } },
        ],
      },
    })
    const result = page.getByRole('region', { name: t('result.title') })
    const sends = async (step: string, body: string) => {
      await page.goto(`${server.base}/scenarios/${name}?step=${step}`)
      await expect(page.getByText(body).first()).toBeVisible()
    }
    await page.setViewportSize({ width: 1680, height: 900 })
    await page.goto(`${server.base}/scenarios/${name}?step=deal`)
    await path.button(t('check.step')).click()
    await expect(result.getByText(/^201/)).toBeVisible()
    await path.button(t('example.save')).click()
    await expect(result.getByText(/201, /)).toBeVisible()

    // Whatever comes later, the steps behind read what was kept.
    id = 8
    await path.button(t('again')).click()
    await expect(result.getByText('8', { exact: true })).toBeVisible()
    await sends('tell', '{"deal":7}')
    await page.goto(`${server.base}/scenarios/${name}?step=deal`)
    await path.button(t('example.drop')).click()
    await expect(path.button(t('example.drop'))).toHaveCount(0)
    await sends('tell', '{"deal":8}')

    // Beside the fields, for as long as the person wants it so.
    await page.goto(`${server.base}/scenarios/${name}?step=deal`)
    const address = page.getByRole('textbox', { name: t('/http/url'), exact: true })
    const beside = async () => {
      const [field, box] = [await address.boundingBox(), await result.boundingBox()]
      return field !== null && box !== null && box.x > field.x + field.width / 2
    }
    await expect(result).toBeVisible()
    expect(await beside()).toBe(false)
    await path.button(t('result.dockRight')).click()
    await expect.poll(beside).toBe(true)
    await watch.look('beside')
    await page.reload()
    await expect(result).toBeVisible()
    await expect.poll(beside).toBe(true)

    // What it waits for, and an end at any moment.
    await page.goto(`${server.base}/scenarios/${name}?step=slow`)
    await path.button(t('check.step')).click()
    await expect(result.getByText(t('result.waiting'))).toBeVisible()
    await watch.look('waiting')
    await result.getByRole('button', { name: t('cancel') }).click()
    await expect(result.getByText(t('check.goes'))).toHaveCount(0)
    service.closeAllConnections()
    service.close()
  })
})

walk.describe('a check of all steps', () => {
  walk.use({ ...before('en', 'light', 1280), flags: ['--allow-network', '127.0.0.0/8'] })

  walk('asks once which of them really send, and a value of a reply becomes a variable', async ({ page, path, server, watch }) => {
    walk.slow()
    const { t } = path
    const [crm, chat] = [await Target.open(), await Target.open()]
    for (const target of [crm, chat]) target.answers.set('/', { headers: { 'Content-Type': 'application/json' }, body: '{"id":7,"promo":{"code":"ABC"}}' })
    await path.enter()
    const source = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title: 'Site', preset: 'generic' })
    const to = (target: Target) => ({ method: 'POST', url: `${target.base}/`, body: { json: [{ name: 'who', value: '{{ event.body.name }}' }] } })
    const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', {
      title: 'Lead',
      document: {
        sources: [source.name],
        steps: [
          { id: 'ask', title: 'Only if', if: 'event.body.name != ""', then: [] },
          { id: 'deal', title: 'Deal', http: to(crm) },
          { id: 'chat', title: 'Chat', http: to(chat) },
        ],
      },
    })
    await fetch(source.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name":"Anna"}' })
    await page.goto(`${server.base}/scenarios/${name}`)
    const host = (target: Target) => new URL(target.base).host
    const dialog = page.getByRole('dialog')
    const card = (step: string) => page.locator(`[data-step="${step}"]`).locator('..')
    const ended = page.getByText(new RegExp(t('check.endGood', { time: '' }).replace(/,.*/, ''))).first()

    // One of them only.
    await path.button(t('check.scenario')).click()
    await expect(dialog.getByText(t('check.quiet'))).toBeVisible()
    await expect(dialog.getByText(t('check.sends', { host: host(crm) }))).toBeVisible()
    await expect(dialog.getByText(t('check.ask', { hosts: `${host(crm)}, ${host(chat)}` }))).toBeVisible()
    await dialog.getByRole('checkbox', { name: /Chat/ }).uncheck()
    await expect(dialog.getByText(t('check.silentNone'))).toBeVisible()
    await expect(dialog.getByText(t('check.ask', { hosts: host(crm) }), { exact: true })).toBeVisible()
    await watch.look('which of them send')
    await dialog.getByRole('checkbox', { name: t('check.dontAsk') }).check()
    await dialog.getByRole('button', { name: t('check.send') }).click()
    await expect(ended).toBeVisible()
    await expect(card('deal').getByText('✓ 200', { exact: true })).toBeVisible()
    await expect(card('chat').getByText(t('check.shownShort'))).toBeVisible()
    expect([crm.asked.length, chat.asked.length]).toEqual([1, 0])

    // What was answered is kept, for these steps and these addresses.
    await path.button(t('check.scenario')).click()
    await expect.poll(() => crm.asked.length).toBe(2)
    await expect(ended).toBeVisible()
    await expect(dialog).toHaveCount(0)
    expect(chat.asked).toEqual([])

    // A value of the reply: by its button, and by a click on itself.
    await page.locator('[data-step="deal"]').click()
    const result = page.getByRole('region', { name: t('result.title') })
    await result.getByRole('button', { name: t('result.toVariable', { name: 'id' }) }).click()
    await expect(result.getByText(t('result.savedAs', { name: 'id' }))).toBeVisible()
    await result.getByTitle('steps.deal.body.promo.code').click()
    await expect(result.getByText(t('result.savedAs', { name: 'promo_code' }))).toBeVisible()
    await watch.look('variables of a reply')
    await path.saved()
    const { document } = await server.api<{ document: { steps: { id: string; set?: object }[] } }>('GET', `/api/v1/scenarios/${name}/draft`)
    expect(document.steps.map((step) => step.id)).toEqual(['ask', 'deal', 'deal_vars', 'chat'])
    expect(JSON.stringify(document.steps[2]!.set)).toContain('{{ steps.deal.body.promo.code }}')

    // The next step reads it.
    await page.locator('[data-step="chat"]').click()
    await path.addField('promo', 'promo_code')
    await path.becomes('"ABC"')

    // Nothing leaves where nothing is to leave; another address is asked about anew.
    const address = page.getByRole('textbox', { name: t('/http/url'), exact: true })
    await address.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.type(`${chat.base}/other`)
    await path.button(t('check.scenario')).click()
    await dialog.getByRole('button', { name: t('check.none') }).click()
    await expect(card('chat').getByText(t('check.shownShort'))).toBeVisible()
    await expect(ended).toBeVisible()
    expect([crm.asked.length, chat.asked.length]).toEqual([2, 0])
    await Promise.all([crm.close(), chat.close()])
  })
})
