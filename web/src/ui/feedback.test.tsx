import { act, fireEvent, render, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { fromAnswer } from '@/api/error'
import { t } from '@/i18n'
import { Blank, ErrorNote, toast } from './feedback'
import { UiProvider } from './provider'

it('a failure of the server has a number to copy, by which its log is searched; a mistake of the caller has none', () => {
  const answer = (status: number, instance?: string) => fromAnswer(new Response(null, { status }), { code: 'internal', detail: 'x', instance })
  const { rerender } = render(<ErrorNote error={answer(500, 'urn:uuid:0190-a')} />, { wrapper: UiProvider })
  expect(screen.getByText('0190-a')).toBeTruthy()
  expect(screen.getByLabelText(t('error.copyLogId'))).toBeTruthy()
  rerender(<ErrorNote error={answer(409)} />)
  expect(screen.queryByLabelText(t('error.copyLogId'))).toBeNull()
})

it('a toast goes after a while, but not from under the pointer or the cursor of whoever reaches for its button', () => {
  vi.useFakeTimers()
  try {
    render(<p />, { wrapper: UiProvider })
    const passes = (ms: number) => act(() => vi.advanceTimersByTime(ms))
    act(() => void toast('gone', { undo: () => undefined }))
    const undo = () => screen.queryByText(t('undo'))
    passes(9_000)
    for (const [comes, goes] of [
      [fireEvent.pointerEnter, fireEvent.pointerLeave],
      [fireEvent.focusIn, fireEvent.focusOut],
    ] as const) {
      comes(screen.getByText('gone').parentElement!)
      passes(60_000)
      expect(undo()).not.toBeNull()
      goes(screen.getByText('gone').parentElement!)
      passes(9_000)
      expect(undo()).not.toBeNull()
    }
    // Each holds it by itself, whatever the other does.
    const one = screen.getByText('gone').parentElement!
    fireEvent.pointerEnter(one)
    fireEvent.focusIn(one)
    fireEvent.focusOut(one)
    passes(60_000)
    expect(undo()).not.toBeNull()
    fireEvent.focusIn(one)
    fireEvent.pointerLeave(one)
    passes(60_000)
    expect(undo()).not.toBeNull()
    fireEvent.focusOut(one)
    passes(9_000)
    expect(undo()).not.toBeNull()
    passes(1_000)
    expect(undo()).toBeNull()
  } finally {
    vi.useRealTimers()
  }
})

it('words that are on their way are not read aloud, each on its own', () => {
  render(<Blank />, { wrapper: UiProvider })
  expect(document.querySelector('[aria-busy]:not([aria-hidden])')).toBeNull()
  expect(screen.queryByLabelText(t('ui.loading'))).toBeNull()
})
