import { render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { fromAnswer } from '@/api/error'
import { t } from '@/i18n'
import { ErrorNote } from './feedback'
import { UiProvider } from './provider'

it('a failure of the server has a number to copy, by which its log is searched; a mistake of the caller has none', () => {
  const answer = (status: number, instance?: string) => fromAnswer(new Response(null, { status }), { code: 'internal', detail: 'x', instance })
  const { rerender } = render(<ErrorNote error={answer(500, 'urn:uuid:0190-a')} />, { wrapper: UiProvider })
  expect(screen.getByText('0190-a')).toBeTruthy()
  expect(screen.getByLabelText(t('error.copyLogId'))).toBeTruthy()
  rerender(<ErrorNote error={answer(409)} />)
  expect(screen.queryByLabelText(t('error.copyLogId'))).toBeNull()
})
