import { expect, it } from 'vitest'
// @ts-expect-error a script without types
import { judge, weigh } from '../scripts/budget.mjs'

const manifest = {
  'index.html': { file: 'a.js', isEntry: true, imports: ['_b.js'], css: ['a.css'], dynamicImports: ['lazy.tsx'] },
  '_b.js': { file: 'b.js', css: ['b.css'] },
  'lazy.tsx': { file: 'lazy.js', imports: ['_b.js'] },
  'src/i18n/ru.json': { file: 'ru.js' },
  'src/i18n/en.json': { file: 'en.js' },
}
const sizes: Record<string, number> = { 'a.js': 100, 'b.js': 50, 'a.css': 7, 'b.css': 5, 'lazy.js': 30, 'ru.js': 20, 'en.js': 10 }
const weighed = () => weigh(manifest, (file: string) => sizes[file])

it('adds up the first load with what it imports and the texts of one language, and the rest apart', () => {
  expect(weighed()).toEqual({ script: 170, style: 12, lazy: [{ file: 'lazy.js', bytes: 30 }, { file: 'en.js', bytes: 10 }] })
})
it('does not weigh a build whose texts are elsewhere', () => {
  const { 'src/i18n/ru.json': _gone, ...rest } = manifest
  expect(() => weigh(rest, (file: string) => sizes[file])).toThrow('texts')
})
it.each([
  [{ script: 170, style: 12, chunk: 30 }, 0],
  [{ script: 169, style: 12, chunk: 30 }, 1],
  [{ script: 170, style: 11, chunk: 30 }, 1],
  [{ script: 170, style: 12, chunk: 29 }, 1],
])('with the limits %j it finds %i', (limits, found) => expect(judge(weighed(), limits)).toHaveLength(found))
