/** Steps in a few words, for lists. */
import type { Kind } from '@/api'
import { pick, quoted, type Key, type Translate } from '@/i18n'
import { fieldWords } from '@/pill/scope'
import { parse, type VariablePiece } from '@/pill/template'
import { pillOf } from '@/pill/variables'
import { read, withoutValue, type Comparison } from '../model/condition'
import { kindOf, type Step } from '../model/document'
import type { ParamType } from '../model/saved'
import { spanWords } from '@/words/duration'

export const kindKeys: Record<string, Key> = {
  http: 'httpRequest',
  request: 'savedRequest',
  set: 'kind.set',
  if: 'kind.if',
  delay: 'kind.delay',
  respond: 'step.respond',
  stop: 'kind.stop',
  fail: 'kind.fail',
}

function kindTitle(kind: string, t: Translate, kinds: readonly Kind[]): string {
  const known = kinds.find((one) => one.kind === kind)
  const key = Object.hasOwn(kindKeys, kind) ? kindKeys[kind] : undefined
  return known ? pick(known.title) : key ? t(key) : kind
}

/** A step's name where nobody gave it one: a condition without branches is called as the palette offers it. */
export function nameless(step: Step, t: Translate, kinds: readonly Kind[]): string {
  const kind = kindOf(step)
  const filter = step.if !== undefined && !step.then && !step.else
  const variant = filter ? kinds.find((one) => one.kind === kind)?.variants?.find((one) => one.id === 'only-if') : undefined
  return variant ? pick(variant.title) : kindTitle(kind, t, kinds)
}

export const titleOf = (step: Step, t: Translate, kinds: readonly Kind[]): string => step.title || nameless(step, t, kinds)

/** A text with its variables as their labels, and what is done to them: two that differ read differently. */
export function readable(text: string, t: Translate): string {
  const words = fieldWords(t)
  const label = (piece: VariablePiece) => {
    const { label, call, fallback, required } = pillOf(piece, undefined, words)
    return `${label}${call ? ` → ${words.call(call)}` : ''}${fallback === undefined ? '' : ` ?? ${fallback || '""'}`}${required ? ' *' : ''}`
  }
  return parse(text)
    .map((piece) => (piece.is === 'text' ? piece.text : `{${label(piece)}}`))
    .join('')
}

/** The values of the settings that templates read as env.NAME. */
export type Constants = Readonly<Record<string, string>>

/** A text with what is the same for every event filled in. */
function withConstants(text: string, constants: Constants): string {
  const value = (piece: VariablePiece) => {
    const name = piece.call ? undefined : /^env\.(\w+)$/.exec(piece.path ?? '')?.[1]
    return name !== undefined && Object.hasOwn(constants, name) ? constants[name] : undefined
  }
  return parse(text)
    .map((piece) => (piece.is === 'text' ? undefined : value(piece)) || piece.text)
    .join('')
}

/** The host of an address, as far as it is known before it is filled in. */
export function hostOf(url: string, constants: Constants, t: Translate): string {
  const text = withConstants(url, constants).trim()
  if (text === '') return t('step.noUrl')
  if (isEcho(text)) return t('echo')
  const host = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)/i.exec(text)?.[1] ?? text
  return readable(host, t)
}

/** The address of the built-in test receiver: it is ours, so nobody is asked about it. */
export function isEcho(url: string): boolean {
  const text = url.trim()
  return /^\{\{\s*public_url\s*\}\}\/echo\//.test(text) || (text.startsWith(`${location.origin}/echo/`))
}

const comparisonKeys: Record<Comparison, Key> = {
  filled: 'cmp.filled',
  empty: 'cmp.empty',
  equals: 'cmp.equals',
  differs: 'cmp.differs',
  contains: 'cmp.contains',
  lacks: 'cmp.lacks',
  starts: 'cmp.starts',
  above: 'cmp.above',
  below: 'cmp.below',
  atLeast: 'cmp.atLeast',
  atMost: 'cmp.atMost',
  yes: 'cmp.yes',
  no: 'cmp.no',
}
export const comparisonWord = (comparison: Comparison, t: Translate): string => t(comparisonKeys[comparison])

export function conditionWords(expression: string, t: Translate): string {
  const condition = read(expression)
  if (!condition || condition.clauses.length === 0) return expression
  const name = (path: string) => readable(`{{ ${path} }}`, t).slice(1, -1)
  return condition.clauses
    .map((clause) => {
      const nothing = clause.value === '' && !clause.variable
      if (nothing && clause.comparison === 'equals') return `${name(clause.path)} ${t('cmp.empty')}`
      if (nothing && clause.comparison === 'differs') return `${name(clause.path)} ${t('cmp.notEmpty')}`
      return [name(clause.path), comparisonWord(clause.comparison, t), clause.variable ? name(clause.value) : withoutValue.includes(clause.comparison) ? '' : quoted(clause.value)].filter(Boolean).join(' ')
    })
    .join(condition.join === 'and' ? ` ${t('cond.and')} ` : ` ${t('cond.or')} `)
}

/** 1h30m → 1 ч 30 мин; a template stays what it is. */
export function durationWords(text: string, t: Translate): string {
  return spanWords(text, t) ?? readable(text, t)
}

export function summary(step: Step, t: Translate): string {
  if (step.request !== undefined) return step.request || t('useRequest.none')
  if (step.set) return step.set.map((row) => row.name).filter(Boolean).join(', ') || t('step.nothingSet')
  if (step.if !== undefined) return step.if === '' ? t('step.noCondition') : conditionWords(step.if, t)
  if (step.delay !== undefined) return step.delay === '' ? t('step.noDelay') : durationWords(step.delay, t)
  if (step.respond) return typeof step.respond.status === 'number' ? String(step.respond.status) : typeof step.respond.status === 'string' ? readable(step.respond.status, t) : '200'
  if (step.stop) return step.stop.reason ? readable(step.stop.reason, t) : ''
  if (step.fail) return step.fail.message ? readable(step.fail.message, t) : ''
  return ''
}

const scenarioFields: Record<string, Key> = {
  title: 'editor.name',
  description: 'settings.description',
  sources: 'source.all',
  tags: 'settings.tags',
  search: 'settings.search',
  data: 'settings.data',
  missing: 'settings.missing',
  tests: 'change.tests',
  params: 'inputs',
}

/** What people call a place of the scenario itself. */
export function scenarioField(field: string, t: Translate): string {
  const first = field.split('/')[1] ?? ''
  const key = Object.hasOwn(scenarioFields, first) ? scenarioFields[first] : undefined
  return key ? t(key) : field
}

const takes: Partial<Record<ParamType, Key>> = { number: 'param.number', boolean: 'param.boolean', object: 'param.object', list: 'param.list' }

/** What is written into a field for a parameter; of a text nothing has to be said. */
export function paramHelp(type: ParamType | undefined, t: Translate): string | undefined {
  const key = type && takes[type]
  return key && t(key)
}

/** What people call a place below a step: «Тело: phone». */
export function fieldName(field: string, kinds: readonly Kind[]): string {
  // The fields of a saved request are called as those of a step.
  const inside = /^\/request(\/http\/.+)$/.exec(field)?.[1]
  if (inside) return fieldName(inside, kinds)
  const found = kinds
    .flatMap((kind) => kind.fields)
    .filter((one) => field === one.path || field.startsWith(`${one.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0]
  if (!found) return field
  const one = /^(\d+)(\/\w+)$/.exec(field.slice(found.path.length + 1))
  // The fields of each file stand in the table without its number.
  if (found.control === 'files' && one) return `${pick(found.title)} ${Number(one[1]) + 1}: ${fieldName(found.path + one[2]!, kinds)}`
  const rest = field.slice(found.path.length + 1).replace(/\/(value|name)$/, '')
  return rest ? `${pick(found.title)}: ${rest.replace(/~1/g, '/').replace(/~0/g, '~')}` : pick(found.title)
}
