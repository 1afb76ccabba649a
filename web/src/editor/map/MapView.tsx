import { DndContext, DragOverlay, PointerSensor, useDraggable, useSensor, useSensors, type CollisionDetection, type DragEndEvent, type DragStartEvent } from '@dnd-kit/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type MouseEvent, type ReactNode } from 'react'
import { flowQuery, type ScenarioFlow } from '@/api'
import { clock, number, useT } from '@/i18n'
import { Button, ErrorNote, Icon, IconButton, PopoverAt, Skeleton, useNarrow } from '@/ui'
import { useEditor } from '../context'
import editorCss from '../editor.module.css'
import { addables, kindIcon, type Addable } from '../model/addable'
import type { Placed } from '../model/steps'
import { KindList, slotPlace, useAdd } from '../parts/AddStep'
import { titleOf } from '../parts/describe'
import { stepButton, unspoken, useMoves, type Dragged } from '../parts/useMoves'
import { Canvas } from './Canvas'
import { layout, nearestGap, roomIn, scaleIn } from './layout'
import css from './map.module.css'
import { useView } from './useView'

/** The room around the map, in pixels. */
const margin = 32
/** When it is opened it is not drawn smaller than this. */
const readable = 0.5

/** A kind of step that is not in the document yet has no place there. */
const fresh: Dragged = { pointer: 'new' }
const kindId = (one: Addable): string => `kind:${one.id}`

/** The scenario as blocks and wires: the same document as the list, laid out by the program. */
export default function MapView({ panel, openInList }: { panel: ReactNode; openInList: (path: string) => void }) {
  const t = useT()
  const narrow = useNarrow()
  const { name, document, steps, kinds, sources, selected } = useEditor()
  const { said, move, shift } = useMoves()
  const add = useAdd()
  const [dragged, setDragged] = useState<Placed | Addable>()
  const [asked, setAsked] = useState<{ x: number; y: number; at: string }>()
  const flow = useQuery(flowQuery(name))
  const offered = useMemo(() => addables(kinds), [kinds])
  const shownSources = Math.max(1, sources.length)
  const view = useView(margin)
  const { size, fit } = view
  // How long rows are is decided once: what is added must not move everything else.
  const room = useRef<number>(undefined)
  if (size) room.current ??= roomIn(size, document.steps, shownSources)
  const map = useMemo(() => (size && room.current ? layout(document.steps, shownSources, room.current) : undefined), [document.steps, shownSources, size])
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 6 } }))
  const chosen = selected?.path
  const drawn = map !== undefined
  const whole = map && { width: map.width, height: map.height }
  const partly = size !== undefined && whole !== undefined && scaleIn(size, whole) < view.scale
  const opened = useRef(false)
  useLayoutEffect(() => {
    if (!whole || opened.current) return
    opened.current = true
    fit(whole, readable)
  })
  useEffect(() => void (chosen && drawn && stepButton(chosen)?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' })), [chosen, drawn])

  /** The wire that is nearest to the pointer, while it is above the map. */
  const nearest: CollisionDetection = ({ droppableContainers, droppableRects, pointerCoordinates: at }) => {
    const box = view.ref.current?.getBoundingClientRect()
    if (!at || !box || at.x < box.left || at.x > box.right || at.y < box.top || at.y > box.bottom) return []
    const found = droppableContainers
      .map(({ id }) => ({ id, rect: droppableRects.get(id) }))
      .filter(({ rect }) => rect)
      .map(({ id, rect }) => ({ id, far: Math.hypot(rect!.left + rect!.width / 2 - at.x, rect!.top + rect!.height / 2 - at.y) }))
      .sort((a, b) => a.far - b.far)[0]
    return found ? [{ id: found.id }] : []
  }
  const lift = ({ active }: DragStartEvent) => setDragged(steps.find((placed) => placed.pointer === active.id) ?? offered.find((one) => kindId(one) === active.id))
  const drop = ({ over }: DragEndEvent) => {
    setDragged(undefined)
    const to = over && slotPlace(over.id)
    if (!dragged || !to) return
    if ('pointer' in dragged) move(dragged, to)
    else add(to, dragged)
  }
  const rightClick = (event: MouseEvent) => {
    if (narrow || !map || onSomething(event.target)) return
    event.preventDefault()
    const gap = nearestGap([...map.gaps, { at: '/steps/-', before: undefined, x: map.end.x, y: map.end.y + map.end.height / 2 }], view.on({ x: event.clientX, y: event.clientY }))
    if (gap) setAsked({ x: event.clientX, y: event.clientY, at: gap.at })
  }

  return (
    <DndContext sensors={sensors} collisionDetection={nearest} onDragStart={lift} onDragCancel={() => setDragged(undefined)} onDragEnd={drop} accessibility={unspoken}>
      <div className={css.columns} data-panel={panel ? true : undefined}>
        <div className={css.frame}>
          {flow.error && <ErrorNote error={flow.error} onRetry={() => void flow.refetch()} />}
          <div ref={view.ref} className={css.view} onPointerDown={(event) => onSomething(event.target) || view.drag(event)} onContextMenu={rightClick}>
            {map && (
              <Canvas
                map={map}
                scale={view.scale}
                margin={margin}
                flow={flow.data}
                dragged={dragged && ('pointer' in dragged ? dragged : fresh)}
                aimed={asked?.at}
                shift={shift}
                openInList={narrow ? openInList : undefined}
              />
            )}
          </div>
          <div className={css.tools}>
            <div className={css.legend}>
              {partly && <p>{t(narrow ? 'map.more' : 'map.moreWide')}</p>}
              {narrow ? t('map.readOnly') : flow.data ? <Counted flow={flow.data} /> : flow.error ? null : <Skeleton lines={1} />}
            </div>
            <div className={css.zoom}>
              <IconButton icon="minus" size="small" label={t('map.out')} onClick={() => view.zoom(-1)} />
              <span className={css.scale}>{number(view.scale, { style: 'percent', maximumFractionDigits: 0 })}</span>
              <IconButton icon="plus" size="small" label={t('map.in')} onClick={() => view.zoom(1)} />
              <Button size="small" kind="quiet" onClick={() => whole && fit(whole)}>
                {t('map.fit')}
              </Button>
            </div>
          </div>
        </div>
        {panel ? (
          <div className={editorCss.panel}>{panel}</div>
        ) : (
          !narrow && (
            <aside className={css.menu} aria-label={t('addStep')}>
              <h2 className={editorCss.boxHead}>{t('addStep')}</h2>
              <p className={css.hint}>{t('map.menuHelp')}</p>
              <ul>
                {offered.map((one) => (
                  <Offered key={one.id} one={one} onAdd={() => add('/steps/-', one)} />
                ))}
              </ul>
            </aside>
          )
        )}
      </div>
      <DragOverlay dropAnimation={null}>
        {dragged && (
          <div className={editorCss.ghost}>
            <Icon name={'pointer' in dragged ? 'drag' : kindIcon(dragged.kind)} size={16} />
            <span className={editorCss.cardName}>{'pointer' in dragged ? titleOf(dragged.step, t, kinds) : dragged.title}</span>
          </div>
        )}
      </DragOverlay>
      {asked && (
        <PopoverAt at={asked} label={t('step.addHere')} width={340} onClose={() => setAsked(undefined)}>
          <KindList at={asked.at} close={() => setAsked(undefined)} />
        </PopoverAt>
      )}
      <p className="visually-hidden" aria-live="polite">
        {said}
      </p>
    </DndContext>
  )
}

const onSomething = (target: EventTarget): boolean => (target as Element).closest('button, a, [data-block]') !== null

/** Which runs the numbers on the wires count. */
function Counted({ flow }: { flow: ScenarioFlow }) {
  const t = useT()
  return flow.more ? t('map.countsOf', { count: flow.sources.reduce((sum, one) => sum + one.runs, 0), time: clock(flow.since) }) : t('map.counts')
}

/** A kind of step in the menu at the right: dragged onto a wire, or pressed to stand at the end. */
function Offered({ one, onAdd }: { one: Addable; onAdd: () => void }) {
  const { setNodeRef, listeners } = useDraggable({ id: kindId(one) })
  return (
    <li ref={setNodeRef}>
      <button type="button" className={css.offered} title={one.help} onClick={onAdd} {...listeners}>
        <Icon name={kindIcon(one.kind)} />
        {one.title}
      </button>
    </li>
  )
}
