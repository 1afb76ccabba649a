import { expect } from '@playwright/test'
import { owner } from './path'
import { before, walk } from './walk'

for (const screen of [before('ru', 'dark', 1280), before('en', 'light', 390)]) {
  walk.describe(`the forms of the settings, ${screen.language}, ${screen.viewport.width}`, () => {
    walk.use(screen)

    walk('are saved and kept; what is wrong is told beside its field; nobody leaves unsaved changes unasked', async ({ page, path, server, watch }) => {
      walk.slow()
      const { t } = path
      watch.expects(/answer (400|401|403|422)/, /console: .*(400|401|403|422)/)
      await path.enter()
      const go = (section: string) => page.goto(`${server.base}/settings/${section}`)
      const box = (key: string) => page.getByRole('textbox', { name: t(key), exact: true })
      const save = (at = 0) => path.button(new RegExp(`^${t('save')}`)).nth(at)
      const saved = async (at = 0) => {
        const kept = page.waitForResponse((answer) => answer.request().method() !== 'GET' && answer.ok())
        await save(at).click()
        await kept
        await expect(save(at)).toBeDisabled()
      }

      // General: a wrong address is refused at its field, a right one is kept with the zone and the contact.
      await go('general')
      await box('settings.publicUrl').fill('not an address')
      await save().click()
      await expect(box('settings.publicUrl')).toHaveAttribute('aria-invalid', 'true')
      await watch.look('a wrong address')
      await box('settings.publicUrl').fill('https://hooks.example.org')
      await box('settings.contact').fill('it@example.org')
      await page.getByRole('combobox', { name: t('settings.zone') }).fill('Asia/Tokyo')
      await page.getByRole('option', { name: 'Asia/Tokyo' }).click()
      await saved()
      await page.reload()
      await expect(box('settings.publicUrl')).toHaveValue('https://hooks.example.org')
      await expect(box('settings.contact')).toHaveValue('it@example.org')
      await expect(page.getByRole('combobox', { name: t('settings.zone') })).toHaveValue('Asia/Tokyo')

      // Whoever goes away with something unsaved is asked.
      await box('settings.contact').fill('other@example.org')
      let asked = ''
      page.once('dialog', (dialog) => {
        asked = dialog.type()
        void dialog.accept()
      })
      await page.reload()
      await expect(box('settings.contact')).toHaveValue('it@example.org')
      expect(asked).toBe('beforeunload')

      // How long the history is kept, and what nobody is shown.
      await go('retention')
      await box('settings.age').fill('45')
      await box('settings.size').fill('2')
      await saved()
      const masked = page.getByLabel(t('masking.fields'), { exact: true }).first()
      await masked.fill('phone')
      await masked.press('Enter')
      await saved(1)
      await page.reload()
      await expect(box('settings.age')).toHaveValue(/^45/)
      await expect(box('settings.size')).toHaveValue(/^2/)
      await expect(page.getByText('phone', { exact: true })).toBeVisible()

      // Networks: a wrong one is told at the field.
      await go('security')
      const networks = page.getByLabel(t('settings.networksLabel'), { exact: true }).first()
      await networks.fill('300.0.0.0/8')
      await networks.press('Enter')
      await save().click()
      await expect(networks).toHaveAttribute('aria-invalid', 'true')
      await watch.look('a wrong network')
      await networks.press('Backspace')
      await networks.fill('10.0.0.0/8')
      await networks.press('Enter')
      await saved()
      await page.reload()
      await expect(page.getByText('10.0.0.0/8', { exact: true })).toBeVisible()

      // A secret is refused by its name, kept, and never shown.
      await go('secrets')
      await path.button(t('add')).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('textbox', { name: t('settings.secretName') }).fill('Bad Name')
      await dialog.getByRole('textbox', { name: t('settings.secretValue') }).fill('s3cret-value')
      await dialog.getByRole('button', { name: t('save'), exact: true }).click()
      await expect(dialog.getByRole('textbox', { name: t('settings.secretName') })).toHaveAttribute('aria-invalid', 'true')
      await watch.look('a wrong name')
      await dialog.getByRole('textbox', { name: t('settings.secretName') }).fill('crm-key')
      await dialog.getByRole('button', { name: t('save'), exact: true }).click()
      await expect(dialog).toHaveCount(0)
      await page.reload()
      await expect(page.getByText('crm-key', { exact: true })).toBeVisible()
      await expect(page.getByText('s3cret-value')).toHaveCount(0)
      // Its end: a JWT tells it by itself, and it can be corrected.
      const end = (days: number) => Math.floor(Date.now() / 1000) + days * 86_400
      const token = (exp: number) => `${btoa('{"alg":"HS256"}')}.${btoa(`{"exp":${exp}}`)}.x`.replaceAll('=', '')
      const named = (key: Parameters<typeof t>[0]) => t(key).split('{{')[0]!
      const row = page.getByRole('listitem').filter({ hasText: 'crm-key' })
      const replace = async (days: number) => {
        await row.getByRole('button', { name: t('settings.secretReplace', { name: 'crm-key' }), exact: true }).click()
        await dialog.getByRole('textbox', { name: t('settings.secretValue') }).fill(token(end(days)))
        await dialog.getByRole('button', { name: t('save'), exact: true }).click()
        await expect(dialog).toHaveCount(0)
      }
      await replace(-1)
      await expect(row.getByText(named('settings.secretEnded'))).toBeVisible()
      await watch.look('a secret that has ended')
      await replace(5)
      await expect(row.getByText(named('settings.secretUntil'))).toBeVisible()
      await row.getByRole('button', { name: named('settings.secretEndOf') }).click()
      await watch.look('the end of a secret')
      // The same day again moves nothing: the token's own time stays.
      const until = async () => (await server.api<{ items: { name: string; valid_until: string }[] }>('GET', '/api/v1/secrets')).items.find((one) => one.name === 'crm-key')!.valid_until
      const own = await until()
      await dialog.getByRole('button', { name: t('save'), exact: true }).click()
      await expect(dialog).toHaveCount(0)
      expect(await until()).toBe(own)
      await row.getByRole('button', { name: named('settings.secretEndOf') }).click()
      await dialog.getByLabel(t('settings.secretEnd'), { exact: true }).fill('2099-03-17')
      await dialog.getByRole('button', { name: t('save'), exact: true }).click()
      await expect(dialog).toHaveCount(0)
      await expect(row.getByText(/2099/)).toBeVisible()
      expect(await until()).toMatch(/2099-03-17T\d\d:59:59Z/)

      // Who one is, and one's password: a wrong present one is told at its field.
      await go('account')
      await box('account.email').fill('me@example.org')
      await saved()
      await page.reload()
      await expect(box('account.email')).toHaveValue('me@example.org')
      await box('account.currentPassword').fill('wrong-password-1')
      await box('account.newPassword').fill('another-road-2027')
      await path.button(t('account.changePassword')).click()
      await expect(box('account.currentPassword')).toHaveAttribute('aria-invalid', 'true')
      await watch.look('a wrong password')
      await box('account.currentPassword').fill(owner.password)
      await path.button(t('account.changePassword')).click()
      await expect(box('account.currentPassword')).toHaveValue('')

      await go('about')
      await expect(page.getByText('https://hooks.example.org').first()).toBeVisible()
      await watch.look('about')
    })
  })
}
