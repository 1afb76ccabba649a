/** Where a document names something in expressions: all that gives another name to a step, a variable or a parameter goes through here. */
import { nameText, parse, segmentText } from '../../pill/template'
import { isPlain } from './json'

/** An expression by itself, a text with some in braces, or a step's name. */
export type TextKind = 'expression' | 'template' | 'step'

// Conditions and paths are expressions by themselves, everything else has them in braces. By place and not by name: a
// body may well have members of these names.
const expression = /^(?:\/\d+\/(?:then|else))*\/\d+\/(?:when|if|renew\/when|http\/(?:success\/when|renew\/when|(?:retry\/ask\/)?body\/(?:path|file|multipart\/files\/\d+\/path)|retry\/ask\/(?:done|result)))$/
const renewal = /^(?:\/\d+\/(?:then|else))*\/\d+\/(?:http\/)?renew\/step$/
const named = /^(?:\/\d+\/(?:then|else))*\/\d+\/(?:id|title)$/

/** Changes the texts of steps that may name something; place begins with a step's number: /0/then/1/http/url. */
export function inSteps<T>(value: T, place: string, change: (text: string, kind: TextKind, place: string) => string): T {
  if (typeof value === 'string') return (named.test(place) ? value : change(value, expression.test(place) ? 'expression' : renewal.test(place) ? 'step' : 'template', place)) as T
  return mapped(value, (inner, name) => inSteps(inner, `${place}/${name}`, change)) as T
}

/** The same for every value inside of one, one level down. */
export function mapped(value: unknown, change: (inner: unknown, name: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((inner, i) => change(inner, String(i)))
  if (value instanceof Map) return new Map([...(value as Map<string, unknown>)].map(([name, inner]) => [name, change(inner, name)]))
  if (isPlain(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(inner, name)]))
  return value
}

export interface Naming {
  /** What it is a member of: steps, vars, params. */
  of: string
  was: string
  next: string
  /** It may be named without its owner, too. */
  alone?: boolean
}

/** A text with another name wherever its expressions read what is named. */
export function renamed(text: string, kind: TextKind, name: Naming): string {
  if (text === '' || name.was === '') return text
  if (kind === 'step') return name.of === 'steps' && text === name.was ? name.next : text
  const change = naming(name)
  if (kind === 'expression') return inExpression(text, change)
  return parse(text)
    .map((piece) => (piece.is === 'variable' ? `{{${inExpression(piece.text.slice(2, -2), change)}}}` : piece.text))
    .join('')
}

const sticky = (source: string) => new RegExp(source, 'yu')
const skipped = sticky(String.raw`"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|` + '`(?:[^`]|``)*`' + String.raw`|\/\*[\s\S]*?\*\/|\/\/[^\n]*|\s+`)
const number = sticky(String.raw`\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?[\p{L}\p{N}_$]*`)
const range = sticky(String.raw`\.\.`)
// A member of whatever is before it.
const member = sticky(String.raw`(?:\??\.|#+)\s*[\p{L}\p{N}_$]*`)
const word = sticky(nameText)
// Words that mean something else than a name (internal/expr/compile.go).
const reserved = new Set(['not', 'in', 'or', 'and', 'matches', 'contains', 'startsWith', 'endsWith', 'let', 'true', 'false', 'nil', 'null'])
const afterOwner = sticky(String.raw`(\s*\??\.\s*)(${nameText})|(\s*\[\s*["'])([^"'\\]*)(?=["']\s*\])`)
const mark = sticky(`["']`)
const segments = sticky(`${segmentText}*`)

type Take = (form: RegExp) => RegExpExecArray | null

const naming =
  ({ of, was, next, alone }: Naming) =>
  (root: string, take: Take): string => {
    if (root !== of) return alone && root === was ? next : root
    const found = take(afterOwner)
    const name = found && (found[2] ?? found[4])
    const owned = found && name === was ? (found[1] ?? found[3]) + next : (found?.[0] ?? '')
    // The mark that ends a name in brackets ends it here, too.
    return root + owned + (found?.[4] === undefined ? '' : (take(mark)?.[0] ?? ''))
  }

/** An expression with something else for each place that it reads; the change is given the place and its first name. */
export const placesIn = (expression: string, change: (place: string, root: string) => string): string =>
  inExpression(expression, (root, take) => change(root + (take(segments)?.[0] ?? ''), root))

/** Reads an expression as the server does (internal/expr/rewrite.go) and changes the names in it. */
function inExpression(text: string, change: (root: string, take: Take) => string): string {
  let out = ''
  let at = 0
  const open: string[] = []
  // In a map a name before a colon is a key of it.
  let key = false
  const take: Take = (form) => {
    form.lastIndex = at
    const found = form.exec(text)
    if (found) at += found[0].length
    return found
  }
  while (at < text.length) {
    const from = at
    const space = take(skipped)
    if (space) {
      out += space[0]
      if (/^["'`]/.test(space[0])) key = false
      continue
    }
    const mayBeKey = key
    key = false
    if (take(range) || take(number) || take(member)) {
      out += text.slice(from, at)
      continue
    }
    const root = take(word)?.[0]
    if (root === undefined) {
      const sign = text[at++]!
      if ('([{'.includes(sign)) open.push(sign)
      else if (')]}'.includes(sign)) open.pop()
      key = sign === '{' || (sign === ',' && open.at(-1) === '{')
      out += sign
      continue
    }
    const follows = text.slice(at).trimStart()
    if (reserved.has(root) || follows.startsWith('(') || (mayBeKey && follows.startsWith(':'))) {
      out += root
      continue
    }
    out += change(root, take)
    out += take(segments)?.[0] ?? ''
  }
  return out
}
