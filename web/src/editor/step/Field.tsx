import { useId, useState, type ReactNode } from 'react'
import type { KindField } from '@/api'
import { pick, useT } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import { PillField } from '@/pill/PillField'
import { Button, Choices, NumberField, Select, SuggestField, Switch, TagsField, TextField, type Option } from '@/ui'
import { becomes, missingWords, useEditor, useStep, type Becomes } from '../context'
import css from '../editor.module.css'
import { RowsEditor } from '../http/RowsEditor'
import { Body, RespondBody } from '../http/Body'
import { amount } from '@/words/duration'
import { Delays, SpanField } from '@/words/Spans'
import { outOf } from '../model/answer'
import { typesFor } from '../model/body'
import { nameFrom } from '../model/steps'
import { titleOf } from '../parts/describe'
import type { Row } from '../model/document'
import { ConditionField } from './ConditionField'

/** A field's name, help and mistake round its control. */
export function Labelled({ pointer, label, help, error, children, required }: { pointer: string; label?: ReactNode; help?: ReactNode; error?: string | undefined; children: ReactNode; required?: boolean }) {
  return (
    <div className={css.field} data-pointer={pointer}>
      {label && (
        <div className={css.fieldLabel}>
          {label}
          {required && <span className={css.required}> *</span>}
        </div>
      )}
      {children}
      {help && <div className={css.fieldHelp}>{help}</div>}
      {error && (
        <div className={css.fieldError} role="alert">
          {error}
        </div>
      )}
    </div>
  )
}

/** A line that is kept for what comes a moment later, so that nothing is pushed down by it. */
export const Late = ({ children }: { children?: ReactNode }) => <div className={css.late}>{children}</div>

/** «Станет»: what a place becomes with the sample. */
export function Becoming({ value, most, quiet }: { value: Becomes | undefined; /** So many characters of it are shown. */ most?: number; /** The field tells its own mistake. */ quiet?: boolean }) {
  return <Late>{value && !(quiet && value.problem) && <Became value={value} most={most} />}</Late>
}

function Became({ value, most }: { value: Becomes; most: number | undefined }) {
  const t = useT()
  const { preview } = useStep()
  const text = most !== undefined && value.text.length > most ? `${value.text.slice(0, most)}…` : value.text
  const missing = value.missing?.[0]
  if (value.problem)
    return (
      <span className={css.becomes} data-tone="error">
        {problemWords(value.problem)}
      </span>
    )
  if (missing)
    return (
      <span className={css.becomes} data-tone="error">
        {missingWords(missing, preview, t)}
      </span>
    )
  return (
    <span className={css.becomes} data-tone={value.empty ? 'warn' : undefined}>
      {t('becomes')}: <span className={css.becomesValue} translate={value.empty ? undefined : 'no'}>{value.empty ? t('becomes.empty') : value.type === 'text' ? JSON.stringify(text) : text}</span>
    </span>
  )
}

/** One field of a step, drawn by what the table of kinds says of it. */
export function Field({ field, reply }: { field: KindField; /** Its condition is over a reply that is not there yet. */ reply?: boolean }) {
  const t = useT()
  const { at, put, read, problem, preview } = useStep()
  const value = read<unknown>(field.path)
  const label = pick(field.title)
  const help = pick(field.help)
  const error = problem(field.path)
  const set = (next: unknown) => put(field.path, next === '' && !field.required ? undefined : next)
  /** Takes the value away, and what held nothing else with it. */
  const drop = () => {
    const owner = field.path.slice(0, field.path.lastIndexOf('/'))
    put(owner !== '' && Object.keys(read<object>(owner) ?? {}).length === 1 ? owner : field.path, undefined)
  }
  const common = { pointer: at(field.path), error }
  const text = value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  switch (field.control) {
    case 'steps':
      return null
    case 'templates':
      return (
        <Labelled {...common} label={label} help={help}>
          <RowsEditor pointer={field.path} label={label} rows={(value as Row[] | undefined) ?? []} types={field.path === '/set' ? typesFor : undefined} onChange={(rows) => put(field.path, rows.length === 0 && field.path !== '/set' ? undefined : rows)} />
        </Labelled>
      )
    case 'body':
      if (field.path === '/respond')
        return (
          <Labelled {...common} label={label} help={help}>
            <RespondBody />
          </Labelled>
        )
      return (
        <Labelled {...common} label={field.path === '/http/body' ? undefined : label}>
          <Body place={field.path === '/http/body' ? field.path : '/http/retry/ask/body'} />
        </Labelled>
      )
    case 'template':
      return (
        <Labelled {...common} label={label} help={help} required={field.required ?? false}>
          <PillField value={text.trim() === '' ? '' : text} onChange={(next) => put(field.path, next === '' ? (keepsKind(field.path) ? '' : undefined) : next)} label={label} {...(field.placeholder ? { placeholder: field.placeholder } : {})} mono={field.path.endsWith('/url')} wrap={field.path.endsWith('/url')} multiline={field.path.endsWith('/text') || field.path.endsWith('/message') || field.path.endsWith('/reason')} rows={3} />
          <Becoming value={becomes(preview, at(field.path))} />
        </Labelled>
      )
    case 'condition':
      return (
        <Labelled {...common} label={label} help={help} required={field.required ?? false}>
          <ConditionField value={text.trim()} onChange={(next) => put(field.path, next === '' ? (keepsKind(field.path) ? '' : undefined) : next)} label={label} becomes={reply ? undefined : becomes(preview, at(field.path))} />
        </Labelled>
      )
    case 'step':
      return (
        <Labelled {...common}>
          <EarlierStep label={label} help={help} value={text} onChange={(next) => put(field.path, next)} />
        </Labelled>
      )
    case 'number':
      if (field.templated) {
        const now = typeof value === 'string' ? becomes(preview, at(field.path)) : undefined
        const [min, max] = [Number(field.min ?? 0), Number(field.max ?? Number.MAX_SAFE_INTEGER)]
        const off = now && !now.problem && !now.missing?.length && outOf(now.text, min, max) ? t('number.range', { min, max }) : undefined
        return (
          <Labelled {...common} error={error ?? off} label={label} help={help}>
            <TemplatedNumber field={field} label={label} value={value} onChange={(next) => put(field.path, next)} />
            {typeof value === 'string' && <Becoming value={now} />}
          </Labelled>
        )
      }
      return (
        <div data-pointer={at(field.path)}>
          <NumberField label={label} help={help} value={typeof value === 'number' ? value : undefined} onChange={set} width={180} {...rest(field)} error={error} placeholder={field.default === undefined ? undefined : String(field.default)} />
        </div>
      )
    case 'duration':
      return (
        <Labelled {...common} label={label} help={help}>
          <DurationField value={text.trim()} onChange={(next) => put(field.path, next === '' ? (keepsKind(field.path) ? '' : undefined) : next)} label={label} placeholder={field.default === undefined ? undefined : String(field.default)} template={keepsKind(field.path)} />
          {/* A number and its unit say it already; a variable has yet to become something. */}
          {text.includes('{{') && <Becoming value={becomes(preview, at(field.path))} />}
        </Labelled>
      )
    case 'switch':
      return (
        <div data-pointer={at(field.path)} className={css.field}>
          <Switch label={label} help={help} checked={value === undefined ? field.default === true : value === true} onChange={(next) => put(field.path, next === (field.default === true) ? undefined : next)} />
        </div>
      )
    case 'choice': {
      const options = (field.choices ?? []).map((choice) => ({ value: choice.value, label: pick(choice.title), help: pick(choice.help) || undefined }))
      const now = text === '' ? String(field.default ?? options[0]?.value ?? '') : text
      const change = (next: string) => put(field.path, next === field.default ? undefined : next)
      return (
        <div data-pointer={at(field.path)}>
          {options.length > 3 ? <Select label={label} help={help} value={now} onChange={change} options={options as Option[]} width={280} error={error} /> : <Choices label={label} help={help} value={now} onChange={change} options={options} error={error} />}
        </div>
      )
    }
    case 'path':
      return (
        <Labelled {...common}>
          <PathField label={label} help={help} value={text} onChange={set} paths={[]} />
        </Labelled>
      )
    case 'codes':
    case 'choices':
      return (
        <div data-pointer={at(field.path)}>
          <TagsField label={label} help={help} values={(value as string[] | undefined) ?? (Array.isArray(field.default) ? (field.default as string[]) : ['2**'])} onChange={(next) => put(field.path, next.length === 0 ? undefined : next)} error={error} placeholder="200-204" />
        </div>
      )
    case 'delays':
      return (
        <Labelled {...common} label={label} help={help}>
          <Delays values={(value as string[] | undefined) ?? []} onChange={(next) => put(field.path, next)} />
        </Labelled>
      )
    case 'variable':
      return (
        <div data-pointer={at(field.path)}>
          <VariableName label={label} help={help} value={text} onChange={(next) => (next === undefined ? drop() : set(next))} error={error} />
        </div>
      )
    default:
      return (
        <div data-pointer={at(field.path)}>
          <TextField label={label} help={help} value={text} onChange={set} placeholder={field.placeholder} error={error} required={field.required ?? false} />
          {field.required && text === '' && <span className="visually-hidden">{t('field.required')}</span>}
        </div>
      )
  }
}

/** Without these the document no longer says which kind of step it is. */
const keepsKind = (path: string): boolean => path === '/if' || path === '/delay'

const rest = (field: KindField) => ({
  ...(typeof field.min === 'number' ? { min: field.min } : {}),
  ...(typeof field.max === 'number' ? { max: field.max } : {}),
  ...(field.unit ? { unit: pick(field.unit) } : {}),
})

/** A number, or a text with a variable that gives one. */
function TemplatedNumber({ field, label, value, onChange }: { field: KindField; label: string; value: unknown; onChange: (next: unknown) => void }) {
  const t = useT()
  const digits = typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : undefined
  const [free, setFree] = useState(typeof value === 'string' && digits === undefined)
  // What comes from elsewhere (undo, YAML) is shown as what it is.
  const shown = free || (typeof value === 'string' && digits === undefined)
  return (
    <div className={css.line}>
      {shown ? (
        <PillField value={typeof value === 'string' ? value : value === undefined ? '' : String(value)} onChange={(next) => onChange(next === '' ? undefined : next)} label={label} />
      ) : (
        <NumberField ariaLabel={label} value={typeof value === 'number' ? value : digits} onChange={onChange} width={180} {...rest(field)} placeholder={field.default === undefined ? undefined : String(field.default)} />
      )}
      <Button
        size="small"
        kind="quiet"
        onClick={() => {
          setFree(!shown)
          if (shown && typeof value === 'string') onChange(digits)
        }}
      >
        {shown ? t('number.plain') : t('number.template')}
      </Button>
    </div>
  )
}

/** A step further up that can be done again by itself: one that sends a request or sets values. */
function EarlierStep({ value, onChange, label, help }: { value: string; onChange: (next: string) => void; label: string; help: string }) {
  const t = useT()
  const { steps, kinds } = useEditor()
  const { placed } = useStep()
  const here = steps.findIndex((one) => one.pointer === placed.pointer)
  const earlier = steps.slice(0, here).filter((one) => (one.step.http ?? one.step.request ?? one.step.set) && placed.pointer.startsWith(`${one.pointer.slice(0, one.pointer.lastIndexOf('/'))}/`))
  const options = earlier.map((one) => ({ value: one.step.id, label: `${one.number}. ${titleOf(one.step, t, kinds)}` }))
  const known = options.some((one) => one.value === value)
  return <Select label={label} help={help} value={value} onChange={onChange} options={known ? options : [{ value, label: value === '' ? t('renewAccess.none') : value }, ...options]} width={280} />
}

/** A name for a variable: small Latin letters; what is typed in Russian is written in Latin when the field is left. */
export function VariableName({ label, help, value, onChange, error }: { label: string; help?: string; value: string; onChange: (next: string | undefined) => void; error?: string | undefined }) {
  return <TextField label={label} help={help} value={value} mono onChange={(next) => onChange(next || undefined)} onBlur={() => value !== '' && !/^[a-z][a-z0-9_]*$/.test(value) && onChange(nameFrom(value) || undefined)} error={error} />
}

/** A time span: a number and its unit, or a template where one is allowed. */
export function DurationField({ value, onChange, label, placeholder, template }: { value: string; onChange: (next: string) => void; label: string; placeholder?: string | undefined; template?: boolean }) {
  const t = useT()
  const found = amount(value)
  const [free, setFree] = useState(template === true && value !== '' && !found)
  if (free)
    return (
      <div className={css.line}>
        <PillField value={value} onChange={onChange} label={label} placeholder="30s, 5m, 2h" />
        <Button
          size="small"
          kind="quiet"
          onClick={() => {
            setFree(false)
            if (!found) onChange('')
          }}
        >
          {t('delay.number')}
        </Button>
      </div>
    )
  return (
    <div className={css.line}>
      <SpanField value={value} onChange={onChange} label={label} placeholder={placeholder} />
      {template && (
        <Button size="small" kind="quiet" onClick={() => setFree(true)}>
          {t('delay.variable')}
        </Button>
      )}
    </div>
  )
}

/** A place in the data, written or picked from what there is. */
export function PathField({ value, onChange, label, help, paths }: { value: string; onChange: (next: string) => void; label: string; help?: string; paths: readonly string[] }) {
  const id = useId()
  useEditor()
  return <SuggestField id={id} label={label} help={help} value={value} onChange={onChange} suggestions={[...new Set(paths)]} mono />
}
