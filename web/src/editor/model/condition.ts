/**
 * Conditions as rows that a person reads: a value, a comparison, another value. What is not of
 * that shape stays a formula and is shown as text.
 */
import { isPath, quote } from '../../pill/template'

export type Comparison = 'filled' | 'empty' | 'equals' | 'differs' | 'contains' | 'lacks' | 'starts' | 'above' | 'below' | 'atLeast' | 'atMost' | 'yes' | 'no'

export const comparisons: readonly Comparison[] = ['filled', 'empty', 'equals', 'differs', 'contains', 'lacks', 'starts', 'above', 'atLeast', 'below', 'atMost', 'yes', 'no']

export interface Clause {
  path: string
  comparison: Comparison
  /** Text, number or a path, as it is shown. */
  value: string
  /** The value is another variable. */
  variable: boolean
}

export interface Condition {
  join: 'and' | 'or'
  clauses: Clause[]
}

export const withoutValue: readonly Comparison[] = ['filled', 'empty', 'yes', 'no']
const numeric: readonly Comparison[] = ['above', 'below', 'atLeast', 'atMost']

const signs: [Comparison, string][] = [['atLeast', '>='], ['atMost', '<='], ['equals', '=='], ['differs', '!='], ['above', '>'], ['below', '<'], ['contains', 'contains'], ['starts', 'startsWith']]

/** The expression; empty when a clause has no variable yet. */
export function write(condition: Condition): string {
  return condition.clauses
    .filter((clause) => clause.path !== '')
    .map(writeClause)
    .join(` ${condition.join} `)
}

function writeClause({ path, comparison, value, variable }: Clause): string {
  switch (comparison) {
    case 'filled':
      return `(${path} ?? "") != ""`
    case 'empty':
      return `(${path} ?? "") == ""`
    case 'yes':
      return `${path} == true`
    case 'no':
      return `${path} == false`
    case 'lacks':
      return `not (${path} contains ${writeValue(value, variable, false)})`
  }
  const sign = signs.find(([name]) => name === comparison)?.[1] ?? '=='
  return `${path} ${sign} ${writeValue(value, variable, numeric.includes(comparison) || comparison === 'equals' || comparison === 'differs')}`
}

const number = /^-?(0|[1-9]\d*)(\.\d+)?$/

function writeValue(value: string, variable: boolean, mayBeNumber: boolean): string {
  if (variable) return value
  return mayBeNumber && number.test(value) && value.length < 16 ? value : quote(value)
}

/** The rows of an expression, or undefined when it is a formula. */
export function read(expression: string): Condition | undefined {
  const text = expression.trim()
  if (text === '') return { join: 'and', clauses: [] }
  for (const join of ['and', 'or'] as const) {
    const parts = split(text, join)
    const clauses = parts.map(readClause)
    if (clauses.every((clause) => clause !== undefined)) return { join, clauses }
  }
  return undefined
}

/** Parts between the words and (&&) or or (||), outside quotation marks and brackets. */
function split(text: string, join: 'and' | 'or'): string[] {
  const words = join === 'and' ? /^(?:and\b|&&)/ : /^(?:or\b|\|\|)/
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? ''
    if (c === '"' || c === "'") {
      for (i++; i < text.length && text[i] !== c; i++) if (text[i] === '\\') i++
    } else if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c)) depth--
    else if (depth === 0 && /[\s)]/.test(text[i - 1] ?? ' ')) {
      const found = words.exec(text.slice(i))
      if (found) {
        parts.push(text.slice(start, i).trim())
        i += found[0].length - 1
        start = i + 1
      }
    }
  }
  parts.push(text.slice(start).trim())
  return parts
}

const filled = /^\((.+?) \?\? ""\) (!=|==) ""$/
const lacks = /^not \((.+?) contains (.+)\)$/

function readClause(text: string): Clause | undefined {
  const fill = filled.exec(text)
  if (fill && isPath(fill[1] ?? '')) return { path: fill[1] ?? '', comparison: fill[2] === '!=' ? 'filled' : 'empty', value: '', variable: false }
  const without = lacks.exec(text)
  if (without && isPath(without[1] ?? '')) return withValue(without[1] ?? '', 'lacks', without[2] ?? '')
  for (const [comparison, sign] of signs) {
    const at = outside(text, ` ${sign} `)
    if (at < 0) continue
    const path = text.slice(0, at).trim()
    const value = text.slice(at + sign.length + 2).trim()
    if (!isPath(path)) return undefined
    if (comparison === 'equals' && (value === 'true' || value === 'false')) return { path, comparison: value === 'true' ? 'yes' : 'no', value: '', variable: false }
    return withValue(path, comparison, value)
  }
  return undefined
}

/** Where a sign first stands outside quotation marks. */
function outside(text: string, sign: string): number {
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '"' || c === "'") {
      for (i++; i < text.length && text[i] !== c; i++) if (text[i] === '\\') i++
    } else if (text.startsWith(sign, i)) return i
  }
  return -1
}

function withValue(path: string, comparison: Comparison, value: string): Clause | undefined {
  if (/^"(?:[^"\\]|\\.)*"$/.test(value) || /^'(?:[^'\\]|\\.)*'$/.test(value)) {
    const plain = value.slice(1, -1).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))
    // Text that looks like a number must not turn into one when the row is written again.
    if (number.test(plain) && !['contains', 'lacks', 'starts'].includes(comparison)) return undefined
    return { path, comparison, value: plain, variable: false }
  }
  if (number.test(value)) return { path, comparison, value, variable: false }
  if (isPath(value)) return { path, comparison, value, variable: true }
  return undefined
}
