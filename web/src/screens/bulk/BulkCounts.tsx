import { Link } from '@tanstack/react-router'
import type { Bulk } from '@/api'
import { number, useT } from '@/i18n'
import { Icon, type IconName } from '@/ui'
import { format } from '@/words/query'
import css from './Bulk.module.css'
import { refusedWords } from './words'

/** What became of the runs of a mass action; each number leads to those that stand so now. */
export function BulkCounts({ bulk }: { bulk: Bulk }) {
  const t = useT()
  return (
    <>
      <Count bulk={bulk} states="succeeded,skipped" icon="check" tone="ok" label={t('state.succeeded')} value={bulk.succeeded} />
      <Count bulk={bulk} states="waiting" icon="retry" tone="info" label={t('state.waiting.retry')} value={bulk.retrying} />
      <Count bulk={bulk} states="paused,held" icon="pause" tone="warn" label={t('state.paused')} value={bulk.paused} />
      <Count bulk={bulk} states="failed,cancelled" icon="close" tone="error" label={t('state.failed')} value={bulk.failed} />
      <Refused bulk={bulk} />
    </>
  )
}

/** How many were left alone, and why; nothing for none. */
export function Refused({ bulk }: { bulk: Bulk }) {
  const t = useT()
  if (bulk.refused === 0) return null
  return (
    <span className={css.one} data-tone="muted">
      <Icon name="skip" size={16} /> {refusedWords(bulk, t)}
    </span>
  )
}

/** The question that finds the runs in which a mass action shows. */
export const runsOf = (bulk: string, states = ''): string => format([...(states ? [{ key: 'state', value: states }] : []), { key: 'bulk', value: bulk }])

interface CountProps {
  bulk: Bulk
  icon: IconName
  tone: string
  label: string
  value: number
  /** How the runs stand that are counted. */
  states: string
}

/** Shape, colour and word together; nothing for none. */
function Count({ bulk, states, icon, tone, label, value }: CountProps) {
  if (value === 0) return null
  const shown = (
    <>
      <Icon name={icon} size={16} /> {number(value)}
      <span className={css.label}> {label}</span>
    </>
  )
  if (!bulk.id) {
    return (
      <span className={css.one} data-tone={tone}>
        {shown}
      </span>
    )
  }
  return (
    <Link to="/runs" search={{ q: runsOf(bulk.id, states) } as never} className={css.one} data-tone={tone}>
      {shown}
    </Link>
  )
}
