import { useCallback, useEffect, useRef, useState } from 'react'
import { useT } from '@/i18n'
import { nonce } from '@/theme/nonce'
import { ApiError } from '@/api'
import { Button, CopyButton, ErrorNote, Note, Skeleton, toast } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { sendText } from '../server'
import type { YamlEditor } from './yamlEditor'

/** The draft as the file that the command line reads. Saved by hand: half a line of YAML is not a document. */
export function YamlTab() {
  const t = useT()
  const { name, store, state } = useEditor()
  const [text, setText] = useState<string>()
  const [etag, setEtag] = useState('')
  const [changed, setChanged] = useState(false)
  const [old, setOld] = useState(false)
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<YamlEditor | undefined>(undefined)
  const path = `/scenarios/${encodeURIComponent(name)}/yaml`
  // What was typed and not saved stays in the browser, over another tab and a reload too.
  const key = `gonets.yaml.${name}`
  const typed = (): { text: string; etag: string } | undefined => {
    try {
      return (JSON.parse(localStorage.getItem(key) ?? 'null') as { text: string; etag: string } | null) ?? undefined
    } catch {
      return undefined
    }
  }
  const forget = () => localStorage.removeItem(key)
  const keep = useRef<() => void>(() => undefined)
  keep.current = () => {
    setChanged(true)
    try {
      localStorage.setItem(key, JSON.stringify({ text: editor.current?.text() ?? '', etag }))
    } catch {
      // The browser's storage is full: the text is in the field all the same.
    }
  }

  const load = useCallback(async () => {
    setError(undefined)
    try {
      await store.saveNow()
      const got = await sendText(path, { headers: { Accept: 'text/yaml, application/yaml' } })
      const kept = typed()
      setText(kept?.text ?? got.text)
      // What was typed on top of another draft is saved with that one's mark: the server then shows the conflict.
      setEtag(kept?.etag ?? got.etag)
      setOld(kept !== undefined && kept.etag !== got.etag)
      setChanged(kept !== undefined)
      if (kept === undefined) editor.current?.setText(got.text)
    } catch (failed) {
      setError(failed)
    }
  }, [path, store])
  useEffect(() => void load(), [load])

  const ready = text !== undefined
  useEffect(() => {
    if (!ready || !host.current) return
    let gone = false
    const parent = host.current
    void import('./yamlEditor').then(({ createYaml }) => {
      if (gone) return
      editor.current = createYaml({ parent, text: text ?? '', label: 'YAML', nonce: nonce(), onChange: () => keep.current(), onSave: () => void save.current() })
    })
    return () => {
      gone = true
      editor.current?.destroy()
      editor.current = undefined
    }
    // The text is only the beginning; the editor holds it from then on.
  }, [ready])

  const save = useRef<() => Promise<void>>(async () => undefined)
  save.current = async () => {
    const now = editor.current?.text()
    if (now === undefined) return
    setBusy(true)
    setError(undefined)
    try {
      await store.own(() => sendText(path, { method: 'PUT', body: now, headers: { 'Content-Type': 'text/yaml', ...(etag || state.etag ? { 'If-Match': etag || state.etag } : {}) } }))
      setChanged(false)
      forget()
      const got = await sendText(path, { headers: { Accept: 'text/yaml, application/yaml' } })
      setEtag(got.etag)
      setOld(false)
      toast(t('yaml.saved'))
    } catch (failed) {
      setError(failed)
      const place = failed instanceof ApiError ? failed.problems.find((problem) => problem.line) : undefined
      if (place?.line) editor.current?.mark(place.line, place.column ?? 1)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={css.tabPage}>
      <div className={css.line}>
        <span className={css.muted}>{t('yaml.help')}</span>
        <span className={css.spring} />
        {ready && <CopyButton text={() => editor.current?.text() ?? text ?? ''}>{t('ui.copy')}</CopyButton>}
        {changed && (
          <Button size="small" onClick={() => (forget(), void load())}>
            {t('yaml.discard')}
          </Button>
        )}
        <Button size="small" kind="main" onClick={() => void save.current()} disabled={!changed} loading={busy}>
          {t('save')}
        </Button>
      </div>
      {state.save.is !== 'saved' && state.save.is !== 'saving' && changed && <Note tone="warn">{t('yaml.unsaved')}</Note>}
      {changed && old && <Note tone="warn">{t('yaml.old')}</Note>}
      {error !== undefined && <ErrorNote error={error} onRetry={changed ? undefined : () => void load()} />}
      {!ready && error === undefined && <Skeleton lines={10} />}
      <div ref={host} className={css.yaml} />
    </div>
  )
}
