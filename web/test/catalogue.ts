// What must hold for the catalogues of texts. Pure, so that each rule can meet a fault that was planted for it.

export type Texts = Record<string, string>
const suffixes = ['_one', '_few', '_many', '_other'] as const
const plurals = { ru: ['_one', '_few', '_many', '_other'], en: ['_one', '_other'] } as const

export function base(key: string): string {
  const suffix = suffixes.find((one) => key.endsWith(one))
  return suffix ? key.slice(0, -suffix.length) : key
}
const isPlural = (key: string) => base(key) !== key

/** Keys that stand in one language only. */
export function oneSided(ru: Texts, en: Texts): string[] {
  const ours = new Set(Object.keys(ru).map(base))
  const theirs = new Set(Object.keys(en).map(base))
  return [...[...ours].filter((key) => !theirs.has(key)).map((key) => `${key}: only in ru`), ...[...theirs].filter((key) => !ours.has(key)).map((key) => `${key}: only in en`)]
}

/** Plurals that lack a form which their language needs. */
export function missingForms(texts: Texts, language: 'ru' | 'en'): string[] {
  const out: string[] = []
  for (const key of new Set(Object.keys(texts).filter(isPlural).map(base))) {
    for (const suffix of plurals[language]) if (!texts[key + suffix]) out.push(`${key}${suffix}: missing in ${language}`)
  }
  return out
}

const places = (text: string) => [...text.matchAll(/\{\{\s*([\w]+)\s*\}\}/g)].map((match) => match[1]!).sort()

/** Texts whose {{…}} differ between the languages or between the forms of a plural. */
export function differentPlaces(ru: Texts, en: Texts): string[] {
  const sets = new Map<string, string[]>()
  for (const [language, texts] of [['ru', ru], ['en', en]] as const) {
    for (const [key, text] of Object.entries(texts)) {
      const list = sets.get(base(key)) ?? []
      list.push(`${[...new Set(places(text))].join(',')} (${language})`)
      sets.set(base(key), list)
    }
  }
  const names = (entry: string) => entry.slice(0, entry.lastIndexOf(' ('))
  return [...sets].filter(([, list]) => new Set(list.map(names)).size > 1).map(([key, list]) => `${key}: ${[...new Set(list)].join(' ≠ ')}`)
}

/** Words that mix alphabets, and texts of the wrong one. */
export function wrongLetters(texts: Texts, language: 'ru' | 'en'): string[] {
  const out: string[] = []
  for (const [key, text] of Object.entries(texts)) {
    const words = text.replace(/\{\{.*?\}\}/g, ' ').replace(/`[^`]*`/g, ' ')
    if (/\p{Script=Cyrillic}\p{Script=Latin}|\p{Script=Latin}\p{Script=Cyrillic}/u.test(words)) out.push(`${key}: a word mixes alphabets: ${text}`)
    else if (language === 'en' && /\p{Script=Cyrillic}/u.test(words)) out.push(`${key}: Russian letters in the English text: ${text}`)
    if (/\p{L}!/u.test(words)) out.push(`${key}: shouts`)
    if (text.trim() === '') out.push(`${key}: empty`)
  }
  return out
}

export interface Used {
  /** Keys that code asks for by their whole name. */
  asked: Set<string>
  /** Every quoted word of the code: keys also stand in tables. */
  words: Set<string>
  /** Beginnings of keys that are put together. */
  prefixes: Set<string>
}

export function usedBy(sources: readonly string[]): Used {
  const used: Used = { asked: new Set(), words: new Set(), prefixes: new Set() }
  for (const source of sources) {
    for (const match of source.matchAll(/\bt\(\s*'([^'\n]+)'/g)) used.asked.add(match[1]!)
    for (const match of source.matchAll(/'([^'\n]*)'/g)) used.words.add(match[1]!)
    for (const match of source.matchAll(/`([\w.-]+)\$\{/g)) used.prefixes.add(match[1]!)
  }
  return used
}

export const unused = (texts: Texts, used: Used): string[] =>
  [...new Set(Object.keys(texts).map(base))].filter((key) => !used.words.has(key) && !used.asked.has(key) && ![...used.prefixes].some((prefix) => key.startsWith(prefix)))

export function missing(texts: Texts, used: Used): string[] {
  const has = new Set(Object.keys(texts).map(base))
  return [...used.asked].filter((key) => !has.has(key))
}
