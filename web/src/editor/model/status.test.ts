import { expect, it } from 'vitest'
import type { Step } from './document'
import { readerOfStatus } from './status'
import { walk } from './steps'

const asks: Step = { id: 'ok', if: 'status == 200', then: [] }
const own = (id: string): Step => ({ id, http: { url: 'https://a.example/' } })
const saved = (id: string): Step => ({ id, request: 'chat' })

it.each<[string, Step[], string | undefined]>([
  ['a request', [own('tell'), asks], 'ok'],
  ['a saved request', [saved('tell'), asks], 'ok'],
  ['a saved request, by the name of its status', [{ ...saved('tell'), save: { status: 'went' } }, { ...asks, if: 'went == 200' }], 'ok'],
  ['a request before another one', [own('tell'), own('then'), asks], undefined],
  ['a request before a saved one', [own('tell'), saved('then'), asks], undefined],
  ['a word in a text', [saved('tell'), { ...asks, if: 'body.a == "status"' }], undefined],
])('the step that looks at the status of %s', (_, steps, id) => {
  const all = walk({ name: 'n', steps })
  expect(readerOfStatus(all, all[0]!)?.step.id).toBe(id)
})
