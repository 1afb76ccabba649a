import { expect, test } from '@playwright/test'
import { Server } from './server'
import { before, walk } from './walk'
import { Watch } from './watch'

// Whoever watches the walks must notice each of these faults.
const planted: { fault: string; seen: RegExp; plant: () => void | Promise<void> }[] = [
  { fault: 'a button without a name', seen: /^axe on planted: button-name/, plant: () => void document.body.append(document.createElement('button')) },
  {
    fault: 'words that are hard to read',
    seen: /^axe on planted: color-contrast/,
    plant: () => {
      const words = document.createElement('p')
      words.textContent = 'hard to read'
      words.style.cssText = 'color: #bbb; background: #fff'
      document.querySelector('form')!.append(words)
    },
  },
  { fault: 'an error on the console', seen: /^console: planted/, plant: () => console.error('planted') },
  { fault: 'an error of the page', seen: /^page: planted/, plant: () => void setTimeout(() => { throw new Error('planted') }) },
  { fault: 'a request to another host', seen: /^foreign request: http:\/\/evil\.test\//, plant: () => fetch('http://evil.test/pixel', { mode: 'no-cors' }).then(() => undefined, () => undefined) },
  { fault: 'an answer that is an error', seen: /^answer 404: GET .*\/assets\/planted\.js/, plant: () => fetch('/assets/planted.js').then(() => undefined) },
  { fault: 'a request that fails', seen: /^failed request: GET .*\/broken/, plant: () => fetch('/broken').then(() => undefined, () => undefined) },
  {
    fault: 'a page wider than its window',
    seen: /^planted is \d+ px wider/,
    plant: () => {
      const bar = document.createElement('div')
      bar.style.cssText = 'width: 2000px; height: 1px'
      document.body.append(bar)
    },
  },
]

walk.describe('a fault that was planted', () => {
  // Otherwise the policy of the page would stop the foreign request before it is one.
  test.use({ ...before('en', 'light', 1280), bypassCSP: true })

  test('is noticed', async ({ page }, info) => {
    const server = await Server.start()
    try {
      await page.route(/evil\.test/, (route) => route.fulfill({ body: '' }))
      await page.route(/\/broken$/, (route) => route.abort('failed'))
      const watch = new Watch(page, info, server.base)
      await page.goto(server.link)
      await expect(page.getByRole('textbox').first()).toBeVisible()
      await watch.look('sound')
      expect(watch.faults).toEqual([])
      for (const { plant } of planted) await page.evaluate(plant)
      await watch.look('planted')
      for (const { fault, seen } of planted) expect.soft(watch.faults, fault).toContainEqual(expect.stringMatching(seen))
      await expect(watch.done()).rejects.toThrow()
    } finally {
      await page.close()
      await server.end()
    }
  })

  test('is noticed when it is a walk that takes too long', async ({ page }, info) => {
    const server = await Server.start()
    try {
      const watch = new Watch(page, info, server.base)
      await page.goto(server.link)
      await expect(page.getByRole('textbox').first()).toBeVisible()
      await watch.look('sound')
      watch.within(1)
      await expect(watch.done()).rejects.toThrow('milliseconds of a quiet machine')
    } finally {
      await page.close()
      await server.end()
    }
  })
})
