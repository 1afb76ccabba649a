import { cleanup, render, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { t } from '@/i18n'
import { BodyView, hex } from './data'
import { UiProvider } from './provider'

vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })

const show = (body: string, encoding?: string) =>
  render(
    <UiProvider>
      <BodyView body={body} encoding={encoding} contentType={encoding ? 'image/png' : 'application/json'} label="reply" download="/file" />
    </UiProvider>,
  )
const link = () => screen.queryByText(t('body.download'))

it('shows of a big body its beginning and gives the whole as a file', () => {
  show(JSON.stringify({ rows: 'x'.repeat(1_000_000) }))
  expect(screen.queryByText(t('body.tree'))).toBeNull()
  expect(screen.getByLabelText('reply').textContent).toHaveLength(200_000)
  expect(screen.getByText(/977.(KB|КБ)/)).toBeTruthy()
  expect(link()?.getAttribute('href')).toBe('/file')
})

it('gives a text that is cut as a file, from the server or from the page', () => {
  show('x'.repeat(200_001))
  expect(link()?.getAttribute('href')).toBe('/file')
  cleanup()
  render(
    <UiProvider>
      <BodyView body={'x'.repeat(200_001)} label="reply" />
      <BodyView body="short" />
    </UiProvider>,
  )
  expect(screen.getAllByText(t('body.download'))).toHaveLength(1)
  expect(link()?.closest('button')).toBeTruthy()
})

it('shows a smaller one as a tree', () => {
  show(JSON.stringify({ rows: 'x'.repeat(900_000) }))
  expect(screen.getByText(t('body.tree'))).toBeTruthy()
  expect(link()).toBeNull()
})

it('tells of binary data their type, size and first 512 bytes', () => {
  const bytes = btoa(String.fromCharCode(...Array.from({ length: 700 }, (_, i) => i % 256)))
  show(bytes, 'base64')
  expect(screen.getByText(t('body.binary', { type: 'image/png', size: '700 B' }))).toBeTruthy()
  const lines = screen.getByLabelText('reply').textContent!.split('\n')
  expect(lines).toHaveLength(32)
  expect(lines[2]).toBe('0020  20 21 22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f   !"#$%&\'()*+,-./')
  expect(lines[31]).toMatch(/^01f0 .*ff/)
  expect(link()).toBeTruthy()
  expect(hex('not base64!')).toBe('not base64!')
})
