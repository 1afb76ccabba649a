import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { createPortal } from 'react-dom'
import { presetsQuery, requestsQuery } from '@/api'
import { useT } from '@/i18n'
import { useCodes } from '@/i18n/codes'
import { PillScopeProvider } from '@/pill/scope'
import { Button, CopyButton, ErrorNote, IconButton, Menu, Skeleton, toast, useMedia } from '@/ui'
import { ResultView, useResult } from '../check/ResultView'
import { StepContext, useEditor, useStep } from '../context'
import css from '../editor.module.css'
import { HttpPanel } from '../http/HttpPanel'
import { PasteCurl } from '../http/PasteCurl'
import { WillSend } from '../http/WillSend'
import { inItsOrder, usualOfAll, variablesOf } from '../localScope'
import { insert } from '../model/pointer'
import { copyStep, removeStep, walk, type Placed } from '../model/steps'
import { fieldName, nameless, titleOf } from '../parts/describe'
import { VariableDock, VariableList } from '../parts/VariableList'
import { ToRequests } from '../request/ToRequests'
import { preview as ask } from '../server'
import { usePreview } from '../usePreview'
import { asAsked } from '../useSamples'
import { GenericPanel } from './GenericPanel'
import { RenameStep } from './RenameStep'
import { useFocusField, useStepScope } from './useStepScope'

/** Where the result of a check stands on a wide screen; the browser remembers it. */
const dockKey = 'gonets.result'

/** The settings of one step, beside the list (a sheet on a narrow screen). */
export function StepPanel({ placed }: { placed: Placed }) {
  const t = useT()
  const editor = useEditor()
  const { document, sample, check, sources, kinds, kindsFailed } = editor
  const { step, pointer, path } = placed
  // Another text of the saved request is sent otherwise.
  const saved = useQuery(requestsQuery).data?.items.find((one) => one.name === step.request)
  const previewed = usePreview(path, useCallback((signal) => ask({ document, step: path, ...asAsked(sample) }, signal), [document, path, sample]), `${check.round} ${saved?.etag}`)
  const { preview, error } = previewed
  const presets = useQuery(presetsQuery).data?.items
  // Until the server has said what there is, the event's own fields are offered.
  const variables = useMemo(() => {
    const event = sample && 'event' in sample ? sample.event : undefined
    if (preview) return event ? inItsOrder(preview.scope, event) : preview.scope
    if (event) return inItsOrder(variablesOf(event), event)
    return error ? usualOfAll(presets, sources.map((one) => one.source?.preset)) : undefined
  }, [preview, sample, error, presets, sources])

  const { scope, left } = useStepScope(placed, preview)
  useCodes()
  useFocusField()
  const isHttp = step.http !== undefined
  const sends = isHttp || step.request !== undefined
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
        <section className={css.stepPanel} onBlur={left} aria-label={titleOf(step, t, kinds)}>
          <Head placed={placed} curl={preview?.curl} asked={preview !== undefined || error !== undefined} />
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
              {error && error.status !== 0 && !sends && <ErrorNote error={error} onRetry={previewed.retry} />}
            </div>
            {docked && <div className={css.stepBeside}>{result}</div>}
          </div>
          {sends && <WillSend {...previewed} named={(place) => fieldName(place.slice(pointer.length), kinds)} />}
        </section>
        {editor.dataPlace && createPortal(<VariableDock />, editor.dataPlace)}
      </PillScopeProvider>
    </StepContext.Provider>
  )
}

function Head({ placed, curl, asked }: { placed: Placed; curl: string | undefined; /** The preview is there, or why there is none. */ asked: boolean }) {
  const t = useT()
  const { put, closePanel, edit, document, open, kinds, check } = useEditor()
  const { step, pointer, path, number } = placed
  const [pasting, setPasting] = useState(false)
  const [renaming, setRenaming] = useState(false)
  const [saving, setSaving] = useState(false)
  const { problem } = useStep()
  const remove = () => {
    edit((now) => removeStep(now, pointer))
    closePanel()
    toast(t('step.deleted', { title: titleOf(step, t, kinds) }), { undo: () => edit((now) => (walk(now).some((p) => p.step.id === step.id) ? now : insert(now, pointer, step))) })
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
          placeholder={nameless(step, t, kinds)}
          value={step.title ?? ''}
          title={titleOf(step, t, kinds)}
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
            <Button size="small" onClick={() => setSaving(true)} disabled={!asked}>
              {t('toRequests')}
            </Button>
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
      {saving && <ToRequests placed={placed} onClose={() => setSaving(false)} />}
      {pasting && <PasteCurl placed={placed} onClose={() => setPasting(false)} />}
      {renaming && <RenameStep placed={placed} onClose={() => setRenaming(false)} />}
    </header>
  )
}
