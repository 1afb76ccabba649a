import { memberPath } from './memberPath'

// JSON as a text: reading it into values would lose the digits of its numbers and the order of its members.

const tokens = /"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g

/** One value that holds no others, with its place in the text. */
export interface Leaf {
  path: string
  from: number
  to: number
  /** As it is written: a text with its quotes. */
  raw: string
  kind: 'text' | 'number' | 'yesno' | 'null'
}

const kindOf = (raw: string): Leaf['kind'] => (raw.startsWith('"') ? 'text' : raw === 'null' ? 'null' : raw === 'true' || raw === 'false' ? 'yesno' : 'number')

/** Where a text stops being JSON, from 1; undefined when it is JSON. */
export function jsonMistake(text: string): { line: number } | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    // The engine's own message is English and differs; the longest beginning that can still go on tells the place.
    return { line: text.slice(0, goodUntil(text)).split('\n').length }
  }
}

/** How far a text can be the beginning of JSON. */
function goodUntil(text: string): number {
  const open: string[] = []
  let want: 'value' | 'name' | 'colon' | 'end' = 'value'
  let end = 0
  for (const { 0: token, index } of text.matchAll(tokens)) {
    // What stands between two tokens and is no space is a quote without its end.
    if (text.slice(end, index).trim() !== '') return end + text.slice(end, index).search(/\S/)
    const last = open.at(-1)
    if (want === 'value' && token === ']' && last === '[') open.pop(), (want = 'end')
    else if (want === 'value' && (token === '{' || token === '[')) open.push(token), (want = token === '{' ? 'name' : 'value')
    else if (want === 'value' && /^("|-?\d|true$|false$|null$)/.test(token) && isJson(token)) want = 'end'
    else if (want === 'name' && token.startsWith('"') && isJson(token)) want = 'colon'
    else if (want === 'name' && token === '}') open.pop(), (want = 'end')
    else if (want === 'colon' && token === ':') want = 'value'
    else if (want === 'end' && token === ',' && last) want = last === '{' ? 'name' : 'value'
    else if (want === 'end' && ((token === '}' && last === '{') || (token === ']' && last === '['))) open.pop()
    else return index
    end = index + token.length
  }
  return text.length
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** All values that hold no others, in their order; the text is JSON. */
export function leavesOf(text: string, root: string): Leaf[] {
  const out: Leaf[] = []
  // In an object the name of the present member, in a list its place.
  const open: { path: string; at: string | number }[] = []
  let name = false
  for (const { 0: token, index } of text.matchAll(tokens)) {
    const inside = open.at(-1)
    const path = inside ? memberPath(inside.path, inside.at) : root
    if (token === '{' || token === '[') {
      open.push({ path, at: token === '[' ? 0 : '' })
      name = token === '{'
    } else if (token === '}' || token === ']') {
      open.pop()
      name = false
    } else if (token === ',') {
      if (typeof inside?.at === 'number') inside.at++
      else name = true
    } else if (token === ':') name = false
    else if (name && inside) inside.at = JSON.parse(token) as string
    else out.push({ path, from: index, to: index + token.length, raw: token, kind: kindOf(token) })
  }
  return out
}

/** The same JSON with a member in each line. */
export function indented(text: string): string {
  let out = ''
  let depth = 0
  let before = ''
  const line = () => `\n${'  '.repeat(depth)}`
  for (const [token] of text.matchAll(tokens)) {
    if (token === '}' || token === ']') {
      depth--
      if (before !== '{' && before !== '[') out += line()
    } else if (before === '{' || before === '[') out += line()
    out += token
    if (token === ',') out += line()
    else if (token === ':') out += ' '
    else if (token === '{' || token === '[') depth++
    before = token
  }
  return out
}

/** The text of a member of the outermost object; undefined where there is none. */
export function memberText(text: string, name: string): string | undefined {
  let depth = 0
  let from: number | undefined
  let last = ''
  let before = ''
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (from !== undefined && depth === 1 && (token === ',' || token === '}')) return text.slice(from, index).trim()
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (token === ':' && depth === 1 && from === undefined && last === 'name' && JSON.parse(before) === name) from = index + 1
    last = depth === 1 && token.startsWith('"') && (before === ',' || before === '{') ? 'name' : ''
    before = token
  }
  return undefined
}
