import { useState } from 'react'
import { useT } from '@/i18n'
import { PillField } from '@/pill/PillField'
import { usePillScope } from '@/pill/scope'
import { Checkbox, Choices, CodeView, Mono, Segments, SuggestField } from '@/ui'
import { becomes, useStep, wrongIn, type Becomes } from '../context'
import css from '../editor.module.css'
import { answerOf, type Answer } from '../model/answer'
import { formTypes, rowsToText, textToRows, typesFor } from '../model/body'
import { isRows, rowsOf, type HttpBody, type Row } from '../model/document'
import { writeJson, type Json } from '../model/json'
import { Becoming, PathField } from '../step/Field'
import { helpOf, useTexts, type FieldTexts } from '@/words/texts'
import { FileBody, FormFiles } from './Files'
import { RowsEditor } from './RowsEditor'

type BodyKind = 'json' | 'form' | 'multipart' | 'text' | 'xml' | 'path' | 'file' | 'none'

const kindOf = (body: HttpBody | undefined): BodyKind => (!body || body.none ? 'none' : body.json !== undefined ? 'json' : body.form ? 'form' : body.multipart ? 'multipart' : body.text !== undefined ? 'text' : body.xml !== undefined ? 'xml' : body.path !== undefined ? 'path' : body.file !== undefined ? 'file' : 'none')

/** The kinds of a body as its field names them; what the chosen one means stands below. */
const kinds = <T extends string>({ options }: FieldTexts): { value: T; label: string }[] => options.map(({ value, label }) => ({ value: value as T, label }))

/** A body's fields stand below its place: of the step's own request, or of the one that asks whether that was done. */
export interface Place {
  place: '/http/body' | '/http/retry/ask/body'
}

/** The body of a request: its kind, and the fields of that kind. */
export function Body({ place }: Place) {
  const t = useT()
  const { read, put, at, problem } = useStep()
  const request = read<{ method?: string; body?: HttpBody }>(place.slice(0, -'/body'.length))
  const body = request?.body
  const kind = kindOf(body)
  const texts = useTexts()
  const whole = texts(place)
  const form = texts(`${place}/form`)
  const force = texts(`${place}/force`)
  // What was typed into another kind comes back when that kind is chosen again.
  const [others, setOthers] = useState<Partial<Record<BodyKind, HttpBody>>>({})
  const choose = (next: BodyKind) => {
    if (next === kind) return
    setOthers({ ...others, ...(body ? { [kind]: body } : {}) })
    put(place, others[next] ?? converted(body, next))
  }
  const method = (request?.method ?? 'POST').toUpperCase()
  return (
    <div className={css.fields} data-pointer={at(place)}>
      <Choices<BodyKind>
        ariaLabel={t('body.kind')}
        inline
        value={kind}
        onChange={choose}
        error={problem(place)}
        options={kinds(whole)}
      />
      <p className={`${css.fieldHelp} ${css.near}`}>{helpOf(whole, kind)}</p>
      {kind === 'json' && body && <JsonBody place={place} body={body} />}
      {kind === 'form' && <RowsEditor pointer={`${place}/form`} label={form.title} rows={body?.form ?? []} types={formTypes} onChange={(rows) => put(`${place}/form`, rows)} />}
      {kind === 'form' && <p className={css.fieldHelp}>{form.help}</p>}
      {kind === 'multipart' && <FormWithFiles place={place} form={body?.multipart ?? {}} />}
      {kind === 'text' && <TextBody pointer={`${place}/text`} value={body?.text ?? ''} rows={6} />}
      {kind === 'xml' && <TextBody pointer={`${place}/xml`} value={body?.xml ?? ''} rows={10} />}
      {kind === 'file' && <FileBody pointer={`${place}/file`} value={body?.file ?? ''} />}
      {kind === 'path' && <PathBody place={place} value={body?.path ?? ''} />}
      {kind !== 'none' && ['GET', 'HEAD', 'DELETE'].includes(method) && (kind === 'json' || kind === 'form') && (
        <Checkbox label={force.title} help={force.help} checked={body?.force === true} onChange={(on) => put(`${place}/force`, on || undefined)} />
      )}
      {body && kind !== 'none' && <OnItsWay place={place} kind={kind} body={body} />}
    </div>
  )
}

/** How the body is written on its way: inner names, letters, packed. */
function OnItsWay({ place, kind, body }: Place & { kind: BodyKind; body: HttpBody }) {
  const { put, at, problem } = useStep()
  const texts = useTexts()
  const [nested, charset, gzip] = [texts(`${place}/nested`), texts(`${place}/charset`), texts(`${place}/gzip`)]
  return (
    <>
      {(kind === 'form' || kind === 'multipart' || body.nested) && (
        <div data-pointer={at(`${place}/nested`)}>
          <Checkbox label={nested.title} help={nested.help} checked={body.nested === true} onChange={(on) => put(`${place}/nested`, on || undefined)} error={problem(`${place}/nested`)} />
        </div>
      )}
      {(kind === 'form' || kind === 'text' || body.charset) && (
        <div data-pointer={at(`${place}/charset`)}>
          <SuggestField label={charset.title} help={charset.help} value={body.charset ?? ''} onChange={(next) => put(`${place}/charset`, next || undefined)} suggestions={charset.options.map((option) => option.value)} placeholder="utf-8" error={problem(`${place}/charset`)} />
        </div>
      )}
      <div data-pointer={at(`${place}/gzip`)}>
        <Checkbox label={gzip.title} help={gzip.help} checked={body.gzip === true} onChange={(on) => put(`${place}/gzip`, on || undefined)} error={problem(`${place}/gzip`)} />
      </div>
    </>
  )
}

/** A body of another kind with the same rows, where both have rows. */
function converted(body: HttpBody | undefined, next: BodyKind): HttpBody {
  const rows: Row[] = body?.form ?? body?.multipart?.fields ?? (isRows(body?.json) ? rowsOf(body?.json) : typeof body?.json === 'string' ? (textToRows(body.json) ?? []) : [])
  switch (next) {
    case 'json':
      return { json: rows }
    case 'form':
      return { form: rows }
    case 'multipart':
      return { multipart: { fields: rows } }
    case 'xml':
      return { xml: body?.text?.trim().startsWith('<') ? body.text : '' }
    case 'file':
      return { file: '' }
    case 'text':
      return { text: body?.json === undefined ? (body?.xml ?? '') : typeof body.json === 'string' ? body.json : isRows(body.json) ? rowsToText(rows) : writeJson(body.json, 2) }
    case 'path':
      return { path: 'event.body' }
    case 'none':
      return { none: true }
  }
}

/** A template of text, as it is or as XML. */
function TextBody({ pointer, value, rows }: { pointer: string; value: string; rows: number }) {
  const { title, help, field } = useTexts()(pointer)
  const { put, at, preview, problem } = useStep()
  const now = becomes(preview, at(pointer))
  return (
    <div data-pointer={at(pointer)}>
      <PillField label={title} value={value} onChange={(next) => put(pointer, next)} multiline mono rows={rows} error={problem(pointer) ?? wrongIn(now)} {...(field?.placeholder ? { placeholder: field.placeholder } : {})} />
      <Becoming value={now} most={300} quiet />
      <p className={css.fieldHelp}>{help}</p>
    </div>
  )
}

/** The fields of a form, then its files. */
function FormWithFiles({ place, form }: Place & { form: NonNullable<HttpBody['multipart']> }) {
  const { put } = useStep()
  const fields = useTexts()(`${place}/multipart/fields`)
  return (
    <>
      <div className={css.field}>
        <div className={css.fieldLabel}>{fields.title}</div>
        <RowsEditor pointer={`${place}/multipart/fields`} label={fields.title} rows={form.fields ?? []} types={formTypes} onChange={(rows) => put(`${place}/multipart/fields`, rows)} />
      </div>
      <FormFiles pointer={`${place}/multipart/files`} files={form.files ?? []} />
    </>
  )
}

function JsonBody({ place, body }: Place & { body: HttpBody }) {
  const t = useT()
  const { put, at, preview, problem } = useStep()
  const fields = useTexts()(`${place}/json`)
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
            if (next === 'template') put(`${place}/json`, rowsToText(rowsOf(json)))
            else if (fromText) put(`${place}/json`, fromText)
          }}
          options={[
            { value: 'fields', label: t('body.fields'), disabled: view === 'template' && !fromText },
            { value: 'template', label: t('body.template') },
          ]}
        />
        {view === 'template' && !fromText && text.trim() !== '' && <span className={css.fieldHelp}>{t('body.noFields')}</span>}
      </div>
      {asRows ? (
        <RowsEditor pointer={`${place}/json`} label={t('body.fields')} rows={rowsOf(json)} types={typesFor} onChange={(rows) => put(`${place}/json`, rows)} addLabel={t('body.addField')} />
      ) : (
        <div data-pointer={at(`${place}/json`)}>
          <PillField label={t('body.template')} value={text} onChange={(next) => put(`${place}/json`, next)} multiline language="json" mono rows={10} error={problem(`${place}/json`) ?? wrongIn(becomes(preview, at(`${place}/json`)))} />
          <Becoming value={becomes(preview, at(`${place}/json`))} most={300} quiet />
        </div>
      )}
      {/* What is written as a template needs no word on fields. */}
      {asRows && <p className={css.fieldHelp}>{fields.help}</p>}
    </div>
  )
}

/** A whole value, sent as it is. */
function PathBody({ place, value }: Place & { value: string }) {
  const { title, help } = useTexts()(`${place}/path`)
  const { put, at, preview } = useStep()
  const { variables } = usePillScope()
  const now = becomes(preview, at(`${place}/path`))
  return (
    <div className={css.fields} data-pointer={at(`${place}/path`)}>
      <PathField label={title} help={help} value={value} onChange={(next) => put(`${place}/path`, next)} paths={['event.body', 'event.raw', ...(variables ?? []).map((v) => v.path)]} />
      <Becoming value={now && { ...now, text: now.text.slice(0, 300) }} />
      {now && now.text.length > 300 && <CodeView text={now.text} label={title} maxHeight={160} />}
    </div>
  )
}

type AnswerKind = 'json' | 'text' | 'none'

/** What the sender is answered: fields, a text, or nothing. */
export function RespondBody() {
  const t = useT()
  const { read, put, at, problem, preview } = useStep()
  const respond = read<{ status?: Json; json?: Json | Row[]; text?: string }>('/respond')
  const wrong = (place: string) => problem(place) ?? wrongIn(becomes(preview, at(place)))
  const texts = useTexts()
  const answer = texts('/respond')
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
        options={kinds(answer)}
      />
      {kind === 'json' &&
        (isRows(json) || (Array.isArray(json) && json.length === 0) ? (
          <RowsEditor pointer="/respond/json" label={t('body.fields')} rows={rowsOf(json)} types={typesFor} onChange={(rows) => put('/respond/json', rows)} addLabel={t('body.addField')} />
        ) : (
          <div data-pointer={at('/respond/json')}>
            <PillField label={t('body.template')} value={typeof json === 'string' ? json : writeJson(json, 2)} onChange={(next) => put('/respond/json', next)} multiline language="json" mono rows={6} error={wrong('/respond/json')} />
            <Missing value={becomes(preview, at('/respond/json'))} />
          </div>
        ))}
      {kind !== 'none' && <p className={css.fieldHelp}>{texts(`/respond/${kind}`).help}</p>}
      {kind === 'text' && (
        <div data-pointer={at('/respond/text')}>
          <PillField label={texts('/respond/text').title} value={respond?.text ?? ''} onChange={(next) => put('/respond/text', next)} multiline rows={3} error={wrong('/respond/text')} />
          <Missing value={becomes(preview, at('/respond/text'))} />
        </div>
      )}
      {respond && <WillAnswer answer={preview && answerOf(respond, preview, at('/respond'))} />}
    </div>
  )
}

/** A value that is not in the data is told here; what the whole becomes stands below. */
const Missing = ({ value }: { value: Becomes | undefined }) => <Becoming value={value?.missing?.length ? value : undefined} quiet />

/** «Что ответим»: the status and the body with the sample. */
function WillAnswer({ answer }: { answer: Answer | undefined }) {
  const t = useT()
  return (
    <section className={`${css.field} ${css.answer}`} aria-label={t('answer.will')}>
      <div className={css.fieldLabel}>{t('answer.will')}</div>
      {answer ? (
        <>
          <div>
            <Mono>{answer.status}</Mono>
          </div>
          {answer.body !== '' && <CodeView text={answer.body} label={t('answer.will')} maxHeight={160} />}
        </>
      ) : (
        <p className={css.fieldHelp}>{t('answer.wait')}</p>
      )}
    </section>
  )
}
