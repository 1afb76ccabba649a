import { expect, test } from 'vitest'
import { periodOf } from './PeriodPanel'

test.each([
  [{ from: '2026-11-21' }, { from: '2026-11-21', to: '2026-11-21' }],
  [{ from: '2024-02-29', to: '2026-11-21' }, { from: '2024-02-29', to: '2026-11-21' }],
  [{}, undefined],
  [{ from: '2026-11-22', to: '2026-11-21' }, undefined],
  [{ from: '2026-02-31' }, undefined],
  [{ from: '2026-11-21', to: '9999-12-31' }, undefined],
  [{ from: '0000-01-01', to: '2026-11-21' }, undefined],
  [{ from: 'today' }, undefined],
])('%j is the period %j', (address, period) => expect(periodOf(address)).toEqual(period))
