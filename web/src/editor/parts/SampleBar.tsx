import { duration, clock, useT, type Key, type Translate } from '@/i18n'
import { Badge, Icon, Menu, type BadgeTone, type IconName, type MenuItem } from '@/ui'
import { useEditor, type Attached } from '../context'
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
    .map(([, value]) => shortened(String(value)))
    .join(', ')
}

/** What is cut says so. */
const shortened = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text)

/** Ends that are no failures of what was checked. */
const ends: Record<string, Key> = { cancelled: 'check.endStopped', lost: 'check.endLost', unseen: 'check.endUnseen' }
const endOf = ({ ok, state }: { ok: boolean; state: string }): Key => ends[state] ?? (ok ? 'check.endGood' : 'check.endBad')

const ended = ({ ok, state }: { ok: boolean; state: string }): { tone: BadgeTone; icon: IconName } =>
  state in ends ? { tone: 'muted', icon: 'stop' } : ok ? { tone: 'ok', icon: 'check' } : { tone: 'error', icon: 'close' }

/** What the steps are tried on, and how the last check ended. */
export function SampleBar() {
  const t = useT()
  const { samples, check, sources, openSource } = useEditor()
  const { picked, events } = samples
  const label = !picked ? t('sample.none') : 'event' in picked ? sampleName(picked.event, events, sources, t) : t('sample.own')
  const items: (MenuItem | 'line')[] = events.map((event) => ({
    label: clock(event.received_at),
    hint: [sourceTitle(event.source, sources), gist(event)].filter(Boolean).join(' · '),
    checked: picked !== undefined && 'event' in picked && picked.event.id === event.id,
    onClick: () => samples.pick({ event }),
  }))
  // Of data that are wanted from elsewhere the source of those that stand here is asked first.
  const from = picked && ('event' in picked ? picked.event.source : picked.sample.source)
  return (
    <footer className={css.sampleBar}>
      <span className={css.muted}>{t('sample')}:</span>
      <Menu align="start" items={[...items, ...(items.length > 0 ? ['line' as const] : []), { label: t('sample.other'), icon: 'sources', onClick: () => openSource(from) }]}>
        <button type="button" className={css.sampleButton} data-fresh={samples.fresh ? true : undefined}>
          <span>
            {label} {picked && 'event' in picked && <span className={css.muted}>{gist(picked.event)}</span>}
          </span>
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
                {t(endOf(check.finished), { time: duration(check.finished.duration_ms) })}
              </Badge>
            </>
          )
        )}
      </span>
    </footer>
  )
}

/** By its time, and by its source where there are several; one that is not among the last ones is of the history. */
export function sampleName(event: SampleEvent, events: readonly SampleEvent[], sources: readonly Attached[], t: Translate): string {
  const time = clock(event.received_at)
  const name = t(events.some((one) => one.id === event.id) ? 'sample.event' : 'sample.past', { time })
  const from = sourceTitle(event.source, sources)
  return from === '' ? name : `${name}, ${from}`
}

/** What people call the source of an event; empty where there is only one. */
const sourceTitle = (name: string, sources: readonly Attached[]): string => (sources.length < 2 ? '' : sources.find((one) => one.name === name)?.source?.title || name)
