/** Fields of a step's reply that are kept under names: rows of the set steps behind it. Pure, so that a table and a tree can share them. */
import { isPath, parse } from '@/pill/template'
import type { Row, Scenario, Step } from './document'
import { isPlain, members, parseJson, writeJson } from './json'
import { insert, join, read, split, write } from './pointer'
import { inSteps, renamed } from './references'
import { freeId, nameFrom, walk } from './steps'

export interface ReplyVariable {
  name: string
  /** What of the reply it is: result.id; empty for all of it. */
  field: string
  /** Where its row stands in the document. */
  pointer: string
}

/** The reply of a step, as expressions name it. */
const rootOf = (id: string): string => `steps.${id}.body`

/** result.id → steps.deal.body.result.id */
export const pathOf = (id: string, field: string): string => rootOf(id) + (field === '' || field.startsWith('[') ? field : `.${field}`)

/** steps.deal.body.result.id → result.id; undefined for a place outside of the reply. */
export function fieldOf(id: string, path: string): string | undefined {
  const root = rootOf(id)
  if (!path.startsWith(root)) return undefined
  const rest = path.slice(root.length)
  return rest === '' || rest.startsWith('[') ? rest : rest.startsWith('.') ? rest.slice(1) : undefined
}

function setsBehind(document: Scenario, pointer: string): { step: Step; pointer: string }[] {
  const parts = split(pointer)
  const list = join(...parts.slice(0, -1))
  const steps = (read(document, list) as Step[] | undefined) ?? []
  return steps.map((step, i) => ({ step, pointer: `${list}/${i}` })).filter(({ step }, i) => i > Number(parts[parts.length - 1]) && step.set !== undefined)
}

/** The variables that a step's reply is kept in, in their order. */
export function replyVariables(document: Scenario, pointer: string, id: string): ReplyVariable[] {
  return setsBehind(document, pointer).flatMap(({ step, pointer: set }) =>
    (step.set ?? []).flatMap((row, i) => {
      const pieces = typeof row.value === 'string' ? parse(row.value.trim()) : []
      const piece = pieces.length === 1 && pieces[0]!.is === 'variable' ? pieces[0] : undefined
      const field = piece?.is === 'variable' && piece.path === piece.expression ? fieldOf(id, piece.path) : undefined
      return field === undefined ? [] : [{ name: row.name, field, pointer: `${set}/set/${i}` }]
    }),
  )
}

/** Whether a row of any set step has this name; the one at a place is left out. */
export const nameTaken = (document: Scenario, name: string, pointer: string): boolean =>
  walk(document).some(({ step, pointer: at }) => (step.set ?? []).some((row, i) => row.name === name && `${at}/set/${i}` !== pointer))

interface Wish {
  /** The step whose reply it is. */
  pointer: string
  id: string
  field: string
  name?: string
  /** What a step is called that is made for it. */
  title: string
}

/** Keeps one more field; its name is the field's own, or with a number where another variable has it. */
export function addReplyVariable(document: Scenario, { pointer, id, field, name: wish, title }: Wish): { document: Scenario; name: string } {
  const base = nameFrom(wish || field) || 'value'
  let name = base
  for (let n = 2; nameTaken(document, name, ''); n++) name = `${base}_${n}`
  const row: Row = { name, value: `{{ ${pathOf(id, field)} }}` }
  const parts = split(pointer)
  const next = join(...parts.slice(0, -1), Number(parts[parts.length - 1]) + 1)
  const sibling = read(document, next) as Step | undefined
  if (sibling?.set) return { document: insert(document, `${next}/set/-`, row), name }
  return { document: insert(document, next, { id: freeId(document, `${id}_vars`), title, set: [row] }), name }
}

/** Takes a variable away, and the step that kept it when nothing is left in it. */
export function removeReplyVariable(document: Scenario, pointer: string): Scenario {
  const step = pointer.replace(/\/set\/\d+$/, '')
  const rows = (read(document, `${step}/set`) as Row[] | undefined) ?? []
  return write(document, rows.length === 1 ? step : pointer, undefined)
}

/** Puts a variable back that was taken away, or the step that went with it; what was changed meanwhile stays. */
export function returnReplyVariable(document: Scenario, before: Scenario, pointer: string): Scenario {
  const [, set = '', at = ''] = /^(.*)\/set\/(\d+)$/.exec(pointer) ?? []
  const step = read(before, set) as Step | undefined
  const row = step?.set?.[Number(at)]
  if (!step || !row || nameTaken(document, row.name, '')) return document
  const placed = walk(document).find((one) => one.step.id === step.id)
  if (!placed) return Array.isArray(read(document, join(...split(set).slice(0, -1)))) ? insert(document, set, { ...step, set: [row] }) : document
  if (!placed.step.set) return document
  return insert(document, `${placed.pointer}/set/${Math.min(Number(at), placed.step.set.length)}`, row)
}

/** Gives a variable another name, here and wherever the steps behind it read it: further up the name means something else. */
export function renameReplyVariable(document: Scenario, pointer: string, next: string): Scenario {
  const old = (read(document, `${pointer}/name`) as string | undefined) ?? ''
  if (old === '' || next === '' || old === next) return document
  const [, set = '', row = ''] = /^(.*)\/set\/(\d+)$/.exec(pointer) ?? []
  const naming = { of: 'vars', was: old, next, alone: true }
  const reread = <T>(value: T, place: string): T => inSteps(value, place, (text, kind) => renamed(text, kind, naming))
  let behind = false
  const below = (steps: Step[], place: string): Step[] =>
    steps.map((step, i) => {
      if (behind) return reread(step, '/0')
      const here = `${place}/${i}`
      if (here === set) {
        behind = true
        // A row sees the rows before it, and its step's condition sees none.
        return { ...step, set: (step.set ?? []).map((one, n) => (n === Number(row) ? { ...one, name: next } : n > Number(row) ? { ...one, value: reread(one.value, '/0/set') } : one)) }
      }
      return { ...step, ...(step.then ? { then: below(step.then, `${here}/then`) } : {}), ...(step.else ? { else: below(step.else, `${here}/else`) } : {}) }
    })
  // The lists search and data are of the event alone: no variable is meant there.
  return { ...document, steps: below(document.steps, '/steps') }
}

const mostFields = 200
const longest = 80

function jsonIn(body: string): unknown {
  try {
    return parseJson(body)
  } catch {
    return undefined
  }
}

const shownText = (value: unknown): string => {
  const text = typeof value === 'string' ? value : writeJson(value as never)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

const segment = /\.?([^.[\]]+)|\[(-?\d+)\]|\["((?:[^"\\]|\\.)*)"\]/y

/** The value of one field of a reply, 'absent' where the reply has no such field; undefined where only the server can tell. */
export function valueIn(body: string, field: string): { text: string } | 'absent' | undefined {
  let value = jsonIn(body)
  segment.lastIndex = 0
  while (segment.lastIndex < field.length) {
    const found = segment.exec(field)
    if (!found) return undefined
    const [, name, index, quoted] = found
    const key = name ?? (quoted === undefined ? undefined : (JSON.parse(`"${quoted}"`) as string))
    if (Array.isArray(value)) value = index === undefined ? undefined : value.at(Number(index))
    else value = key === undefined ? undefined : new Map(members(value) ?? []).get(key)
  }
  return value === undefined ? 'absent' : { text: shownText(value) }
}

/** The fields of a reply with their values, as far as it is JSON: result.id → 9981. */
export function fieldsIn(body: string): Map<string, string> {
  const out = new Map<string, string>()
  const whole = jsonIn(body)
  if (whole === undefined) return out
  const note = (field: string, value: unknown): void => {
    if (out.size >= mostFields) return
    if (field !== '') out.set(field, shownText(value))
    if (Array.isArray(value)) {
      // The first element stands for all.
      if (value.length > 0) note(`${field}[0]`, value[0])
    } else if (isPlain(value)) for (const [name, one] of Object.entries(value)) note(isPath(`x.${name}`) ? (field === '' ? name : `${field}.${name}`) : `${field}[${JSON.stringify(name)}]`, one)
  }
  note('', whole)
  return out
}
