import { useEffect, useId, useImperativeHandle, useRef, useState, type Ref } from 'react'
import { useT } from '@/i18n'
import { nonce } from '@/theme/nonce'
import { Button, IconButton } from '@/ui'
import type { Field } from './editor'
import { convert, findForeign } from './foreign'
import './pill.css'
import { usePillScope } from './scope'
import { labelOf } from './variables'

export interface PillFieldHandle {
  focus(at?: 'start' | 'end'): void
  pick(): void
}

export interface PillFieldProps {
  value: string
  onChange: (text: string) => void
  /** The accessible name. */
  label: string
  multiline?: boolean
  language?: 'json'
  placeholder?: string
  error?: string | undefined
  autoFocus?: boolean
  mono?: boolean
  /** One line that is broken where it does not fit. */
  wrap?: boolean
  /** Rows that a multi-line field shows at least. */
  rows?: number
  onEnter?: () => void
  onFocus?: (focused: boolean) => void
  handle?: Ref<PillFieldHandle>
  /** Text pasted here is cleaned before it is put in. */
  clean?: (text: string) => string
}

// Where a variable goes that is picked from a list beside the fields.
let lastField: Field | undefined

/** Puts a variable's text into the field that had the cursor last; false when there is none any more. */
export function insertIntoLast(text: string): boolean {
  if (!lastField?.view.dom.isConnected) return false
  const { from, to } = lastField.view.state.selection.main
  lastField.view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length }, userEvent: 'input.complete' })
  lastField.focus()
  return true
}

const load = () => import('./editor')
let loaded: typeof import('./editor') | undefined

/** Fetches the field's code before it is needed. */
export function preloadPillField(): void {
  void load().then((module) => (loaded = module))
}

/** A text field in which variables are pills. Until its code is here it is a plain field with the same text. */
export function PillField(props: PillFieldProps) {
  const { value, onChange, label, multiline = false, language, placeholder, error, autoFocus, mono, rows = 3, handle } = props
  const t = useT()
  const scope = usePillScope()
  const [module, setModule] = useState(loaded)
  const [kept, setKept] = useState<string | undefined>()
  const host = useRef<HTMLDivElement>(null)
  const plain = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  const field = useRef<Field | undefined>(undefined)
  const latest = useRef(props)
  latest.current = props
  const errorId = useId()

  useEffect(() => {
    if (module) return
    let here = true
    void load().then((found) => {
      loaded = found
      if (here) setModule(found)
    })
    return () => {
      here = false
    }
  }, [module])

  useEffect(() => {
    if (!module || !host.current) return
    const had = plain.current !== null && document.activeElement === plain.current
    const made = module.createField({
      parent: host.current,
      text: latest.current.value,
      label,
      describedBy: error ? errorId : undefined,
      multiline,
      wrap: latest.current.wrap,
      language,
      placeholder,
      nonce: nonce(),
      scope,
      onChange: (text) => latest.current.onChange(text),
      onFocus: (focused) => {
        if (focused) lastField = field.current
        latest.current.onFocus?.(focused)
      },
      onEnter: () => latest.current.onEnter?.(),
    })
    field.current = made
    if (had || wantsFocus.current) made.focus('end')
    wantsFocus.current = false
    return () => {
      made.destroy()
      field.current = undefined
    }
    // What changes later is told to the living field below.
  }, [module, multiline, language])

  const wantsFocus = useRef(autoFocus ?? false)
  useEffect(() => field.current?.setText(value), [value])
  useEffect(() => field.current?.setScope(scope), [scope])
  useEffect(() => field.current?.setLabel(label, error ? errorId : undefined), [label, error, errorId])

  useImperativeHandle(
    handle,
    () => ({
      focus: (at) => {
        if (field.current) field.current.focus(at)
        else {
          wantsFocus.current = true
          plain.current?.focus()
        }
      },
      pick: () => field.current?.pick(),
    }),
    [],
  )

  const foreign = findForeign(value, scope.variables ?? []).filter((one) => one.text !== kept)
  const first = foreign[0]
  const offer = useRef<HTMLDivElement>(null)
  useEffect(() => void (first?.text && offer.current?.scrollIntoView({ block: 'nearest' })), [first?.text])
  const known = first && scope.variables?.find((v) => v.path === first.path)
  return (
    <div className="g-pill-field-wrap">
      <div
        className={`g-pill-field${multiline ? ' g-pill-field-many' : ''}${mono ? ' g-pill-field-mono' : ''}${error ? ' g-pill-field-bad' : ''}`}
        data-rows={multiline ? Math.min(rows, 12) : undefined}
      >
        <div className="g-pill-host" ref={host} hidden={!module} />
        {!module && (multiline ? (
          <textarea ref={plain} className="g-pill-plain" aria-label={label} value={value} rows={rows} placeholder={placeholder} onChange={(e) => onChange(e.currentTarget.value)} />
        ) : (
          <input ref={plain} className="g-pill-plain" aria-label={label} value={value} placeholder={placeholder} autoFocus={autoFocus} onChange={(e) => onChange(e.currentTarget.value)} />
        ))}
        <span className="g-pill-button">
          <IconButton icon="variable" size="small" label={t('pill.insert', { field: label })} onClick={() => field.current?.pick()} />
        </span>
      </div>
      {error && (
        <div id={errorId} className="g-pill-error">
          {error}
        </div>
      )}
      {first && (
        <div className="g-pill-foreign" role="status" ref={offer}>
          <span>
            {t('var.foreign', { text: first.text, pill: known ? labelOf(known, scope.words) : first.path })}
          </span>
          <Button size="small" kind="soft" onClick={() => onChange(convert(value, [first]))}>
            {t('convert')}
          </Button>
          {foreign.length > 1 && (
            <Button size="small" kind="quiet" onClick={() => onChange(convert(value, foreign))}>
              {t('convertAll', { count: foreign.length })}
            </Button>
          )}
          <Button size="small" kind="quiet" onClick={() => setKept(first.text)}>
            {t('keepText')}
          </Button>
        </div>
      )}
    </div>
  )
}
