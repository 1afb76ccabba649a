import type { components } from '@/api'
import { useTab } from '@/app/useSearch'
import { clock, size, useT } from '@/i18n'
import { BodyView, type BodyViewProps, CopyButton, Facts, KeyValueRows, Method, Mono, Row, Stack, Tabs } from '@/ui'
import { EventMark } from '@/words/EventMark'
import { Masked } from '@/words/Masked'
import { PartsView } from '@/words/PartsView'

type Event = components['schemas']['Event']

/** What came in, as it came: text only. */
export function EventView({ event, onPick }: { event: Event; onPick?: (path: string, value: unknown) => void }) {
  const t = useT()
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
      {event.mark !== 'erased' && <ReceivedTabs {...event} body={event.item ? JSON.stringify(event.item) : event.body} encoding={event.item ? undefined : event.encoding} root="event.body" onPick={onPick} download={`/api/v1/events/${event.id}/raw`} />}
      <Masked texts={[event.query, event.body, ...event.headers.map((header) => header.value)]} />
    </Stack>
  )
}

const tabNames = ['body', 'query', 'headers'] as const

/** The parts of a request that was received. */
export function ReceivedTabs({ body, encoding, parts, content_type, query, headers, root, onPick, download }: Pick<Event, 'body' | 'encoding' | 'parts' | 'content_type' | 'query' | 'headers'> & Pick<BodyViewProps, 'root' | 'onPick' | 'download'>) {
  const t = useT()
  const [tab, setTab] = useTab('data', tabNames, 'body')
  const rows = [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }))
  return (
    <Tabs
      ariaLabel={t('event')}
      value={tab}
      onChange={setTab}
      tabs={[
        { value: 'body', label: t('event.body'), content: <Stack><PartsView parts={parts} /><BodyView body={body} encoding={encoding} contentType={content_type} root={root} onPick={onPick} label={t('event.body')} download={download} /></Stack> },
        { value: 'query', label: t('event.query'), content: <KeyValueRows rows={rows} empty={t('event.noQuery')} /> },
        { value: 'headers', label: t('run.headersOf', { n: headers.length }), content: <KeyValueRows rows={headers} empty={t('run.noHeaders')} /> },
      ]}
    />
  )
}
