import { describe, expect, it } from 'vitest'
import { setLanguage } from '../../i18n'
import type { Becomes } from '../becomes'
import { filePaths, fileText } from './files'

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
