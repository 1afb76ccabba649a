import { describe, expect, it } from 'vitest'
import { code, type File } from './files'

// What other systems call things; samples of recipes; how Russian letters are written in Latin ones.
const data = new Set(['src/app/synonyms.ts', 'src/screens/recipes/recipes.ts', 'src/editor/model/latin.ts', 'src/i18n/index.ts'])

/** What breaks a rule of this code. */
function breaches(files: readonly File[]): string[] {
  const out: string[] = []
  for (const { path, text } of files) {
    const ours = /^src\/(ui|theme)\//.test(path)
    if (!ours && /from '@mantine\//.test(text)) out.push(`${path}: only src/ui and src/theme know the library of components`)
    if (/dangerouslySetInnerHTML|\.innerHTML\s*=|\.outerHTML\s*=|insertAdjacentHTML|document\.write/.test(text)) out.push(`${path}: what came from outside is text, never HTML`)
    if (/\beval\(|new Function\(/.test(text)) out.push(`${path}: no code out of texts`)
    // Names of languages, words of other systems, the letters of an alphabet and an example's data are no texts of the interface.
    if (!data.has(path)) {
      const words = text.replace(/\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '').replace(/Русский( язык)?|Анна|пароль|\/ё\/g, 'е'/g, '')
      if (/\p{Script=Cyrillic}/u.test(words)) out.push(`${path}: a text outside of the catalogues`)
    }
    if (text.split('\n').length > 600) out.push(`${path}: more than 600 lines`)
  }
  return out
}

/** Files in which a line ends with a semicolon: here none is needed. */
const semicolons = (files: readonly File[]): string[] => files.filter(({ text }) => /;$/m.test(text)).map(({ path }) => path)

describe('the house', () => {
  it('is in order', () => expect(breaches(code())).toEqual([]))
  it('ends no line with a semicolon, in tests either', () => {
    expect(['src', 'test', 'e2e'].flatMap((folder) => semicolons(code(folder, true)))).toEqual([])
    expect(semicolons([{ path: 'planted.ts', text: 'const one = 1;\nconst two = 2\n' }])).toEqual(['planted.ts'])
  })
  it.each([
    ["import { Button } from '@mantine/core'", 'the library outside of ui'],
    ['<div dangerouslySetInnerHTML={{ __html: body }} />', 'HTML from outside'],
    ['<p>Привет</p>', 'a text in the code'],
    ["new Function('return 1')", 'code out of a text'],
    ['\n'.repeat(700), 'a long file'],
  ])('finds %j: %s', (text) => {
    for (const path of ['src/screens/planted.tsx', 'src/editor/http/planted.tsx', 'src/pill/planted.ts']) expect(breaches([{ path, text }])).toHaveLength(1)
  })
})
