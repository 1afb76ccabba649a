import { expect, test } from 'vitest'
import { recognise } from './imported'

test.each([
  ["$ curl 'https://a.example' -d x", 'curl'],
  ['apiVersion: gonets/v1\nkind: Source\nname: site\n', 'documents'],
  ['apiVersion: gonets/v1\nkind: Request\nname: chat\n', 'documents'],
  ['[{"apiVersion":"gonets/v1","kind": "Request","name":"chat"}]', 'documents'],
  ['kind: Requests\n', 'unknown'],
  ['wget https://a.example', 'unknown'],
])('%s', (text, want) => expect(recognise(text)).toBe(want))
