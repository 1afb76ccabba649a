import { duration, clock, useT, type Translate } from '@/i18n'
import { Badge, Icon, Menu, type BadgeTone, type IconName, type MenuItem } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { bodyOf } from '../localScope'
import { members } from '../model/json'
import type { SampleEvent } from '../useSamples'

/** Name-like fields of an event in a few words. */
export function gist(event: SampleEvent): string {
  const pairs = members(bodyOf(event)) ?? []
  return pairs
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .slice(0, 2)
    .map(([, value]) => String(value).slice(0, 24))
    .join(', ')
}

/** A check that a person stopped is no failure. */
const ended = ({ ok, state }: { ok: boolean; state: string }): { tone: BadgeTone; icon: IconName } =>
  state === 'cancelled' ? { tone: 'muted', icon: 'stop' } : ok ? { tone: 'ok', icon: 'check' } : { tone: 'error', icon: 'close' }

/** What the steps are tried on, and how the last check ended. */
export function SampleBar() {
  const t = useT()
  const { samples, check, openSource } = useEditor()
  const { picked, events } = samples
  const label = !picked ? t('sample.none') : 'event' in picked ? sampleName(picked.event, events, t) : t('sample.own')
  const items: (MenuItem | 'line')[] = events.slice(0, 20).map((event) => ({
    label: `№${numberOf(event, events)} · ${clock(event.received_at)}`,
    hint: gist(event),
    checked: picked !== undefined && 'event' in picked && picked.event.id === event.id,
    onClick: () => samples.pick({ event, n: numberOf(event, events) }),
  }))
  return (
    <footer className={css.sampleBar}>
      <span className={css.muted}>{t('sample')}:</span>
      <Menu align="start" items={[...items, ...(items.length > 0 ? ['line' as const] : []), { label: t('sample.other'), icon: 'sources', onClick: openSource }]}>
        <button type="button" className={css.sampleButton} data-fresh={samples.fresh ? true : undefined}>
          {label}
          {picked && 'event' in picked && <span className={css.muted}> {gist(picked.event)}</span>}
          <Icon name="down" size={14} />
        </button>
      </Menu>
      <span className={css.spring} />
      <span role="status" className={css.lastCheck}>
        {check.running ? (
          <Badge tone="info" icon="play">
            {t('check.goes')}
          </Badge>
        ) : (
          check.finished && (
            <>
              {t('check.last')}{' '}
              <Badge {...ended(check.finished)}>
                {t(check.finished.state === 'cancelled' ? 'check.endStopped' : check.finished.ok ? 'check.endGood' : 'check.endBad', { time: duration(check.finished.duration_ms) })}
              </Badge>
            </>
          )
        )}
      </span>
    </footer>
  )
}

/** By its number among the newest ones; one of the history by its time only. */
export const sampleName = (event: SampleEvent, events: readonly SampleEvent[], t: Translate): string =>
  events.some((one) => one.id === event.id) ? t('sample.event', { n: numberOf(event, events), time: clock(event.received_at) }) : t('sample.past', { time: clock(event.received_at) })

/** The oldest of those shown is number one. */
export const numberOf = (event: SampleEvent, events: readonly SampleEvent[]): number => events.length - events.findIndex((one) => one.id === event.id)
