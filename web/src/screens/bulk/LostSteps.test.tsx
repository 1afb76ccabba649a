import { cleanup, render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { BulkGroup } from '@/api'
import { t } from '@/i18n'
import { UiProvider } from '@/ui'
import { LostSteps } from './LostSteps'

const show = (groups: BulkGroup[]) => {
  cleanup()
  render(
    <UiProvider>
      <LostSteps groups={groups} title={(scenario) => scenario.toUpperCase()} />
    </UiProvider>,
  )
  return screen.queryAllByRole('listitem').map((one) => one.textContent)
}

it('names the steps that the current version would not send', () => {
  const at = (step: string, lost?: 'moved' | 'removed'): BulkGroup => ({ scenario: 'lead', step, step_changed: false, runs: 3, ...(lost && { step_lost: lost }) })
  expect(show([at('deal', 'removed'), at('kept'), at('tell', 'moved')])).toEqual([t('bulk.lostRemoved', { step: 'LEAD: deal', n: 3 }), t('bulk.lostMoved', { step: 'LEAD: tell', n: 3 })])
  expect(show([at('kept')])).toEqual([])
})
