import { useEffect, useId, useRef, useState } from 'react'
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
  const editor = useRef<JsonEditor | undefined>(undefined)
  const now = useRef({ value, onChange })
  now.current = { value, onChange }
  const [ready, setReady] = useState(false)
  useEffect(() => {
    let gone = false
    void import('./jsonEditor').then(({ createJson }) => {
      if (gone || !host.current) return
      editor.current = createJson({ parent: host.current, text: now.current.value, label, nonce: nonce(), plain, onChange: (text) => now.current.onChange(text) })
      setReady(true)
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
  return (
    <div>
      {!ready && <TextArea label={label} mono rows={8} value={value} onChange={onChange} />}
      {ready && <div className={css.jsonLabel}>{label}</div>}
      <div ref={host} className={css.json} data-bad={error ? true : undefined} aria-describedby={error ? id : undefined} />
      {help && !error && <p className={css.muted}>{help}</p>}
      {error && (
        <p id={id} role="alert" className={css.jsonError}>
          {error}
        </p>
      )}
    </div>
  )
}
