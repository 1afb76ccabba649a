import type { components } from '@/api'
import { useT } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import { Note, Rich } from '@/ui'

type Event = Pick<components['schemas']['Event'], 'mark' | 'unread'>

/** What is unusual about an event, in words: never its code. */
export function EventMark({ event }: { event: Event }) {
  const t = useT()
  switch (event.mark) {
    case 'erased':
      return <Note tone="muted">{t('event.erased')}</Note>
    case 'body.unparsed':
      return (
        <Note tone="warn" title={event.unread && problemWords(event.unread)}>
          <Rich>{t('body.unparsed')}</Rich>
        </Note>
      )
    case 'body.duplicate_keys':
      return <Note tone="warn">{t('body.duplicateKeys')}</Note>
  }
  return null
}
