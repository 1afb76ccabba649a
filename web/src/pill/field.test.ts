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
