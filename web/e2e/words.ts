import { readFileSync } from 'node:fs'

export type Language = 'ru' | 'en'

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../src/i18n/${name}.json`, import.meta.url), 'utf8')) as Record<string, string>

/** The texts of one language, by key: what a person sees is what the tests press. */
export function words(language: Language) {
  const texts = { ...read(language), ...read(`editor.${language}`) }
  return (key: string, values: Record<string, string | number> = {}) => {
    const text = texts[key]
    if (text === undefined) throw new Error(`no text ${key} in ${language}`)
    return text.replace(/{{(\w+)}}/g, (_, name: string) => String(values[name] ?? ''))
  }
}
