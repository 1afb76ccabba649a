import { memberPath } from './memberPath'

/** More than this many places are not looked for. */
export const mostFound = 1000

/** The paths of the members whose name or value holds the text, in the order of the tree. */
export function findIn(value: unknown, root: string, text: string): string[] {
  const wanted = text.trim().toLocaleLowerCase()
  const out: string[] = []
  if (wanted === '') return out
  const has = (part: unknown) => String(part).toLocaleLowerCase().includes(wanted)
  const walk = (at: unknown, path: string, name: string | undefined) => {
    if (out.length >= mostFound) return
    if (isTree(at)) {
      if (name !== undefined && has(name)) out.push(path)
      if (Array.isArray(at)) at.forEach((member, i) => walk(member, memberPath(path, i), undefined))
      else for (const [key, member] of Object.entries(at)) walk(member, memberPath(path, key), key)
    } else if ((name !== undefined && has(name)) || has(at)) out.push(path)
  }
  walk(value, root, undefined)
  return out
}

/** Whether a path leads through another one. */
export const leadsThrough = (path: string | undefined, through: string): boolean =>
  path !== undefined && path.length > through.length && path.startsWith(through) && (path[through.length] === '.' || path[through.length] === '[')

// A number too long for a double is an object of ours, and a leaf.
export const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null && !('digits' in value && Object.keys(value).length === 1)

/** Members that are drawn at once. */
export const treePage = 100

/** Which members of a long list are drawn: the first ones, and those about the found one when it stands far behind them. */
export function drawn(count: number, shown: number, found: number, more = 0): [number, number][] {
  const first: [number, number] = [0, Math.min(count, shown)]
  if (found < shown) return [first]
  const from = Math.max(shown, found - (found % treePage))
  return [first, [from, Math.min(count, from + treePage + more)]]
}
