import { afterAll, describe, expect, it } from 'vitest'
import { counted, countOf, setLanguage, t } from '.'

describe('numbers in texts', () => {
  afterAll(() => setLanguage('en'))

  it('are written in the way of the language, also the one that chose the plural form', async () => {
    await setLanguage('en')
    expect(t('entry.passwordShort', { count: 1 })).toBe('Use at least 1 character.')
    expect(t('entry.passwordShort', { count: 12_345 })).toBe('Use at least 12,345 characters.')
    await setLanguage('ru')
    expect(t('entry.passwordShort', { count: 12_345 })).toMatch(/12\s345/)
  })

  it('say that there are more than are counted', async () => {
    await setLanguage('en')
    expect([counted(9_999), counted(10_000)]).toEqual(['9,999', '10,000+'])
    expect(t('waitingForYou', { count: counted(10_000) })).toBe('Waiting for you: 10,000+')
    expect([t('scenario.dayRuns', countOf(1)), t('scenario.dayRuns', countOf(10_000))]).toEqual(['1 run in 24 hours', '10,000+ runs in 24 hours'])
    expect(t('scenario.heldRuns', countOf(1))).toBe('1 event is held until the start')
    await setLanguage('ru')
    // 10 001 of them would have the form of one.
    expect(t('scenario.heldRuns', countOf(10_001))).toMatch(/^10\s000\+ событий ждут запуска$/)
  })
})
