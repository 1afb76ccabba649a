import { Link } from '@tanstack/react-router'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { RunSummary } from '@/api'
import { age, clock, fullTime, isToday, useT, type Translate } from '@/i18n'
import { Button, Checkbox, Icon, Muted, Spinner, Status } from '@/ui'
import { outcomeText, RunState, stateText } from '@/words/states'
import { useScenarioTitles } from '@/words/titles'
import css from './Runs.module.css'

interface Props {
  rows: RunSummary[]
  narrow: boolean
  selected: ReadonlySet<string>
  onSelect: (next: ReadonlySet<string>) => void
  more: boolean
  /** How far back the search has looked; the reader decides whether it goes on. */
  reached?: string
  loading: boolean
  onEnd: () => void
  /** The first and the last row in sight, and a few around them. */
  onSight: (first: number, last: number) => void
}

/** How many tries of its step a run has had, or took when it has ended; of how many where that is known. The requests of all its steps are none. */
const triesOf = (run: RunSummary, t: Translate): string => (run.tries_max ? t('runs.triesOf', { n: run.tries, max: Math.max(run.tries, run.tries_max) }) : run.tries > 0 ? String(run.tries) : '')

/** Where there is little room a single try is worth no word, unless it is one of several that may be used up. */
function NarrowTries({ run }: { run: RunSummary }) {
  const t = useT()
  if (!run.tries_max && run.tries < 2) return null
  const words = triesOf(run, t)
  return (
    <Muted>
      <span className={css.tries} aria-hidden>
        <Icon name="retry" size={12} /> {words}
      </span>
      <span className="visually-hidden">{t('run.attempt', { n: words })}</span>
    </Muted>
  )
}

/** A line of a telephone holds so many characters of a state; the longest reasons take two. */
const lineHolds = 34

/** How high a row is follows from what it says, so that rows out of sight need not be measured. */
function heightOf(run: RunSummary, narrow: boolean, t: Translate): number {
  if (!narrow) return 40
  const mark = run.mark === 'check' ? t('runs.checkMark').length + 4 : 0
  return stateText(run, t, false).length + mark > lineHolds ? 96 : 76
}

/** The rows that are in sight; a million of them would be as quick. */
export function RunRows({ rows, narrow, selected, onSelect, more, reached, loading, onEnd, onSight }: Props) {
  const t = useT()
  const titleOf = useScenarioTitles()
  const list = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), [narrow, rows.length === 0])
  const virtual = useWindowVirtualizer({ count: rows.length, estimateSize: (index) => heightOf(rows[index]!, narrow, t), overscan: 12, scrollMargin: top, getItemKey: (index) => rows[index]!.id })
  useEffect(() => virtual.measure(), [narrow, rows, virtual])
  const items = virtual.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => onSight(first, last), [first, last, onSight])
  useEffect(() => {
    if (more && !reached && last >= rows.length - 20) onEnd()
  }, [last, more, reached, rows.length, onEnd])

  const toggle = (id: string) => {
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    onSelect(next)
  }
  const every = rows.length > 0 && selected.size === rows.length
  return (
    <div className={css.list} data-narrow={narrow || undefined}>
      <div role="table" aria-rowcount={rows.length + 1} aria-label={t('nav.history')}>
        {!narrow && (
          <div className={css.head} role="row">
            <span role="columnheader">
              <Checkbox label="" ariaLabel={t('runs.selectAll')} checked={every} indeterminate={!every && selected.size > 0} onChange={(on) => onSelect(new Set(on ? rows.map((run) => run.id) : []))} />
            </span>
            <span role="columnheader">{t('state')}</span>
            <span role="columnheader">{t('column.time')}</span>
            <span role="columnheader">{t('scenario')}</span>
            <span role="columnheader">{t('column.data')}</span>
            <span role="columnheader">{t('column.attempt')}</span>
            <span role="columnheader">{t('column.reply')}</span>
          </div>
        )}
        <div ref={list} role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const run = rows[item.index]!
            const title = titleOf(run.scenario)
            const data = run.data?.map((one) => one.value).filter(Boolean).join(', ')
            const reply = run.last_status ? (
              <Status code={run.last_status} />
            ) : run.last_outcome && run.last_outcome !== 'ok' ? (
              <Muted>{outcomeText(run.last_outcome, t)}</Muted>
            ) : (
              <Muted>—</Muted>
            )
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                className={css.row}
                data-selected={selected.has(run.id) || undefined}
                style={{ height: item.size, transform: `translateY(${item.start - top}px)` }}
              >
                <span role="cell" className={css.box}>
                  <Checkbox label="" ariaLabel={[t('runs.select', { time: clock(run.created_at) }), title, data].filter(Boolean).join(', ')} checked={selected.has(run.id)} onChange={() => toggle(run.id)} />
                </span>
                <span role="cell" className={css.cell} title={stateText(run, t)}>
                  <Link to="/runs/$id" params={{ id: run.id }} className={css.rowLink}>
                    <RunState run={run} counted={false} />
                  </Link>
                  {run.mark === 'check' && (
                    <span className={css.mark}>
                      <Icon name="flag" size={12} /> {t('runs.checkMark')}
                    </span>
                  )}
                </span>
                <span role="cell" className={css.cell} title={fullTime(run.created_at)}>
                  <span className={css.when}>{clock(run.created_at)}</span> {isToday(run.created_at) && <Muted>· {age(run.created_at)}</Muted>}
                </span>
                <span role="cell" className={css.cell} title={title}>
                  {title}
                </span>
                <span role="cell" className={css.cell} translate="no" title={run.data?.map((one) => `${one.name}: ${one.value}`).join('\n')}>
                  {data || (!narrow && <Muted>—</Muted>)}
                </span>
                <span role="cell" className={css.cell}>
                  {narrow ? <NarrowTries run={run} /> : triesOf(run, t) || <Muted>—</Muted>}
                </span>
                <span role="cell" className={css.cell} title={run.last_outcome && run.last_outcome !== 'ok' ? outcomeText(run.last_outcome, t) : undefined}>
                  {reply}
                </span>
              </div>
            )
          })}
        </div>
      </div>
      {(loading || more) && (
        <div className={css.foot}>
          {loading ? (
            <Spinner />
          ) : (
            <>
              {reached && <Muted>{t('runs.reached', { time: clock(reached) })}</Muted>}
              <Button kind="quiet" size="small" onClick={onEnd}>
                {t('runs.further')}
              </Button>
            </>
          )}
        </div>
      )}
    </div>
  )
}
