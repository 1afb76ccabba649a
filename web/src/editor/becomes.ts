/** What the values of a step become with the sample. */
import type { Preview } from '@/api'
import type { Translate } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import type { Row } from './model/document'

export type Becomes = Preview['values'][number]

/** What a place of the document becomes; rows may be named by their number or by their name. */
export function becomes(preview: Preview | undefined, pointer: string): Becomes | undefined {
  return preview?.values.find((value) => value.pointer === pointer)
}

/** What is wrong with a place, in words. */
export const wrongIn = (value: Becomes | undefined): string | undefined => value?.problem && problemWords(value.problem)

const ofReply = ['body', 'status', 'headers']

/** Which variable is not there, and what was meant: the last reply's values are asked for where nothing was answered yet, too. */
export function missingWords(missing: Becomes['missing'][number], preview: Preview | undefined, t: Translate): string {
  const name = missing.path.split(/[.[]/, 1)[0]!
  const scope = preview?.scope ?? []
  const has = (path: string) => scope.some((one) => one.path === path)
  if (ofReply.includes(name) && !scope.some((one) => /^steps\..*\.status$/.test(one.path))) {
    const own = [`event.${missing.path}`, `event.body.${missing.path}`].find(has)
    return t('becomes.noReply', { name }) + (own ? ` ${t('becomes.ownField', { path: own })}` : '')
  }
  const words = t('becomes.missing', { name: missing.path })
  return missing.suggestion ? `${words} ${t('becomes.close', { list: missing.suggestion })}` : words
}

export function rowBecomes(preview: Preview | undefined, pointer: string, index: number, row: Row): Becomes | undefined {
  const name = row.name.replace(/~/g, '~0').replace(/\//g, '~1')
  for (const place of [`${pointer}/${index}/value`, `${pointer}/${index}`, `${pointer}/${name}/value`, `${pointer}/${name}`]) {
    const found = becomes(preview, place)
    if (found) return found
  }
  return undefined
}
