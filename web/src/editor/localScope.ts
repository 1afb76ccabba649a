/** Variables of an event, made here: shown at once, and while the server cannot be asked. */
import type { Preset } from '@/api'
import { pick } from '@/i18n'
import type { Variable } from '@/pill/variables'
import { readPairs } from '@/words/form'
import { LongNumber, members, parseJson } from './model/json'

export interface Received {
  body: string
  encoding?: string | undefined
  query: string
  headers: { name: string; value: string }[]
  content_type?: string | undefined
}

const most = 200

const plainName = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u

/** The body as a value: JSON, a form, or text. */
export function bodyOf(event: Received): unknown {
  if (event.encoding) return undefined
  const type = event.content_type ?? event.headers.find((h) => h.name.toLowerCase() === 'content-type')?.value ?? ''
  if (/x-www-form-urlencoded/i.test(type)) return Object.fromEntries(readPairs(event.body, type))
  if (event.body.trim() === '') return undefined
  try {
    return parseJson(event.body)
  } catch {
    return event.body
  }
}

export function variablesOf(event: Received): Variable[] {
  const out: Variable[] = []
  collect(bodyOf(event), 'event.body', out)
  for (const [name, value] of new URLSearchParams(event.query)) {
    const path = member('event.query', name)
    if (!out.some((v) => v.path === path)) out.push(variable(path, value))
  }
  return out
}

function collect(value: unknown, path: string, out: Variable[]): void {
  if (out.length >= most) return
  const pairs = members(value)
  if (pairs) for (const [name, inner] of pairs) collect(inner, member(path, name), out)
  else if (Array.isArray(value)) {
    out.push(variable(path, value))
    if (value.length > 0) collect(value[0], `${path}[0]`, out)
  } else if (value !== undefined) out.push(variable(path, value))
}

function member(path: string, name: string): string {
  return plainName.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
}

/** Where a click into a shown value points: the path of names and indexes from its root. */
export function pathTo(root: string, keys: readonly (string | number)[]): string {
  return keys.reduce<string>((path, key) => (typeof key === 'number' ? `${path}[${key}]` : member(path, key)), root)
}

function variable(path: string, value: unknown): Variable {
  const [type, text] = shown(value)
  return { group: 'source', path, short: path, label: '', type, value: text.slice(0, 200), empty: text === '', secret: false }
}

function shown(value: unknown): [string, string] {
  if (value === null || value === undefined) return ['nothing', '']
  if (typeof value === 'number' || value instanceof LongNumber) return ['number', String(value)]
  if (typeof value === 'boolean') return ['yes-no', String(value)]
  if (Array.isArray(value)) return ['list', value.length === 0 ? '' : JSON.stringify(value)]
  if (typeof value === 'object') return ['object', JSON.stringify(value)]
  return ['text', String(value)]
}

// A form is sent by a person: who that is comes first.
const contacts = [/^name$/i, /^phone$/i, /^e-?mail$/i]

/** The variables with those of the event in its own order, not by the alphabet; of a form's the name, phone and e-mail first. */
export function inItsOrder(variables: readonly Variable[], event: Received): Variable[] {
  const own = variablesOf(event).map((one) => one.path)
  const form = /^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(event.content_type ?? '')
  const place = ({ path }: Variable): number => {
    const contact = form ? contacts.findIndex((one) => one.test(path.replace('event.body.', ''))) : -1
    if (contact >= 0) return contact - contacts.length
    const at = own.indexOf(path)
    return at < 0 ? own.length : at
  }
  return [...variables].sort((a, b) => place(a) - place(b))
}

/** A preset's usual fields, before anything has come. */
export function usualOf(preset: Preset | undefined): Variable[] {
  // Of what comes with every request a person looks for the data only.
  return (preset?.fields ?? []).filter((field) => /^(event\.)?(body|query|item)\b/.test(field.path)).map((field) => ({
    group: 'source',
    path: field.path.startsWith('event.') ? field.path : `event.${field.path}`,
    short: field.path,
    label: pick(field.title),
    type: field.type,
    value: field.example === undefined || field.example === null ? '' : String(field.example),
    empty: true,
    secret: false,
    usual: true,
  }))
}

/** The usual fields of all sources; what several of them have is there once. */
export function usualOfAll(presets: readonly Preset[] | undefined, ids: readonly (string | undefined)[]): Variable[] {
  const all = ids.flatMap((id) => usualOf(presets?.find((one) => one.id === id)))
  return all.filter((one, i) => all.findIndex((other) => other.path === one.path) === i)
}
