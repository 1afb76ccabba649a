import { useState } from 'react'
import type { components } from '@/api'
import { clock, size, useT } from '@/i18n'
import { BodyView, CopyButton, Facts, KeyValueRows, Method, Mono, Row, Stack, Tabs } from '@/ui'
import { EventMark } from '@/words/EventMark'

type Event = components['schemas']['Event']

/** What came in, as it came: text only. */
export function EventView({ event, onPick }: { event: Event; onPick?: (path: string, value: unknown) => void }) {
  const t = useT()
  const [tab, setTab] = useState<'body' | 'query' | 'headers'>('body')
  const query = [...new URLSearchParams(event.query)].map(([name, value]) => ({ name, value }))
  return (
    <Stack>
      <Facts
        items={[
          [t('event.request'), <><Method>{event.method}</Method> <Mono>{`${event.path}${event.query ? `?${event.query}` : ''}`}</Mono></>],
          [t('column.time'), clock(event.received_at)],
          [t('event.size'), size(event.size)],
          event.remote ? [t('event.remote'), event.remote] : null,
          [t('event.id'), <Row gap={4}><Mono>{event.id}</Mono><CopyButton text={event.id} label={t('event.copyId')} /></Row>],
          event.actor ? [t('event.actor'), event.actor] : null,
        ]}
      />
      <EventMark event={event} />
      <Tabs
        ariaLabel={t('event')}
        value={tab}
        onChange={setTab}
        tabs={[
          { value: 'body', label: t('event.body'), content: <BodyView body={event.item ? JSON.stringify(event.item) : event.body} encoding={event.item ? undefined : event.encoding} contentType={event.content_type} root="event.body" onPick={onPick} label={t('event.body')} download={`/api/v1/events/${event.id}/raw`} /> },
          { value: 'query', label: t('event.query'), content: <KeyValueRows rows={query} empty={t('event.noQuery')} /> },
          { value: 'headers', label: t('run.headersOf', { n: event.headers.length }), content: <KeyValueRows rows={event.headers} empty={t('run.noHeaders')} /> },
        ]}
      />
    </Stack>
  )
}
