import { describe, expect, it } from 'vitest'
import { code, type File } from './files'

/** What breaks a rule of this code. */
function breaches(files: readonly File[]): string[] {
  const out: string[] = []
  for (const { path, text } of files) {
    const ours = /^src\/(ui|theme)\//.test(path)
    if (!ours && /from '@mantine\//.test(text)) out.push(`${path}: only src/ui and src/theme know the library of components`)
    if (/dangerouslySetInnerHTML|\.innerHTML\s*=|\.outerHTML\s*=|insertAdjacentHTML|document\.write/.test(text)) out.push(`${path}: what came from outside is text, never HTML`)
    if (/\beval\(|new Function\(/.test(text)) out.push(`${path}: no code out of texts`)
    // Names of languages and words of other systems are data, not texts of the interface.
    if (!/synonyms\.ts$/.test(path)) {
      const words = text.replace(/\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '').replace(/Русский( язык)?|Анна|пароль/g, '')
      if (/\p{Script=Cyrillic}/u.test(words) && !/recipes\.ts$/.test(path) && !/^src\/(editor|pill)\//.test(path) && !/i18n\/index\.ts$/.test(path)) out.push(`${path}: a text outside of the catalogues`)
    }
    if (text.split('\n').length > 600) out.push(`${path}: more than 600 lines`)
  }
  return out
}

describe('the house', () => {
  it('is in order', () => expect(breaches(code())).toEqual([]))
  it.each([
    ["import { Button } from '@mantine/core'", 'the library outside of ui'],
    ['<div dangerouslySetInnerHTML={{ __html: body }} />', 'HTML from outside'],
    ['<p>Привет</p>', 'a text in the code'],
    ["new Function('return 1')", 'code out of a text'],
    ['\n'.repeat(700), 'a long file'],
  ])('finds %j: %s', (text) => expect(breaches([{ path: 'src/screens/planted.tsx', text }])).toHaveLength(1))
})
