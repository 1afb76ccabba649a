import type { components } from '@/api'
import { clock, size, useT } from '@/i18n'
import { Icon, Method, Muted } from '@/ui'
import css from './Sources.module.css'

/** Events of a source, one of which is looked at. */
export function EventList({ label, events, chosen, onChoose }: { label: string; events: readonly Pick<components['schemas']['EventSummary'], 'id' | 'method' | 'received_at' | 'size' | 'mark'>[]; chosen: string | undefined; onChoose: (id: string) => void }) {
  const t = useT()
  return (
    <ul className={css.eventList} aria-label={label}>
      {events.map((event) => (
        <li key={event.id}>
          <button type="button" className={css.eventButton} aria-current={event.id === chosen || undefined} onClick={() => onChoose(event.id)}>
            <Method>{event.method}</Method>
            <span>{clock(event.received_at)}</span>
            <Muted>{size(event.size)}</Muted>
            {event.mark === 'body.unparsed' && <Icon name="warning" size={14} label={t('sources.unparsed')} />}
          </button>
        </li>
      ))}
    </ul>
  )
}
