/** Brings two sets of edits of one document together. */
import { isPlain, same } from './json'
import { join } from './pointer'
import { firstId } from './steps'

export interface Merged<T> {
  document: T
  /** Places that both sides changed differently; the document holds mine there. */
  conflicts: string[]
}

/** What base became on both sides. Lists of steps are matched by their first ids, other lists are taken whole. */
export function merge<T>(base: T, mine: T, theirs: T): Merged<T> {
  const conflicts: string[] = []
  const document = mergeValue(base, mine, theirs, '', conflicts) as T
  return { document, conflicts }
}

function mergeValue(base: unknown, mine: unknown, theirs: unknown, at: string, conflicts: string[]): unknown {
  if (same(mine, theirs) || same(base, theirs)) return mine
  if (same(base, mine)) return theirs
  if (isPlain(base) && isPlain(mine) && isPlain(theirs)) {
    const keys = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])]
    const pairs = keys.map((key) => [key, mergeValue(base[key], mine[key], theirs[key], at + join(key), conflicts)] as const)
    return Object.fromEntries(pairs.filter(([, value]) => value !== undefined))
  }
  if (hasIds(base) && hasIds(mine) && hasIds(theirs)) return mergeLists(base, mine, theirs, at, conflicts)
  conflicts.push(at)
  return mine
}

interface HasId {
  id: string
  was?: string
}

function hasIds(value: unknown): value is HasId[] {
  if (!Array.isArray(value)) return false
  const ids = value.map((item) => (isPlain(item) ? (item['was'] ?? item['id']) : undefined))
  return ids.every((id) => typeof id === 'string') && new Set(ids).size === ids.length
}

function mergeLists(base: HasId[], mine: HasId[], theirs: HasId[], at: string, conflicts: string[]): HasId[] {
  const find = (list: HasId[], id: string): HasId | undefined => list.find((item) => firstId(item) === id)
  const out: HasId[] = []
  mine.forEach((item, i) => {
    const was = find(base, firstId(item))
    const other = find(theirs, firstId(item))
    if (was && !other) {
      // They took away what is here: gone when I did not touch it.
      if (same(was, item)) return
      conflicts.push(`${at}/${i}`)
    }
    out.push(other ? (mergeValue(was, item, other, `${at}/${i}`, conflicts) as HasId) : item)
  })
  // What they put in stands behind the element that it stood behind there.
  theirs.forEach((item, i) => {
    if (find(mine, firstId(item))) return
    const was = find(base, firstId(item))
    if (was && same(was, item)) return
    if (was) conflicts.push(`${at}/${i}`)
    const before = theirs.slice(0, i).reverse().find((other) => find(out, firstId(other)))
    out.splice(before ? out.findIndex((o) => firstId(o) === firstId(before)) + 1 : 0, 0, item)
  })
  const order = (list: HasId[]): string => list.filter((item) => find(base, firstId(item))).map(firstId).join()
  if (order(base) !== order(theirs) && order(base) !== order(mine) && order(mine) !== order(theirs)) conflicts.push(at)
  else if (order(base) !== order(theirs) && order(base) === order(mine)) {
    const rank = new Map(theirs.map((item, i) => [firstId(item), i]))
    const known = out.filter((item) => rank.has(firstId(item))).sort((a, b) => (rank.get(firstId(a)) ?? 0) - (rank.get(firstId(b)) ?? 0))
    return out.map((item) => (rank.has(firstId(item)) ? (known.shift() as HasId) : item))
  }
  return out
}
