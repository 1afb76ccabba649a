/**
 * JSON that keeps what JavaScript would lose: the order of members whose names look like
 * numbers (such an object becomes a Map) and the digits of numbers that a double cannot hold.
 */
export type Json = null | boolean | number | string | LongNumber | Json[] | { [name: string]: Json } | Map<string, Json>

/** A number as it was written. */
export class LongNumber {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
  toString(): string {
    return this.digits
  }
  toJSON(): string {
    return this.digits
  }
}

const indexLike = /^(0|[1-9][0-9]*)$/
const numberHere = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y

class Reader {
  private at = 0
  constructor(private readonly text: string) {}

  whole(): Json {
    const value = this.value()
    this.space()
    if (this.at < this.text.length) this.fail()
    return value
  }

  private fail(): never {
    const before = this.text.slice(0, this.at).split('\n')
    throw new JsonError(before.length, (before[before.length - 1] ?? '').length + 1)
  }

  private space(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? 'x')) this.at++
  }

  private take(char: string): boolean {
    this.space()
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }

  private value(): Json {
    this.space()
    switch (this.text[this.at]) {
      case '{':
        return this.object()
      case '[':
        return this.list()
      case '"':
        return this.string()
    }
    for (const [word, value] of [['true', true], ['false', false], ['null', null]] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length
        return value
      }
    }
    return this.number()
  }

  private number(): Json {
    numberHere.lastIndex = this.at
    const found = numberHere.exec(this.text)?.[0]
    if (!found) this.fail()
    this.at += found.length
    const value = Number(found)
    return String(value) === found ? value : new LongNumber(found)
  }

  private string(): string {
    let end = this.at + 1
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1
    const raw = this.text.slice(this.at, end + 1)
    try {
      const value = JSON.parse(raw) as string
      this.at = end + 1
      return value
    } catch {
      this.fail()
    }
  }

  private list(): Json[] {
    const out: Json[] = []
    this.at++
    if (this.take(']')) return out
    do out.push(this.value())
    while (this.take(','))
    if (!this.take(']')) this.fail()
    return out
  }

  private object(): Json {
    const members: [string, Json][] = []
    this.at++
    if (this.take('}')) return {}
    do {
      this.space()
      if (this.text[this.at] !== '"') this.fail()
      const name = this.string()
      if (!this.take(':')) this.fail()
      members.push([name, this.value()])
    } while (this.take(','))
    if (!this.take('}')) this.fail()
    if (members.some(([name]) => indexLike.test(name) || name === '__proto__')) return new Map(members)
    return Object.fromEntries(members)
  }
}

/** Where a text stops being JSON; both count from 1. */
export class JsonError extends Error {
  constructor(
    readonly line: number,
    readonly column: number,
  ) {
    super(`not JSON at line ${line}, column ${column}`)
  }
}

export function parseJson(text: string): Json {
  return new Reader(text.replace(/^\uFEFF/, '')).whole()
}

/** Members of an object in their order; undefined for anything else. */
export function members(value: unknown): [string, Json][] | undefined {
  if (value instanceof Map) return [...(value as Map<string, Json>).entries()]
  if (isPlain(value)) return Object.entries(value as Record<string, Json>)
  return undefined
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map) && !(value instanceof LongNumber)
}

/** Writes JSON; members that are undefined are left out. */
export function writeJson(value: unknown, indent = 0): string {
  return write(value, indent, '\n')
}

function write(value: unknown, indent: number, line: string): string {
  if (value instanceof LongNumber) return value.digits
  const deeper = line + ' '.repeat(indent)
  const wrap = (open: string, items: string[], close: string): string => {
    if (items.length === 0) return open + close
    return indent === 0 ? open + items.join(',') + close : open + deeper + items.join(',' + deeper) + line + close
  }
  if (Array.isArray(value)) return wrap('[', value.map((item) => write(item, indent, deeper)), ']')
  const pairs = members(value)
  if (pairs) {
    const colon = indent === 0 ? ':' : ': '
    const items = pairs.filter(([, v]) => v !== undefined).map(([name, v]) => JSON.stringify(name) + colon + write(v, indent, deeper))
    return wrap('{', items, '}')
  }
  return JSON.stringify(value) ?? 'null'
}

/** Whether two values are the same document. */
export function same(a: unknown, b: unknown): boolean {
  return a === b || writeJson(a) === writeJson(b)
}
