/** Places in a document: JSON Pointer (RFC 6901), read and changed without changing the old value. */
import { isPlain } from './json'

export function split(pointer: string): string[] {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
}

export function join(...parts: (string | number)[]): string {
  return parts.map((part) => '/' + String(part).replace(/~/g, '~0').replace(/\//g, '~1')).join('')
}

export function read(value: unknown, pointer: string): unknown {
  let here = value
  for (const part of split(pointer)) {
    if (here instanceof Map) here = here.get(part)
    else if (Array.isArray(here)) here = here[Number(part)]
    else if (isPlain(here)) here = here[part]
    else return undefined
  }
  return here
}

/** A copy with another value at the pointer; undefined takes the member (or the element) away. */
export function write<T>(value: T, pointer: string, next: unknown): T {
  return put(value, split(pointer), next) as T
}

/** A copy with an element put in before the index that the pointer ends with; "-" is the end. */
export function insert<T>(value: T, pointer: string, item: unknown): T {
  const parts = split(pointer)
  const last = parts.pop() ?? '-'
  const parent = join(...parts)
  const list = [...((read(value, parent) as unknown[] | undefined) ?? [])]
  list.splice(last === '-' ? list.length : Number(last), 0, item)
  return write(value, parent, list)
}

function put(value: unknown, parts: string[], next: unknown): unknown {
  const [head, ...rest] = parts
  if (head === undefined) return next
  if (Array.isArray(value)) {
    const copy = [...(value as unknown[])]
    const index = head === '-' ? copy.length : Number(head)
    const child = put(copy[index], rest, next)
    if (child === undefined) copy.splice(index, 1)
    else copy[index] = child
    return copy
  }
  if (value instanceof Map) {
    const copy = new Map(value as Map<string, unknown>)
    const child = put(copy.get(head), rest, next)
    if (child === undefined) copy.delete(head)
    else copy.set(head, child)
    return copy
  }
  const object = isPlain(value) ? value : {}
  const child = put(object[head], rest, next)
  if (child === undefined) {
    const { [head]: _gone, ...others } = object
    return others
  }
  return { ...object, [head]: child }
}

/** The smallest place that holds everything in which two values differ. */
export interface Difference {
  pointer: string
  before: unknown
  after: unknown
}

export function difference(before: unknown, after: unknown): Difference {
  const parts: string[] = []
  for (;;) {
    const child = onlyDifference(before, after)
    if (child === undefined) return { pointer: join(...parts), before, after }
    parts.push(child)
    before = read(before, join(child))
    after = read(after, join(child))
  }
}

function onlyDifference(before: unknown, after: unknown): string | undefined {
  let keys: string[]
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) keys = before.map((_, i) => String(i))
  else if (isPlain(before) && isPlain(after)) keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  else return undefined
  const differing = keys.filter((key) => read(before, join(key)) !== read(after, join(key)))
  const one = differing[0]
  if (differing.length !== 1 || one === undefined) return undefined
  // A member that comes or goes is a change of its parent: its place among the others counts.
  if (isPlain(before) && isPlain(after) && (before[one] === undefined) !== (after[one] === undefined)) return undefined
  return one
}
