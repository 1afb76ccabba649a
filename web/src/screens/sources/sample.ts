import type { Preset } from '@/api'
import type { Translate } from '@/i18n'
import { readPairs } from '@/words/form'

/** The value of a text that is JSON; undefined for any other. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** A request with made-up data, as its service sends it. What any service may send is written in the reader's language. */
export function sampleOf(preset: Preset | undefined, t: Translate): Preset['sample'] {
  const { method = 'POST', query = '', headers, body } = preset?.sample ?? {}
  const own = preset === undefined || preset.id === 'generic'
  return { method, query, headers: method === 'GET' ? (headers ?? []) : headerList(headers), body: own || body === undefined ? JSON.stringify({ name: t('quick.name'), phone: '+79990001122' }) : body }
}

/** A sample's body as people edit it: JSON on lines of its own, anything else as it is. */
export function sampleText(body: string): string {
  const value = jsonOf(body)
  return value === undefined ? body : JSON.stringify(value, null, 2)
}

/** Without a type of its own a body of JSON is said to be that. */
export function headerList(headers: Preset['sample']['headers'] | undefined): { name: string; value: string }[] {
  const list = headers ?? []
  return list.some((one) => one.name.toLowerCase() === 'content-type') ? list : [...list, { name: 'Content-Type', value: 'application/json' }]
}

const plainName = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u
const member = (path: string, name: string): string => (plainName.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`)
const mostPaths = 200

/** The places of single values in an event, as a source names them. */
export function pathsOf(event: { body: string; content_type?: string | undefined; query: string }): string[] {
  const out: string[] = []
  const walk = (value: unknown, path: string) => {
    if (out.length >= mostPaths || value === null || value === undefined) return
    if (Array.isArray(value)) walk(value[0], `${path}[0]`)
    else if (typeof value === 'object') for (const [name, inner] of Object.entries(value)) walk(inner, member(path, name))
    else if (path !== 'body') out.push(path)
  }
  const form = /x-www-form-urlencoded/i.test(event.content_type ?? '')
  walk(form ? Object.fromEntries(readPairs(event.body, event.content_type)) : jsonOf(event.body), 'body')
  for (const name of new Set(new URLSearchParams(event.query).keys())) out.push(member('query', name))
  return out
}
