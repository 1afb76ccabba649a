import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import editorEn from '../src/i18n/editor.en.json'
import editorRu from '../src/i18n/editor.ru.json'
import type { ReadyPoint } from '../src/api'
import { wayTo } from '../src/editor/ready/way'

// The command line's table of facts names each one that the server tells.
const facts = [...readFileSync('../internal/cli/words/ready.go', 'utf8').matchAll(/"(\w+)\.(\w+)":/g)].map((one) => ({ point: one[1]!, fact: one[2]! }) as ReadyPoint)

describe('what is told of readiness', () => {
  it('has a sentence for each fact in both languages', () => {
    expect(facts.length).toBeGreaterThan(25)
    for (const { point, fact } of facts) {
      for (const texts of [editorRu, editorEn] as Record<string, string>[]) {
        expect(texts[`ready.${point}`], point).toBeTruthy()
        expect(texts[`ready.${point}.${fact}`], `${point}.${fact}`).toBeTruthy()
      }
    }
  })
  it('leads somewhere from each fact that is not as it should be', () => {
    for (const one of facts) expect(wayTo({ ...one, ok: false }, 'lead')?.to, `${one.point}.${one.fact}`).toMatch(/^\//)
    expect(wayTo({ point: 'protection', ok: false, fact: 'open', source: 'site' }, 'lead')).toMatchObject({ params: { name: 'lead' }, search: { panel: 'source', source: 'site' } })
    expect(wayTo({ point: 'checked', ok: true, fact: 'succeeded', run_id: 'r1' }, 'lead')).toMatchObject({ to: '/runs/$id', params: { id: 'r1' } })
  })
})
