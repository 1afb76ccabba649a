import { expect } from '@playwright/test'
import { before, walk } from './walk'

walk.use(before('ru', 'light', 1280))

walk('what is open stands in the address, and is open again where the address is', async ({ page, path, server, watch }) => {
  const { t } = path
  await path.enter()
  const source = await server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title: 'Сайт', preset: 'generic' })
  const document = {
    title: 'Заявка',
    sources: [source.name],
    steps: [
      { id: 'deal', title: 'Создать сделку', http: { method: 'POST', url: '{{ public_url }}/echo/deals', body: { json: { name: '{{ event.body.name }}' } } } },
      { id: 'tell', title: 'Сообщить', http: { method: 'POST', url: '{{ public_url }}/echo/tell', body: { json: { name: '{{ event.body.name }}' } } } },
    ],
  }
  const { name } = await server.api<{ name: string }>('POST', '/api/v1/scenarios', { title: 'Заявка', document })
  path.address = source.url
  await path.send({ name: 'Анна' })
  const tab = (title: string | RegExp) => page.getByRole('tab', { name: title, selected: true })

  // A tab of a step; another step begins with its own first one.
  await page.goto(`${server.base}/scenarios/${name}?step=deal`)
  await expect(tab(new RegExp(`^${t('body')}`))).toBeVisible()
  await page.getByRole('tab', { name: t('tab.more') }).click()
  await expect(page).toHaveURL(/[?&]part=more(&|$)/)
  await page.reload()
  await expect(tab(t('tab.more'))).toBeVisible()
  await watch.look('the tab of an address')
  await page.getByText('Сообщить').first().click()
  await expect(page).toHaveURL(/[?&]step=tell(&|$)/)
  await expect(tab(new RegExp(`^${t('body')}`))).toBeVisible()
  await page.goBack()
  await expect(tab(t('tab.more'))).toBeVisible()

  // A tab of a check's result.
  await page.goto(`${server.base}/scenarios/${name}?step=deal&result=time`)
  await page.getByRole('button', { name: t('check.step') }).click()
  await expect(tab(t('result.time'))).toBeVisible()
  await page.getByRole('tab', { name: t('result.request'), exact: true }).click()
  await expect(page).not.toHaveURL(/[?&]result=time(&|$)/)
  await page.reload()
  await expect(tab(t('result.request'))).toBeVisible()

  // What came in, as it came.
  await page.goto(`${server.base}/scenarios/${name}?panel=source&source=${source.name}`)
  await page.getByText(t('source.raw')).click()
  await page.getByRole('tab', { name: t('headers'), exact: true }).click()
  await expect(page).toHaveURL(/[?&]data=headers(&|$)/)
  await page.reload()
  await expect(tab(t('headers'))).toBeVisible()

  // The versions are one step back from the page.
  await page.goto(`${server.base}/scenarios/${name}`)
  await page.getByRole('button', { name: t('editor.more') }).click()
  await page.getByRole('menuitem', { name: t('versions.open') }).click()
  const versions = page.getByRole('dialog', { name: t('versions.title') })
  await expect(versions).toBeVisible()
  await page.reload()
  await expect(versions).toBeVisible()
  await page.goBack()
  await expect(versions).toHaveCount(0)
})
