import { useEffect, useRef, useState } from 'react'
import { ApiError } from '@/api'
import { useT } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import { Button, Dialog, ErrorNote, Note, TextArea, toast, toastError } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { normaliseStep, type Step } from '../model/document'
import { read, write } from '../model/pointer'
import type { Placed } from '../model/steps'
import { send } from '../server'

interface CurlAnswer {
  step: { http?: unknown } & Record<string, unknown>
  warnings?: { flag: string; code: string; detail: string }[] | null
  secrets?: { where: string; header?: string }[] | null
}

/** Makes the step what a cURL command does. Can be taken back. */
export function PasteCurl({ placed, onClose }: { placed: Placed; onClose: () => void }) {
  const t = useT()
  const { edit, store, alone } = useEditor()
  const [text, setText] = useState('')
  const [answer, setAnswer] = useState<CurlAnswer>()
  const [error, setError] = useState<unknown>()
  const asked = useRef('')
  useEffect(() => {
    const abort = new AbortController()
    if (text.trim() === '') {
      setAnswer(undefined)
      setError(undefined)
      return
    }
    const timer = setTimeout(() => {
      asked.current = text
      send<CurlAnswer>('/curl', { method: 'POST', body: { text }, signal: abort.signal }).then(
        (got) => {
          setAnswer(got)
          setError(undefined)
        },
        (failed: unknown) => {
          if (abort.signal.aborted) return
          setAnswer(undefined)
          setError(failed)
        },
      )
    }, 150)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [text])
  // The answer is the http member itself, or a step that holds it.
  const http = answer && ((answer.step.http ?? answer.step) as Record<string, unknown>)
  const take = () => {
    if (!http) return
    try {
      edit((now) => {
        const step = read(now, placed.pointer) as Step
        const kept = Object.fromEntries(Object.entries(step.http ?? {}).filter(([name]) => ['success', 'retry', 'on_failure', 'save', 'response', 'response_charset'].includes(name)))
        return write(now, placed.pointer, normaliseStep({ ...step, http: { ...kept, ...http } }))
      })
      toast(t('curl.taken'), { undo: () => void store.undo() })
      onClose()
    } catch (failed) {
      toastError(failed, t)
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('pasteCurl')}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" onClick={take} disabled={!http}>
            {t(alone ? 'curl.replaceRequest' : 'curl.replace')}
          </Button>
        </>
      }
    >
      <TextArea label={t('curl.command')} value={text} onChange={setText} rows={6} mono autoFocus placeholder="curl -X POST https://api.example.org/leads -H 'Content-Type: application/json' -d '{}'" />
      {http && (
        <p className={css.gapTop} role="status">
          {t('curl.read', { method: String(http['method'] ?? 'GET'), url: String(http['url'] ?? '') })}
        </p>
      )}
      {(answer?.secrets?.length ?? 0) > 0 && (
        <Note tone="warn" title={t(alone ? 'curl.secretRequest' : 'curl.secret')}>
          {answer?.secrets?.map((secret) => secret.header ?? secret.where).join(', ')}
        </Note>
      )}
      {answer?.warnings?.map((warning, i) => (
        <Note key={i} tone="info" title={warning.flag}>
          {problemWords({ code: warning.code, message: warning.detail })}
        </Note>
      ))}
      {error !== undefined && (error instanceof ApiError && error.status === 422 && !/^\s*curl\b/.test(text) ? <Note tone="warn" title={t('curl.notCommand')}>{t('curl.notCommandHelp')}</Note> : <ErrorNote error={error} />)}
    </Dialog>
  )
}
