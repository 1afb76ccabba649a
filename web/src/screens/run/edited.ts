import type { components } from '@/api'
import { quoted } from '@/i18n'
import { indented, jsonMistake, leavesOf } from '@/ui'
import { readPairs } from '@/words/form'

type Event = components['schemas']['Event']

/** What the body is to the one who changes it; binary data cannot be typed. */
export type BodyKind = 'json' | 'form' | 'text' | 'binary'

export interface EventText {
  kind: BodyKind
  body: string
  query: string
}

/** A value with a place of its own: a member of JSON, a pair of a form. */
export interface EditedField {
  name: string
  value: string
  kind: 'text' | 'number' | 'yesno' | 'null'
}

/** The event's data as they are shown first. The element of a split batch comes as text, which keeps the digits of its numbers. */
export function textOf(event: Event, item?: string): EventText {
  const query = event.query
  if (item !== undefined) return { kind: 'json', body: indented(item), query }
  if (event.encoding) return { kind: 'binary', body: '', query }
  const { body } = event
  if (body.trim() !== '' && jsonMistake(body) === undefined) return { kind: 'json', body: indented(body), query }
  if (/^application\/x-www-form-urlencoded/i.test(event.content_type ?? '')) return { kind: 'form', body: writePairs(readPairs(body, event.content_type)), query }
  return { kind: 'text', body, query }
}

const encoded = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+').replace(/%5B/gi, '[').replace(/%5D/gi, ']')
export const writePairs = (pairs: readonly (readonly [string, string])[]): string => pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&')

/** More than this is no form to fill in. */
export const mostFields = 200

/** The body as a form to fill in; undefined where it has no fields. */
export function fieldsOf({ kind, body }: EventText): EditedField[] | undefined {
  let fields: EditedField[] = []
  if (kind === 'form') fields = readPairs(body).map(([name, value]) => ({ name, value, kind: 'text' }))
  else if (kind === 'json' && jsonMistake(body) === undefined) fields = leavesOf(body, '').map((leaf) => ({ name: leaf.path.replace(/^\./, ''), value: leaf.kind === 'text' ? (JSON.parse(leaf.raw) as string) : leaf.raw, kind: leaf.kind }))
  return fields.length > 0 && fields.length <= mostFields && fields.every((field) => field.name !== '') ? fields : undefined
}

/** The body with another value at one place; everything else stays as it is written. */
export function withField(text: EventText, index: number, value: string): string {
  if (text.kind === 'form') return writePairs(readPairs(text.body).map(([name, old], i) => [name, i === index ? value : old]))
  const leaf = leavesOf(text.body, '')[index]
  if (!leaf) return text.body
  return text.body.slice(0, leaf.from) + (leaf.kind === 'text' ? JSON.stringify(value) : value) + text.body.slice(leaf.to)
}

const number = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/
/** Whether a value can stand in its field. */
export const fits = (field: EditedField): boolean => field.kind !== 'number' || number.test(field.value)

export interface Difference {
  name: string
  /** Undefined where there was nothing. */
  old?: string
  now?: string
}

/** What was changed, by its names; one line for the whole body where it has none. */
export function differences(old: EventText, now: EventText): Difference[] {
  const out: Difference[] = []
  if (old.query !== now.query) out.push({ name: '?', old: old.query, now: now.query })
  if (sameText(old, now)) return out
  const before = fieldsOf(old)
  const after = fieldsOf(now)
  if (!before || !after) return [...out, { name: '' }]
  const left = [...before]
  const added: Difference[] = []
  for (const field of after) {
    const at = left.findIndex((one) => one.name === field.name)
    const was = at < 0 ? undefined : left.splice(at, 1)[0]
    if (!was) added.push({ name: field.name, now: shown(field) })
    else if (was.value !== field.value || was.kind !== field.kind) out.push({ name: field.name, old: shown(was), now: shown(field) })
  }
  const query = old.query === now.query ? 0 : 1
  const fields = [...out, ...left.map((field) => ({ name: field.name, old: shown(field) })), ...added]
  // An empty list or object and the order of members are no fields, and a change all the same.
  return fields.length > query ? fields : [...fields, { name: '' }]
}

/** Whether two bodies say the same: spaces between the parts of JSON say nothing. */
const sameText = (old: EventText, now: EventText): boolean => old.body === now.body || (old.kind === 'json' && now.kind === 'json' && readable(old.body) && readable(now.body) && indented(old.body) === indented(now.body))
const readable = (body: string): boolean => body.trim() !== '' && jsonMistake(body) === undefined

const shown = (field: EditedField): string => (field.kind === 'text' ? quoted(field.value) : field.value)

/** What the server is sent, as JSON: only what was changed, so that what is hidden here stays as it came. */
export function wish(old: EventText, now: EventText, item: boolean): string {
  const members: string[] = []
  if (old.query !== now.query) members.push(`"query":${JSON.stringify(now.query.replace(/^\?/, ''))}`)
  // An element of a split batch becomes a body of its own, which is JSON whatever the whole one was.
  if (old.body !== now.body) members.push(item ? `"body":${now.body}` : `"text":${JSON.stringify(now.body)}`)
  return `{${members.join(',')}}`
}
