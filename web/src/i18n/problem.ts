import { codeText, problemText } from './codes'
import { duration, language, locale, number, size, t, type Key } from './index'

/** What the server says of one mistake: a code, its values, and an English message for programs and logs. */
export interface Said {
  code: string
  message?: string
  values?: readonly unknown[] | null
  suggestion?: string
  line?: number
}

const terms: Record<string, Key> = {
  text: 'term.text',
  number: 'term.number',
  whole: 'term.whole',
  'yes-no': 'term.yesNo',
  list: 'term.list',
  object: 'term.object',
  binary: 'term.binary',
  nothing: 'term.nothing',
  null: 'term.nothing',
  missing: 'term.missing',
  span: 'term.span',
  texts: 'term.texts',
  rows: 'term.rows',
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** 1h30m in words; what is no time span stays as it is. */
function span(text: string): string {
  let ms = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) ms += Number(amount) * units[unit!]!
  if (text === '0s') return duration(0)
  return ms > 0 ? duration(ms) : text
}

function plain(value: unknown): string {
  if (typeof value === 'number') return number(value)
  if (Array.isArray(value)) return new Intl.ListFormat(locale(), { type: 'disjunction' }).format(value.map(String))
  return String(value)
}

/** The form of a plural, by the language's own rules: one, few, many in Russian, one, other in English. */
function counted(value: number, forms: readonly string[]): string {
  const names = forms.length > 2 ? ['one', 'few', 'many'] : ['one', 'other']
  const at = names.indexOf(new Intl.PluralRules(locale()).select(value))
  return `${number(value)} ${forms[at < 0 ? forms.length - 1 : at] ?? ''}`
}

/** Puts values into a sentence: {{0}}, {{0|form|forms}}, {{0:span}}, {{0:size}}, {{0:list}}, {{0:term}}. */
export function fill(sentence: string, values: readonly unknown[]): string {
  return sentence.replace(/\{\{(\d)(?:\|([^}]*)|:(\w+))?\}\}/g, (whole, index: string, forms?: string, as?: string) => {
    const value = values[Number(index)]
    if (value === undefined) return '…'
    if (forms !== undefined) return counted(Number(value), forms.split('|'))
    switch (as) {
      case 'span':
        return span(String(value))
      case 'size':
        return size(Number(value))
      case 'term': {
        const key = terms[String(value)]
        return key ? t(key) : String(value)
      }
    }
    return whole === '' ? '' : plain(value)
  })
}

const sentence = (text: string): string => text.replace(/\.$/, '')

/**
 * What a mistake says to a person in the present language. This is the only way from a problem to a screen: the server's
 * own message is English and for programs.
 */
export function problemWords(problem: Said): string {
  const text = problemText(problem.code, language())
  const general = codeText(problem.code, language())
  let words = text ? fill(text, problem.values ?? []) : general ? sentence(general.what) : ''
  if (words === '') words = language() === 'en' && problem.message ? problem.message : t('problem.unknown', { code: problem.code })
  // Most fields have one line: to name it would say nothing.
  const place = problem.line && problem.line > 1 ? t('problem.line', { line: problem.line, words }) : words
  return problem.suggestion ? t('problem.perhaps', { words: place, suggestion: problem.suggestion }) : place
}

/** What the server said apart from the text of a code: shown where a mistake's own words are English, too. */
export const englishDetail = (text: string | undefined): string | undefined => (language() === 'en' ? text : undefined)
