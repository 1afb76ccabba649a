import { useState } from 'react'
import type { Preview } from '@/api'
import { size, useT } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import { CopyButton, IconButton, Method } from '@/ui'
import css from '../editor.module.css'
import { Notices } from './Notices'

/** «Что будет отправлено»: always in sight below the step's settings. */
export function WillSend({ preview, stale, offline }: { preview: Preview | undefined; stale: boolean; offline: boolean }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const request = preview?.request
  const problem = preview?.problems[0]
  const body = request ? (request.encoding ? t('willSend.binary', { size: size(request.size) }) : open ? pretty(request.body) : request.body.replace(/\s*\n\s*/g, ' ').slice(0, 2000)) : ''
  return (
    <section className={css.willSend} aria-label={t('willSend')} data-open={open || undefined} data-stale={stale || undefined}>
      <header className={css.willSendHead}>
        <h3>{t('willSend')}</h3>
        {request && request.size > 0 && <span className={css.muted}>{size(request.size)}</span>}
        <span className={css.spring} />
        {request?.body && !request.encoding && <CopyButton text={request.body} label={t('willSend.copy')} />}
        <IconButton icon={open ? 'down' : 'up'} size="small" label={open ? t('willSend.less') : t('willSend.more')} expanded={open} onClick={() => setOpen(!open)} tip={false} />
      </header>
      {request ? (
        <div className={css.willSendBody} tabIndex={0} role="group" aria-label={t('willSend')}>
          <Notices notices={request.notices} />
          <div className={css.willSendLine}>
            <Method>{request.method}</Method> <span className="mono">{request.url}</span>
          </div>
          {open && (
            <pre className={css.willSendText}>
              {request.headers.map((header) => `${header.name}: ${header.value}`).join('\n')}
            </pre>
          )}
          {body !== '' && <pre className={css.willSendText}>{body}</pre>}
        </div>
      ) : (
        <p className={css.willSendBody}>{problem ? problemWords(problem) : (preview ? t('willSend.cannot') : offline ? t('willSend.offline') : t('willSend.wait'))}</p>
      )}
    </section>
  )
}

function pretty(body: string): string {
  if (body.length > 100_000 || !/^\s*[[{]/.test(body)) return body
  try {
    JSON.parse(body)
  } catch {
    return body
  }
  // Laid out without reading the numbers: their digits stay.
  let out = ''
  let depth = 0
  for (const part of body.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []) {
    if (part === '{' || part === '[') out += `${part}\n${'  '.repeat(++depth)}`
    else if (part === '}' || part === ']') out = `${out.trimEnd()}${/[{[]$/.test(out.trimEnd()) ? '' : `\n${'  '.repeat(depth - 1)}`}${part}`
    else if (part === ',') out += `,\n${'  '.repeat(depth)}`
    else if (part === ':') out += ': '
    else out += part
    if (part === '}' || part === ']') depth--
  }
  return out
}
