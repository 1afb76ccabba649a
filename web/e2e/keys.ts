import { expect, type Locator, type Page } from '@playwright/test'

/** A person without a mouse: everything is reached with Tab and done with keys. */
export class Keys {
  constructor(private readonly page: Page) {}

  /** Counts what only a mouse or a finger does, from now on and on every page. */
  static async watchMouse(page: Page): Promise<() => string[]> {
    const seen: string[] = []
    await page.exposeFunction('mouseSeen', (what: string) => seen.push(what))
    await page.addInitScript(() => {
      for (const kind of ['pointerdown', 'pointerup', 'mousedown', 'mouseup', 'mousemove', 'touchstart', 'wheel', 'dragstart']) {
        addEventListener(kind, (e) => e.isTrusted && (window as unknown as { mouseSeen(what: string): void }).mouseSeen(kind), { capture: true, passive: true })
      }
    })
    return () => seen
  }

  async press(...keys: string[]) {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  async type(text: string) {
    await this.page.keyboard.type(text)
  }

  /** Tab until the cursor is on it: what cannot be reached so, a keyboard cannot reach. */
  async to(target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') {
    await expect(target.first()).toBeVisible()
    const here = () => target.first().evaluate((el) => el === document.activeElement || el.contains(document.activeElement))
    for (let n = 0; n < 80; n++) {
      if (await here()) return this.shows(target.first())
      await this.page.keyboard.press(key)
    }
    throw new Error(`${target} is not reached with ${key}`)
  }

  /** Goes there and presses Enter. */
  async enter(target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') {
    await this.to(target, key)
    await this.press('Enter')
  }

  /** Whoever sees sees where the cursor is: a ring, or a border that only the cursor makes. */
  private async shows(target: Locator) {
    await expect(target).toBeInViewport()
    const ring = await target.evaluate(() => {
      const el = document.activeElement as HTMLElement
      const look = () => {
        const boxes = [el, el.parentElement, el.parentElement?.parentElement, el.closest('.g-pill-field')]
        return boxes.map((one) => one && ['outlineStyle', 'outlineColor', 'outlineWidth', 'boxShadow', 'borderColor'].map((what) => getComputedStyle(one)[what as 'boxShadow']).join()).join('|')
      }
      const focused = look()
      el.blur()
      const blurred = look()
      el.focus({ preventScroll: true })
      return focused !== blurred
    })
    expect(ring, `where the cursor is on ${target}`).toBe(true)
  }
}
