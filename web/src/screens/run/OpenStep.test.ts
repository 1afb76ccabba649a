import { expect, it } from 'vitest'
import { hasStep } from './OpenStep'

it('finds a step by its path in either branch', () => {
  const steps = [{ id: 'only', then: [{ id: 'deal' }], else: [{ id: 'tell', then: [{ id: 'deep' }] }] }, { id: 'last' }]
  const found = (path: string) => hasStep(steps, path.split('/'))
  expect(['only', 'only/deal', 'only/tell', 'only/tell/deep', 'last'].map(found)).toEqual([true, true, true, true, true])
  expect(['deal', 'only/deep', 'last/deal', 'gone'].map(found)).toEqual([false, false, false, false])
})
