import { useCallback, useEffect, useMemo, useRef, useState, type FocusEvent } from 'react'
import { createPortal } from 'react-dom'
import { pick, useT } from '@/i18n'
import { useCodes } from '@/i18n/codes'
import { problemWords } from '@/i18n/problem'
import { PillScopeProvider } from '@/pill/scope'
import { Button, CopyButton, Dialog, ErrorNote, IconButton, Menu, Note, Skeleton, TextArea, toast, toastError, useMedia } from '@/ui'
import { ResultView, useResult } from '../check/ResultView'
import { StepContext, useEditor, useStep, type StepScope } from '../context'
import css from '../editor.module.css'
import { HttpPanel } from '../http/HttpPanel'
import { WillSend } from '../http/WillSend'
import { inItsOrder, usualOfAll, variablesOf } from '../localScope'
import { heldAt, kindOf, normaliseStep, type Step } from '../model/document'
import { read, write } from '../model/pointer'
import { copyStep, removeStep, walk, type Placed } from '../model/steps'
import { fieldName, kindTitle } from '../parts/describe'
import { VariableDock, VariableList } from '../parts/VariableList'
import { send } from '../server'
import { usePreview } from '../usePreview'
import { useQuery } from '@tanstack/react-query'
import { ApiError, presetsQuery } from '@/api'
import { GenericPanel } from './GenericPanel'
import { RenameStep } from './RenameStep'
import { insert } from '../model/pointer'

/** Where the result of a check stands on a wide screen; the browser remembers it. */
const dockKey = 'gonets.result'

/** The settings of one step, beside the list (a sheet on a narrow screen). */
export function StepPanel({ placed }: { placed: Placed }) {
  const t = useT()
  const editor = useEditor()
  const { document, put, sample, check, state, sources, kinds, kindsFailed } = editor
  const { step, pointer, path } = placed
  const previewed = usePreview(document, path, sample, check.round)
  const { preview, error } = previewed
  const presets = useQuery(presetsQuery).data?.items
  // Until the server has said what there is, the event's own fields are offered.
  const variables = useMemo(() => {
    const event = sample && 'event' in sample ? sample.event : undefined
    if (preview) return event ? inItsOrder(preview.scope, event) : preview.scope
    if (event) return inItsOrder(variablesOf(event), event)
    return error ? usualOfAll(presets, sources.map((one) => one.source?.preset)) : undefined
  }, [preview, sample, error, presets, sources])

  // What is only not filled in yet is no mistake before a person was there.
  const [touched, setTouched] = useState<readonly string[]>([])
  const touch = useCallback((one: string) => setTouched((now) => (now.includes(one) ? now : [...now, one])), [])
  // Nor is a row that was just added, before it was left as a whole; the others of its list are judged all the while.
  const [fresh, setFresh] = useState<string>()
  const left = ({ target, relatedTarget }: FocusEvent<HTMLElement>) => {
    const box = target.closest<HTMLElement>('[data-row]') ?? target.closest<HTMLElement>('[data-pointer]')
    const place = box?.dataset['pointer']
    if (place === undefined || box?.contains(relatedTarget)) return
    touch(place)
    setFresh((now) => (now === place ? undefined : now))
  }
  const { focusField } = editor
  useEffect(() => void (focusField && touch(focusField)), [focusField, touch])

  const scope: StepScope = useMemo(() => {
    const at = (place: string) => pointer + place
    const within = (place: string, one: string) => at(place) === one || at(place).startsWith(`${one}/`)
    const reached = (place: string) => touched.some((one) => within(place, one)) && !(fresh && within(place, fresh))
    const problems = state.problems.map((problem) => ({ ...problem, pointer: heldAt(document, problem.pointer) }))
    return {
      placed,
      preview,
      at,
      put: (place, value) => {
        const before = read(document, at(place))
        const had = Array.isArray(before) ? before.length : 0
        if (Array.isArray(value) && value.length === had + 1) setFresh(`${at(place)}/${had}`)
        touch(at(place))
        put(at(place), value)
      },
      read: <T,>(place: string) => read(document, at(place)) as T | undefined,
      problem: (place) => {
        const found = problems.find((problem) => problem.pointer === at(place))
        // What was filled in since the draft was last judged is missing no longer.
        if (!found || (found.code === 'missing' && typeof read(document, found.pointer) === 'string' && read(document, found.pointer) !== '')) return undefined
        return found.code === 'missing' && !reached(place) ? undefined : problemWords(found)
      },
    }
  }, [placed, preview, pointer, put, document, state.problems, touched, touch, fresh])

  useCodes()
  useFocusField()
  const isHttp = step.http !== undefined
  const { here } = useResult(placed)
  const wide = useMedia('(min-width: 1600px)')
  const [beside, setBeside] = useState(() => localStorage.getItem(dockKey) === 'right')
  const docked = wide && beside && here
  const move = () => {
    localStorage.setItem(dockKey, beside ? 'below' : 'right')
    setBeside(!beside)
  }
  const result = <ResultView dock={wide && <IconButton icon={beside ? 'down' : 'right'} size="small" label={t(beside ? 'result.dockBelow' : 'result.dockRight')} onClick={move} />} />
  return (
    <StepContext.Provider value={scope}>
      <PillScopeProvider variables={variables} strict={document.missing === 'error'}>
        <section className={css.stepPanel} onBlur={left} aria-label={step.title || kindTitle(kindOf(step), t, kinds)}>
          <Head placed={placed} curl={preview?.curl} />
          <div className={css.stepMiddle} data-docked={docked || undefined}>
            <div className={css.stepBody}>
              {kinds.length > 0 ? isHttp ? <HttpPanel /> : <GenericPanel /> : kindsFailed ? <ErrorNote error={kindsFailed.error} onRetry={kindsFailed.again} /> : <Skeleton lines={6} />}
              {!docked && result}
              {/* A sheet has no room beside its fields. */}
              {!editor.dataPlace && (
                <details className={css.details}>
                  <summary>{t('variables')}</summary>
                  <VariableList />
                </details>
              )}
              {error && error.status !== 0 && !isHttp && <ErrorNote error={error} onRetry={previewed.retry} />}
            </div>
            {docked && <div className={css.stepBeside}>{result}</div>}
          </div>
          {isHttp && <WillSend {...previewed} named={(place) => fieldName(place.slice(pointer.length), kinds)} />}
        </section>
        {editor.dataPlace && createPortal(<VariableDock />, editor.dataPlace)}
      </PillScopeProvider>
    </StepContext.Provider>
  )
}

/** Puts the cursor into the field that was asked for, once it is drawn. */
export function useFocusField(): void {
  const { focusField, focused } = useEditor()
  useEffect(() => {
    if (!focusField) return
    let tries = 0
    let held = 0
    const look = () => {
      const box = [...globalThis.document.querySelectorAll<HTMLElement>('[data-pointer]')]
        .filter((one) => focusField === one.dataset['pointer'] || focusField.startsWith(`${one.dataset['pointer']}/`))
        .sort((a, b) => (b.dataset['pointer']?.length ?? 0) - (a.dataset['pointer']?.length ?? 0))[0]
      // A field with pills has a button, too, and for a moment nothing else.
      const field = box?.querySelector<HTMLElement>(`.cm-content, input, textarea, [contenteditable="true"]${box.querySelector('.g-pill-field') ? '' : ', button'}`)
      if (field) {
        const { activeElement, body } = globalThis.document
        // Whoever went on to another field stays there.
        if (held > 0 && activeElement !== field && activeElement !== body) return focused()
        if (activeElement !== field) {
          field.focus()
          field.scrollIntoView({ block: 'nearest' })
        }
        // The field with pills takes the plain one's place later, and a dialog that closes may take the focus along.
        if (!field.classList.contains('g-pill-plain') && held++ >= 2) return focused()
      }
      if (tries++ < 40) timer = setTimeout(look, 60)
      else focused()
    }
    let timer = setTimeout(look, 0)
    return () => clearTimeout(timer)
  }, [focusField, focused])
}

function Head({ placed, curl }: { placed: Placed; curl: string | undefined }) {
  const t = useT()
  const { put, closePanel, edit, document, open, kinds, check } = useEditor()
  const { step, pointer, path, number } = placed
  const [pasting, setPasting] = useState(false)
  const [renaming, setRenaming] = useState(false)
  const { problem } = useStep()
  const kind = kindOf(step)
  const remove = () => {
    edit((now) => removeStep(now, pointer))
    closePanel()
    toast(t('step.deleted', { title: step.title || kindTitle(kind, t, kinds) }), { undo: () => edit((now) => (walk(now).some((p) => p.step.id === step.id) ? now : insert(now, pointer, step))) })
  }
  const copy = () => {
    const done = copyStep(document, pointer)
    edit(() => done.document)
    const made = walk(done.document).find((p) => p.pointer === done.pointer)
    if (made) open(made.path)
  }
  return (
    <header className={css.stepHead}>
      <div className={css.stepName}>
        <span className={css.number}>{number}</span>
        <input
          className={css.stepTitle}
          aria-label={t('step.title')}
          placeholder={kindTitle(kind, t, kinds)}
          value={step.title ?? ''}
          title={step.title || kindTitle(kind, t, kinds)}
          maxLength={200}
          onChange={(event) => put(`${pointer}/title`, event.currentTarget.value || undefined)}
        />
      </div>
      <div className={css.stepActions}>
        {step.http && (
          <>
            <Button size="small" onClick={() => setPasting(true)}>
              {t('pasteCurl')}
            </Button>
            <CopyButton text={curl ?? ''} kind="default" label={t('copyCurl')} disabled={curl === undefined}>
              cURL
            </CopyButton>
          </>
        )}
        {!step.http && (
          <Button size="small" icon="play" label={t('check.step')} onClick={() => check.askStep(path)} disabled={check.running}>
            {t('check')}
          </Button>
        )}
        <Menu
          items={[
            { label: t('step.copy'), icon: 'copy', onClick: copy },
            { label: t('step.rename', { id: step.id }), icon: 'pencil', onClick: () => setRenaming(true) },
            { label: t('step.delete'), icon: 'trash', danger: true, onClick: remove },
          ]}
        >
          <IconButton icon="dots" size="small" label={t('step.actions', { title: step.title || number })} tip={false} />
        </Menu>
        <IconButton icon="close" size="small" label={t('panel.close')} onClick={closePanel} />
      </div>
      {problem('/id') && (
        <button type="button" className={`${css.linkButton} ${css.cardBad}`} data-pointer={`${pointer}/id`} onClick={() => setRenaming(true)}>
          {t('step.id')}: {problem('/id')}
        </button>
      )}
      {pasting && <PasteCurl placed={placed} onClose={() => setPasting(false)} />}
      {renaming && <RenameStep placed={placed} onClose={() => setRenaming(false)} />}
    </header>
  )
}

interface CurlAnswer {
  step: { http?: unknown } & Record<string, unknown>
  warnings?: { flag: string; code: string; detail: string }[] | null
  secrets?: { where: string; header?: string }[] | null
}

/** Makes the step what a cURL command does. Can be taken back. */
function PasteCurl({ placed, onClose }: { placed: Placed; onClose: () => void }) {
  const t = useT()
  const { edit, store } = useEditor()
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
        const kept = Object.fromEntries(Object.entries(step.http ?? {}).filter(([name]) => ['success', 'retry', 'on_failure', 'save', 'response'].includes(name)))
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
            {t('curl.replace')}
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
        <Note tone="warn" title={t('curl.secret')}>
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

export const titleOfKind = (kind: { title: { ru?: string; en?: string } }): string => pick(kind.title)
