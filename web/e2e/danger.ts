import { expect, type BrowserContext, type Page } from '@playwright/test'
import { payloads } from './payloads'

declare global {
  interface Window {
    dangerSeen(what: string): void
    ran(n: number): void
  }
}

/** What of the payloads a page shows, and whether any of them came to life. */
export class Danger {
  readonly seen: string[] = []
  private readonly shown: Record<string, number> = {}

  private constructor(private readonly page: Page) {}

  /** Watches every page of the context, from its first byte. */
  static async watch(context: BrowserContext, page: Page): Promise<Danger> {
    const danger = new Danger(page)
    await context.exposeFunction('dangerSeen', (what: string) => danger.seen.push(what))
    await context.addInitScript(() => {
      window.ran = (n) => window.dangerSeen(`payload ${n} ran`)
      for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'] as const) {
        Object.assign(window, { [name]: () => window.dangerSeen(`${name} was called`) })
      }
      // A policy that had to step in means that something was taken for HTML.
      addEventListener('securitypolicyviolation', (e) => window.dangerSeen(`refused by the policy: ${e.effectiveDirective} ${e.blockedURI} ${e.sample}`))
    })
    context.on('dialog', (dialog) => {
      danger.seen.push(`dialog ${dialog.message()}`)
      void dialog.dismiss()
    })
    context.on('page', (other) => danger.seen.push(`a page was opened: ${other.url()}`))
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.hostname === 'evil.test' || /^\/x\d+$/.test(url.pathname)) danger.seen.push(`request to ${url}`)
    })
    return danger
  }

  /** Every payload of the list stands on the page as text, and nothing of it is an element. */
  async isText(screen: string, list: readonly string[] = payloads): Promise<void> {
    await expect.poll(() => this.missing(list), { message: `payloads on ${screen} that are not shown as text`, timeout: 60_000 }).toEqual([])
    this.shown[screen] = list.length
    await this.isHarmless(screen)
  }

  async isHarmless(screen: string): Promise<void> {
    expect(await this.alien(), `elements on ${screen} that came from payloads`).toEqual([])
    expect(this.seen, `seen by ${screen}`).toEqual([])
  }

  /** Which payloads a reader of the page does not see, neither as they are nor as a JSON string. */
  missing(list: readonly string[]): Promise<string[]> {
    return this.page.evaluate((wanted) => {
      const plain = (text: string) => text.replace(/\s+/g, ' ').trim()
      const fields = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')].map((one) => one.value)
      const all = plain([document.body.innerText, ...fields].join('\n'))
      const spoken = (text: string) => [text, JSON.stringify(text).slice(1, -1), JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1)]
      return wanted.filter((one) => !spoken(one).some((form) => all.includes(plain(form))))
    }, list)
  }

  /** Elements that an interface of ours never makes. */
  alien(): Promise<string[]> {
    return this.page.evaluate(() => {
      const found: string[] = []
      const strange = new Set(['IFRAME', 'FRAME', 'OBJECT', 'EMBED', 'BASE', 'MARQUEE', 'MATH', 'AUDIO', 'VIDEO', 'IMG', 'IMAGE', 'ANIMATE', 'USE', 'TEMPLATE', 'DIALOG'])
      const address = /^[\s\u0000-\u0020]*(javascript|vbscript|data:text)/i
      for (const el of document.querySelectorAll('*')) {
        // The editor of text fields holds its cursor with an empty image beside a pill.
        if (el.matches('img.cm-widgetBuffer:not([src])')) continue
        // What a page without its texts says lies in the page as it was built.
        if (el.matches('body > template#lost')) continue
        const outside = el.outerHTML.slice(0, 120)
        if (strange.has(el.tagName.toUpperCase())) found.push(outside)
        if (el.tagName === 'META' && el.hasAttribute('http-equiv')) found.push(outside)
        if (el.tagName.toLowerCase() === 'script' && !/^\/assets\//.test(el.getAttribute('src') ?? '') && /ran\(/.test(el.textContent ?? '')) found.push(outside)
        for (const { name, value } of el.attributes) {
          if (/^on/i.test(name)) found.push(outside)
          if (/^(href|src|action|formaction|xlink:href|data|srcdoc)$/i.test(name) && (address.test(value) || /evil\.test/.test(value))) found.push(outside)
        }
      }
      return [...new Set(found)]
    })
  }

  /** How many payloads each screen showed. */
  report(): string {
    return Object.entries(this.shown)
      .map(([screen, n]) => `${screen} ${n}`)
      .join(', ')
  }
}
