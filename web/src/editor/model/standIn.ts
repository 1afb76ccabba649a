/** What stands in for a value that is not there. */
import type { Said } from '@/i18n/problem'
import { replacePiece, variablesOf } from '@/pill/template'
import { heldAt, type Scenario } from './document'
import { read } from './pointer'

/** A mistake in a template, with the path that was read or the expression that was worked out. */
type Lacking = Said & { pointer: string; expression?: string }

/** Where a text reads a value that is not there with nothing to stand in for it, what it reads, and the text with something; undefined for any other mistake. */
export function standIn(document: Scenario, { code, values, pointer, expression }: Lacking): { pointer: string; path: string; text: (value: string) => string } | undefined {
  if (code !== 'template.missing' && !values?.some((value) => value === 'missing' || value === 'null')) return undefined
  // A row is named by its number or by its name; which of its two texts is meant, they tell themselves.
  for (const place of [heldAt(document, pointer), `${pointer}/value`]) {
    const text = read(document, place)
    if (typeof text !== 'string') continue
    const bare = variablesOf(text).filter((piece) => piece.path !== undefined && (piece.path === expression || piece.expression === expression) && piece.fallback === undefined && !piece.required)
    const path = bare[0]?.path
    if (path !== undefined) return { pointer: place, path, text: (value) => bare.reduceRight((out, piece) => replacePiece(out, piece, { fallback: value }), text) }
  }
  return undefined
}
