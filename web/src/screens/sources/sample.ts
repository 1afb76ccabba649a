import type { Preset } from '@/api'

/** The value of a text that is JSON; undefined for any other. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** A sample's body as people edit it: JSON on lines of its own, anything else as it is. */
export function sampleText(body: unknown): string {
  if (typeof body !== 'string') return JSON.stringify(body, null, 2)
  const value = jsonOf(body)
  return value === undefined ? body : JSON.stringify(value, null, 2)
}

/** The headers of a sample; without a type of its own a body of JSON is said to be that. */
export function headerList(headers: Preset['sample']['headers'] | undefined): { name: string; value: string }[] {
  const list = headers ?? []
  return list.some((one) => one.name.toLowerCase() === 'content-type') ? list : [...list, { name: 'Content-Type', value: 'application/json' }]
}
