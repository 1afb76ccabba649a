import { expect, type Page } from '@playwright/test'
import type { Server } from './server'
import type { Watch } from './watch'
import { type Language, words } from './words'

export const owner = { login: 'owner@example.org', password: 'courier-2026-road' }

/** What a person presses on the way from the start line to a request that arrived. */
export class Path {
  readonly t: ReturnType<typeof words>
  /** Where events of the scenario go. */
  address = ''

  constructor(
    readonly page: Page,
    readonly server: Server,
    readonly language: Language,
    private readonly watch?: Watch,
  ) {
    this.t = words(language)
  }

  button(name: string | RegExp) {
    return this.page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
  }

  private look(name: string) {
    return this.watch?.look(name)
  }

  /** Becomes the owner without walking through the set-up page; other scripts walk there. */
  async enter() {
    const answer = await this.page.context().request.post(`${this.server.base}/api/v1/setup`, {
      data: { code: this.server.code, ...owner, language: this.language },
    })
    expect(answer.status()).toBe(201)
  }

  async setUp() {
    const { page, t } = this
    await page.goto(this.server.link)
    await expect(page.getByRole('heading', { name: t('setup.title') })).toBeVisible()
    await this.watch?.weigh()
    await this.look('set-up')
    await page.getByRole('textbox', { name: t('setup.login') }).fill(owner.login)
    await page.getByRole('textbox', { name: t('entry.password'), exact: true }).fill(owner.password)
    await this.button(t('setup.submit')).click()
    await expect(page.getByText(t('mail.notSet')).first()).toBeVisible()
    await expect(page.getByRole('heading', { level: 2 })).toHaveCount(3)
    await this.look('scenarios')
  }

  async create(title: string) {
    const { page, t } = this
    await this.button(new RegExp(`: ${t('create')}$`)).click()
    const name = page.getByRole('textbox', { name: t('editor.name') })
    await expect(name).toBeFocused()
    await page.keyboard.type(title)
    await expect(name).toHaveValue(title)
    await expect(page.getByText(new RegExp(t('save.savedPlain'))).first()).toBeVisible()
    await this.look('editor')
  }

  async addWebhook() {
    const { page, t } = this
    await this.button(t('source.add')).click()
    await this.button(new RegExp(`^${escape(t('webhook.any'))}`)).click()
    await expect(page.getByText(t('source.waiting'))).toBeVisible()
    this.address = (
      await page
        .getByText(/^http:\/\/.*\/in\/\w+$/)
        .last()
        .innerText()
    ).trim()
    await this.look('waiting')
  }

  /** A real sender posts to the address; the page shows the event by itself. */
  async firstEvent(body: object) {
    await this.send(body)
    await expect(this.page.getByText(new RegExp(this.t('source.got', { time: '' }).trim())).first()).toBeVisible()
    await this.look('event')
    await this.button(this.t('useFields')).click()
  }

  async send(body: object) {
    const answer = await fetch(this.address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(200)
  }

  async addRequest() {
    const { page, t } = this
    await this.button(t('addStep')).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: new RegExp(`^${t('httpRequest')}`) })
      .click()
    await expect(page.getByRole('textbox', { name: t('url'), exact: true })).toBeFocused()
    await this.look('request')
    await this.button(t('echo')).click()
    await expect(page.getByText(/\/echo\//).first()).toBeVisible()
  }

  /** Adds a field to the JSON body, its value picked from the list of variables. */
  async addField(name: string, variable: string) {
    const { page, t } = this
    await page.getByRole('tab', { name: new RegExp(`^${t('body')}`) }).click()
    await this.button(t('body.addField')).click()
    await page.keyboard.type(name)
    await page.keyboard.press('Tab')
    await page.keyboard.type('{')
    const option = page.getByRole('option', { name: new RegExp(variable) }).first()
    await expect(option).toBeVisible()
    await this.look('variables')
    await option.click()
  }

  async becomes(text: string) {
    await expect(this.page.getByText(text).first()).toBeVisible()
  }

  async check() {
    const { page, t } = this
    await this.button(t('check.step')).click()
    const result = page.getByRole('region', { name: t('result.title') })
    await expect(result.getByText(/^200/).first()).toBeVisible()
    return result
  }

  async start(choice: 'start.held' | 'start.newOnly') {
    const { page, t } = this
    await this.closeSheet()
    await this.button(t('start')).click()
    await this.button(t(choice)).click()
    await expect(page.getByText(t('scenario.running')).first()).toBeVisible()
    await this.look('running')
  }

  /** On a narrow window the step's panel covers the page. */
  async closeSheet() {
    const narrow = (this.page.viewportSize()?.width ?? 0) < 768
    if (narrow) await this.button(this.t('panel.close')).click()
  }

  /** Goes to a page of the menu. */
  async visit(key: string) {
    const { page, t } = this
    const menu = this.button(t('nav.open'))
    if (await menu.isVisible()) await menu.click()
    await page
      .getByRole('link', { name: t(key), exact: true })
      .first()
      .click()
    await expect(page.getByRole('heading', { name: t(key), level: 1 })).toBeVisible()
  }

  async history() {
    await this.visit('nav.history')
  }

  /** The rows of the history that are in this state. */
  rows(state: string) {
    return this.page.getByRole('link').filter({ hasText: this.t(state) })
  }
}

function escape(text: string) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
