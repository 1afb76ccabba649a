import { indented, memberText } from '@/ui'

// How a source receives, as a form: what its document says of methods, proofs and the answer, and back again.

export interface Place {
  in: string
  name: string
  prefix?: string
  scheme?: string
}

export interface Verify {
  kind?: string
  places?: Place[]
  header?: string
  secret?: string
  user?: string
  algorithm?: string
  encoding?: string
  prefix?: string
  signed?: string
  timestamp?: unknown
}

interface SourceDocument {
  title?: string
  verify?: Verify
  reply?: { status?: number; text?: string; json?: unknown; wait?: string }
  accept?: { methods?: string[] }
  order?: string
}

/** «service» is what the service itself does: its preset knows. */
export type Guard = 'service' | 'none' | 'token' | 'basic' | 'hmac'
/** «usual» are the places that are looked at when none is named, «own» what only the file can say. */
export type Where = 'usual' | 'header' | 'query' | 'body' | 'own'

export interface Receive {
  title: string
  methods: string[]
  guard: Guard
  verify: Verify
  where: Where
  /** The name of the header, parameter or member. */
  place: string
  answer: 'service' | 'text' | 'json'
  status: number | undefined
  text: string
  json: string
  /** Seconds; undefined is the usual time. */
  wait: number | undefined
  /** The path of the value by which events go one after another. */
  order: string
}

export const methodNames = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  let ms = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smh])/g)) ms += Number(amount) * unitMs[unit!]!
  return ms / 1000
}

/** Reads a document, which comes as text: numbers of the answer keep their digits. */
export function readReceive(text: string, preset: { methods: readonly string[]; verify: string }): Receive {
  const document = JSON.parse(text) as SourceDocument
  const verify = document.verify ?? {}
  const kind = document.verify === undefined ? undefined : (verify.kind ?? '')
  const guard: Guard = kind === 'none' || (kind === undefined && preset.verify === 'none') ? 'none' : kind === 'token' || kind === 'basic' || kind === 'hmac' ? kind : 'service'
  const only = verify.places?.length === 1 && !verify.header ? verify.places[0] : undefined
  const simple = only && !only.prefix && !only.scheme && ['header', 'query', 'body'].includes(only.in)
  const where: Where = verify.header && !verify.places?.length ? 'header' : !verify.places?.length ? 'usual' : simple ? (only.in as Where) : 'own'
  const reply = document.reply
  const raw = memberText(memberText(text, 'reply') ?? '', 'json')
  return {
    title: document.title ?? '',
    methods: [...(document.accept?.methods ?? preset.methods)],
    guard,
    verify,
    where,
    place: verify.header ?? only?.name ?? '',
    answer: reply?.text !== undefined ? 'text' : raw !== undefined ? 'json' : 'service',
    status: reply?.status,
    text: reply?.text ?? '',
    json: raw === undefined ? '{\n  "success": true,\n  "event_id": "{event_id}"\n}' : indented(raw),
    wait: seconds(reply?.wait),
    order: document.order ?? '',
  }
}

function verifyOf(form: Receive): Verify | undefined {
  const { guard, where, verify } = form
  const secret = verify.secret || undefined
  if (guard === 'none') return { kind: 'none' }
  // What the service does needs the secret only; without one it is the preset's own.
  if (guard === 'service') return secret ? { ...verify, kind: undefined } : undefined
  const place = form.place.trim()
  const places = where === 'own' ? verify.places : where === 'query' || where === 'body' ? [{ in: where, name: place }] : undefined
  const header = where === 'own' ? verify.header : where === 'header' ? place : undefined
  const found = { places, header, secret }
  if (guard === 'token') return { kind: guard, ...found, ...(where === 'header' && verify.prefix ? { prefix: verify.prefix } : {}) }
  if (guard === 'basic') return { kind: guard, ...(where === 'own' ? found : { secret }), user: verify.user || undefined }
  return { kind: guard, ...found, algorithm: verify.algorithm, encoding: verify.encoding, prefix: verify.prefix || undefined, signed: verify.signed || undefined, timestamp: verify.timestamp }
}

/** Writes a form over a document; members that the form does not know stay as they are. */
export function writeReceive(text: string, form: Receive, preset: { methods: readonly string[]; verify: string }): string {
  const members = new Map(Object.keys(JSON.parse(text) as object).map((name) => [name, memberText(text, name) ?? 'null']))
  const put = (name: string, value: string | undefined) => (value === undefined ? members.delete(name) : members.set(name, value))
  put('title', form.title.trim() === '' ? undefined : JSON.stringify(form.title.trim()))
  const usual = form.methods.length === preset.methods.length && preset.methods.every((method) => form.methods.includes(method))
  put('accept', usual ? undefined : JSON.stringify({ methods: methodNames.filter((method) => form.methods.includes(method)) }))
  const verify = verifyOf(form)
  put('verify', verify === undefined || (verify.kind === 'none' && preset.verify === 'none') ? undefined : JSON.stringify(verify))
  put('order', form.order.trim() === '' ? undefined : JSON.stringify(form.order.trim()))
  const reply: string[] = []
  if (form.status !== undefined) reply.push(`"status":${form.status}`)
  if (form.answer === 'text') reply.push(`"text":${JSON.stringify(form.text)}`)
  if (form.answer === 'json') reply.push(`"json":${form.json}`)
  if (form.wait !== undefined) reply.push(`"wait":"${form.wait}s"`)
  put('reply', reply.length > 0 ? `{${reply.join(',')}}` : undefined)
  return `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
}

// What belongs together is changed together: half of one protection and half of another is none.
const together: (keyof Receive)[][] = [['title'], ['methods'], ['guard', 'verify', 'where', 'place'], ['answer', 'text', 'json'], ['status'], ['wait'], ['order']]

/** What a person changed of a form since it was opened, over what another has saved meanwhile. */
export function over(now: Receive, seen: Receive, mine: Receive): Receive {
  const out = { ...now }
  const take = <K extends keyof Receive>(key: K) => {
    out[key] = mine[key]
  }
  for (const group of together) if (group.some((key) => JSON.stringify(mine[key]) !== JSON.stringify(seen[key]))) group.forEach(take)
  return out
}
