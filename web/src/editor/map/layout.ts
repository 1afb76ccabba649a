/** Where everything of a scenario stands on its map. A scenario is a tree: lists of steps, and branches that meet again. Pure. */
import { firstId } from '../model/steps'
import type { Step } from '../model/document'

/** In pixels before zooming. */
export const block = { width: 232, height: 96 }
const gap = { x: 88, y: 44 }
/** Below a condition with a branch that is still empty: the buttons that begin it. */
const beginnings = 40
/** Between rows, where a wire comes back to the left. */
const back = 64

export interface Point {
  x: number
  y: number
}

export interface Box extends Point {
  width: number
  height: number
}

export interface Wire {
  /** The way of the line, as SVG writes it. */
  line: string
  /** The first path of the step that it leads to; empty at the end. */
  to: string
  /** Set for the wire that leaves a source. */
  source: number | undefined
  /** It leads to where the next step would be added. */
  last?: boolean
}

/** A place where a step can be put in, on a wire; the document's pointer names it. */
export interface Gap extends Point {
  at: string
  /** The first path of the step that stands behind it now. */
  before: string | undefined
}

export interface Beginning extends Point {
  /** The condition, and which of its branches are empty. */
  pointer: string
  empty: ('then' | 'else')[]
}

export interface Layout {
  width: number
  height: number
  sources: Box[]
  /** By the pointers of the steps. */
  steps: Map<string, Box>
  /** Where the next step would be added. */
  end: Box
  wires: Wire[]
  gaps: Gap[]
  beginnings: Beginning[]
  /** Where a wire begins that is one branch of a condition. */
  labels: (Point & { branch: 'then' | 'else' })[]
}

/** An end from which a wire goes on; a source's says which. */
interface Open extends Point {
  /** It leaves downwards: the wire of what else. */
  down?: boolean
  source?: number
}

interface Laid {
  right: number
  bottom: number
  open: Open[]
}

const filled = (list: unknown): list is Step[] => Array.isArray(list) && list.length > 0

/** How many blocks a step takes side by side. */
function columns(step: Step): number {
  const of = (list: Step[]): number => list.reduce((sum, one) => sum + columns(one), 0)
  return 1 + Math.max(filled(step.then) ? of(step.then) : 0, filled(step.else) ? of(step.else) : 0)
}

class Plan {
  readonly steps = new Map<string, Box>()
  readonly wires: Wire[] = []
  readonly gaps: Gap[] = []
  readonly beginnings: Beginning[] = []
  readonly labels: Layout['labels'] = []

  /** Wires from all open ends to one place, which meet before it. */
  join(open: readonly Open[], to: Point, path: string): void {
    for (const from of open) {
      const meet = to.x - gap.x / 2
      const points: Point[] = [from]
      if (from.down) points.push({ x: from.x, y: to.y })
      else if (to.x < from.x) points.push({ x: from.x + gap.x / 4, y: from.y }, { x: from.x + gap.x / 4, y: to.y - block.height / 2 - back / 2 }, { x: meet, y: to.y - block.height / 2 - back / 2 }, { x: meet, y: to.y })
      else if (from.y !== to.y) points.push({ x: meet, y: from.y }, { x: meet, y: to.y })
      this.wires.push({ line: rounded([...points, to]), to: path, source: from.source })
    }
  }

  /** A list of steps from a place to the right; a row that has no more room goes on in the next one. */
  list(steps: readonly Step[], base: string, parent: string, at: Point, open: Open[], room: number): Laid {
    let { x, y } = at
    let right = x
    let bottom = y + block.height
    let free = room
    let rowBottom = bottom
    steps.forEach((step, i) => {
      const wide = columns(step)
      if (wide > free && free < room) {
        x = at.x
        y = rowBottom + back
        rowBottom = y + block.height
        free = room
      }
      free -= wide
      const pointer = `${base}/${i}`
      const path = parent + firstId(step)
      const middle = y + block.height / 2
      this.join(open, { x, y: middle }, path)
      this.gaps.push({ at: pointer, x: x - gap.x / 2, y: middle, before: path })
      const laid = this.step(step, pointer, path, { x, y })
      open = laid.open
      x = laid.right + gap.x
      right = Math.max(right, laid.right)
      rowBottom = Math.max(rowBottom, laid.bottom)
      bottom = Math.max(bottom, rowBottom)
    })
    return { right, bottom, open }
  }

  private step(step: Step, pointer: string, path: string, at: Point): Laid {
    this.steps.set(pointer, { ...at, ...block })
    const right = at.x + block.width
    const middle = at.y + block.height / 2
    let bottom = at.y + block.height
    const ahead: Open = { x: right, y: middle }
    if (step.stop !== undefined || step.fail !== undefined) return { right, bottom, open: [] }
    if (step.if === undefined) return { right, bottom, open: [ahead] }

    const empty = (['then', 'else'] as const).filter((branch) => !filled(step[branch]))
    if (empty.length > 0) {
      this.beginnings.push({ pointer, empty, x: at.x, y: bottom + 4 })
      bottom += beginnings
    }
    if (empty.length === 2) return { right, bottom, open: [ahead] }
    this.labels.push({ branch: 'then', x: right, y: middle })
    let far = right
    const open: Open[] = []
    if (filled(step.then)) {
      const laid = this.branch(step.then, `${pointer}/then`, `${path}/`, { x: right + gap.x, y: at.y }, [ahead])
      far = laid.right
      bottom = Math.max(bottom, laid.bottom)
      open.push(...laid.open)
    } else open.push(ahead)
    const down: Open = { x: at.x + block.width / 2, y: at.y + block.height, down: true }
    if (filled(step.else)) {
      this.labels.push({ branch: 'else', x: down.x, y: down.y })
      const laid = this.branch(step.else, `${pointer}/else`, `${path}/`, { x: right + gap.x, y: bottom + gap.y }, [down])
      far = Math.max(far, laid.right)
      bottom = laid.bottom
      open.push(...laid.open)
    } else {
      // Below all that the other branch holds, past it to where both meet.
      bottom += gap.y / 2
      const low: Point = { x: far, y: bottom }
      this.wires.push({ line: rounded([down, { x: down.x, y: bottom }, low]), to: '', source: undefined })
      open.push(low)
    }
    return { right: far, bottom, open }
  }

  /** The end of a branch has a place for a step of its own. */
  private branch(steps: readonly Step[], base: string, parent: string, at: Point, open: Open[]): Laid {
    const laid = this.list(steps, base, parent, at, open, Infinity)
    const end = laid.open[0]
    if (!end) return laid
    const y = at.y + block.height / 2
    const out: Open = { x: laid.right + gap.x / 2 + 16, y }
    this.join(laid.open, out, '')
    this.gaps.push({ at: `${base}/-`, x: laid.right + 24, y, before: undefined })
    return { ...laid, right: out.x, open: [out] }
  }
}

/** The whole map with rows of so many blocks. */
export function layout(steps: readonly Step[], sources: number, room: number): Layout {
  const plan = new Plan()
  const boxes = Array.from({ length: sources }, (_, i): Box => ({ x: 0, y: i * (block.height + gap.y / 2), ...block }))
  const open = boxes.map((box, source): Open => ({ x: box.width, y: box.y + box.height / 2, source }))
  const x = block.width + gap.x
  const laid = plan.list(steps, '/steps', '', { x, y: 0 }, open, room)
  // What is added next stands behind the last step, or below where its row is full.
  const lastBox = plan.steps.get(`/steps/${steps.length - 1}`)
  const end: Box = { x: lastBox ? Math.max(lastBox.x + block.width, ...laid.open.map((one) => one.x)) + gap.x : x, y: (lastBox?.y ?? 0) + block.height / 2 - 22, width: block.width, height: 44 }
  if (lastBox && end.x > x + (room - 1) * (block.width + gap.x)) Object.assign(end, { x, y: laid.bottom + back + (block.height - end.height) / 2 })
  const led = plan.wires.length
  plan.join(laid.open, { x: end.x, y: end.y + end.height / 2 }, '')
  for (const wire of plan.wires.slice(led)) wire.last = true
  const all = [...boxes, ...plan.steps.values(), end]
  const { wires, gaps, beginnings, labels } = plan
  return {
    // A wire that comes back from the end of a row needs room of its own.
    width: Math.max(laid.right + gap.x / 2, ...all.map((box) => box.x + box.width)),
    height: Math.max(laid.bottom, ...all.map((box) => box.y + box.height)),
    sources: boxes, steps: plan.steps, end, wires, gaps, beginnings, labels,
  }
}

const readable = 0.75
/** No window shows a longer row so that it can be read. */
const longest = 24

/** With how many blocks in a row a map is read best in a window: in one row while that is large enough, else in as many as show it largest. */
export function roomIn(window: { width: number; height: number }, steps: readonly Step[], sources: number): number {
  // What is added later has at least what fits.
  const fits = Math.max(1, Math.floor((window.width / readable - block.width) / (block.width + gap.x)))
  const most = Math.min(longest, steps.reduce((sum, step) => sum + columns(step), 0) + 1)
  let best = { room: fits, scale: 0 }
  for (let room = most; room >= 1 && best.scale < readable; room--) {
    const scale = scaleIn(window, layout(steps, sources, room))
    if (scale > best.scale) best = { room, scale }
  }
  return Math.max(best.room, fits)
}

/** At which scale all of a map is seen. */
export const scaleIn = (window: { width: number; height: number }, map: { width: number; height: number }): number => Math.min(1, window.width / map.width, window.height / map.height)

/** A line through points, its corners rounded. */
export function rounded(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (!first) return ''
  let line = `M${first.x} ${first.y}`
  rest.forEach((point, i) => {
    const next = rest[i + 1]
    const from = rest[i - 1] ?? first
    if (!next) {
      line += `L${point.x} ${point.y}`
      return
    }
    const near = toward(point, from)
    const on = toward(point, next)
    line += `L${near.x} ${near.y}Q${point.x} ${point.y} ${on.x} ${on.y}`
  })
  return line
}

const radius = 12
function toward(corner: Point, to: Point): Point {
  const length = Math.hypot(to.x - corner.x, to.y - corner.y)
  const part = length === 0 ? 0 : Math.min(radius, length / 2) / length
  return { x: corner.x + (to.x - corner.x) * part, y: corner.y + (to.y - corner.y) * part }
}

/** The place on a wire that is nearest to a point. */
export const nearestGap = (gaps: readonly Gap[], to: Point): Gap | undefined =>
  gaps.reduce<Gap | undefined>((best, one) => (!best || Math.hypot(one.x - to.x, one.y - to.y) < Math.hypot(best.x - to.x, best.y - to.y) ? one : best), undefined)
