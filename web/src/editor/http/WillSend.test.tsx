import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { ApiError, type Preview } from '@/api'
import { t } from '@/i18n'
import { UiProvider } from '@/ui'
import { WillSend } from './WillSend'

vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })

const preview = { problems: [], scope: [], request: { method: 'POST', url: 'https://a.example/x', headers: [], body: '', size: 0, notices: [] } } as unknown as Preview
const broken = new ApiError({ status: 500, code: 'internal', detail: '' })
const offline = new ApiError({ status: 0, code: 'offline', detail: '' })

test.each([
  ['no request yet', undefined, undefined, t('willSend.wait')],
  ['a request', preview, undefined, 'https://a.example/x'],
  ['no connection', undefined, offline, t('willSend.offline')],
  ['no connection any more', preview, offline, 'https://a.example/x'],
])('what will be sent, with %s', (_, now, error, said) => {
  render(<UiProvider><WillSend preview={now} error={error} stale={false} retry={() => undefined} named={String} /></UiProvider>)
  expect(screen.getByText(said)).toBeTruthy()
  expect(screen.queryByRole('alert')).toBeNull()
})

test.each([
  ['before the first request', undefined],
  ['in place of an old request', preview],
])('an error of the preview is told %s, and asked again', (_, now) => {
  const retry = vi.fn()
  render(<UiProvider><WillSend preview={now} error={broken} stale={false} retry={retry} named={String} /></UiProvider>)
  expect(screen.getByRole('alert').textContent).not.toBe('')
  expect(screen.queryByText(t('willSend.wait'))).toBeNull()
  expect(screen.queryByText('https://a.example/x')).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: t('ui.tryAgain') }))
  expect(retry).toHaveBeenCalledOnce()
})
