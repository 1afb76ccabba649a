import { act, renderHook } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { useState, type ReactNode } from 'react'
import { EditorContext } from '../context'
import type { Scenario } from '../model/document'
import { write } from '../model/pointer'
import { walk } from '../model/steps'
import { useStepScope } from './useStepScope'

const named = (...names: string[]) => names.map((name) => ({ name, value: '' }))

/** The scope of a step whose headers have these names; of each that has none the server says that it is missing. */
function scopeOf(...names: string[]) {
  const before: Scenario = { name: 's', steps: [{ id: 'send', http: { url: 'https://x', headers: named(...names) } }] }
  const Editor = ({ children }: { children: ReactNode }) => {
    const [document, setDocument] = useState(before)
    const problems = Array.from({ length: 4 }, (_, i) => ({ code: 'missing', pointer: `/steps/0/http/headers/${i}/name`, message: 'missing' }))
    const put = (pointer: string, value: unknown) => setDocument((now) => write(now, pointer, value))
    return <EditorContext value={{ document, put, state: { problems }, focused: vi.fn() } as never}>{children}</EditorContext>
  }
  const { result } = renderHook(() => useStepScope(walk(before)[0]!, undefined).scope, { wrapper: Editor })
  return {
    put: (...next: string[]) => act(() => result.current.put('/http/headers', named(...next))),
    /** The rows that are said to lack a name. */
    missing: () => [0, 1, 2, 3].filter((i) => result.current.problem(`/http/headers/${i}/name`) !== undefined),
  }
}

test('a row that was just added is not missing its name yet', () => {
  const { put, missing } = scopeOf('a')
  put('a', '')
  expect(missing()).not.toContain(1)
})

test.each([
  ['an earlier one was deleted and others came', [['a', 'b', ''], ['b', ''], ['b', 'c', '', 'd']], 2],
  ['an earlier one was deleted and given back', [['b', ''], ['a', 'b', '']], 2],
] as const)('but a row of its number is, after %s', (_, lists, row) => {
  const { put, missing } = scopeOf(...(lists.length === 3 ? ['a', 'b'] : ['a', 'b', '']))
  for (const list of lists) put(...list)
  expect(missing()).toContain(row)
})
