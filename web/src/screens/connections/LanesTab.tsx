import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { actOnLane, keys, lanesQuery, type Lane, type LaneActionName } from '@/api'
import { age, counted, number, shortClock, useT, type Translate } from '@/i18n'
import { Badge, Button, EmptyState, ErrorNote, IconButton, Menu, Muted, Row, Skeleton, toastError, useNarrow, type BadgeTone, type IconName } from '@/ui'
import { DrainDialog, LimitsDialog } from './LaneDialogs'
import css from './Lanes.module.css'

const look: Record<Lane['state'], { tone: BadgeTone; icon: IconName }> = {
  open: { tone: 'ok', icon: 'dot' },
  busy: { tone: 'info', icon: 'dot' },
  closed: { tone: 'error', icon: 'dotted' },
  probing: { tone: 'info', icon: 'retry' },
  recovering: { tone: 'info', icon: 'retry' },
  paused: { tone: 'warn', icon: 'pause' },
}

/** The queues to services: how each is, what waits, and what a person can do. */
export function LanesTab() {
  const t = useT()
  const narrow = useNarrow()
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery(lanesQuery)
  const [limits, setLimits] = useState<Lane | 'new'>()
  const [drain, setDrain] = useState<Lane>()
  const act = useMutation({
    mutationFn: ({ lane, action }: { lane: Lane; action: LaneActionName }) => actOnLane({ lane: lane.lane, action }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.lanes }),
    onError: (failure) => toastError(failure, t),
  })
  const rows = data?.items ?? []
  const todo = (lane: Lane) => <LaneTodo lane={lane} busy={act.isPending} onAct={(action) => act.mutate({ lane, action })} onLimits={() => setLimits(lane)} onDrain={() => setDrain(lane)} />

  const failed = error && <ErrorNote error={error} onRetry={() => void refetch()} />
  if (!data) return failed || <Skeleton lines={4} height={40} />
  if (rows.length === 0)
    return (
      <>
        {failed}
        <EmptyState icon="connections" title={t('lanes.none')} actions={<Button onClick={() => setLimits('new')}>{t('lanes.limitsNew')}</Button>}>
          {t('lanes.noneHelp')} {t('lanes.ownHelp')}
        </EmptyState>
        {limits === 'new' && <LimitsDialog onClose={() => setLimits(undefined)} />}
      </>
    )
  return (
    <>
      {failed}
      <p className={css.help}>
        {t('lanes.help')} {t('lanes.ownHelp')}
      </p>
      <Row justify="end" className={css.above}>
        <Button size="small" icon="plus" onClick={() => setLimits('new')}>
          {t('lanes.limitsNew')}
        </Button>
      </Row>
      {narrow ? (
        <ul className={css.cards}>
          {rows.map((lane) => (
            <li key={lane.lane} className={css.card}>
              <strong className={css.host}>{lane.host}</strong>
              <LaneState lane={lane} />
              <span className={css.figures}>
                <Muted>{t('lanes.now')}: {t('lanes.nOf', { n: lane.active, max: lane.limit })}</Muted>
                <Muted>{t('lanes.waiting')}: {waiting(lane)}</Muted>
                {lane.oldest_at && <Muted>{t('lanes.oldest')}: {oldest(lane)}</Muted>}
                <Muted>{t('lanes.day')}: {day(lane)}</Muted>
              </span>
              <LaneNote lane={lane} />
              {todo(lane)}
            </li>
          ))}
        </ul>
      ) : (
        <div className={css.box}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{t('lanes.service')}</th>
                <th scope="col">{t('state')}</th>
                <th scope="col" className={css.number}>{t('lanes.now')}</th>
                <th scope="col" className={css.number}>{t('lanes.waiting')}</th>
                <th scope="col" className={css.number}>{t('lanes.oldest')}</th>
                <th scope="col" className={css.number}>{t('lanes.day')}</th>
                <th scope="col">
                  <span className={css.hidden}>{t('column.actions')}</span>
                </th>
              </tr>
            </thead>
            {rows.map((lane) => (
              <tbody key={lane.lane}>
                <tr>
                  <td className={css.host}>{lane.host}</td>
                  <td>
                    <LaneState lane={lane} />
                  </td>
                  <td className={css.number}>{t('lanes.nOf', { n: lane.active, max: lane.limit })}</td>
                  <td className={css.number}>{waiting(lane)}</td>
                  <td className={css.number}>{oldest(lane)}</td>
                  <td className={css.number}>{day(lane)}</td>
                  <td className={css.todo}>{todo(lane)}</td>
                </tr>
                {noteOf(lane, t) && (
                  <tr className={css.noteRow}>
                    <td colSpan={7}>
                      <LaneNote lane={lane} />
                    </td>
                  </tr>
                )}
              </tbody>
            ))}
          </table>
        </div>
      )}
      {limits && <LimitsDialog lane={limits === 'new' ? undefined : limits} onClose={() => setLimits(undefined)} />}
      {drain && <DrainDialog lane={drain} onClose={() => setDrain(undefined)} />}
    </>
  )
}

/** A number that leads to the runs behind it. */
function Runs({ lane, q, n, children }: { lane: Lane; q: string; n: number; children: string }) {
  const t = useT()
  if (n === 0) return children
  return (
    <Link to="/runs" search={{ q: `lane:${lane.lane} ${q}` } as never} title={t('lanes.toRuns')}>
      {children}
    </Link>
  )
}

const queued = 'state:queued,waiting,running'
const waiting = (lane: Lane) => (
  <Runs lane={lane} q={queued} n={lane.waiting}>
    {counted(lane.waiting)}
  </Runs>
)
const oldest = (lane: Lane) =>
  lane.oldest_at ? (
    <Runs lane={lane} q={queued} n={lane.waiting}>
      {age(lane.oldest_at)}
    </Runs>
  ) : (
    '—'
  )
const day = (lane: Lane) => (
  <>
    <Runs lane={lane} q="state:succeeded after:-24h" n={lane.ok_24h}>
      {number(lane.ok_24h)}
    </Runs>
    {' / '}
    <Runs lane={lane} q="state:waiting,paused,failed after:-24h" n={lane.failed_24h}>
      {number(lane.failed_24h)}
    </Runs>
  </>
)

/** How a queue is, in a word. */
export function LaneState({ lane }: { lane: Lane }) {
  const t = useT()
  const how = look[lane.state]
  return (
    <Badge tone={how.tone} icon={how.icon}>
      {lane.state === 'closed' && lane.closed_until ? t('lanes.state.closedUntil', { time: shortClock(lane.closed_until) }) : t(`lanes.state.${lane.state}`)}
    </Badge>
  )
}

/** What a person should know of a lane that is not simply open. */
function noteOf(lane: Lane, t: Translate): string {
  const why = lane.status ? t('lanes.said', { status: lane.status }) : t('lanes.silent')
  const parts: string[] = []
  if (lane.state === 'closed' && lane.closed_until) parts.push(why, t('lanes.closedHelp', { time: shortClock(lane.closed_until) }))
  if (lane.state === 'probing') parts.push(why, t('lanes.probingHelp'))
  if (lane.state === 'recovering') parts.push(t('lanes.recoveringHelp'))
  if (lane.state === 'paused') parts.push(t('lanes.pausedBy', { who: lane.paused_by || '—', time: lane.paused_at ? shortClock(lane.paused_at) : '' }))
  if (lane.drain) parts.push(t('lanes.drains', { rate: rateText(lane.drain, t) }))
  if (lane.limits.rate) parts.push(t('lanes.limitedTo', { rate: rateText(lane.limits.rate, t) }))
  if (lane.limits.open) parts.push(t('lanes.neverCloses'))
  return parts.join(' ')
}

function LaneNote({ lane }: { lane: Lane }) {
  const t = useT()
  const text = noteOf(lane, t)
  return text ? <span className={css.note}>{text}</span> : null
}

/** 10/s in words. */
export function rateText(rate: string, t: Translate): string {
  const [n = '', unit] = rate.split('/')
  return unit === 'm' ? t('lanes.perMinute', { n }) : unit === 'h' ? t('lanes.perHour', { n }) : t('lanes.perSecond', { n })
}

interface TodoProps {
  lane: Lane
  busy: boolean
  onAct: (action: LaneActionName) => void
  onLimits: () => void
  onDrain: () => void
}

function LaneTodo({ lane, busy, onAct, onLimits, onDrain }: TodoProps) {
  const t = useT()
  return (
    <span className={css.buttons}>
      {lane.state === 'closed' ? (
        <Button size="small" disabled={busy} onClick={() => onAct('try')}>
          {t('lanes.try')}
        </Button>
      ) : lane.state === 'paused' ? (
        <Button size="small" disabled={busy} onClick={() => onAct('resume')}>
          {t('lanes.resume')}
        </Button>
      ) : (
        <Button size="small" onClick={onLimits}>
          {t('lanes.limits')}
        </Button>
      )}
      <Menu
        items={[
          (lane.state === 'closed' || lane.state === 'paused') && { label: t('lanes.limits'), icon: 'settings' as const, onClick: onLimits },
          lane.state !== 'paused' && { label: t('lanes.pause'), icon: 'pause' as const, onClick: () => onAct('pause') },
          { label: t('lanes.drain'), icon: 'send', onClick: onDrain },
        ]}
      >
        <IconButton icon="dots" label={t('scenario.actions', { title: lane.host })} tip={false} />
      </Menu>
    </span>
  )
}
