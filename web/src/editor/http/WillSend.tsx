import { useState } from 'react'
import { size, useT } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import { Button, CopyButton, IconButton, Method, Rich, tell } from '@/ui'
import { partText } from '@/words/PartsView'
import css from '../editor.module.css'
import type { Previewed } from '../usePreview'
import { Notices } from './Notices'

/** Whether it is unfolded; the browser remembers it. */
const openKey = 'gonets.willSend'

/** «Что будет отправлено»: always in sight below the step's settings, folded to its line and the body's beginning, or whole. */
export function WillSend({ preview, error, stale, retry, named }: Previewed & { /** What people call a place of the document. */ named: (place: string) => string }) {
  const t = useT()
  const [open, setOpen] = useState(() => localStorage.getItem(openKey) === 'open')
  const fold = () => {
    localStorage.setItem(openKey, open ? 'folded' : 'open')
    setOpen(!open)
  }
  const offline = error?.status === 0
  const failed = error && !offline ? error : undefined
  // What would have been sent before says nothing of what is there now.
  const request = failed ? undefined : preview?.request
  const problem = preview?.problems[0]
  const body = request ? (request.parts ? request.parts.map((part) => `${part.name}: ${partText(part)}`).join('\n') : request.encoding ? t('willSend.binary', { size: size(request.size) }) : open ? pretty(request.body) : request.body.replace(/\s*\n\s*/g, ' ').slice(0, 2000)) : ''
  const told = failed ? tell(failed, t) : undefined
  const said = problem ? [named(problem.pointer), problemWords(problem)].filter(Boolean).join(': ') : preview ? t('willSend.cannot') : offline ? t('willSend.offline') : t('willSend.wait')
  return (
    <section className={css.willSend} aria-label={t('willSend')} data-open={open || undefined} data-stale={stale || undefined}>
      <header className={css.willSendHead}>
        <h3>{t('willSend')}</h3>
        {request ? (
          <span className={css.willSendLine} title={request.url}>
            <Method>{request.method}</Method> <span className="mono">{request.url}</span>
          </span>
        ) : (
          <span className={css.spring} />
        )}
        {request && request.size > 0 && <span className={css.muted}>{size(request.size)}</span>}
        {request?.body && !request.encoding && !request.parts && <CopyButton text={request.body} label={t('willSend.copy')} />}
        {failed && (
          <Button size="small" onClick={retry}>
            {t('ui.tryAgain')}
          </Button>
        )}
        <IconButton icon={open ? 'down' : 'up'} size="small" label={open ? t('willSend.less') : t('willSend.more')} expanded={open} onClick={fold} tip={false} />
      </header>
      {told ? (
        <div className={css.willSendBody}>
          <div className={css.willSendTold} role="alert" tabIndex={0}>
            <span className={css.fieldError}>{told.what}</span> {told.meaning && <Rich>{told.meaning}</Rich>} {told.todo && <Rich>{told.todo}</Rich>}
          </div>
        </div>
      ) : request ? (
        <div className={css.willSendBody} tabIndex={0} role="group" aria-label={t('willSend')}>
          <Notices notices={request.notices} />
          {open && <pre className={css.willSendText}>{request.headers.map((header) => `${header.name}: ${header.value}`).join('\n')}</pre>}
          {body !== '' && <pre className={css.willSendText}>{body}</pre>}
        </div>
      ) : (
        <p className={css.willSendBody}>{said}</p>
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
