import { describe, expect, it } from 'vitest'
import { fateOf } from './fate'

const now = Date.parse('2026-11-23T18:27:00Z')
const later = '2026-11-24T05:00:00Z'

describe('how news fares', () => {
  it('says until when it waits, and for what', () => {
    expect(fateOf({ state: 'pending', tries: 0, due_at: later, held_by: 'quiet_hours' }, now)).toEqual({ tone: 'info', label: 'notice.goesQuiet', at: later })
    expect(fateOf({ state: 'pending', tries: 0, due_at: later }, now)).toEqual({ tone: 'info', label: 'notice.goes', at: later })
    expect(fateOf({ state: 'pending', tries: 2, due_at: later }, now)).toEqual({ tone: 'warn', label: 'notice.retried', at: later })
  })
  it('is being sent when its time has come', () => {
    expect(fateOf({ state: 'pending', tries: 2, due_at: '2026-11-23T18:26:59Z' }, now)).toEqual({ tone: 'info', label: 'notice.pending' })
    expect(fateOf({ state: 'pending', tries: 0 }, now).label).toBe('notice.pending')
  })
  it('waits for nothing when it is told or given up', () => {
    expect([fateOf({ state: 'sent', tries: 1 }, now).label, fateOf({ state: 'failed', tries: 80, due_at: later }, now)]).toEqual(['notice.sent', { tone: 'error', label: 'notice.failed' }])
  })
})
