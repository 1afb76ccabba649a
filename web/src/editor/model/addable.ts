/** What may be added to a scenario, and how it is found: by its name, its purpose, and the words of other systems. Pure. */
import type { Kind } from '@/api'
import { synonyms } from '@/app/synonyms'
import { pick } from '@/i18n'
import type { IconName } from '@/ui'

export interface Addable {
  /** The kind, or the way to begin one: if, only-if. */
  id: string
  kind: string
  title: string
  help: string
  synonyms: readonly string[]
  template: unknown
}

const icons: Record<string, IconName> = { http: 'send', request: 'requests', set: 'variable', if: 'skip', delay: 'pause', respond: 'retry', stop: 'check', fail: 'close' }
export const kindIcon = (kind: string): IconName => (Object.hasOwn(icons, kind) ? icons[kind] : undefined) ?? 'blank'

/** By which words the palette finds it, its own name first. */
export const paletteWords = (one: Addable): string[] => [
  one.title, ...one.synonyms, ...(one.kind === 'http' ? [...synonyms.httpRequest, ...synonyms.postJson] : one.kind === 'respond' ? synonyms.respond : []), ...synonyms.step,
]

/** Other words for a thing; what the other language calls it is one of them. */
const wordsOf = ({ title, synonyms: words }: Pick<Kind, 'title' | 'synonyms'>): string[] => [...words, ...Object.values(title).filter((name) => name !== pick(title))]

/** All kinds in the order of the table, each with its further ways to begin behind it. */
export function addables(kinds: readonly Kind[]): Addable[] {
  return kinds.flatMap((kind) => [
    { id: kind.kind, kind: kind.kind, title: pick(kind.title), help: pick(kind.help), synonyms: wordsOf(kind), template: kind.template },
    ...(kind.variants ?? []).map((one) => ({ id: one.id, kind: kind.kind, title: pick(one.title), help: pick(one.help), synonyms: wordsOf(one), template: one.template })),
  ])
}

export interface FoundAddable extends Addable {
  /** The word of another system that made it appear. */
  synonym: string | undefined
}

const plain = (text: string): string => text.toLocaleLowerCase('ru').replace(/ё/g, 'е').trim()

/** Those that fit what was typed: by their names first, then by other words, then by what they are for. */
export function findAddables(kinds: readonly Kind[], typed: string): FoundAddable[] {
  const wanted = plain(typed)
  const all = addables(kinds)
  if (wanted === '') return all.map((one) => ({ ...one, synonym: undefined }))
  const rank = (one: Addable): number => {
    if (plain(one.title).includes(wanted) || one.id === wanted) return 1
    if (one.synonyms.some((word) => plain(word).includes(wanted))) return 2
    return plain(one.help).includes(wanted) ? 3 : 0
  }
  return all
    .map((one) => ({ one, at: rank(one) }))
    .filter(({ at }) => at > 0)
    .sort((a, b) => a.at - b.at)
    .map(({ one, at }) => ({ ...one, synonym: at === 2 ? one.synonyms.find((word) => plain(word).includes(wanted)) : undefined }))
}
