/** A JSON body as rows of fields and as a text, and the way between them. */
import { parse, wholeVariable } from '../../pill/template'
import type { Row } from './document'
import { LongNumber, members, parseJson, type Json } from './json'

/** Parts of a field's name: dots nest, [0] is a place in a list, \. is a dot. */
function nameParts(name: string): (string | number)[] {
  const out: (string | number)[] = []
  let part = ''
  let begun = false
  const close = () => {
    if (begun) out.push(part)
    part = ''
    begun = false
  }
  for (let i = 0; i < name.length; i++) {
    const c = name[i] ?? ''
    if (c === '\\' && '.[\\'.includes(name[i + 1] ?? ' ')) {
      part += name[++i]
      begun = true
    } else if (c === '.') close()
    else if (c === '[') {
      const end = name.indexOf(']', i)
      const inner = name.slice(i + 1, end)
      if (end > 0 && /^\d*$/.test(inner)) {
        close()
        out.push(inner === '' ? -1 : Number(inner))
        i = end
      } else {
        part += c
        begun = true
      }
    } else {
      part += c
      begun = true
    }
  }
  close()
  return out
}

const escapeName = (name: string): string => name.replace(/[\\.[]/g, (c) => `\\${c}`)

type Node = Map<string, Node> | Node[] | { leaf: Json }

/** The text of a JSON body that says the same as the rows. Rows that are off are left out. */
export function rowsToText(rows: readonly Row[]): string {
  const root: Node = new Map<string, Node>()
  for (const row of rows) if (row.on !== false && row.name !== '') place(root, nameParts(row.name), { leaf: row.value })
  return writeNode(root, '')
}

function place(node: Node, [head, ...rest]: (string | number)[], leaf: Node): void {
  if (head === undefined) return
  const fresh = (): Node => (rest.length === 0 ? leaf : typeof rest[0] === 'number' ? [] : new Map<string, Node>())
  if (Array.isArray(node)) {
    const at = typeof head === 'number' && head >= 0 ? head : node.length
    const child = node[at] ?? fresh()
    node[at] = child
    if (rest.length > 0) place(child, rest, leaf)
  } else if (node instanceof Map) {
    const child = rest.length === 0 ? leaf : (node.get(String(head)) ?? fresh())
    node.set(String(head), child)
    if (rest.length > 0) place(child, rest, leaf)
  }
}

function writeNode(node: Node | undefined, indent: string): string {
  const deeper = `${indent}  `
  if (node === undefined) return 'null'
  if (Array.isArray(node)) return node.length === 0 ? '[]' : `[\n${Array.from(node, (child) => deeper + writeNode(child, deeper)).join(',\n')}\n${indent}]`
  if (node instanceof Map) return node.size === 0 ? '{}' : `{\n${[...node].map(([name, child]) => `${deeper}${JSON.stringify(name)}: ${writeNode(child, deeper)}`).join(',\n')}\n${indent}}`
  return writeValue(node.leaf, indent)
}

/** One whole variable stands without quotation marks: so it keeps its type. */
function writeValue(value: Json, indent: string): string {
  if (typeof value === 'string') {
    if (wholeVariable(value)) return value.trim()
    return parse(value)
      .map((piece) => (piece.is === 'variable' ? piece.text : JSON.stringify(piece.text).slice(1, -1)))
      .join('')
      .replace(/^[\s\S]*$/, (inner) => `"${inner}"`)
  }
  if (value instanceof LongNumber) return value.digits
  const deeper = `${indent}  `
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[\n${value.map((item) => deeper + writeValue(item, deeper)).join(',\n')}\n${indent}]`
  const pairs = members(value)
  if (pairs) return pairs.length === 0 ? '{}' : `{\n${pairs.map(([name, item]) => `${deeper}${JSON.stringify(name)}: ${writeValue(item, deeper)}`).join(',\n')}\n${indent}}`
  return JSON.stringify(value)
}

/** What a text of JSON and variables says; undefined when it is none. */
export function withVariables(text: string): Json | undefined {
  let plain = ''
  let inString = false
  for (const piece of parse(text)) {
    if (piece.is === 'variable') {
      // Inside of quotation marks it is part of a text, else a value of its own.
      plain += inString ? JSON.stringify(piece.text).slice(1, -1) : JSON.stringify(piece.text)
      continue
    }
    for (let i = 0; i < piece.text.length; i++) {
      if (inString && piece.text[i] === '\\') i++
      else if (piece.text[i] === '"') inString = !inString
    }
    plain += piece.text
  }
  try {
    return parseJson(plain)
  } catch {
    return undefined
  }
}

/** The rows that say the same as a text; undefined when the text is no object of JSON and variables. */
export function textToRows(text: string): Row[] | undefined {
  if (text.trim() === '') return []
  const value = withVariables(text)
  if (value === undefined || !members(value)) return undefined
  const rows: Row[] = []
  flatten(value, '', rows)
  return rows
}

function flatten(value: Json, name: string, rows: Row[]): void {
  const pairs = members(value)
  if (pairs && (pairs.length > 0 || name === '')) {
    for (const [key, inner] of pairs) flatten(inner, name === '' ? escapeName(key) : `${name}.${escapeName(key)}`, rows)
  } else if (Array.isArray(value) && value.length > 0) value.forEach((inner, i) => flatten(inner, `${name}[${i}]`, rows))
  else rows.push({ name, value })
}

// ── the type of one value ────────────────────────────────────────────────

export type ValueType = 'auto' | 'text' | 'number' | 'yes-no' | 'nothing' | 'json'

export function typeOf(value: Json): ValueType {
  if (value === null) return 'nothing'
  if (typeof value === 'boolean') return 'yes-no'
  if (typeof value === 'number' || value instanceof LongNumber) return 'number'
  if (typeof value !== 'string') return 'json'
  const variable = wholeVariable(value)
  if (!variable) return 'text'
  return variable.call === 'number' ? 'number' : variable.call === 'string' ? 'text' : 'auto'
}

/** The types that a value can take. */
export function typesFor(value: Json): ValueType[] {
  if (typeof value === 'string' && wholeVariable(value)) return ['auto', 'text', 'number']
  if (typeof value === 'string' && parse(value).some((piece) => piece.is === 'variable')) return ['text']
  return ['text', 'number', 'yes-no', 'nothing', 'json']
}

/** Those of a form's field: a number and yes or no go as the texts that they are. */
export const formTypes = (value: Json): ValueType[] => typesFor(value).filter((type) => type !== 'yes-no' && (type !== 'number' || typeOf(value) === 'auto') || type === typeOf(value))

/** What is shown in the field of a value. */
export function shownText(value: Json): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (value instanceof LongNumber) return value.digits
  return typeof value === 'object' ? writeValue(value, '') : String(value)
}

const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** The value with another type; the text is what the field shows. */
export function withType(text: string, type: ValueType): Json {
  const variable = wholeVariable(text)
  if (variable?.path !== undefined) {
    const call = type === 'number' ? 'number' : type === 'text' ? 'string' : undefined
    if (variable.call === call) return text
    const inner = variable.fallback === undefined ? variable.path : variable.expression.replace(/^[a-z_0-9]+\(([\s\S]*)\)$/, (all: string, inside: string) => (variable.call ? inside : all))
    return call ? `{{ ${call}(${inner}) }}` : `{{ ${inner} }}`
  }
  switch (type) {
    case 'number':
      return number.test(text.trim()) ? parseJson(text.trim()) : text.trim() === '' ? 0 : text
    case 'yes-no':
      return text.trim() === 'true' || text.trim() === '1'
    case 'nothing':
      return null
    case 'json':
      try {
        return parseJson(text)
      } catch {
        return {}
      }
    default:
      return text
  }
}

/** What typing into the field of a value makes of it: a number stays a number as long as it is one. */
export function typed(before: Json, text: string): Json {
  const type = typeOf(before)
  if (type === 'number' && typeof before !== 'string' && number.test(text.trim())) return parseJson(text.trim())
  if (type === 'yes-no' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
