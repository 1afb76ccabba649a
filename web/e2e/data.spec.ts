import { expect } from '@playwright/test'
import { before, walk } from './walk'

for (const [language, colorScheme] of [
  ['ru', 'light'],
  ['en', 'dark'],
] as const) {
  walk.describe(language, () => {
    walk.use(before(language, colorScheme, 1280))

    walk('somebody protects an address and says what it answers', async ({ page, server, path, watch }) => {
      const { t } = path
      await path.enter()
      const source = await server.api<{ name: string; urls: string[] }>('POST', '/api/v1/sources', { title: 'Site', preset: 'generic' })
      await page.goto(`${server.base}/sources/${source.name}`)
      await path.button(t('receive.change')).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('combobox', { name: t('sources.verify') }).click()
      await page.getByRole('option', { name: t('receive.guard.token') }).click()
      await dialog.getByRole('button', { name: t('save'), exact: true }).click()
      await expect(dialog.getByText(t('receive.noSecret'))).toBeVisible()
      await dialog.getByRole('button', { name: t('receive.secretNew') }).click()
      await expect(dialog.getByText(t('receive.secretMade'))).toBeVisible()
      const key = await dialog.getByRole('code').innerText()
      await dialog.getByText(t('receive.answer.text'), { exact: true }).click()
      await dialog.getByRole('textbox', { name: t('receive.answer.text') }).fill('Принято')
      await watch.look('receive')
      await dialog.getByRole('button', { name: t('save'), exact: true }).click()
      await expect(dialog).toHaveCount(0)
      await expect(page.getByText(t('sources.verifyToken')).first()).toBeVisible()
      const post = (headers: Record<string, string>) => page.context().request.post(source.urls[0]!, { data: { name: 'Анна' }, headers })
      expect((await post({})).status()).toBe(401)
      expect(await (await post({ 'X-Api-Key': key })).text()).toBe('Принято')
      await watch.look('protected')
    })
  })
}
