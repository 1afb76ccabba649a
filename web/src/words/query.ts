// The language of questions about runs, as the server reads it: conditions with a key, and words without one.

import { runStates, type RunStateName } from './states'

export interface Term {
  /** Empty for a word. */
  key: string
  value: string
}

export const queryKeys = ['state', 'scenario', 'source', 'event', 'status', 'code', 'lane', 'mark', 'bulk', 'after', 'before', 'received', 'text'] as const
export type QueryKey = (typeof queryKeys)[number]

const isKey = (key: string): key is QueryKey => (queryKeys as readonly string[]).includes(key)
const keyAt = (text: string): string | undefined => /^([A-Za-z]+):/.exec(text)?.[1]

/** The terms of a question. What the server would refuse stays one word, so that nothing typed is lost. */
export function parse(question: string): Term[] {
  const out: Term[] = []
  let rest = question.trimStart()
  while (rest) {
    const key = keyAt(rest)
    const known = key !== undefined && isKey(key.toLowerCase())
    if (known) rest = rest.slice(key.length + 1)
    let value: string
    const quoted = /^"((?:\\["\\]|[^"])*)"/.exec(rest)
    if (quoted) {
      value = quoted[1]!.replace(/\\(["\\])/g, '$1')
      rest = rest.slice(quoted[0].length)
    } else {
      value = /^\S*/.exec(rest)![0]
      rest = rest.slice(value.length)
    }
    out.push({ key: known ? key.toLowerCase() : '', value })
    rest = rest.trimStart()
  }
  return out
}

/** Whether the server will understand where terms begin and end: the place of the first mistake, counted from 1. */
export function mistake(question: string): { column: number; code: 'query.key' | 'query.quote' | 'query.value' | 'query.twice'; part: string } | undefined {
  let rest = question
  const seen = new Set<string>()
  const column = () => [...question.slice(0, question.length - rest.length)].length + 1
  for (rest = rest.trimStart(); rest; rest = rest.trimStart()) {
    const key = keyAt(rest)
    if (key) {
      const name = key.toLowerCase()
      if (!isKey(name)) return { column: column(), code: 'query.key', part: `${key}:` }
      if (seen.has(name)) return { column: column(), code: 'query.twice', part: `${key}:` }
      seen.add(name)
      rest = rest.slice(key.length + 1)
    }
    if (rest.startsWith('"')) {
      const quoted = /^"(?:\\["\\]|[^"])*"/.exec(rest)
      if (!quoted) return { column: column(), code: 'query.quote', part: rest.slice(0, 20) }
      if (key && quoted[0] === '""') return { column: column(), code: 'query.value', part: `${key}:` }
      rest = rest.slice(quoted[0].length)
    } else {
      const word = /^\S*/.exec(rest)![0]
      if (key && !word) return { column: column(), code: 'query.value', part: `${key}:` }
      rest = rest.slice(word.length)
    }
  }
  return undefined
}

const written = ({ key, value }: Term): string => {
  const plain = value !== '' && !/\s/.test(value) && !value.startsWith('"') && (key !== '' || !keyAt(value))
  return `${key ? `${key}:` : ''}${plain ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`
}
export const format = (terms: readonly Term[]): string => terms.map(written).join(' ')

/** The value of a key; empty when the question does not name it. */
export const valueOf = (question: string, key: QueryKey): string => parse(question).find((term) => term.key === key)?.value ?? ''

/** The words without a key, as they are typed. */
export const wordsOf = (question: string): string => format(parse(question).filter((term) => term.key === ''))

/** The question with other values of some keys; an empty value takes a key away. */
export function change(question: string, values: Partial<Record<QueryKey, string>>): string {
  const left = { ...values }
  const out: Term[] = []
  for (const term of parse(question)) {
    if (!(term.key in values)) out.push(term)
    else if (left[term.key as QueryKey]) {
      out.push({ key: term.key, value: left[term.key as QueryKey]! })
      delete left[term.key as QueryKey]
    }
  }
  for (const [key, value] of Object.entries(left)) if (value && !out.some((term) => term.key === key)) out.push({ key, value })
  // Words stand last, where people go on typing.
  return format([...out.filter((term) => term.key), ...out.filter((term) => !term.key)])
}

/** What was typed into the field, put into the question: its conditions replace those of the same key, its words the words. */
export function typed(question: string, text: string): string {
  const terms = parse(text)
  const named = new Map(terms.filter((term) => term.key).map((term) => [term.key, term]))
  const kept = parse(question).filter((term) => term.key && !named.has(term.key))
  return format([...kept, ...named.values(), ...terms.filter((term) => !term.key)])
}

/** The states that a question names; what is not a state is left out. */
export const statesOf = (question: string): RunStateName[] =>
  valueOf(question, 'state')
    .toLowerCase()
    .split(',')
    .filter((state): state is RunStateName => (runStates as readonly string[]).includes(state))
