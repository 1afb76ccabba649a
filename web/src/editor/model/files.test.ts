import { describe, expect, it } from 'vitest'
import { setLanguage } from '../../i18n'
import type { Becomes } from '../becomes'
import type { Scenario, Step } from './document'
import { filePaths, fileText, keyed, putBack } from './files'

const becomes = (type: Becomes['type'], text: string): Becomes => ({ pointer: '', type, text, empty: false, missing: [] })

describe('files among the values', () => {
  it('are what came with a form, and bytes', () => {
    const variables = [
      { path: 'event.body.photo', type: 'object' },
      ...['filename', 'name', 'part', 'size', 'type'].map((name) => ({ path: `event.body.photo.${name}`, type: 'text' })),
      { path: 'event.body.order', type: 'object' },
      { path: 'event.body.order.size', type: 'number' },
      { path: 'steps.report.body', type: 'binary' },
    ]
    expect(filePaths(variables)).toEqual(['event.body.photo', 'steps.report.body'])
  })
  it('are shown by name, type and size', () => {
    setLanguage('ru')
    expect(fileText(becomes('object', '{"filename":"фото.png","name":"f","part":1,"size":2048,"type":"image/png"}'))).toMatch(/^фото\.png · image\/png · 2.КБ$/)
    expect(fileText(becomes('object', '{"filename":"a'))).toBe('{"filename":"a')
    expect(fileText(becomes('object', '{"a":1}'))).toBe('{"a":1}')
    expect(fileText(becomes('text', 'x'))).toBe('x')
  })
})

describe('a file put back into its form', () => {
  const file = (name: string) => ({ name, path: `event.body.${name}` })
  const sends = (id: string, body: object) => ({ id, http: { url: 'https://a.example/', body } }) as Step
  const scenario = (...steps: Step[]) => ({ name: 's', steps }) as Scenario
  const gone = { id: 'a', list: '/http/body/multipart/files', index: 1, file: file('gone') }

  it('stands where it stood, among files that were changed meanwhile', () => {
    const now = putBack(scenario(sends('a', { multipart: { files: [file('new'), file('two')] } })), gone)
    expect(now.steps[0]!.http!.body).toEqual({ multipart: { files: [file('new'), file('gone'), file('two')] } })
  })
  it('goes to its step wherever that stands and whatever it is called now', () => {
    const moved = { id: 'if', if: 'true', then: [{ ...sends('b', { multipart: {} }), was: 'a' }] } as Step
    const now = putBack(scenario(sends('c', { multipart: { files: [file('foreign')] } }), moved), gone)
    expect(now.steps[0]!.http!.body).toEqual({ multipart: { files: [file('foreign')] } })
    expect(now.steps[1]!.then![0]!.http!.body).toEqual({ multipart: { files: [file('gone')] } })
  })
  it.each([
    ['is gone', scenario(sends('b', { multipart: {} }))],
    ['sends another body', scenario(sends('a', { text: 'x' }))],
    ['is no request any more', scenario({ id: 'a', delay: '1s' } as Step)],
  ])('goes nowhere when its step %s', (_, now) => expect(putBack(now, gone)).toBe(now))
})

describe('keys of files', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name, path: '' })) as [{ name: string; path: string }, { name: string; path: string }, { name: string; path: string }]
  const begun = keyed({ files: [], keys: [], next: 0 }, [a, b, c])
  it('stay while others go, come, or are changed', () => {
    const less = keyed(begun, [b, c])
    expect(less.keys).toEqual([1, 2])
    expect(keyed(less, [{ ...b, name: 'x' }, c]).keys).toEqual([1, 2])
    expect(keyed(less, [b, a, c]).keys).toEqual([1, 3, 2])
  })
  it('are never given twice', () => expect(new Set(keyed(begun, [{ ...c }, a, b]).keys).size).toBe(3))
})
