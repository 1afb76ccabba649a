import { test } from '@playwright/test'
import { Path } from './path'
import { Server } from './server'
import { Watch } from './watch'
import type { Language } from './words'

interface Walk {
  language: Language
  /** Flags of `gonets serve`. */
  flags: string[]
  server: Server
  watch: Watch
  path: Path
}

/** A test with a server of its own, a person before a browser, and somebody who watches the page. */
export const walk = test.extend<Walk>({
  language: ['ru', { option: true }],
  flags: [[], { option: true }],
  server: async ({ flags }, use) => {
    const server = await Server.start(...flags)
    await use(server)
    await server.end()
  },
  watch: async ({ page, server }, use, info) => {
    const watch = new Watch(page, info, server.base)
    await use(watch)
    if (info.errors.length === 0) await watch.done()
    // Before its server goes, which the page would call an error.
    await page.close()
  },
  path: async ({ page, server, watch, language }, use) => {
    await use(new Path(page, server, language, watch))
  },
})

/** Before which screen, in which language. */
export function before(language: Language, colorScheme: 'light' | 'dark', width: 1280 | 390) {
  return {
    language,
    locale: language === 'ru' ? 'ru-RU' : 'en-GB',
    colorScheme,
    viewport: { width, height: width === 390 ? 844 : 800 },
  }
}
