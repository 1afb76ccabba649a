import { before, walk } from './walk'
import { expect } from '@playwright/test'

walk.use(before('ru', 'light', 1280))
walk.setTimeout(180_000)

walk('a scenario with two sources: both are seen, each is opened, added and detached by itself', async ({ page, path, server, watch }) => {
  const { t } = path
  await path.enter()
  const shop = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title: 'Магазин', preset: 'tilda' })
  const name = await path.ready('Сайт', 'two')
  await page.getByRole('button', { name: t('panel.close') }).click()
  const box = page.getByRole('region', { name: t('source'), exact: true })
  const card = (title: string) => box.getByRole('button', { name: new RegExp(`^${title}`) })
  await expect(card('Сайт')).toBeVisible()

  // A further one, beside the first.
  await box.getByRole('button', { name: t('source.another') }).click()
  await page.getByRole('combobox', { name: t('source.existing') }).click()
  await page.getByRole('option', { name: 'Магазин' }).click()
  await expect(page.getByRole('heading', { name: 'Магазин' })).toBeVisible()
  await expect(page.getByText(t('source.waiting'))).toBeVisible()
  await expect(card('Сайт')).toBeVisible()
  await expect(card('Магазин')).toBeVisible()
  await path.saved()

  // Each one's events are its own; the samples are of both.
  await path.send({ name: 'Анна' })
  await expect(card('Сайт')).toContainText(t('source.events_one', { count: 1 }))
  await expect(page.getByText(t('source.waiting'))).toBeVisible()
  await fetch(shop.url, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'Name=Олег&tranid=1:2' })
  await expect(card('Магазин')).toContainText(t('source.events_one', { count: 1 }))
  await expect(page.getByText(/Магазин, |, Магазин/).first()).toBeVisible()
  const sample = page.locator('footer').getByRole('button')
  await sample.click()
  await expect(page.getByRole('menuitem', { name: /Сайт · Анна/ })).toBeVisible()
  await page.getByRole('menuitem', { name: /Сайт · Анна/ }).click()
  await expect(sample).toContainText('Анна')
  await watch.look('samples of two sources')

  // A body that cannot be read says why.
  await card('Сайт').click()
  await fetch(path.address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name": Анна}' })
  await sample.click()
  await page.getByRole('menuitem').filter({ hasText: '{"name": Анна}' }).or(page.getByRole('menuitem', { name: /Сайт$/ })).first().click()
  await expect(page.getByText('По типу это JSON, но со знака 10 он не читается')).toBeVisible()
  await watch.look('unread body')

  // The first is detached; the other stays, and it comes back.
  await page.getByRole('button', { name: t('source.actions') }).click()
  await page.getByRole('menuitem', { name: t('source.detach') }).click()
  await expect(card('Сайт')).toHaveCount(0)
  await expect(card('Магазин')).toBeVisible()
  await path.button(t('undo')).click()
  await expect(card('Сайт')).toBeVisible()
  await path.saved()
  await expect.poll(async () => (await server.api<{ document: { sources: string[] } }>('GET', `/api/v1/scenarios/${name}/draft`)).document.sources.length).toBe(2)
})

walk('a step gets another short name, the steps behind it follow, and an answer is shown before it is given', async ({ page, path, server, watch }) => {
  const { t } = path
  await path.enter()
  const name = await path.ready('Заявка', 'one')
  await path.send({ name: 'Анна', code: 201 })
  const draft = async () => (await server.api<{ document: { steps: { id: string; [member: string]: unknown }[] } }>('GET', `/api/v1/scenarios/${name}/draft`)).document.steps
  await page.getByRole('button', { name: t('panel.close') }).click()
  await path.button(t('addStep')).click()
  await page.getByRole('dialog').getByRole('button', { name: new RegExp(`^${t('step.respond')}`) }).click()
  await page.getByRole('radio', { name: t('/respond=text'), exact: true }).check()
  const text = page.getByRole('textbox', { name: t('/respond/text'), exact: true })
  await text.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText('Привет, {{ event.body.name }}: {{ steps.tell.status }}')
  await page.getByRole('button', { name: t('number.template'), exact: true }).click()
  await page.getByRole('textbox', { name: t('/respond/status'), exact: true }).click()
  await page.keyboard.insertText('{{ event.body.code }}')
  const answer = page.getByRole('region', { name: t('answer.will') })
  await expect(answer).toContainText('201')
  await expect(answer).toContainText('Привет, Анна')
  await watch.look('answer')

  // A mistake stands beside its field.
  await text.click()
  await page.keyboard.press('Control+End')
  await page.keyboard.insertText(' {{ name')
  await expect(page.getByText(t('answer.wait'))).toBeVisible()
  for (let i = 0; i < ' {{ name'.length; i++) await page.keyboard.press('Backspace')
  await expect(answer).toContainText('Привет, Анна')

  // The step that it reads gets another short name.
  await page.locator('[data-step="tell"]').click()
  await path.button(t('step.actions', { title: '1' })).click()
  await page.getByRole('menuitem', { name: t('step.rename', { id: 'tell' }) }).click()
  await page.getByRole('textbox', { name: t('step.id') }).fill('Сделка')
  await watch.look('short name')
  await page.getByRole('dialog').getByRole('button', { name: t('save') }).click()
  // Under the pointer it stays for as long as one looks.
  await path.button(t('undo')).last().hover()
  await expect(page.locator('[data-step="sdelka"]')).toBeVisible()
  await expect(page.getByRole('textbox', { name: t('/http/url'), exact: true })).toBeVisible()
  await expect.poll(async () => JSON.stringify((await draft())[1]?.['respond'])).toContain('steps.sdelka.status')
  await path.button(t('undo')).last().click()
  await expect(page.locator('[data-step="tell"]')).toBeVisible()
  await expect(page.getByRole('textbox', { name: t('/http/url'), exact: true })).toBeVisible()
  await expect.poll(async () => JSON.stringify((await draft())[1]?.['respond'])).toContain('steps.tell.status')
})

walk('code for 1C stands beside an address of 1C, with the last event that came there', async ({ page, path, server, watch }) => {
  const { t } = path
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await path.enter()
  const erp = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title: 'Учёт', preset: 'onec' })
  await path.ready('Заказ', 'orders')
  await page.getByRole('button', { name: t('panel.close') }).click()
  await page.getByRole('region', { name: t('source'), exact: true }).getByRole('button', { name: /^Заказ/ }).click()
  await expect(path.button(t('source.copyCurl'))).toBeVisible()
  await expect(path.button(t('sources.copyOneC'))).toHaveCount(0)
  await page.getByRole('button', { name: t('panel.close') }).click()
  await page.getByRole('button', { name: t('source.another') }).click()
  await page.getByRole('combobox', { name: t('source.existing') }).click()
  await page.getByRole('option', { name: 'Учёт' }).click()
  const copied = async () => {
    await path.button(t('sources.copyOneC')).click()
    await expect(path.button(t('ui.copied'))).toBeVisible()
    return page.evaluate(() => navigator.clipboard.readText())
  }
  const { hostname, port, pathname } = new URL(erp.url)
  const first = await copied()
  for (const part of [`Новый HTTPЗапрос("${pathname}", Заголовки)`, `Новый HTTPСоединение("${hostname}", ${port}, `, 'ВызватьHTTPМетод("POST", Запрос)', '""Событие"": ""ДокументПроведен""']) expect(first).toContain(part)
  await watch.look('code for 1C in the editor')

  // As 1C sends it: with a mark before the text.
  await fetch(erp.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '\ufeff{"Номер": "0000-000777", "Сумма": 15990.50}' })
  await page.goto(`${server.base}/sources/${erp.name}`)
  await expect(page.getByRole('list', { name: t('sources.events') }).getByRole('listitem')).toHaveCount(1)
  const next = await copied()
  expect(next).toContain('""Номер"": ""0000-000777""')
  expect(next).toContain('15990.50')
  expect(next).not.toContain('ДокументПроведен')
  await watch.look('code for 1C on the page')
})
