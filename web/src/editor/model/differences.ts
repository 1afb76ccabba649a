/** Where two documents differ, place by place, for a person who has to choose. */
import { kindOf, type Scenario, type Step } from './document'
import { isPlain, same } from './json'
import { join } from './pointer'
import { firstId } from './steps'

export interface Difference {
  /** The step, from whichever side has it; undefined for the scenario's own members. */
  step: Step | undefined
  /** The member below the step (or below the scenario): /http/url. Empty for a whole step. */
  field: string
  /** Undefined where that side has nothing. */
  mine: unknown
  theirs: unknown
}

const most = 200

/**
 * Steps are matched by their first ids, wherever they stand; those left over by what they are called now, since a file may have
 * lost the first id. A step that only moved differs in its place.
 */
export function differences(mine: Scenario, theirs: Scenario): Difference[] {
  const out: Difference[] = []
  const { steps: _mine, ...myTop } = mine
  const { steps: _theirs, ...theirTop } = theirs
  compare(undefined, '', myTop, theirTop, out)
  const my = flat(mine.steps, firstId)
  const firsts = flat(theirs.steps, firstId)
  const their = flat(theirs.steps, (step) => {
    const id = firstId(step)
    const left = [...my].find(([key, one]) => one.step.id === step.id && !firsts.has(key))
    return left && !my.has(id) ? left[0] : id
  })
  for (const [id, one] of my) {
    const other = their.get(id)
    if (!other) out.push({ step: one.step, field: '', mine: one.step, theirs: undefined })
    else if (kindOf(one.step) !== kindOf(other.step)) out.push({ step: one.step, field: '', mine: one.step, theirs: other.step })
    else {
      compare(one.step, '', own(one.step), own(other.step), out)
      if (one.step.id !== other.step.id) out.push({ step: one.step, field: '/id', mine: one.step.id, theirs: other.step.id })
      if (one.list !== other.list) out.push({ step: one.step, field: '/', mine: one.list, theirs: other.list })
    }
  }
  for (const [id, one] of their) if (!my.has(id)) out.push({ step: one.step, field: '', mine: undefined, theirs: one.step })
  const order = (list: Map<string, { step: Step }>, other: Map<string, unknown>) => [...list.keys()].filter((id) => other.has(id)).join()
  if (order(my, their) !== order(their, my)) out.push({ step: undefined, field: '/steps', mine: [...my.keys()], theirs: [...their.keys()] })
  return out.slice(0, most)
}

/** A step without the steps inside it: those are compared by themselves. */
function own(step: Step): Record<string, unknown> {
  const { then: _then, else: _else, id: _id, was: _was, ...rest } = step
  return rest
}

function flat(steps: Step[], name: (step: Step) => string, list = '', out = new Map<string, { step: Step; list: string }>()): Map<string, { step: Step; list: string }> {
  for (const step of steps) {
    const id = name(step)
    out.set(id, { step, list })
    flat(step.then ?? [], name, `${id}/then`, out)
    flat(step.else ?? [], name, `${id}/else`, out)
  }
  return out
}

interface Row {
  name: string
  value: unknown
}

const isRowList = (value: unknown): value is Row[] => Array.isArray(value) && value.length > 0 && value.every((item) => isPlain(item) && typeof item['name'] === 'string' && 'value' in item)
const named = (rows: Row[]): boolean => new Set(rows.map((row) => row.name)).size === rows.length

function compare(step: Step | undefined, field: string, mine: unknown, theirs: unknown, out: Difference[]): void {
  if (same(mine, theirs)) return
  if (isPlain(mine) && isPlain(theirs)) {
    for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) compare(step, field + join(key), mine[key], theirs[key], out)
    return
  }
  if (isRowList(mine) && isRowList(theirs) && named(mine) && named(theirs)) {
    const before = out.length
    for (const name of new Set([...mine, ...theirs].map((row) => row.name))) {
      const a = mine.find((row) => row.name === name)
      const b = theirs.find((row) => row.name === name)
      if (!same(a, b)) out.push({ step, field: field + join(name), mine: a?.value, theirs: b?.value })
    }
    if (out.length > before) return
  }
  out.push({ step, field, mine, theirs })
}
