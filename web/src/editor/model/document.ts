/** The scenario document as the editor holds it: rows are always lists, so that every row keeps its place. */
import { isPlain, members, type Json } from './json'
import { join, read, split } from './pointer'

export interface Row {
  name: string
  value: Json
  on?: false
}

/** A file of a form; without a name and a type of its own it keeps those that it came with. */
export interface FormFile {
  name: string
  path: string
  filename?: string
  type?: string
}

export interface HttpBody {
  json?: Json | Row[]
  form?: Row[]
  multipart?: { fields?: Row[]; files?: FormFile[] }
  text?: string
  xml?: string
  path?: string
  file?: string
  none?: boolean
  force?: boolean
  nested?: boolean
  charset?: string
  gzip?: boolean
}

export interface Retry {
  delays?: string[]
  exponential?: { first: string; factor: number; max: string; tries: number }
  on?: string[]
  deadline?: string
  quiet?: { from: string; to: string; zone: string }
  ask?: { method?: string; url: string; query?: Row[]; headers?: Row[]; body?: HttpBody; codes?: string[]; done: string; result?: string }
}

export interface HttpStep {
  method?: string
  url: string
  query?: Row[]
  headers?: Row[]
  body?: HttpBody
  own_headers_only?: boolean
  timeout?: string
  redirects?: string
  tls?: { verify?: boolean; server_name?: string }
  response?: string
  response_charset?: string
  reply_limit?: number
  success?: { codes?: string[]; when?: string }
  retry?: Retry
  on_failure?: string
  save?: { body?: string; status?: string; headers?: string }
  renew?: { when: string; step: string }
}

export interface Step {
  id: string
  /** The id that the step had when it first ran: what was learned of it is found by that. */
  was?: string
  title?: string
  when?: string
  http?: HttpStep
  set?: Row[]
  if?: string
  then?: Step[]
  else?: Step[]
  delay?: string
  /** The name of a saved request, what it is given, and a method instead of its own. */
  request?: string
  with?: Row[]
  method?: string
  save?: { body?: string; status?: string; headers?: string }
  on_failure?: string
  renew?: { when: string; step: string }
  respond?: { status?: Json; headers?: Row[]; text?: string; json?: Json | Row[] }
  stop?: { reason?: string }
  fail?: { message?: string }
  /** Kinds that this page does not know by name come through untouched. */
  [other: string]: unknown
}

export interface Scenario {
  apiVersion?: string
  kind?: string
  name: string
  title?: string
  description?: string
  sources?: string[]
  syntax?: string
  missing?: string
  tags?: string[]
  search?: string[]
  data?: string[]
  steps: Step[]
  [other: string]: unknown
}

const rowPlaces = ['/http/query', '/http/headers', '/http/body/form', '/http/body/multipart/fields', '/http/retry/ask/query', '/http/retry/ask/headers', '/http/retry/ask/body/form', '/http/retry/ask/body/multipart/fields', '/with', '/set', '/respond/headers']

const jsonPlaces = ['http/body/json', 'http/retry/ask/body/json', 'respond/json']

/** Reads rows from a map or from a list of {name, value, on}. */
export function rowsOf(value: unknown): Row[] {
  const pairs = members(value)
  if (pairs) return pairs.map(([name, v]) => ({ name, value: v }))
  if (!Array.isArray(value)) return []
  return value.map((item) => {
    const row = Object.fromEntries(members(item) ?? [])
    return { name: String(row['name'] ?? ''), value: row['value'] ?? null, ...(row['on'] === false ? { on: false as const } : {}) }
  })
}

/** Whether a JSON body is written as rows: an object, or a list of {name, value, on}. */
export function isRows(value: unknown): boolean {
  if (members(value)) return true
  if (!Array.isArray(value)) return false
  return value.length > 0 && value.every((item) => {
    const pairs = members(item)
    return pairs !== undefined && pairs.length >= 1 && pairs[0]?.[0] === 'name' && pairs.every(([key]) => ['name', 'value', 'on'].includes(key))
  })
}

/** The document with rows as lists. */
export function normalise(document: unknown): Scenario {
  const top = Object.fromEntries(members(document) ?? []) as Record<string, unknown>
  return { ...top, name: String(top['name'] ?? ''), steps: normaliseSteps(top['steps']) }
}

function normaliseSteps(steps: unknown): Step[] {
  return Array.isArray(steps) ? steps.map(normaliseStep) : []
}

export function normaliseStep(value: unknown): Step {
  let step = Object.fromEntries(members(value) ?? []) as Step
  for (const place of rowPlaces) step = mapAt(step, place.slice(1).split('/'), rowsOf) as Step
  for (const place of jsonPlaces) {
    step = mapAt(step, place.split('/'), (json) => (isRows(json) ? rowsOf(json) : json)) as Step
  }
  if (step.then) step = { ...step, then: normaliseSteps(step.then) }
  if (step.else) step = { ...step, else: normaliseSteps(step.else) }
  return step
}

/** The document as files write it: JSON fields as an object wherever every name is there once and no row is off. */
export function plain(document: Scenario): Scenario {
  return { ...document, steps: plainSteps(document.steps) }
}

function plainSteps(steps: Step[]): Step[] {
  return steps.map((one) => {
    let step = one
    for (const place of jsonPlaces) step = mapAt(step, place.split('/'), plainRows) as Step
    if (step.then) step = { ...step, then: plainSteps(step.then) }
    if (step.else) step = { ...step, else: plainSteps(step.else) }
    return step
  })
}

function plainRows(value: unknown): unknown {
  if (!Array.isArray(value) || (value.length > 0 && !isRows(value))) return value
  const rows = rowsOf(value)
  const unique = new Set(rows.map((row) => row.name)).size === rows.length
  return unique && rows.every((row) => row.on !== false && row.name !== '') ? new Map(rows.map((row) => [row.name, row.value])) : value
}

function mapAt(value: unknown, parts: string[], change: (v: unknown) => unknown): unknown {
  const [head, ...rest] = parts
  if (head === undefined) return value === undefined || value === null ? value : change(value)
  const pairs = members(value)
  if (!pairs) return value
  const object: Record<string, unknown> = Object.fromEntries(pairs)
  if (object[head] === undefined) return value
  return { ...object, [head]: mapAt(object[head], rest, change) }
}

export const stepKinds = ['http', 'request', 'set', 'if', 'delay', 'respond', 'stop', 'fail'] as const
const common = new Set(['id', 'title', 'when', 'then', 'else'])

/** The kind is the one member that is not common to all steps. */
export function kindOf(step: Step): string {
  for (const kind of stepKinds) if (step[kind] !== undefined) return kind
  return Object.keys(step).find((key) => !common.has(key)) ?? ''
}

/**
 * Where the editor holds what the server names: there a row has its name wherever files write a map of rows, and its
 * number wherever they write a list; here it always has its number. What is wrong with a row itself is wrong with its name.
 */
export function heldAt(document: Scenario, pointer: string): string {
  const parts = split(pointer)
  let here: unknown = document
  for (const [i, part] of parts.entries()) {
    if (isHeldRows(here)) {
      const rest = parts.slice(i + 1)
      const numbered = here[Number(part)] !== undefined
      if (numbered && (rest[0] === 'name' || rest[0] === 'value')) return pointer
      const named = here.findIndex((row) => row.name === part)
      if (named >= 0) return join(...parts.slice(0, i), named, 'value', ...rest)
      return numbered && rest.length === 0 ? `${pointer}/name` : pointer
    }
    here = read(here, join(part))
  }
  return pointer
}

export const isHeldRows = (value: unknown): value is Row[] => Array.isArray(value) && value.length > 0 && value.every((one) => isPlain(one) && 'name' in one && 'value' in one)

/** Rows as the document writes them: a row's name and value, on only when it is off. */
export function cleanRow(row: Row): Row {
  return row.on === false ? { name: row.name, value: row.value, on: false } : { name: row.name, value: row.value }
}
