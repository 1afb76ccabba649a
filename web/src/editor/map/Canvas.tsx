import { Link } from '@tanstack/react-router'
import type { CSSProperties } from 'react'
import type { ScenarioFlow } from '@/api'
import { countOf, number, useT } from '@/i18n'
import { Button, Icon } from '@/ui'
import { useEditor } from '../context'
import { kindOf } from '../model/document'
import { AddStep, Slot } from '../parts/AddStep'
import { SourceCard } from '../parts/SourceCard'
import { StepCard } from '../parts/StepCard'
import type { Dragged } from '../parts/useMoves'
import type { Placed } from '../model/steps'
import type { Box, Layout, Point } from './layout'
import css from './map.module.css'

interface CanvasProps {
  map: Layout
  scale: number
  margin: number
  flow: ScenarioFlow | undefined
  dragged: Dragged | undefined
  /** The place where what is being chosen will stand. */
  aimed: string | undefined
  shift: (placed: Placed, by: 1 | -1) => void
  /** Set where the map is only read: a step then opens in the list. */
  openInList: ((path: string) => void) | undefined
}

/** The map itself. Blocks follow one another as in the list, whatever their places. */
export function Canvas({ map, scale, margin, flow, dragged, aimed, shift, openInList }: CanvasProps) {
  const t = useT()
  const { name, steps, sources, addSource, check } = useEditor()
  const counts = new Map(flow?.steps.map((one) => [one.path, one]))
  const came = new Map(flow?.sources.map((one) => [one.source, one.runs]))
  const gaps = new Map(map.gaps.map((gap) => [gap.at, gap]))
  const beginnings = new Map(map.beginnings.map((one) => [one.pointer, one]))
  const readOnly = openInList !== undefined
  return (
    <div style={{ width: map.width * scale + 2 * margin, height: map.height * scale + 2 * margin }} className={css.sheet}>
      <div className={css.world} style={{ left: margin, top: margin, width: map.width, height: map.height, transform: `scale(${scale})` }}>
        <svg className={css.wires} width={map.width} height={map.height} aria-hidden>
          {map.wires.filter((wire) => !(readOnly && wire.last)).map((wire, i) => (
            <path key={i} d={wire.line} data-state={wire.to ? check.results[wire.to]?.state : undefined} data-none={wire.source !== undefined && sources.length === 0 ? true : undefined} />
          ))}
        </svg>
        {map.labels.map((label, i) => (
          <span key={i} className={css.label} data-branch={label.branch} style={at(label)} aria-hidden>
            {t(label.branch === 'then' ? 'branch.then' : 'branch.else')}
          </span>
        ))}
        <ul className={css.blocks} aria-label={t('source')}>
          {map.sources.map((box, i) => {
            const attached = sources[i]
            const count = attached && came.get(attached.name)
            return (
              <li key={attached?.name ?? ''} className={css.block} style={placed(box)} data-block>
                {attached ? (
                  <SourceCard attached={attached} index={i} />
                ) : (
                  <Button icon="sources" fullWidth onClick={addSource} disabled={readOnly}>
                    {t('source.add')}
                  </Button>
                )}
                {count !== undefined && <Count count={count} place={{ x: box.width + 36, y: box.height / 2 }} />}
              </li>
            )
          })}
        </ul>
        <ol className={css.blocks} aria-label={t('editor.steps')}>
          {steps.map((one) => {
            const box = map.steps.get(one.pointer)
            if (!box) return null
            const gap = gaps.get(one.pointer)
            const count = counts.get(one.first)
            const begin = beginnings.get(one.pointer)
            const waiting = count?.waiting ?? 0
            // The end of a branch is a place of its own.
            const ends = (['then', 'else'] as const).flatMap((branch) => gaps.get(`${one.pointer}/${branch}/-`) ?? [])
            return (
              <li key={one.pointer}>
                {one.branch !== '' && one.pointer.endsWith('/0') && <span className="visually-hidden">{t(one.branch === 'then' ? 'branch.then' : 'branch.else')}</span>}
                {gap && !readOnly && (
                  <span className={css.gap} style={at(gap)}>
                    <AddStep at={gap.at} before={one} dragged={dragged} aimed={aimed === gap.at} />
                  </span>
                )}
                <div className={css.block} style={placed(box)} data-block data-waits={waiting > 0 || undefined} data-running={check.results[one.first]?.state === 'running' || undefined}>
                  <StepCard placed={one} dragged={dragged} shift={(by) => shift(one, by)} readOnly={openInList && (() => openInList(one.path))} />
                  {waiting > 0 && (
                    <Link to="/runs" search={{ scenario: name, state: 'paused' } as never} className={css.waits} aria-label={t('map.waitingAll', { waiting: t('map.waiting', countOf(waiting)) })}>
                      <Icon name="pause" size={14} />
                      {t('map.waiting', countOf(waiting))}
                    </Link>
                  )}
                  {count !== undefined && count.runs > 0 && gap && <Count count={count.runs} place={{ x: -4, y: gap.y - box.y }} />}
                </div>
                {begin && kindOf(one.step) === 'if' && !readOnly && (
                  <span className={css.begin} style={at(begin)}>
                    {begin.empty.map((branch) => (
                      <AddStep key={branch} at={`${one.pointer}/${branch}/-`} label={t(branch === 'then' ? 'branch.addThen' : 'branch.addElse')} dragged={dragged} aimed={aimed === `${one.pointer}/${branch}/-`} />
                    ))}
                  </span>
                )}
                {!readOnly &&
                  ends.map((end) => (
                    <span key={end.at} className={css.gap} style={at(end)}>
                      <AddStep at={end.at} dragged={dragged} aimed={aimed === end.at} />
                    </span>
                  ))}
              </li>
            )
          })}
        </ol>
        {!readOnly && (
          <div className={css.end} style={placed(map.end)} data-block data-aimed={aimed === '/steps/-' || undefined}>
            <AddStep at="/steps/-" big />
            <Slot at="/steps/-" dragged={dragged} />
          </div>
        )}
      </div>
    </div>
  )
}

const at = ({ x, y }: Point): CSSProperties => ({ left: x, top: y })
const placed = (box: Box): CSSProperties => ({ ...at(box), width: box.width, height: box.height })

/** How many runs went along a wire. */
function Count({ count, place }: { count: number; place: Point }) {
  const t = useT()
  return (
    <span className={css.count} style={at(place)}>
      <span aria-hidden>{number(count)}</span>
      <span className="visually-hidden">{t('map.came', { count })}</span>
    </span>
  )
}
