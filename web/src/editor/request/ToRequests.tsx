import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type KeyboardEvent } from 'react'
import { keys } from '@/api'
import { useT } from '@/i18n'
import { Button, Dialog, ErrorNote, TextField, toast } from '@/ui'
import { useEditor, useStep } from '../context'
import css from '../editor.module.css'
import { asScenario, freeParam, giveBackStep, paramsOf, renameParam, sendSaved, split } from '../model/saved'
import type { Placed } from '../model/steps'
import { readable, titleOf } from '../parts/describe'
import { createRequest } from './server'

/** Makes the step's request a saved one, and the step one that sends it. Can be taken back. */
export function ToRequests({ placed, onClose }: { placed: Placed; onClose: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const { edit, store, kinds } = useEditor()
  const { preview } = useStep()
  const { step } = placed
  const [title, setTitle] = useState(() => titleOf(step, t, kinds))
  const [parts] = useState(() => split(step, preview?.scope ?? []))
  const [held, setHeld] = useState(() => asScenario({ name: '', params: parts.params.map(({ value: _value, ...param }) => param), http: parts.http }))
  const params = paramsOf(held)
  const called = title.trim() || titleOf(step, t, kinds)
  const create = useMutation({
    mutationFn: () => createRequest(called, held),
    onSuccess: (name) => {
      void queries.invalidateQueries({ queryKey: keys.requests })
      const before = store.snapshot()?.document
      edit((now) => sendSaved(now, step, name, params.map((param, i) => ({ ...param, value: parts.params[i]!.value }))))
      // Somebody else may have changed or deleted the step since.
      if (store.snapshot()?.document === before) toast(t('toRequests.apart', { title: called }))
      else toast(t('toRequests.done', { title: called }), { undo: () => edit((now) => giveBackStep(now, step, name)) })
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('toRequests.title')}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" onClick={() => create.mutate()} loading={create.isPending}>
            {t('toRequests.make')}
          </Button>
        </>
      }
    >
      <p>{t('toRequests.help')}</p>
      <TextField label={t('column.title')} value={title} onChange={setTitle} autoFocus />
      {params.length === 0 ? (
        <p className={css.gapTop}>{t('toRequests.nothing')}</p>
      ) : (
        <section className={css.gapTop} aria-label={t('inputs')}>
          <h3 className={css.boxHead}>{t('inputs')}</h3>
          <p className={css.fieldHelp}>{t('toRequests.inputs')}</p>
          <ul className={css.proposed}>
            {params.map((param, i) => (
              <li key={i}>
                <ParamName name={param.name} label={t('param.nameOf', { n: i + 1 })} onDone={(next) => setHeld(renameParam(held, i, freeParam(next, params.filter((_, other) => other !== i).map((one) => one.name))))} />
                <span className={css.proposedValue}>{readable(parts.params[i]!.value, t)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {create.error && <ErrorNote error={create.error} />}
    </Dialog>
  )
}

/** The name of a parameter: taken when the field is left, lest half a name stood in the request's fields. */
export function ParamName({ name, label, onDone, error }: { name: string; label: string; onDone: (next: string) => void; error?: string | undefined }) {
  const [typed, setTyped] = useState<string>()
  const done = () => {
    if (typed !== undefined && typed.trim() !== name) onDone(typed.trim())
    setTyped(undefined)
  }
  const key = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') event.currentTarget.blur()
    // Saved is what is seen.
    if ((event.ctrlKey || event.metaKey) && event.code === 'KeyS') done()
  }
  return <TextField ariaLabel={label} value={typed ?? name} mono onChange={setTyped} onBlur={done} onKeyDown={key} error={error} />
}
