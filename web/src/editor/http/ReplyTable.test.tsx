import { act, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { expect, test, vi } from 'vitest'
import { clock, t } from '@/i18n'
import { UiProvider } from '@/ui'
import { EditorContext, StepContext } from '../context'
import type { Scenario } from '../model/document'
import { walk } from '../model/steps'
import { ReplyTable } from './ReplyTable'

vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })

const kept = (...names: string[]): Scenario => ({ name: 's', steps: [{ id: 'deal', http: { url: 'https://x' } }, ...(names.length > 0 ? [{ id: 'vars', set: names.map((name) => ({ name, value: `{{ steps.deal.body.${name} }}` })) }] : []), { id: 'other', set: [{ name: 'mine', value: 1 }] }] })

let now: Scenario
let edit: (change: (document: Scenario) => Scenario) => void
const undo = vi.fn()

function Table({ start, check = { results: {}, past: {}, replies: {} } }: { start: Scenario; check?: object }) {
  const [document, setDocument] = useState(start)
  now = document
  edit = (change) => setDocument(change)
  const editor = { document, edit, store: { undo }, check } as never
  return (
    <UiProvider>
      <EditorContext value={editor}>
        <StepContext value={{ placed: walk(document)[0] } as never}>
          <ReplyTable />
        </StepContext>
      </EditorContext>
    </UiProvider>
  )
}

test.each(['the button', 'Escape'])('a new field that is given up by %s is kept in no variable', (way) => {
  const start = kept('id')
  render(<Table start={start} />)
  fireEvent.click(screen.getByText(t('replyVars.add')))
  const field = screen.getByLabelText<HTMLInputElement>(t('replyVars.newField'), { selector: 'input' })
  act(() => field.focus())
  fireEvent.change(field, { target: { value: 'code' } })
  if (way === 'Escape') fireEvent.keyDown(field, { key: 'Escape' })
  else {
    const cancel = screen.getByLabelText(t('ui.cancel'))
    // As a browser does: the press takes the focus, unless that is prevented.
    if (fireEvent.mouseDown(cancel)) fireEvent.blur(field)
    fireEvent.click(cancel)
  }
  expect(now).toEqual(start)
  expect(screen.queryByLabelText(t('replyVars.newField'), { selector: 'input' })).toBeNull()
})

test('a new field that is left for something else is kept', () => {
  render(<Table start={kept('id')} />)
  fireEvent.click(screen.getByText(t('replyVars.add')))
  const field = screen.getByLabelText(t('replyVars.newField'), { selector: 'input' })
  fireEvent.change(field, { target: { value: 'code' } })
  fireEvent.blur(field)
  expect(now.steps[1]!.set).toMatchObject([{ name: 'id' }, { name: 'code' }])
})

test('a variable is not called as a row of another set step', () => {
  const start = kept('id')
  render(<Table start={start} />)
  const name = screen.getByLabelText(t('replyVars.nameOf', { field: 'id' }))
  fireEvent.change(name, { target: { value: 'mine' } })
  fireEvent.blur(name)
  expect(screen.getByText(t('replyVars.taken'))).toBeTruthy()
  expect(now).toEqual(start)
})

test.each([['among others', ['id', 'code']], ['with its step', ['id']]])('a variable that was taken away %s comes back, whatever was changed since', (_, names) => {
  const start = kept(...names)
  render(<Table start={start} />)
  fireEvent.click(screen.getAllByLabelText(t('row.delete', { name: 'id' }))[0]!)
  act(() => edit((document) => ({ ...document, title: 'changed since' })))
  fireEvent.click(screen.getAllByText(t('undo')).at(-1)!)
  expect(undo).not.toHaveBeenCalled()
  expect(now).toEqual({ ...start, title: 'changed since' })
})

test.each([
  ['none came', {}, t('replyVars.noValue')],
  ['it came', { deal: { started_at: '2026-01-02T03:04:05Z', response: { body: '{"id":7}' } } }, '7'],
  ['it lacks the field', { deal: { started_at: '2026-01-02T03:04:05Z', response: { body: '{"other":7}' } } }, t('replyVars.noField', { time: clock('2026-01-02T03:04:05Z') })],
  ['it was cut', { deal: { started_at: '2026-01-02T03:04:05Z', response: { body: '{"id":', cut: true } } }, t('replyVars.cut', { time: clock('2026-01-02T03:04:05Z') })],
])('of the reply %s is told, also when a newer check had no reply', (_, replies, said) => {
  render(<Table start={kept('id')} check={{ results: {}, past: { deal: { attempt: { started_at: '2026-01-03T00:00:00Z' } } }, replies }} />)
  expect(screen.getByText(said)).toBeTruthy()
})
