/** The tree of steps: finding, putting in, moving, copying. Places are pointers into the document. */
import { latin } from './latin'
import type { Scenario, Step } from './document'
import { insert, read, split, join, write } from './pointer'

export interface Placed {
  step: Step
  /** Where the step stands in the document: /steps/0/then/1. */
  pointer: string
  /** How runs and the API name it: only_new/tell. */
  path: string
  /** The path that it had before anything on it was renamed: what was learned of the step is found by it. */
  first: string
  /** Its number as people see it: 2.1. */
  number: string
  depth: number
  branch: '' | 'then' | 'else'
}

export function walk(document: Scenario): Placed[] {
  const out: Placed[] = []
  const go = (steps: Step[], base: string, owner: Placed | undefined, branch: Placed['branch'], before = 0): void => {
    steps.forEach((step, i) => {
      const placed: Placed = {
        step,
        pointer: `${base}/${i}`,
        path: owner ? `${owner.path}/${step.id}` : step.id,
        first: owner ? `${owner.first}/${firstId(step)}` : firstId(step),
        number: `${owner ? `${owner.number}.` : ''}${before + i + 1}`,
        depth: owner ? owner.depth + 1 : 0,
        branch,
      }
      out.push(placed)
      if (step.then) go(step.then, `${placed.pointer}/then`, placed, 'then')
      // The steps of both branches are counted on: no two have one number.
      if (step.else) go(step.else, `${placed.pointer}/else`, placed, 'else', step.then?.length ?? 0)
    })
  }
  go(document.steps, '/steps', undefined, '')
  return out
}

/** By what a step is known in all its versions, whatever it is called now. */
export const firstId = (step: Pick<Step, 'id' | 'was'>): string => step.was ?? step.id

export function byPath(document: Scenario, path: string): Placed | undefined {
  return walk(document).find((placed) => placed.path === path)
}

export function byPointer(document: Scenario, pointer: string): Placed | undefined {
  return walk(document)
    .filter((placed) => pointer === placed.pointer || pointer.startsWith(placed.pointer + '/'))
    .sort((a, b) => b.pointer.length - a.pointer.length)[0]
}

/** The names that are taken: a former one stays the step's that had it. */
function idsUnder(steps: Step[]): string[] {
  return steps.flatMap((step) => [step.id, ...(step.was === undefined ? [] : [step.was]), ...idsUnder(step.then ?? []), ...idsUnder(step.else ?? [])])
}

/** A name that may be a step's id or a variable's name, made from words in any language; empty when nothing is left. */
export function nameFrom(words: string): string {
  const plain = [...words.toLowerCase()].map((c) => latin[c] ?? c).join('')
  return plain.replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '').slice(0, 40).replace(/_+$/, '')
}

/** The wish, or the wish with a number, so that no step of the scenario has it. */
export function freeId(document: Scenario, wish: string): string {
  const taken = new Set(idsUnder(document.steps))
  const base = nameFrom(wish) || 'step'
  if (!taken.has(base)) return base
  for (let n = 2; ; n++) if (!taken.has(`${base}_${n}`)) return `${base}_${n}`
}

/** Puts a step in before the index that the pointer ends with; "-" is the end of the list. */
export function insertStep(document: Scenario, pointer: string, step: Step): { document: Scenario; pointer: string } {
  const parts = split(pointer)
  if (parts[parts.length - 1] === '-') {
    const parent = join(...parts.slice(0, -1))
    const length = ((read(document, parent) as Step[] | undefined) ?? []).length
    pointer = `${parent}/${length}`
  }
  const fresh = renewIds(document, step)
  return { document: insert(document, pointer, fresh), pointer }
}

function renewIds(document: Scenario, step: Step): Step {
  const taken = new Set(idsUnder(document.steps))
  // A copy has no past.
  const renew = ({ was: _was, ...one }: Step): Step => {
    let id = one.id || 'step'
    const base = id.replace(/_\d+$/, '')
    for (let n = 2; taken.has(id); n++) id = `${base}_${n}`
    taken.add(id)
    return { ...one, id, ...(one.then ? { then: one.then.map(renew) } : {}), ...(one.else ? { else: one.else.map(renew) } : {}) }
  }
  return renew(step)
}

export function removeStep(document: Scenario, pointer: string): Scenario {
  return write(document, pointer, undefined)
}

export function copyStep(document: Scenario, pointer: string): { document: Scenario; pointer: string } {
  const step = read(document, pointer) as Step
  const parts = split(pointer)
  const next = Number(parts[parts.length - 1]) + 1
  return insertStep(document, join(...parts.slice(0, -1), next), step)
}

/**
 * Moves a step one place up or down as the list shows it: out of a branch at its ends, into a
 * branch that stands next to it. Undefined when there is no place to go.
 */
export function shiftStep(document: Scenario, pointer: string, by: -1 | 1): { document: Scenario; pointer: string } | undefined {
  const parts = split(pointer)
  const index = Number(parts[parts.length - 1])
  const listAt = join(...parts.slice(0, -1))
  const list = (read(document, listAt) as Step[] | undefined) ?? []
  const neighbour = list[index + by]
  if (neighbour) {
    const branches = (['then', 'else'] as const).filter((name) => Array.isArray(neighbour[name]))
    const branch = by === 1 ? branches[0] : branches[branches.length - 1]
    if (branch) {
      const at = `${listAt}/${index + by}/${branch}/${by === 1 ? 0 : (neighbour[branch] ?? []).length}`
      return moveStep(document, pointer, at)
    }
    return moveStep(document, pointer, `${listAt}/${by === 1 ? index + 2 : index - 1}`)
  }
  if (parts.length <= 2) return undefined
  const branch = parts[parts.length - 2]
  const owner = parts.slice(0, -2)
  const step = read(document, join(...owner)) as Step
  if (by === 1 && branch === 'then' && Array.isArray(step.else)) return moveStep(document, pointer, `${join(...owner)}/else/0`)
  if (by === -1 && branch === 'else' && Array.isArray(step.then)) return moveStep(document, pointer, `${join(...owner)}/then/${step.then.length}`)
  const ownerIndex = Number(owner[owner.length - 1])
  return moveStep(document, pointer, join(...owner.slice(0, -1), by === 1 ? ownerIndex + 1 : ownerIndex))
}

export interface EndedList {
  /** Where the list stands: /steps/0/then. */
  list: string
  depth: number
  /** The condition whose branch the list is; none for the scenario itself. */
  owner: { placed: Placed; branch: 'then' | 'else' } | undefined
}

/** The lists that end with a step of the walk, the innermost first. */
export function endedLists(steps: readonly Placed[], index: number): EndedList[] {
  const here = steps[index]
  const next = steps[index + 1]
  if (!here) return []
  const out: EndedList[] = []
  for (let at = here.pointer; ; ) {
    const list = at.slice(0, at.lastIndexOf('/'))
    if (next?.pointer.startsWith(`${list}/`)) break
    const parts = split(list)
    const branch = parts[parts.length - 1]
    const above = join(...parts.slice(0, -1))
    const placed = steps.find((one) => one.pointer === above)
    out.push({ list, depth: placed ? placed.depth + 1 : 0, owner: placed && (branch === 'then' || branch === 'else') ? { placed, branch } : undefined })
    // What follows the first branch is the second one of the same condition.
    if (!placed || next?.pointer.startsWith(`${above}/`)) break
    at = above
  }
  return out
}

/** Moves a step before the place that the pointer names, as it was before the move; "-" is the end of a list. */
export function moveStep(document: Scenario, from: string, to: string): { document: Scenario; pointer: string } | undefined {
  if (to.endsWith('/-')) to = `${to.slice(0, -1)}${((read(document, to.slice(0, -2)) as Step[] | undefined) ?? []).length}`
  if (to === from || to.startsWith(from + '/')) return undefined
  const step = read(document, from) as Step | undefined
  if (!step) return undefined
  const mark: Step = { id: '\u0000' }
  let next = insert(document, to, mark)
  const gone = shifted(from, to, 1)
  next = write(next, gone, undefined)
  const at = walk(next).find((placed) => placed.step === mark)
  if (!at) return undefined
  return { document: write(next, at.pointer, step), pointer: at.pointer }
}

/** Where a place is after an element was put in at another place. */
function shifted(pointer: string, put: string, by: number): string {
  const place = split(pointer)
  const other = split(put)
  const last = other.length - 1
  if (place.length < other.length || other.slice(0, last).some((part, i) => part !== place[i])) return pointer
  const index = Number(place[last])
  if (index < Number(other[last])) return pointer
  place[last] = String(index + by)
  return join(...place)
}
