/**
 * Text with variables, as pieces. The pieces put together are always the text itself:
 * what is typed is what is stored.
 */
export interface TextPiece {
  is: 'text'
  text: string
  from: number
  to: number
}

export interface VariablePiece {
  is: 'variable'
  /** With its braces. */
  text: string
  from: number
  to: number
  expression: string
  /** The place that the expression reads, when it is one place with at most a fallback and one function. */
  path: string | undefined
  /** What stands there when the value is missing or null. */
  fallback: string | undefined
  /** The function that the value goes through: number, phone, … */
  call: string | undefined
  /** Without a value the step is not done. */
  required: boolean
}

export type Piece = TextPiece | VariablePiece

export function parse(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{{', at)
    const size = open < 0 ? -1 : expressionEnd(text.slice(open + 2))
    if (open < 0 || size < 0) {
      pieces.push({ is: 'text', text: text.slice(at), from: at, to: text.length })
      break
    }
    if (open > at) pieces.push({ is: 'text', text: text.slice(at, open), from: at, to: open })
    const to = open + 2 + size + 2
    pieces.push(variablePiece(text.slice(open, to), open))
    at = to
  }
  return pieces
}

function variablePiece(text: string, from: number): VariablePiece {
  const expression = text.slice(2, -2).trim()
  const read = readExpression(expression)
  return { is: 'variable', text, from, to: from + text.length, expression, ...read }
}

export function textOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => piece.text).join('')
}

/** The variables of a text, in order. */
export function variablesOf(text: string): VariablePiece[] {
  return parse(text).filter((piece) => piece.is === 'variable')
}

/** The text is one variable and nothing else: its value keeps its type. */
export function wholeVariable(text: string): VariablePiece | undefined {
  const pieces = parse(text.trim())
  const [piece] = pieces
  return pieces.length === 1 && piece?.is === 'variable' ? piece : undefined
}

/** Where the }} that closes an expression begins: not inside quotation marks, comments or braces. */
function expressionEnd(s: string): number {
  let depth = 0
  for (let i = 0; i < s.length; ) {
    const c = s[i]
    if (c === '"' || c === "'" || c === '`') {
      i += stringLength(s.slice(i))
      continue
    }
    if (s.startsWith('/*', i)) {
      const end = s.indexOf('*/', i + 2)
      i = end < 0 ? s.length : end + 2
      continue
    }
    if (c === '{') depth++
    else if (c === '}' && depth > 0) depth--
    else if (s.startsWith('}}', i)) return i
    i++
  }
  return -1
}

function stringLength(s: string): number {
  const quote = s[0]
  for (let i = 1; i < s.length; i++) {
    if (quote === '`' && s.startsWith('``', i)) i++
    else if (quote !== '`' && s[i] === '\\') i++
    else if (s[i] === quote) return i + 1
  }
  return s.length
}

/** A name as expressions read it, and what may follow it in a path. */
export const nameText = String.raw`[\p{L}\p{M}\p{N}_](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}_])?`
export const segmentText = String.raw`(?:\.${nameText}|\[-?\d+\]|\[\*\]|\["(?:[^"\\]|\\.)*"\]|\['(?:[^'\\]|\\.)*'\]|\[${nameText}=[^\]"']*\])`
const pathText = String.raw`(?:(?!\d)${nameText}${segmentText}*)`
const wholePath = new RegExp(`^${pathText}$`, 'u')
const withFallback = new RegExp(String.raw`^(${pathText})\s*\?\?\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true|false|null)$`, 'u')
const withDefault = new RegExp(String.raw`^default\(\s*(${pathText})\s*,\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true|false|null)\s*\)$`, 'u')
const asRequired = new RegExp(String.raw`^required\(\s*(${pathText})\s*\)$`, 'u')
const inCall = /^([a-z_0-9]+)\(([\s\S]*)\)$/

/** Functions of one argument that a menu may put round a value. */
export const wraps = ['number', 'string', 'phone', 'lower', 'upper', 'trim', 'json', 'url', 'base64'] as const

type Read = Pick<VariablePiece, 'path' | 'fallback' | 'call' | 'required'>

export function readExpression(expression: string): Read {
  const call = inCall.exec(expression)
  if (call && (wraps as readonly string[]).includes(call[1] ?? '')) {
    const inner = readPlain((call[2] ?? '').trim())
    if (inner.path !== undefined) return { ...inner, call: call[1] }
  }
  return readPlain(expression)
}

function readPlain(expression: string): Read {
  const read: Read = { path: undefined, fallback: undefined, call: undefined, required: false }
  if (isPath(expression)) return { ...read, path: expression }
  const found = withFallback.exec(expression) ?? withDefault.exec(expression)
  if (found) return { ...read, path: found[1], fallback: literalText(found[2] ?? '') }
  const required = asRequired.exec(expression)
  return required ? { ...read, path: required[1], required: true } : read
}

export function isPath(s: string): boolean {
  return wholePath.test(s) && !['true', 'false', 'null', 'not'].includes(s)
}

function literalText(literal: string): string {
  if (literal.startsWith('"') || literal.startsWith("'")) return literal.slice(1, -1).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : c))
  return literal
}

/** A text in quotation marks, as expressions write it. */
export function quote(text: string): string {
  return '"' + text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n').replace(/\t/g, '\\t').replace(/\r/g, '') + '"'
}

export interface Built {
  path: string
  fallback?: string | undefined
  call?: string | undefined
  /** Instead of a fallback. */
  required?: boolean
}

const called = (inner: string, call: string | undefined): string => (call === undefined ? inner : `${call}(${inner})`)

/** The text form of a variable. */
export function build({ path, fallback, call, required }: Built): string {
  // Not ??, which only stands in for what is not there: a field that was left empty comes as an empty text.
  const value = fallback !== undefined ? `default(${path}, ${quote(fallback)})` : called(path, required ? 'required' : undefined)
  return `{{ ${called(value, call)} }}`
}

/** Puts a variable in place of another one; what the old one was wrapped in stays, as it was written. */
export function replacePiece(text: string, piece: VariablePiece, change: Partial<Built>): string {
  const same = !('path' in change) && !('fallback' in change) && !('required' in change)
  const inner = piece.call === undefined ? piece.expression : (inCall.exec(piece.expression)?.[2] ?? '').trim()
  const call = 'call' in change ? change.call : piece.call
  const next = same ? `{{ ${called(inner, call)} }}` : build({ path: piece.path ?? piece.expression, fallback: piece.fallback, required: piece.required, ...change, call })
  return text.slice(0, piece.from) + next + text.slice(piece.to)
}
