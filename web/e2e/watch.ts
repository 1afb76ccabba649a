import { appendFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, type Page, type TestInfo } from '@playwright/test'
import type { AxeResults, RunOptions } from 'axe-core'

// Evaluated through the debugger, which the page's content policy does not bind.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const options: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
  resultTypes: ['violations'],
}

/**
 * Waits until nothing fades in or moves: half of a fade is too pale to read, and nobody reads it.
 * A fade begins a few frames after its dialog is there; what turns for ever is not waited for.
 */
async function rest(): Promise<void> {
  const moves = (a: Animation) => a.playState === 'running' && a.effect?.getComputedTiming().endTime !== Infinity
  for (let still = 0; still < 5; still++) {
    await new Promise(requestAnimationFrame)
    if (document.getAnimations().some(moves)) still = 0
  }
}

/** What people read whole: names of fields, buttons, tabs and columns, and what was chosen in a list. */
function cutWords(): string[] {
  const whole = 'button, [role=tab], th, label, h1, h2, h3, input[aria-haspopup=listbox]'
  return [...document.querySelectorAll<HTMLElement>(whole)]
    .flatMap((one) => [one, ...one.querySelectorAll<HTMLElement>('*')])
    .filter((one) => {
      const style = getComputedStyle(one)
      const hides = one instanceof HTMLInputElement || (style.overflowX !== 'visible' && style.overflowX !== 'auto' && style.overflowX !== 'scroll')
      return hides && one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1 && !one.closest('[title]') && !one.querySelector('[title]') && one.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    })
    .map((one) => (one instanceof HTMLInputElement ? one.value : (one.textContent ?? '')))
    .filter((words) => words.trim() !== '' && !/^https?:/.test(words)) // an address is copied, not read
}

/** How long axe looks at a screen of a newcomer's walk where nothing else goes on. */
const quietLook = 400

/** Watches a page for what must never happen, and looks at its screens. */
export class Watch {
  readonly faults: string[] = []
  private expected: RegExp[] = []
  private readonly begun = Date.now()
  private last = Date.now()
  private step = 0
  private bytes = { script: 0, style: 0 }
  private requests = 0
  private readonly steps: { name: string; ms: number; looked: number; axe: number }[] = []
  private most = Infinity

  constructor(
    private readonly page: Page,
    private readonly info: TestInfo,
    /** The one address that the page may ask. */
    public base: string,
  ) {
    page.on('console', (m) => {
      if (m.type() === 'error') this.fault(`console: ${m.text()} ${m.location().url}`)
    })
    page.on('pageerror', (e) => this.fault(`page: ${e.message}`))
    page.on('request', (r) => {
      this.requests++
      const foreign = !r.url().startsWith(`${this.base}/`) && !/^(data|blob):/.test(r.url())
      if (foreign) this.fault(`foreign request: ${r.url()}`)
    })
    page.on('requestfailed', (r) => {
      const reason = r.failure()?.errorText ?? ''
      // A stream of hints, or a question whose page was left, is cut by the browser itself.
      if (reason !== 'net::ERR_ABORTED') this.fault(`failed request: ${r.method()} ${r.url()} ${reason}`)
    })
    page.on('response', (r) => {
      if (r.status() >= 400) this.fault(`answer ${r.status()}: ${r.request().method()} ${r.url()}`)
    })
  }

  private fault(text: string): void {
    if (!this.expected.some((pattern) => pattern.test(text))) this.faults.push(text)
  }

  /** From now on faults like this belong to the story: a wrong code is refused, a dead server does not answer. */
  expects(...patterns: RegExp[]): void {
    this.expected = patterns
  }

  /**
   * The walk takes at most so many milliseconds of a machine that does nothing else. How much of this one there is for
   * it tells axe, which looks at every screen in the same browser: where that takes twice as long, so may the walk.
   */
  within(ms: number): void {
    this.most = ms
  }

  /** Notes what the browser fetched for the page that it shows. */
  async weigh(): Promise<void> {
    this.bytes = await this.page.evaluate(() => {
      const sum = { script: 0, style: 0 }
      for (const e of performance.getEntriesByType('resource') as PerformanceResourceTiming[]) {
        if (e.name.endsWith('.js')) sum.script += e.encodedBodySize
        if (e.name.endsWith('.css')) sum.style += e.encodedBodySize
      }
      return sum
    })
  }

  /** A screen that is as it should be: a picture, axe without serious findings, no sideways scrolling. */
  async look(name: string): Promise<void> {
    const ms = Date.now() - this.last
    await this.page.evaluate(rest)
    await this.page.screenshot({ path: this.info.outputPath(`${String(++this.step).padStart(2, '0')}-${name}.png`) })
    if (!(await this.page.evaluate(() => 'axe' in window))) await this.page.evaluate(axe)
    const begun = performance.now()
    const found: AxeResults = await this.page.evaluate(
      (how) =>
        (window as unknown as { axe: typeof import('axe-core') }).axe.run(
          // The list of variables is walked by arrows from its field (aria-activedescendant), never focused itself.
          { include: [['html']], exclude: [['.cm-tooltip-autocomplete']] },
          how,
        ),
      options,
    )
    const looked = performance.now() - begun
    const bad = found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
    for (const v of bad) {
      this.fault(`axe on ${name}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 200)).join(' | ')}`)
    }
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    if (wide > 0) this.fault(`${name} is ${wide} px wider than its window`)
    for (const words of await this.page.evaluate(cutWords)) this.fault(`${name} cuts the words: ${words}`)
    this.steps.push({ name, ms, looked: Math.round(looked), axe: bad.length })
    this.last = Date.now()
  }

  /** Fails when anything was seen that must not be, and writes the report. */
  async done(): Promise<void> {
    const title = this.info.titlePath.slice(1).join(', ')
    const axe = this.steps.reduce((n, s) => n + s.axe, 0)
    // Looking at a screen takes longer than what a person does there.
    const ms = this.steps.reduce((n, s) => n + s.ms, Date.now() - this.last)
    const pace = Math.max(1, this.steps.reduce((n, s) => n + s.looked, 0) / Math.max(1, this.steps.length) / quietLook)
    const report = { title, ms, pace, all: Date.now() - this.begun, requests: this.requests, bytes: this.bytes, axe, steps: this.steps }
    await appendFile(join(this.info.project.outputDir, 'walks.jsonl'), `${JSON.stringify(report)}\n`)
    const weight = this.bytes.script > 0 ? `, script ${this.bytes.script} B, style ${this.bytes.style} B` : ''
    console.log(`${title}: ${ms} ms without axe (as ${Math.round(ms / pace)} ms on a quiet machine), ${this.requests} requests${weight}, axe ${axe} on ${this.steps.length} screens`)
    expect(this.faults).toEqual([])
    expect(ms / pace, 'milliseconds of a quiet machine').toBeLessThanOrEqual(this.most)
  }
}
