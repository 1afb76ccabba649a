import { DndContext, DragOverlay, PointerSensor, useDraggable, useSensor, useSensors, type CollisionDetection, type DragEndEvent } from '@dnd-kit/core'
import { Fragment, useCallback, useEffect, useState, type KeyboardEvent } from 'react'
import { shortClock, useT } from '@/i18n'
import { Badge, Icon, IconButton, Menu, Method, Status, toast } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { kindOf } from '../model/document'
import { insert } from '../model/pointer'
import { copyStep, endedLists, moveStep, removeStep, shiftStep, walk, type Placed } from '../model/steps'
import { AddStep, Slot, slotPlace } from './AddStep'
import { hostOf, summary, titleOf } from './describe'
import { SourceCards } from './SourceCard'

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
  const { steps, document, edit, open, selected, kinds, dataPlace } = useEditor()
  const [said, setSaid] = useState('')
  const [dragged, setDragged] = useState<Placed>()
  // What an open step shows below the list takes room of it: the step itself stays in sight.
  const chosen = selected?.path
  useEffect(() => void (chosen && stepButton(chosen)?.scrollIntoView?.({ block: 'nearest' })), [chosen, dataPlace])
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 6 } }))

  const moved = useCallback(
    (done: ReturnType<typeof moveStep>, was: Placed) => {
      if (!done) return
      edit(() => done.document)
      const now = walk(done.document).find((placed) => placed.pointer === done.pointer)
      if (!now) return
      setSaid(t('step.moved', { title: titleOf(now.step, t), number: now.number }))
      if (selected?.path === was.path) open(now.path)
      focusStep(now.path)
    },
    [edit, open, selected, t],
  )

  const drop = ({ over }: DragEndEvent) => {
    setDragged(undefined)
    const to = over && slotPlace(over.id)
    if (dragged && to) moved(moveStep(document, dragged.pointer, to), dragged)
  }

  return (
    <div className={css.stepList} data-dragging={dragged ? true : undefined}>
      <SourceCards />
      <DndContext
        sensors={sensors}
        collisionDetection={nearest}
        onDragStart={({ active }) => setDragged(steps.find((placed) => placed.pointer === active.id))}
        onDragCancel={() => setDragged(undefined)}
        onDragEnd={drop}
        accessibility={{ restoreFocus: false }}
      >
        <ol className={css.steps} aria-label={t('editor.steps')}>
          {steps.map((placed, i) => (
            <Fragment key={placed.path}>
              <Item placed={placed} dragged={dragged} shift={(by) => moved(shiftStep(document, placed.pointer, by), placed)} />
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

/** Gives the cursor to a step once it is drawn; without a step, to the button that adds one. */
function focusStep(path: string | undefined): void {
  requestAnimationFrame(() => (path === undefined ? globalThis.document.querySelector<HTMLElement>('[data-add-step]') : stepButton(path))?.focus())
}

const stepButton = (path: string) => globalThis.document.querySelector<HTMLElement>(`[data-step="${CSS.escape(path)}"]`)

interface ItemProps {
  placed: Placed
  dragged: Placed | undefined
  shift: (by: 1 | -1) => void
}

function Item({ placed, dragged, shift }: ItemProps) {
  const t = useT()
  const { selected, open, edit, document, closePanel, check, state, kinds, steps } = useEditor()
  const { step, pointer, path, first, depth, number, branch } = placed
  const { setNodeRef, listeners } = useDraggable({ id: pointer })
  const lifted = dragged !== undefined && (pointer === dragged.pointer || pointer.startsWith(`${dragged.pointer}/`))
  const kind = kindOf(step)
  const title = titleOf(step, t, kinds)
  const result = check.results[first] ?? check.past[first]
  const problems = state.problems.filter((problem) => problem.pointer.startsWith(`${pointer}/`) && !/\/(then|else)\//.test(problem.pointer.slice(pointer.length)))
  const bad = problems.length > 0

  const remove = () => {
    const at = selected?.path === path || selected?.path.startsWith(`${path}/`)
    edit((now) => removeStep(now, pointer))
    if (at) closePanel()
    // The cursor goes to the step that stands in its place now.
    const others = steps.filter((one) => one.pointer !== pointer && !one.pointer.startsWith(`${pointer}/`))
    focusStep((others[steps.indexOf(placed)] ?? others[others.length - 1])?.path)
    toast(t('step.deleted', { title }), { undo: () => edit((now) => (walk(now).some((p) => p.step.id === step.id) ? now : insert(now, pointer, step))) })
  }
  const copy = () => {
    const done = copyStep(document, pointer)
    edit(() => done.document)
    const made = walk(done.document).find((p) => p.pointer === done.pointer)
    if (made) open(made.path)
  }
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault()
      shift(event.key === 'ArrowUp' ? -1 : 1)
    }
    if (event.key === 'Delete') remove()
  }
  const firstOf = branch !== '' && pointer.endsWith('/0')
  const does = step.http ? hostOf(step.http.url, t) : summary(step, t)
  return (
    <li style={{ marginLeft: depth * 20 }} className={css.item} data-depth={depth || undefined}>
      {firstOf && <div className={css.branch}>{branch === 'then' ? t('branch.then') : t('branch.else')}</div>}
      {firstOf ? <Slot at={pointer} dragged={dragged} /> : <AddStep at={pointer} dragged={dragged} />}
      <div
        ref={setNodeRef}
        className={css.card}
        data-selected={selected?.path === path || undefined}
        data-state={result?.state}
        data-bad={bad || undefined}
        data-lifted={lifted || undefined}
      >
        <span className={css.grip} {...listeners} aria-hidden title={t('step.drag')}>
          <Icon name="drag" size={16} />
        </span>
        <button type="button" className={css.cardButton} data-step={path} onClick={() => open(path)} onKeyDown={press} aria-current={selected?.path === path || undefined} aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Delete">
          <span className={css.cardTitle}>
            <span className={css.number}>{number}</span>
            {step.http ? <Method>{step.http.method ?? (step.http.body && !step.http.body.none ? 'POST' : 'GET')}</Method> : null}
            <span className={css.cardName}>{title}</span>
          </span>
          <span className={css.cardMore} title={does}>
            {bad && <span className={css.cardBad}>{t(problems.every((problem) => problem.code === 'missing') ? 'step.incomplete' : 'step.mistaken')} · </span>}
            <span translate={step.set ? 'no' : undefined}>{does}</span>
          </span>
        </button>
        <span className={css.cardEnd}>
          <Result first={first} />
          <Menu
            items={[
              { label: t('step.copy'), icon: 'copy', onClick: copy },
              { label: t('step.up'), icon: 'up', onClick: () => shift(-1), hint: 'Alt+↑' },
              { label: t('step.down'), icon: 'down', onClick: () => shift(1), hint: 'Alt+↓' },
              'line',
              { label: t('step.delete'), icon: 'trash', danger: true, onClick: remove, hint: 'Del' },
            ]}
          >
            <IconButton icon="dots" size="small" label={t('step.actions', { title })} tip={false} />
          </Menu>
        </span>
      </div>
      {kind === 'if' && <Branches placed={placed} dragged={dragged} />}
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

function Result({ first }: { first: string }) {
  const t = useT()
  const { check } = useEditor()
  const result = check.results[first] ?? check.past[first]
  if (!result) return null
  const status = result.attempt?.response?.status
  if (result.state === 'running') return <Badge tone="info" icon="play">{t('check.running')}</Badge>
  if (result.state === 'skipped') return <Badge tone="muted" icon="skip">{t('check.skipped')}</Badge>
  if (result.state === 'shown') return <Badge tone="muted" icon="eye">{t('check.shownShort')}</Badge>
  const ok = result.state === 'done'
  // A status that the step does not take for a success is a failure, whatever its number.
  if (status) return <span title={result.at ? t('check.at', { time: shortClock(result.at) }) : undefined}>{ok ? <Status code={status}>{`✓ ${status}`}</Status> : <Badge tone="error" icon="close">{String(status)}</Badge>}</span>
  return result.state === 'done' ? <Badge tone="ok" icon="check">{''}</Badge> : <Badge tone="error" icon="close">{''}</Badge>
}
