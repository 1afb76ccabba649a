import { expect } from '@playwright/test'
import { Keys } from './keys'
import { owner } from './path'
import { before, walk } from './walk'

walk.describe('B: a person without a mouse', () => {
  walk.use(before('ru', 'light', 1280))

  walk('walks the whole way on the keyboard', async ({ server, page, path, watch }) => {
    walk.slow()
    const mouse = await Keys.watchMouse(page)
    const keys = new Keys(page)
    const { t } = path

    await page.goto(server.link)
    await expect(page.getByRole('textbox', { name: t('setup.login') })).toBeFocused()
    await keys.type(owner.login)
    await keys.to(page.getByRole('textbox', { name: t('entry.password'), exact: true }))
    await keys.type(owner.password)
    await keys.press('Enter')

    await keys.enter(path.button(new RegExp(`: ${t('create')}$`)))
    await expect(page.getByRole('textbox', { name: t('editor.name') })).toBeFocused()
    await keys.type('Без мыши')
    await path.saved()

    await keys.enter(path.button(t('source.add')))
    await keys.enter(path.button(new RegExp(`^${t('webhook.any').replace(/[()]/g, '\\$&')}`)))
    await path.waitsForEvents()
    await path.send({ name: 'Анна', phone: '+79990001122' })
    await keys.enter(path.button(t('useFields')))

    // «Use these fields» leaves the cursor on «Add a step».
    await expect(path.button(t('addStep'))).toBeFocused()
    await keys.press('Enter')
    await keys.enter(page.getByRole('dialog').getByRole('button', { name: new RegExp(`^${t('httpRequest')}`) }))
    await expect(page.getByRole('textbox', { name: t('/http/url'), exact: true })).toBeFocused()
    await keys.enter(path.button(t('echo')), 'Shift+Tab')
    await expect(page.getByText(/\/echo\//).first()).toBeVisible()

    await keys.to(page.getByRole('tab', { name: new RegExp(`^${t('body')}`) }))
    await keys.enter(path.button(t('body.addField')))
    await keys.type('name')
    await keys.press('Enter')
    await keys.type('{им')
    await expect(page.getByRole('option', { name: /Имя/ }).first()).toBeVisible()
    await keys.press('Enter')
    await path.becomes('"Анна"')

    await keys.press('Control+Enter')
    const result = page.getByRole('region', { name: t('result.title') })
    await expect(result.getByText('"Анна"').first()).toBeVisible()
    await watch.look('checked')

    // The data are one stop of Tab, however many there are; arrows go through them.
    const data = page.getByRole('region', { name: t('variables') }).getByRole('listitem').getByRole('button')
    await keys.to(data.first(), 'Shift+Tab')
    await keys.press('ArrowDown')
    await expect(data.nth(1)).toBeFocused()
    await keys.press('Shift+Tab')
    await expect(page.getByRole('textbox', { name: t('variables.find') })).toBeFocused()

    await keys.enter(path.button(t('start')), 'Shift+Tab')
    await keys.enter(path.button(t('start.held')))
    await expect(page.getByText(t('scenario.running')).first()).toBeVisible()

    // The palette goes anywhere.
    await keys.press('Control+k')
    await expect(page.getByRole('combobox', { name: t('palette.title'), exact: true })).toBeFocused()
    await keys.type(t('nav.history'))
    await keys.press('Enter')
    await expect(page.getByRole('heading', { name: t('nav.history'), level: 1 })).toBeVisible()
    await path.send({ name: 'Пётр', phone: '+79990001133' })
    await expect(path.rows('state.succeeded')).toHaveCount(2)
    await keys.enter(path.rows('state.succeeded').first())
    await keys.to(path.button(new RegExp(t('rerun'))))
    await watch.look('run')

    expect(mouse(), 'what only a mouse does').toEqual([])
    // The listener would have noticed one.
    await page.mouse.move(5, 5)
    await page.mouse.down()
    await expect.poll(mouse).toContain('pointerdown')
  })
})
