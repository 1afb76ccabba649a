import { useState } from 'react'
import { useT } from '@/i18n'
import { PillField } from '@/pill/PillField'
import { usePillScope } from '@/pill/scope'
import { Checkbox, Choices, CodeView, Segments } from '@/ui'
import { becomes, useStep, wrongIn } from '../context'
import css from '../editor.module.css'
import { rowsToText, textToRows } from '../model/body'
import { isRows, rowsOf, type HttpBody, type HttpStep, type Row } from '../model/document'
import { writeJson, type Json } from '../model/json'
import { Becoming, PathField } from '../step/Field'
import { RowsEditor } from './RowsEditor'

type BodyKind = 'json' | 'form' | 'text' | 'path' | 'none'

const kindOf = (body: HttpBody | undefined): BodyKind => (!body || body.none ? 'none' : body.json !== undefined ? 'json' : body.form ? 'form' : body.text !== undefined ? 'text' : body.path !== undefined ? 'path' : 'none')

/** The body of a request: its kind, and the fields of that kind. */
export function Body() {
  const t = useT()
  const { read, put, at, problem } = useStep()
  const http = read<HttpStep>('/http')
  const body = http?.body
  const kind = kindOf(body)
  // What was typed into another kind comes back when that kind is chosen again.
  const [others, setOthers] = useState<Partial<Record<BodyKind, HttpBody>>>({})
  const choose = (next: BodyKind) => {
    if (next === kind) return
    setOthers({ ...others, ...(body ? { [kind]: body } : {}) })
    put('/http/body', others[next] ?? converted(body, next))
  }
  const method = (http?.method ?? 'POST').toUpperCase()
  return (
    <div className={css.fields} data-pointer={at('/http/body')}>
      <Choices<BodyKind>
        ariaLabel={t('body.kind')}
        inline
        value={kind}
        onChange={choose}
        error={problem('/http/body')}
        options={[
          { value: 'json', label: 'JSON' },
          { value: 'form', label: t('body.form') },
          { value: 'text', label: t('body.text') },
          { value: 'path', label: t('body.path') },
          { value: 'none', label: t('body.none') },
        ]}
      />
      {kind === 'json' && body && <JsonBody body={body} />}
      {kind === 'form' && <RowsEditor pointer="/http/body/form" label={t('body.form')} rows={body?.form ?? []} onChange={(rows) => put('/http/body/form', rows)} />}
      {kind === 'text' && (
        <div data-pointer={at('/http/body/text')}>
          <PillField label={t('body.text')} value={body?.text ?? ''} onChange={(text) => put('/http/body/text', text)} multiline mono rows={6} />
          <p className={css.fieldHelp}>{t('body.textHelp')}</p>
        </div>
      )}
      {kind === 'path' && <PathBody value={body?.path ?? ''} />}
      {kind !== 'none' && ['GET', 'HEAD', 'DELETE'].includes(method) && (kind === 'json' || kind === 'form') && (
        <Checkbox label={t('body.force', { method })} help={t('body.forceHelp')} checked={body?.force === true} onChange={(on) => put('/http/body/force', on || undefined)} />
      )}
    </div>
  )
}

/** A body of another kind with the same rows, where both have rows. */
function converted(body: HttpBody | undefined, next: BodyKind): HttpBody {
  const rows: Row[] = body?.form ?? (isRows(body?.json) ? rowsOf(body?.json) : typeof body?.json === 'string' ? (textToRows(body.json) ?? []) : [])
  switch (next) {
    case 'json':
      return { json: rows }
    case 'form':
      return { form: rows }
    case 'text':
      return { text: body?.json === undefined ? '' : typeof body.json === 'string' ? body.json : isRows(body.json) ? rowsToText(rows) : writeJson(body.json, 2) }
    case 'path':
      return { path: 'event.body' }
    case 'none':
      return { none: true }
  }
}

function JsonBody({ body }: { body: HttpBody }) {
  const t = useT()
  const { put, at, preview, problem } = useStep()
  const json = body.json
  const asRows = isRows(json) || (Array.isArray(json) && json.length === 0)
  const text = typeof json === 'string' ? json : asRows ? '' : writeJson(json, 2)
  const fromText = asRows ? undefined : textToRows(text)
  const view = asRows ? 'fields' : 'template'
  return (
    <div className={css.fields}>
      <div className={css.line}>
        <span className={css.muted}>{t('body.view')}:</span>
        <Segments
          size="small"
          ariaLabel={t('body.jsonView')}
          value={view}
          onChange={(next) => {
            if (next === view) return
            if (next === 'template') put('/http/body/json', rowsToText(rowsOf(json)))
            else if (fromText) put('/http/body/json', fromText)
          }}
          options={[
            { value: 'fields', label: t('body.fields'), disabled: view === 'template' && !fromText },
            { value: 'template', label: t('body.template') },
          ]}
        />
        {view === 'template' && !fromText && text.trim() !== '' && <span className={css.fieldHelp}>{t('body.noFields')}</span>}
      </div>
      {asRows ? (
        <RowsEditor pointer="/http/body/json" label={t('body.fields')} rows={rowsOf(json)} typed onChange={(rows) => put('/http/body/json', rows)} addLabel={t('body.addField')} />
      ) : (
        <div data-pointer={at('/http/body/json')}>
          <PillField label={t('body.template')} value={text} onChange={(next) => put('/http/body/json', next)} multiline language="json" mono rows={10} error={problem('/http/body/json') ?? wrongIn(becomes(preview, at('/http/body/json')))} />
        </div>
      )}
    </div>
  )
}

/** A whole value, sent as it is. */
function PathBody({ value }: { value: string }) {
  const t = useT()
  const { put, at, preview } = useStep()
  const { variables } = usePillScope()
  const now = becomes(preview, at('/http/body/path'))
  return (
    <div className={css.fields} data-pointer={at('/http/body/path')}>
      <PathField label={t('body.path')} help={t('body.pathHelp')} value={value} onChange={(next) => put('/http/body/path', next)} paths={['event.body', 'event.raw', ...(variables ?? []).map((v) => v.path)]} />
      <Becoming value={now && { ...now, text: now.text.slice(0, 300) }} />
      {now && now.text.length > 300 && <CodeView text={now.text} label={t('body.path')} maxHeight={160} />}
    </div>
  )
}

type AnswerKind = 'json' | 'text' | 'none'

/** What the sender is answered: fields, a text, or nothing. */
export function RespondBody() {
  const t = useT()
  const { read, put, at } = useStep()
  const respond = read<{ json?: Json | Row[]; text?: string }>('/respond')
  const kind: AnswerKind = respond?.json !== undefined ? 'json' : respond?.text !== undefined ? 'text' : 'none'
  const choose = (next: AnswerKind) => {
    const { json: _json, text: _text, ...others } = respond ?? {}
    put('/respond', { ...others, ...(next === 'json' ? { json: [] } : next === 'text' ? { text: 'ok' } : {}) })
  }
  const json = respond?.json
  return (
    <div className={css.fields}>
      <Choices<AnswerKind>
        ariaLabel={t('body.kind')}
        inline
        value={kind}
        onChange={choose}
        options={[
          { value: 'json', label: 'JSON' },
          { value: 'text', label: t('body.textShort') },
          { value: 'none', label: t('body.none') },
        ]}
      />
      {kind === 'json' &&
        (isRows(json) || (Array.isArray(json) && json.length === 0) ? (
          <RowsEditor pointer="/respond/json" label={t('body.fields')} rows={rowsOf(json)} typed onChange={(rows) => put('/respond/json', rows)} addLabel={t('body.addField')} />
        ) : (
          <PillField label={t('body.template')} value={typeof json === 'string' ? json : writeJson(json, 2)} onChange={(next) => put('/respond/json', next)} multiline language="json" mono rows={6} />
        ))}
      {kind === 'text' && (
        <div data-pointer={at('/respond/text')}>
          <PillField label={t('type.text')} value={respond?.text ?? ''} onChange={(next) => put('/respond/text', next)} multiline rows={3} />
        </div>
      )}
    </div>
  )
}
