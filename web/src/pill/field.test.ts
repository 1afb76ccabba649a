import { completionStatus, currentCompletions } from '@codemirror/autocomplete'
import { waitFor } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { createField, type Field } from './editor'
import type { Variable } from './variables'

const variable = (path: string): Variable => ({ group: 'vars', path, short: path, label: path, type: 'string', value: '1', empty: false, secret: false }) as Variable
const scope = (...paths: string[]) => ({ variables: paths.map(variable), words: new Proxy({}, { get: () => (text: string) => text }) as never })

let field: Field | undefined
afterEach(() => field?.destroy())

it('an open list of variables follows when others can be chosen, and keeps its choice when only values are new', async () => {
  field = createField({ parent: document.body.appendChild(document.createElement('div')), text: '', label: 'Value', multiline: false, nonce: '', scope: scope('name'), onChange: () => {} })
  const { view } = field
  const offered = () => currentCompletions(view.state).map((one) => one.label)
  view.dispatch({ changes: { from: 0, insert: '{' }, selection: { anchor: 1 }, userEvent: 'input.type' })
  await waitFor(() => expect(offered()).toEqual(['name']))

  field.setScope(scope('name', 'promo'))
  await waitFor(() => expect(offered()).toEqual(['name', 'promo']))

  field.setScope(scope('name', 'promo'))
  expect(completionStatus(view.state)).toBe('active')
})

it('the cursor stands before a variable, not within it, when what was put in there is taken back', () => {
  field = createField({ parent: document.body.appendChild(document.createElement('div')), text: '{{ public_url }}/x', label: 'Value', multiline: false, nonce: '', scope: scope(), onChange: () => {} })
  const { view } = field
  const dropped = '{{ event.body.source }}'
  view.dispatch({ changes: { from: 0, insert: dropped }, selection: { anchor: 0, head: dropped.length } })
  field.setText('{{ public_url }}/x')
  expect(view.state.doc.toString()).toBe('{{ public_url }}/x')
  expect(view.state.selection.main).toMatchObject({ from: 0, to: 0 })
})

it('who has the cursor is told at once', () => {
  const told: boolean[] = []
  field = createField({ parent: document.body.appendChild(document.createElement('div')), text: '', label: 'Value', multiline: false, nonce: '', scope: scope(), onChange: () => {}, onFocus: (focused) => told.push(focused) })
  field.view.contentDOM.focus()
  expect(told).toEqual([true])
  field.view.contentDOM.blur()
  expect(told).toEqual([true, false])
})
