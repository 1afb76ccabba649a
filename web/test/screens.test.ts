import { describe, expect, it } from 'vitest'
import { headerCount, httpOf, recognise, titleOf } from '../src/screens/scenarios/imported'
import { headerList, jsonOf, sampleText } from '../src/screens/sources/sample'
import { recipes } from '../src/screens/recipes/recipes'
import { t } from '../src/i18n'

describe('what was pasted is recognised', () => {
  it.each([
    ["curl 'https://a.b'", 'curl'],
    ['  $ curl.exe https://a.b', 'curl'],
    ['apiVersion: gonets/v1\nkind: Source\nname: a', 'documents'],
    ['[{"kind": "Scenario"}]', 'documents'],
    ['kind: Deployment\n', 'unknown'],
    ['a curl of hair', 'unknown'],
    ['', 'unknown'],
  ])('%s', (text, kind) => expect(recognise(text)).toBe(kind))
  it('and named after its host', () => {
    const http = httpOf({ http: { method: 'POST', url: 'https://api.example.ru:8443/leads?x=1', headers: { A: '1', B: '2' } } })
    expect([titleOf(http), headerCount(http)]).toEqual(['POST api.example.ru:8443', 2])
    expect([titleOf(httpOf(undefined)), headerCount(httpOf({}))]).toEqual(['GET', 0])
  })
})

describe('a sample is edited as what its service sends', () => {
  it.each([
    ['{"a":1}', '{\n  "a": 1\n}'],
    ['Name=Anna&Phone=1', 'Name=Anna&Phone=1'],
  ])('%s', (body, text) => expect(sampleText(body)).toBe(text))
  it('keeps its type, and has one', () => {
    expect(headerList([{ name: 'content-type', value: 'application/x-www-form-urlencoded' }])).toHaveLength(1)
    expect(headerList([{ name: 'X-A', value: '1' }])).toEqual([{ name: 'X-A', value: '1' }, { name: 'Content-Type', value: 'application/json' }])
    expect(jsonOf('Name=Anna')).toBeUndefined()
  })
})

describe('recipes', () => {
  it('have names of their own and send nothing elsewhere', () => {
    expect(new Set(recipes.map((one) => one.id)).size).toBe(recipes.length)
    for (const one of recipes) {
      const text = JSON.stringify(one.documents('name-here', t))
      const addresses = [...text.matchAll(/"url":"([^"]*)"/g)].map((found) => found[1])
      expect(addresses.filter((url) => !url?.startsWith('{{ public_url }}/echo/')), one.id).toEqual([])
      expect(text).toContain('name-here')
    }
  })
})
