import { expect, type Page } from '@playwright/test'
import { Target } from './target'
import { before, walk } from './walk'

/** A page that tries to use the interface in the name of whoever opens it. */
const attack = (api: string) => `<!doctype html><title>Hello</title>
<h1>Hello</h1>
<iframe src="${api}/scenarios"></iframe>
<form method="post" action="${api}/api/v1/scenarios/prey/stop"><button>Press</button></form>
<form id="self" method="post" action="${api}/api/v1/scenarios/prey/stop"></form>
<a target="_top" href="${api}/in/never">leave</a>
<script>
const tell = (what) => { document.title = document.title + ' | ' + what }
tell('ran')
for (const [name, ask] of Object.entries({
  read: () => fetch('${api}/api/v1/secrets', { credentials: 'include' }).then((r) => r.text()),
  stop: () => fetch('${api}/api/v1/scenarios/prey/stop', { method: 'POST', credentials: 'include' }).then((r) => r.ok ? 'ok' : Promise.reject(r.status)),
  // Nobody may read the answer of this one; that it did nothing is seen at the server.
  blind: () => fetch('${api}/api/v1/scenarios/prey/stop', { method: 'POST', mode: 'no-cors', credentials: 'include' }).then(() => Promise.reject()),
})) ask().then(() => tell(name + ' worked'), () => tell(name + ' refused'))
try { tell('cookie ' + (document.cookie || 'none')) } catch { tell('cookie none') }
try { if (opener) { void opener.document.body.innerHTML; opener.document.title = 'taken'; tell('opener worked') } else tell('opener none') } catch { tell('opener refused') }
</script>`

walk.describe('a page of strangers beside the interface', () => {
  walk.use({ ...before('en', 'light', 1280), flags: ['--allow-network', '127.0.0.0/8'] })

  walk('cannot touch it, answered by a scenario or by a neighbour', async ({ server, page, path, context, watch }) => {
    const target = await Target.open()
    try {
      await path.enter()
      const document = (kind: string, name: string, more: object) => ({ apiVersion: 'gonets/v1', kind, name, ...more })
      const answer = { respond: { status: 200, headers: { 'Content-Type': 'text/html' }, text: attack(server.base) } }
      await server.api('POST', '/api/v1/apply', [
        document('Source', 'page', { title: 'A page', preset: 'generic', accept: { methods: ['GET', 'POST'] } }),
        document('Scenario', 'page', { title: 'A page', sources: ['page'], steps: [{ id: 'answer', ...answer }] }),
        document('Source', 'prey', { title: 'Prey', preset: 'generic' }),
        document('Scenario', 'prey', { title: 'Prey', sources: ['prey'], steps: [{ id: 'note', set: [{ name: 'kept', value: '1' }] }] }),
      ])
      const isUntouched = async () => {
        const prey = await server.api<{ state: string }>('GET', '/api/v1/scenarios/prey')
        expect(prey.state).toBe('running')
        await expect(page.getByRole('heading', { name: path.t('nav.scenarios'), level: 1 })).toBeVisible()
        expect(await page.title()).not.toContain('taken')
      }
      const { url } = await server.api<{ url: string }>('GET', '/api/v1/sources/page')
      await page.goto(`${server.base}/scenarios`)
      await expect(path.link('Prey')).toBeVisible()
      const open = async (address: string): Promise<Page> => {
        const opened = context.waitForEvent('page')
        await page.evaluate((to) => void window.open(to), address)
        const other = await opened
        await expect(other.getByRole('heading', { name: 'Hello' })).toBeVisible()
        return other
      }

      // What a scenario answers is locked up: nothing of it runs, nothing is sent, and it is nobody's neighbour.
      const answered = await open(url)
      const asked: string[] = []
      answered.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
      await answered.getByRole('button', { name: 'Press' }).click()
      await answered.reload()
      await expect(answered).toHaveTitle('Hello')
      expect(await answered.evaluate(() => origin)).toBe('null')
      expect(asked.filter((one) => !one.includes('/in/'))).toEqual([])
      await isUntouched()
      await answered.close()

      // The same page without the lock, on another port of this host: it runs, and is refused.
      target.answers.set('/', { body: attack(server.base) })
      const neighbour = await open(target.base)
      await expect(neighbour).toHaveTitle(/ran/)
      for (const what of ['read refused', 'stop refused', 'blind refused', 'opener (refused|none)']) await expect(neighbour).toHaveTitle(new RegExp(what))
      expect(await neighbour.title()).not.toContain('gonets_session')
      expect(await neighbour.title()).not.toContain('worked')
      await expect(neighbour.frameLocator('iframe').getByRole('heading')).toHaveCount(0)
      await neighbour.evaluate(() => globalThis.document.querySelector<HTMLFormElement>('#self')!.submit())
      await expect(neighbour.getByText('forbidden')).toBeVisible()
      await isUntouched()
      await neighbour.close()
      await watch.look('untouched')
    } finally {
      await target.close()
    }
  })
})
