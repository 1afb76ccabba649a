/** The variables that a field may use: how they are called, found and grouped. */
import type { VariablePiece } from './template'

export type Group = 'source' | 'step' | 'params' | 'vars' | 'system' | 'secret'

/** As POST /preview gives it. */
export interface Variable {
  group: Group
  step?: string
  step_title?: string
  /** What goes between the braces. */
  path: string
  /** The bare name when that is enough, else the path. */
  short: string
  label: string
  /** What people call it, in both languages. */
  title?: { ru?: string; en?: string }
  type: string
  value: string
  empty: boolean
  secret: boolean
  /** The bare name means the last reply. */
  reserved?: boolean
  /** A preset's usual field; nothing has come yet. */
  usual?: boolean
}

/** Words of the interface that this module needs; the catalogue gives them. */
export interface Words {
  /** The name of a group: Источник, Переменная, Система, Секрет. */
  group(group: Group): string
  /** A step by its number or title: Шаг «Сделка». */
  step(title: string): string
  /** A usual field's name in words (name → Имя), or undefined. */
  field(name: string): string | undefined
  /** The name of a place that is always there (run.id → Номер операции), or undefined. */
  place(path: string): string | undefined
  /** A text in both languages, in the present one. */
  both(text: { ru?: string; en?: string } | undefined): string
  /** Other words by which a field is found. */
  synonyms(name: string): string
}

export const groupOrder: readonly Group[] = ['source', 'step', 'params', 'vars', 'system', 'secret']

/** The last part of a path, unquoted: event.body.items[0].sku → items[0].sku. */
export function tail(path: string): string {
  const cut = path
    .replace(/^event\.(body|query|headers)(?=[.[])\.?/, '')
    .replace(/^steps\.[a-z0-9_]+\.(body|headers)(?=[.[])\.?/, '')
    .replace(/^(steps\.[a-z0-9_]+|vars|params|env|secret|system|event|run|scenario|source)\./, '')
  return cut.replace(/^\["((?:[^"\\]|\\.)*)"\]/, '$1')
}

/** The bare name that a path would begin with: event.body.status[0] → status. */
export const firstName = (path: string): string => /^[^.[]*/.exec(path.replace(/^event\.(body|query|headers)\./, ''))?.[0] ?? ''

/** A variable's own name in words: Имя, items[0].sku. */
export function nameOf(variable: Pick<Variable, 'path' | 'label' | 'title'>, words: Words): string {
  const end = tail(variable.path)
  // Of what lies deeper in an event, or in a list, the last part alone says nothing: sku, filename.
  const inside = /\[-?\d/.test(variable.path) || (variable.path.startsWith('event.') && end.endsWith(`.${variable.label}`))
  const label = inside ? '' : variable.label
  return words.place(variable.path) ?? words.field(end.toLowerCase()) ?? (words.both(variable.title) || undefined) ?? (label && label !== variable.path ? label : end)
}

export function groupName(variable: Variable, words: Words): string {
  return variable.group === 'step' ? words.step(variable.step_title || variable.step || '') : words.group(variable.group)
}

/** The label of a pill: Источник · Имя. */
export function labelOf(variable: Variable, words: Words): string {
  const name = nameOf(variable, words)
  // What is always there needs no word before it.
  if (words.place(variable.path) && variable.group === 'system') return name
  return `${groupName(variable, words)} · ${name}`
}

export type Look = 'known' | 'unknown' | 'empty' | 'secret' | 'formula'

export interface Pill {
  label: string
  look: Look
  variable: Variable | undefined
  /** The function round the value, if there is one. */
  call: string | undefined
  fallback: string | undefined
  required: boolean
  /** It asks for a secret, which no step can read: the server refuses it. */
  noSecret?: boolean
}

/** How a variable in a text is shown. */
export function pillOf(piece: VariablePiece, variables: readonly Variable[] | undefined, words: Words): Pill {
  const { call, fallback, required } = piece
  if (piece.path === undefined) return { label: piece.expression, look: 'formula', variable: undefined, call, fallback, required }
  const variable = variables && findVariable(piece.path, variables)
  if (variable) {
    const look: Look = variable.secret ? 'secret' : variable.empty && !variable.usual && fallback === undefined ? 'empty' : 'known'
    return { label: labelOf(variable, words), look, variable, call, fallback, required }
  }
  const guessed = guess(piece.path)
  const label = guessed ? labelOf(guessed, words) : piece.path
  if (guessed?.group === 'secret') return { label, look: 'unknown', variable: undefined, call, fallback, required, noSecret: true }
  return { label, look: variables === undefined || guessed?.group === 'system' ? 'known' : 'unknown', variable: undefined, call, fallback, required }
}

export function findVariable(path: string, variables: readonly Variable[]): Variable | undefined {
  const wanted = canonical(path)
  return (
    variables.find((v) => canonical(v.path) === wanted) ??
    variables.find((v) => !v.reserved && v.short !== v.path && canonical(v.short) === wanted) ??
    inside(wanted, variables) ??
    saved(wanted, variables)
  )
}

/** One spelling for headers["x-a"] and headers.x-a. */
function canonical(path: string): string {
  return path.replace(/\[(["'])([\p{L}\p{N}_-]+)\1\]/gu, '.$2')
}

/** A place inside a list that has at least one element is known by the list's first element. */
function inside(path: string, variables: readonly Variable[]): Variable | undefined {
  if (!/\[(\d+|-1|\*)\]/.test(path)) return undefined
  const first = path.replace(/\[(\d+|-1|\*)\]/g, '[0]')
  const found = variables.find((v) => canonical(v.path) === first || canonical(v.short) === first)
  return found && { ...found, path, label: '' }
}

/** The body of a reply that was saved under a name is listed there alone: steps.deal.body.id as deal.id. */
function saved(path: string, variables: readonly Variable[]): Variable | undefined {
  const [, id, rest] = /^steps\.([a-z0-9_]+)\.body(.*)$/.exec(path) ?? []
  const root = id && variables.find((v) => v.group === 'step' && v.step?.split('/').at(-1) === id && !v.path.startsWith('steps.'))
  return root ? findVariable(root.path + rest, variables.filter((v) => v.step === root.step)) : undefined
}

/** What a path without data says about itself. */
export function guess(path: string): Variable | undefined {
  const base = { path, short: path, label: '', type: '', value: '', empty: true, secret: false }
  if (path.startsWith('event.')) return { ...base, group: 'source' }
  const step = /^steps\.([a-z0-9_]+)\./.exec(path)
  if (step) return { ...base, group: 'step', step: step[1] ?? '' }
  if (path.startsWith('params.')) return { ...base, group: 'params' }
  if (path.startsWith('vars.')) return { ...base, group: 'vars' }
  if (/^secret\b/.test(path)) return { ...base, group: 'secret', secret: true }
  if (/^(run|scenario|source|env)\.|^(now|today|uuid|public_url|body|status|headers)\b/.test(path)) return { ...base, group: 'system' }
  return undefined
}

export interface Found {
  variable: Variable
  name: string
  score: number
}

/** Variables that fit what was typed, best first; all of them when nothing was typed. */
export function search(typed: string, variables: readonly Variable[], words: Words): Found[] {
  const wanted = fold(typed)
  const out: Found[] = []
  variables.forEach((variable, i) => {
    const name = nameOf(variable, words)
    const score = wanted === '' ? 1 : fit(wanted, variable, name, words)
    if (score > 0) out.push({ variable, name, score: score - i / 100_000 })
  })
  return out.sort(
    (a, b) =>
      (wanted === ''
        ? groupOrder.indexOf(a.variable.group) - groupOrder.indexOf(b.variable.group) || rank(a.variable) - rank(b.variable)
        : 0) || b.score - a.score,
  )
}

/** What people send most stands first: plain values, then what holds others, then what a sender adds by itself. */
function rank(variable: Variable): number {
  if (variable.path.startsWith('event.') && !/^event\.(body|query|item)\b/.test(variable.path)) return 2
  return variable.path.includes('[') || variable.type === 'list' || variable.type === 'object' ? 1 : 0
}

function fit(wanted: string, variable: Variable, name: string, words: Words): number {
  const end = fold(tail(variable.path))
  const shown = fold(name)
  const group = variable.group === 'source' ? 0.5 : 0
  if (shown === wanted || end === wanted) return 10 + group
  if (shown.startsWith(wanted) || end.startsWith(wanted)) return 8 + group
  if (wordStarts(shown, wanted) || wordStarts(end, wanted)) return 6 + group
  const others = fold(words.synonyms(tail(variable.path).toLowerCase()))
  if (wordStarts(others, wanted)) return 5 + group
  if (shown.includes(wanted) || end.includes(wanted) || fold(variable.path).includes(wanted)) return 3 + group
  if (fold(variable.step_title ?? '').includes(wanted)) return 2
  if (!variable.secret && wanted.length > 1 && fold(variable.value).includes(wanted)) return 1
  return 0
}

function wordStarts(text: string, wanted: string): boolean {
  return text.split(/[\s._[\]«»-]+/).some((word) => word.startsWith(wanted))
}

function fold(s: string): string {
  return s.trim().toLowerCase().replace(/ё/g, 'е')
}
