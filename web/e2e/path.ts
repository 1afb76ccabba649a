import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
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

  link(name: string) {
    return this.page.getByRole('link', { name, exact: true })
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

  async logIn() {
    const { page, t } = this
    await page.getByRole('textbox', { name: t('setup.login') }).fill(owner.login)
    await page.getByRole('textbox', { name: t('entry.password'), exact: true }).fill(owner.password)
    await this.button(t('login.submit')).click()
  }

  /** Opens the first page. */
  async begin() {
    await this.page.goto(this.server.base)
    await expect(this.page.getByRole('heading', { level: 2 })).toHaveCount(3)
  }

  /** Opens the editor on a draft that sends what comes to an address of the test receiver. */
  async ready(title: string, receiver: string): Promise<string> {
    const source = await this.server.api<{ name: string; url: string }>('POST', '/api/v1/sources', { title, preset: 'generic' })
    this.address = source.url
    const { name } = await this.server.api<{ name: string }>('POST', '/api/v1/scenarios', {
      title,
      document: {
        apiVersion: 'gonets/v1',
        kind: 'Scenario',
        name: 'lead',
        title,
        sources: [source.name],
        steps: [{ id: 'tell', http: { method: 'POST', url: `{{ public_url }}/echo/${receiver}`, body: { path: 'event.body' } } }],
      },
    })
    await this.page.goto(`${this.server.base}/scenarios/${name}?step=tell`)
    await expect(this.page.getByRole('textbox', { name: this.t('/http/url'), exact: true })).toBeVisible()
    return name
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
    const { t } = this
    await this.button(t('source.add')).click()
    await this.button(new RegExp(`^${escape(t('webhook.any'))}`)).click()
    await this.waitsForEvents()
    await this.look('waiting')
  }

  /** The page has an address and waits for what comes there. */
  async waitsForEvents() {
    const { page, t } = this
    await expect(page.getByText(t('source.waiting'))).toBeVisible()
    this.address = (
      await page
        .getByText(/^http:\/\/.*\/in\/\w+$/)
        .last()
        .innerText()
    ).trim()
    await this.saved()
  }

  /** The command that sends a sample to the address, as it stands in the clipboard. */
  async copiesCommand(): Promise<string> {
    await this.button(this.t('source.copyCurl')).click()
    await expect(this.button(this.t('ui.copied'))).toBeVisible()
    return this.page.evaluate(() => navigator.clipboard.readText())
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
    await this.addStep()
    await this.look('request')
    await this.button(this.t('echo')).click()
    await expect(this.page.getByText(/\/echo\//).first()).toBeVisible()
  }

  async addStep() {
    const { page, t } = this
    await this.button(t('addStep')).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: new RegExp(`^${t('httpRequest')}`) })
      .click()
    await expect(page.getByRole('textbox', { name: t('/http/url'), exact: true })).toBeFocused()
  }

  async pasteCurl(command: string) {
    const { page, t } = this
    await this.button(t('pasteCurl')).click()
    await page.getByRole('textbox', { name: t('curl.command') }).fill(command)
    await expect(page.getByText(/\/echo\//).first()).toBeVisible()
    await this.look('command')
    await this.button(t('curl.replace')).click()
  }

  /** Adds a field to the JSON body, its value picked from the list of variables. */
  async addField(name: string, variable: string) {
    await this.newField(name)
    await this.pickVariable(variable)
  }

  /** Adds a field to the JSON body; the cursor is in its value. */
  async newField(name: string) {
    const { page, t } = this
    await page.getByRole('tab', { name: new RegExp(`^${t('body')}`) }).click()
    await this.button(t('body.addField')).click()
    await page.keyboard.type(name)
    await page.keyboard.press('Tab')
  }

  async pickVariable(name: string) {
    await this.page.keyboard.type('{')
    const option = this.page.getByRole('option', { name: new RegExp(name) }).first()
    await expect(option).toBeVisible()
    await this.look('variables')
    await option.click()
  }

  /** «More», own retries, after so many seconds each. */
  async ownDelays(...seconds: number[]) {
    const { page, t } = this
    await page.getByRole('tab', { name: t('tab.more') }).click()
    await page.getByRole('radio', { name: t('/http/retry=delays'), exact: true }).check()
    const pause = (n: number) => page.getByRole('textbox', { name: t('retries.nth', { n }), exact: true })
    // Three are offered at first.
    for (let n = 3; n > seconds.length; n--) await this.button(t('retries.remove', { n })).click()
    for (const [i, amount] of seconds.entries()) {
      await pause(i + 1).fill(String(amount))
      const unit = `${t('retries.nth', { n: i + 1 })}: ${t('delay.unit')}`
      await page.getByRole('combobox', { name: unit }).click()
      // The list of the one before may still be fading.
      await page.getByRole('listbox', { name: unit }).getByRole('option', { name: t('unit.s'), exact: true }).click()
    }
    await this.saved()
  }

  async saved() {
    await expect(this.page.getByRole('status').filter({ hasText: this.t('save.savedPlain') })).toBeVisible()
  }

  async sees(...texts: string[]) {
    for (const text of texts) await expect(this.page.getByText(text).first()).toBeVisible()
  }

  /** The tries on the timeline of a run. */
  tries() {
    return this.page.getByRole('button', { name: new RegExp(`^${this.t('run.attempt', { n: '\\d+' })}`) })
  }

  /** The counter of runs that need a person, as the navigation shows it. */
  waitingForYou(count: number) {
    return this.page.getByRole('link', { name: this.t('waitingForYou', { count }), exact: true })
  }

  /** Notes every state that the first row of the history shows from now on. */
  async notesStates(): Promise<() => Promise<string[]>> {
    await this.page.evaluate(() => {
      const seen: string[] = []
      const note = () => {
        const text = document.querySelector('[role=row] a')?.textContent?.trim()
        if (text && text !== seen.at(-1)) seen.push(text)
      }
      new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true })
      Object.assign(window, { seenStates: seen })
    })
    return () => this.page.evaluate(() => (window as unknown as { seenStates: string[] }).seenStates)
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

  /** Starts the scenario; what came before is asked about, where something came. */
  async start(choice: 'start.held' | 'start.newOnly' | 'none') {
    const { page, t } = this
    await this.closeSheet()
    await this.button(t('start')).click()
    if (choice !== 'none') await this.button(t(choice)).click()
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
    // By the width, not by what is drawn already: a page that was just opened may have no menu yet.
    if ((page.viewportSize()?.width ?? 0) < 768) await this.button(t('nav.open')).click()
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

/** Runs a command as a terminal does. */
export async function inShell(command: string): Promise<string> {
  return (await promisify(execFile)('sh', ['-c', `${command} --silent --show-error --fail`])).stdout
}

function escape(text: string) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
