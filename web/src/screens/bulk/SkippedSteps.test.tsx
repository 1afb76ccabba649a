import { cleanup, render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { t } from '@/i18n'
import { UiProvider } from '@/ui'
import { SkippedSteps } from './SkippedSteps'

const show = (total: number) => {
  cleanup()
  render(
    <UiProvider>
      <SkippedSteps at={[['Leads: Make a deal', 2], ['Leads: Write', 1], ['Leads: Make a deal', 1]]} total={total} shown={`${total}+`} />
    </UiProvider>,
  )
  return screen.getAllByRole('listitem').map((one) => one.textContent)
}

it('says that further runs may stand elsewhere when it does not know of all', () => {
  const known = [t('bulk.skipAt', { step: 'Leads: Make a deal', n: 3 }), t('bulk.skipAt', { step: 'Leads: Write', n: 1 })]
  expect(show(4)).toEqual(known)
  expect(show(2000)).toEqual([...known, t('bulk.skipNewest', { n: 4, shown: '2000+' })])
})
