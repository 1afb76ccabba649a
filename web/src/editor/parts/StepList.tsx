import { DndContext, DragOverlay, PointerSensor, useSensor, useSensors, type CollisionDetection, type DragEndEvent } from '@dnd-kit/core'
import { Fragment, useEffect, useRef, useState } from 'react'
import { useT } from '@/i18n'
import { Icon } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { kindOf } from '../model/document'
import { endedLists, type Placed } from '../model/steps'
import { AddStep, Slot, slotPlace } from './AddStep'
import { titleOf } from './describe'
import { SourceCards } from './SourceCard'
import { StepCard } from './StepCard'
import { stepButton, unspoken, useMoves } from './useMoves'

/** The gap that is meant: the nearest one by height, and of two neighbours the one at the pointer's depth. */
const nearest: CollisionDetection = ({ droppableContainers, droppableRects, pointerCoordinates }) => {
  if (!pointerCoordinates) return []
  let best: { id: string | number; distance: number } | undefined
  for (const { id } of droppableContainers) {
    const rect = droppableRects.get(id)
    if (!rect) continue
    const distance = Math.abs(rect.top + rect.height / 2 - pointerCoordinates.y) + Math.abs(rect.left + 16 - pointerCoordinates.x) / 2
    if (!best || distance < best.distance) best = { id, distance }
  }
  return best ? [{ id: best.id }] : []
}

/** The scenario as one list, in the order in which it runs; branches are indented. */
export function StepList() {
  const t = useT()
  const { steps, selected, kinds, dataPlace } = useEditor()
  const { said, move, shift } = useMoves()
  const [dragged, setDragged] = useState<Placed>()
  // What an open step shows below the list takes room of it: the step itself stays in sight.
  const chosen = selected?.path
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const frame = list.current?.parentElement
    const step = chosen && stepButton(chosen)
    if (!step || !frame) return
    const show = () => stepButton(chosen)?.scrollIntoView?.({ block: 'nearest' })
    show()
    // Data and notices come a moment later, and leave the list less room. Whoever scrolled away from the step is not brought back:
    // sizes are told of before what is in sight, so this is how it was before the list got less room.
    let seen = true
    const sight = new IntersectionObserver((told) => (seen = told.at(-1)!.isIntersecting))
    sight.observe(step)
    const room = new ResizeObserver(() => seen && show())
    room.observe(frame)
    return () => {
      sight.disconnect()
      room.disconnect()
    }
  }, [chosen, dataPlace])
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 6 } }))

  const drop = ({ over }: DragEndEvent) => {
    setDragged(undefined)
    const to = over && slotPlace(over.id)
    if (dragged && to) move(dragged, to)
  }

  return (
    <div ref={list} className={css.stepList} data-dragging={dragged ? true : undefined}>
      <SourceCards />
      <DndContext
        sensors={sensors}
        collisionDetection={nearest}
        onDragStart={({ active }) => setDragged(steps.find((placed) => placed.pointer === active.id))}
        onDragCancel={() => setDragged(undefined)}
        onDragEnd={drop}
        accessibility={unspoken}
      >
        <ol className={css.steps} aria-label={t('editor.steps')}>
          {steps.map((placed, i) => (
            <Fragment key={placed.path}>
              <Item placed={placed} dragged={dragged} shift={(by) => shift(placed, by)} />
              {endedLists(steps, i).map(({ list, depth, owner }) => (
                <li key={list} className={css.item} data-depth={depth || undefined} style={{ marginLeft: depth * 20 }}>
                  {owner?.branch === 'then' && (owner.placed.step.else ?? []).length === 0 ? (
                    <>
                      <Slot at={`${list}/-`} dragged={dragged} />
                      <AddStep at={`${owner.placed.pointer}/else/-`} label={t('branch.addElse')} dragged={dragged} />
                    </>
                  ) : (
                    <Slot at={`${list}/-`} dragged={dragged} />
                  )}
                </li>
              ))}
            </Fragment>
          ))}
        </ol>
        <DragOverlay dropAnimation={null}>
          {dragged && (
            <div className={css.ghost}>
              <Icon name="drag" size={16} />
              <span className={css.number}>{dragged.number}</span>
              <span className={css.cardName}>{titleOf(dragged.step, t, kinds)}</span>
            </div>
          )}
        </DragOverlay>
      </DndContext>
      <AddStep at="/steps/-" big />
      <p className="visually-hidden" aria-live="polite">
        {said}
      </p>
    </div>
  )
}

function Item({ placed, dragged, shift }: { placed: Placed; dragged: Placed | undefined; shift: (by: 1 | -1) => void }) {
  const t = useT()
  const { pointer, depth, branch, step } = placed
  const firstOf = branch !== '' && pointer.endsWith('/0')
  return (
    <li style={{ marginLeft: depth * 20 }} className={css.item} data-depth={depth || undefined}>
      {firstOf && <div className={css.branch}>{branch === 'then' ? t('branch.then') : t('branch.else')}</div>}
      {firstOf ? <Slot at={pointer} dragged={dragged} /> : <AddStep at={pointer} before={placed} dragged={dragged} />}
      <StepCard placed={placed} dragged={dragged} shift={shift} />
      {kindOf(step) === 'if' && <Branches placed={placed} dragged={dragged} />}
    </li>
  )
}

/** Where a branch is still empty, it offers its first step. */
function Branches({ placed, dragged }: { placed: Placed; dragged: Placed | undefined }) {
  const t = useT()
  const { step, pointer } = placed
  const isEmpty = (list: unknown) => !Array.isArray(list) || list.length === 0
  if (isEmpty(step.then) && isEmpty(step.else)) {
    return (
      <div className={css.branchAdd}>
        <p className={css.muted}>{t('branch.filter')}</p>
        <AddStep at={`${pointer}/then/-`} label={t('branch.addThen')} dragged={dragged} />
        <AddStep at={`${pointer}/else/-`} label={t('branch.addElse')} dragged={dragged} />
      </div>
    )
  }
  if (!isEmpty(step.then)) return null
  return (
    <div className={css.branchAdd}>
      <AddStep at={`${pointer}/then/-`} label={t('branch.addThen')} dragged={dragged} />
    </div>
  )
}
