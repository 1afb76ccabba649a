import { expect } from '@playwright/test'
import { Danger } from './danger'
import { Hostile } from './hostile'
import { asHeader, payloads } from './payloads'
import { before, walk } from './walk'

// What is executable in this list, by its place there.
const image = payloads[10]!

for (const policy of ['with the policy of the page', 'and no policy to catch it'] as const) {
  walk.describe(`received content is text, ${policy}`, () => {
    const strict = policy === 'with the policy of the page'
    walk.use({
      ...(strict ? before('ru', 'light', 1280) : before('en', 'dark', 1280)),
      bypassCSP: !strict,
      flags: ['--allow-network', '127.0.0.0/8'],
    })

    walk('in addresses, questions and news', async ({ server, page, path, watch, context }) => {
      walk.slow()
      const danger = await Danger.watch(context, page)
      const hostile = await Hostile.open(server)
      const { t } = path
      const go = (to: string) => page.goto(server.base + to)
      try {
        await path.enter()
        await hostile.send()
        await go('/scenarios/all?tab=yaml')
        await expect(page.getByText('kind: Scenario').first()).toBeVisible()
        await danger.isHarmless('YAML')

        // What a page takes from its own address.
        const strange = encodeURIComponent(image)
        for (const to of [`/runs?value=${strange}`, `/runs?source=${strange}`, `/runs?scenario=${strange}`]) {
          await go(to)
          await danger.isText(to.slice(0, 12), [image])
        }
        watch.expects(/\b404\b/)
        for (const to of [`/runs/${strange}`, `/sources/${strange}`, `/scenarios/${strange}`, `/${strange}`, `/login?to=javascript:ran(0)`]) {
          await go(to)
          await expect(page.getByRole('heading').first()).toBeVisible()
          await danger.isHarmless(to)
        }
        watch.expects()

        // Questions, news and the palette name what they speak of.
        await go('/scenarios')
        await path.button(t('scenario.actions', { title: image })).click()
        await page.getByRole('menuitem', { name: t('stop') }).click()
        await danger.isText('a question', [t('scenario.stopTitle', { title: image })])
        await page.getByRole('dialog').getByRole('button', { name: t('stop') }).click()
        await expect(page.getByRole('dialog')).toHaveCount(0)
        await path.button(t('scenario.actions', { title: image })).click()
        await page.getByRole('menuitem', { name: t('start') }).click()
        await danger.isText('news of what was done', [t('scenario.started', { title: image })])
        await page.keyboard.press('Control+k')
        await page.getByRole('combobox', { name: t('palette.title'), exact: true }).fill('onerror')
        await danger.isText('the palette', [image])
        await go('/settings/notices')
        // The scenario that failed is named as a person named it.
        const told = page.getByRole('listitem').filter({ hasText: t('notice.bad_end') })
        await expect(told.getByRole('link', { name: image }).first()).toBeVisible()
        await danger.isText('what was told', [image])
      } finally {
        await hostile.close()
      }
    })

    walk('on every screen', async ({ server, page, path, context }) => {
      walk.slow()
      const danger = await Danger.watch(context, page)
      const hostile = await Hostile.open(server)
      const { t } = path
      const go = (to: string) => page.goto(server.base + to)
      const tab = (name: string | RegExp) => page.getByRole('tab', { name }).click()
      const view = (name: string) => page.getByText(t(name), { exact: true }).last().click()
      try {
        await path.enter()
        await hostile.send()
        const run = await hostile.runOf('all')

        await go('/scenarios')
        await danger.isText('the list of scenarios')
        await go('/sources')
        await danger.isText('the list of sources')
        // The history draws the rows in sight: all of them here.
        await page.setViewportSize({ width: 1280, height: 3200 })
        await go('/runs')
        await danger.isText('the history')
        await page.setViewportSize({ width: 1280, height: 800 })

        await go(`/runs/${run}?step=event`)
        await danger.isText('an event, tree and titles of steps')
        await view('body.asText')
        await danger.isText('an event, text')
        await view('body.raw')
        await danger.isText('an event, raw')
        await tab(t('event.query'))
        await danger.isText('an event, query')
        await tab(new RegExp(`^${t('run.headersOf', { n: '\\d+' })}`))
        await danger.isText('an event, headers')
        for (const [part, words] of [['response', 'a reply, HTML'], ['headers', 'headers of a reply']] as const) {
          await go(`/runs/${run}?step=page&try=1&tab=${part}`)
          await danger.isText(words)
        }
        await go(`/runs/${run}?step=data&try=2&tab=request`)
        await danger.isText('a request')
        await go(`/runs/${run}?step=data&try=2&tab=response`)
        await danger.isText('a reply, tree')
        await view('body.asText')
        await danger.isText('a reply, text')
        await view('body.raw')
        await danger.isText('a reply, raw')
        await go(`/runs/${await hostile.runOf('bad')}`)
        await danger.isText('a reply that is an error', [image])

        await go('/sources/all')
        await danger.isText('samples of a source')
        await go('/scenarios/all?panel=source')
        await expect(page.getByText(t('source.raw'))).toBeVisible()
        await danger.isText('fields of a sample')
        await page.getByText(t('source.raw')).click()
        await danger.isText('a sample as it came')

        await go('/scenarios/all?step=data')
        await danger.isText('a request in the editor')
        // Told of the run at first, then of a check of one's own.
        const result = page.getByRole('region', { name: t('result.title') })
        await result.getByRole('button', { name: t('again'), exact: true }).click()
        await page.getByRole('dialog').getByRole('button', { name: t('check.sendOne') }).click()
        await expect(result.getByText(t('check.goes'))).toHaveCount(0)
        for (const [name, words] of [[t('result.reply'), 'the reply to a check'], [t('result.request'), 'the request of a check']] as const) {
          await result.getByRole('tab', { name, exact: true }).click()
          await danger.isText(words)
        }
        expect(hostile.target.asked.filter((one) => !hostile.target.answers.has(one))).toEqual([])
        console.log(`${payloads.length} payloads: ${danger.report()}`)
      } finally {
        await hostile.close()
      }
    })
  })
}

for (const policy of [true, false]) {
  walk.describe(`a page that renders what it received, ${policy ? 'with' : 'without'} a policy`, () => {
    walk.use({ ...before('en', 'light', 1280), bypassCSP: !policy })

    walk('is found out by each payload', async ({ server, page, watch, context }) => {
      watch.expects(/./)
      await page.route(/evil\.test/, (route) => route.fulfill({ status: 204 }))
      const danger = await Danger.watch(context, page)
      await page.goto(server.link)
      await expect(page.getByRole('heading').first()).toBeVisible()
      expect(await danger.alien()).toEqual([])
      const silent: string[] = []
      for (const payload of payloads) {
        danger.seen.length = 0
        await page.evaluate((text) => {
          const box = document.createElement('div')
          box.id = 'planted'
          document.body.append(box)
          box.innerHTML = text
          const link = document.createElement('a')
          link.href = text
          box.append(link)
        }, payload)
        const found = [...(await danger.alien()), ...(await danger.missing([payload])), ...danger.seen]
        if (found.length === 0) silent.push(payload)
        await page.evaluate(() => document.getElementById('planted')?.remove())
      }
      // Full-width brackets and words of other template languages are no HTML: as text they are what they are.
      const inert = payloads.filter((one) => /^(java\u00ad|＜|\{\{|\$\{|';)/.test(one) || one.startsWith('[press]') || one.startsWith('" on') || one.startsWith("' auto") || one.startsWith('x`'))
      expect(silent.filter((one) => !inert.includes(one))).toEqual([])
      expect(silent.length).toBeLessThan(10)
    })
  })
}

walk.describe('text that is not shown', () => {
  walk('is missed', async ({ server, page, context }) => {
    const danger = await Danger.watch(context, page)
    await page.goto(server.link)
    await expect(page.getByRole('heading').first()).toBeVisible()
    expect(await danger.missing(payloads)).toEqual(payloads)
    expect(asHeader('ё')).toHaveLength(2)
  })
})
