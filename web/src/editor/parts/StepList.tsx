import { closestCenter, DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors, type DragEndEvent } from '@dnd-kit/core'
import { SortableContext, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { Fragment, useCallback, useState, type KeyboardEvent } from 'react'
import { useT } from '@/i18n'
import { Badge, Icon, IconButton, Menu, Method, Status, toast } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { kindOf } from '../model/document'
import { insert, read, split } from '../model/pointer'
import { copyStep, moveStep, removeStep, shiftStep, walk, type Placed } from '../model/steps'
import { AddStep } from './AddStep'
import { hostOf, summary, titleOf } from './describe'
import { SourceCard } from './SourceCard'

/** The scenario as one list, in the order in which it runs; branches are indented. */
export function StepList() {
  const t = useT()
  const { steps, document, edit, open, selected } = useEditor()
  const [said, setSaid] = useState('')
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 6 } }), useSensor(KeyboardSensor, { keyboardCodes: { start: [], cancel: ['Escape'], end: [] } }))

  const moved = useCallback(
    (done: ReturnType<typeof moveStep>, was: Placed) => {
      if (!done) return
      edit(() => done.document)
      const now = walk(done.document).find((placed) => placed.pointer === done.pointer)
      if (!now) return
      setSaid(t('step.moved', { title: titleOf(now.step, t), number: now.number }))
      if (selected?.path === was.path) open(now.path)
      requestAnimationFrame(() => globalThis.document.querySelector<HTMLElement>(`[data-step="${CSS.escape(now.path)}"]`)?.focus())
    },
    [edit, open, selected, t],
  )

  const drop = ({ active, over }: DragEndEvent) => {
    if (!over || active.id === over.id) return
    const from = steps.find((placed) => placed.pointer === active.id)
    const target = String(over.id)
    if (!from) return
    const down = steps.findIndex((p) => p.pointer === active.id) < steps.findIndex((p) => p.pointer === target)
    const parts = split(target)
    const last = parts[parts.length - 1]
    const to = last === 'end' ? `${target.slice(0, -4)}/${((read(document, target.slice(0, -4)) as unknown[] | undefined) ?? []).length}` : down ? after(target) : target
    moved(moveStep(document, from.pointer, to), from)
  }

  return (
    <div className={css.stepList}>
      <SourceCard />
      <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={drop} accessibility={{ restoreFocus: false }}>
        <SortableContext items={steps.map((placed) => placed.pointer)} strategy={verticalListSortingStrategy}>
          <ol className={css.steps} aria-label={t('editor.steps')}>
            {steps.map((placed, i) => (
              <Fragment key={placed.path}>
                <Item placed={placed} shift={(by) => moved(shiftStep(document, placed.pointer, by), placed)} />
                {endedThens(steps, i).map((owner) => (
                  <li key={`${owner.path}-else`} className={css.item} data-depth={owner.depth + 1} style={{ marginLeft: (owner.depth + 1) * 20 }}>
                    <AddStep at={`${owner.pointer}/else/-`} label={t('branch.addElse')} />
                  </li>
                ))}
              </Fragment>
            ))}
          </ol>
        </SortableContext>
      </DndContext>
      <AddStep at="/steps/-" big />
      <p className="visually-hidden" aria-live="polite">
        {said}
      </p>
    </div>
  )
}

function after(pointer: string): string {
  const at = pointer.lastIndexOf('/')
  return `${pointer.slice(0, at)}/${Number(pointer.slice(at + 1)) + 1}`
}

/** The conditions whose «yes» branch ends with this step of the list, and which have no other branch yet; the innermost first. */
function endedThens(steps: readonly Placed[], index: number): Placed[] {
  const here = steps[index]
  const next = steps[index + 1]
  if (!here) return []
  return steps
    .slice(0, index)
    .filter((owner) => here.pointer.startsWith(`${owner.pointer}/then/`) && !next?.pointer.startsWith(`${owner.pointer}/then/`) && (owner.step.else ?? []).length === 0)
    .reverse()
}

interface ItemProps {
  placed: Placed
  shift: (by: 1 | -1) => void
}

function Item({ placed, shift }: ItemProps) {
  const t = useT()
  const { selected, open, edit, document, closePanel, check, state, kinds } = useEditor()
  const { step, pointer, path, depth, number, branch } = placed
  const { setNodeRef, listeners, transform, transition, isDragging } = useSortable({ id: pointer })
  const kind = kindOf(step)
  const title = titleOf(step, t, kinds)
  const result = check.results[path]
  const bad = state.problems.some((problem) => problem.pointer.startsWith(`${pointer}/`) && !/\/(then|else)\//.test(problem.pointer.slice(pointer.length)))

  const remove = () => {
    const at = selected?.path === path || selected?.path.startsWith(`${path}/`)
    edit((now) => removeStep(now, pointer))
    if (at) closePanel()
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
  return (
    <li style={{ marginLeft: depth * 20 }} className={css.item} data-depth={depth || undefined}>
      {firstOf && <div className={css.branch}>{branch === 'then' ? t('branch.then') : t('branch.else')}</div>}
      {!firstOf && <AddStep at={pointer} />}
      <div
        ref={setNodeRef}
        className={css.card}
        data-selected={selected?.path === path || undefined}
        data-state={result?.state}
        data-bad={bad || undefined}
        style={{ transform: transform ? `translate3d(0, ${transform.y}px, 0)` : undefined, transition, zIndex: isDragging ? 2 : undefined, opacity: isDragging ? 0.8 : undefined }}
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
          <span className={css.cardMore}>{step.http ? hostOf(step.http.url, t) : summary(step, t)}</span>
          {bad && <span className={css.cardBad}>{t('step.incomplete')}</span>}
        </button>
        <span className={css.cardEnd}>
          <Result path={path} />
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
      {kind === 'if' && <Branches placed={placed} />}
    </li>
  )
}

/** Where a branch is still empty, it offers its first step. */
function Branches({ placed }: { placed: Placed }) {
  const t = useT()
  const { step, pointer } = placed
  const isEmpty = (list: unknown) => !Array.isArray(list) || list.length === 0
  if (isEmpty(step.then) && isEmpty(step.else)) {
    return (
      <div className={css.branchAdd}>
        <p className={css.muted}>{t('branch.filter')}</p>
        <AddStep at={`${pointer}/then/-`} label={t('branch.addThen')} />
        <AddStep at={`${pointer}/else/-`} label={t('branch.addElse')} />
      </div>
    )
  }
  if (!isEmpty(step.then)) return null
  return (
    <div className={css.branchAdd}>
      <AddStep at={`${pointer}/then/-`} label={t('branch.addThen')} />
    </div>
  )
}

function Result({ path }: { path: string }) {
  const t = useT()
  const { check } = useEditor()
  const result = check.results[path]
  if (!result) return null
  const status = result.attempt?.response?.status
  if (result.state === 'running') return <Badge tone="info" icon="play">{t('check.running')}</Badge>
  if (result.state === 'skipped') return <Badge tone="muted" icon="skip">{t('check.skipped')}</Badge>
  if (result.state === 'shown') return <Badge tone="muted" icon="eye">{t('check.shownShort')}</Badge>
  if (status) return <Status code={status}>{result.state === 'done' ? `✓ ${status}` : `✕ ${status}`}</Status>
  return result.state === 'done' ? <Badge tone="ok" icon="check">{''}</Badge> : <Badge tone="error" icon="close">{''}</Badge>
}
