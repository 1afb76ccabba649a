/** What the values of a step become with the sample. */
import type { Preview } from '@/api'
import { problemWords } from '@/i18n/problem'
import type { Row } from './model/document'

export type Becomes = Preview['values'][number]

/** What a place of the document becomes; rows may be named by their number or by their name. */
export function becomes(preview: Preview | undefined, pointer: string): Becomes | undefined {
  return preview?.values.find((value) => value.pointer === pointer)
}

/** What is wrong with a place, in words. */
export const wrongIn = (value: Becomes | undefined): string | undefined => value?.problem && problemWords(value.problem)

export function rowBecomes(preview: Preview | undefined, pointer: string, index: number, row: Row): Becomes | undefined {
  const name = row.name.replace(/~/g, '~0').replace(/\//g, '~1')
  for (const place of [`${pointer}/${index}/value`, `${pointer}/${index}`, `${pointer}/${name}/value`, `${pointer}/${name}`]) {
    const found = becomes(preview, place)
    if (found) return found
  }
  return undefined
}
