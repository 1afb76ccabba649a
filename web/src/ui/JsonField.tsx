import { useEffect, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { nonce } from '@/theme/nonce'
import { TextArea } from './fields'
import type { JsonEditor } from './jsonEditor'
import css from './data.module.css'

export interface JsonFieldProps {
  label: string
  value: string
  onChange: (text: string) => void
  error?: string
  help?: string
  /** The text is no JSON: without its colours. */
  plain?: boolean
}

/** A text of many lines, JSON as a rule. A simple field stands in its place until the editor has been loaded. */
export function JsonField({ label, value, onChange, error, help, plain = false }: JsonFieldProps) {
  const id = useId()
  const host = useRef<HTMLDivElement>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  const editor = useRef<JsonEditor | undefined>(undefined)
  const now = useRef({ value, onChange })
  now.current = { value, onChange }
  const [ready, setReady] = useState(false)
  useEffect(() => {
    let gone = false
    void import('./jsonEditor').then(({ createJson }) => {
      if (gone || !host.current) return
      editor.current = createJson({ parent: host.current, text: now.current.value, label, nonce: nonce(), plain, onChange: (text) => now.current.onChange(text) })
      // Whoever types while the editor comes goes on in it.
      if (area.current && area.current === document.activeElement) editor.current.focus(area.current.selectionStart)
      // In one go: at no moment are there two fields.
      flushSync(() => setReady(true))
    })
    return () => {
      gone = true
      editor.current?.destroy()
      editor.current = undefined
      setReady(false)
    }
  }, [label, plain])
  useEffect(() => {
    if (editor.current && editor.current.text() !== value) editor.current.setText(value)
  }, [value])
  useEffect(() => {
    if (ready) editor.current?.describe(error ? id : undefined)
  }, [ready, error, id])
  // A text area has line ends of its own.
  const typed = (text: string) => onChange(value.includes('\r\n') ? text.replace(/\r?\n/g, '\r\n') : text)
  return (
    <div>
      {!ready && <TextArea ref={area} label={label} mono rows={8} value={value} onChange={typed} />}
      {ready && <div className={css.jsonLabel}>{label}</div>}
      <div ref={host} className={css.json} data-bad={error ? true : undefined} />
      {help && !error && <p className={css.muted}>{help}</p>}
      {error && (
        <p id={id} role="alert" className={css.jsonError}>
          {error}
        </p>
      )}
    </div>
  )
}
