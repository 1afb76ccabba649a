import { readFileSync } from 'node:fs'

export type Language = 'ru' | 'en'

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const catalogue = (name: string) => read(`../src/i18n/${name}.json`) as Record<string, string>

interface Field {
  path: string
  title: Record<Language, string>
  choices?: { value: string; title: Record<Language, string> }[]
}

/** The fields of steps by their place, /http/url, and their choices, /http/retry=delays: their words come from the server. */
function fields(language: Language): Record<string, string> {
  const all = (read('../test/kinds.json') as { fields: Field[] }[]).flatMap((kind) => kind.fields)
  return Object.fromEntries(all.flatMap(({ path, title, choices }) => [[path, title[language]], ...(choices ?? []).map((choice) => [`${path}=${choice.value}`, choice.title[language]])]) as [string, string][])
}

/** The texts of one language, by key: what a person sees is what the tests press. */
export function words(language: Language) {
  const texts: Record<string, string> = { ...catalogue(language), ...catalogue(`editor.${language}`), ...catalogue(`history.${language}`), ...fields(language) }
  return (key: string, values: Record<string, string | number> = {}) => {
    const text = texts[key]
    if (text === undefined) throw new Error(`no text ${key} in ${language}`)
    return text.replace(/{{(\w+)}}/g, (_, name: string) => String(values[name] ?? ''))
  }
}
