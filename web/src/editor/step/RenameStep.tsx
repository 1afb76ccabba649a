import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { examplesQuery, versionQuery } from '@/api'
import { pick, useT, type Key } from '@/i18n'
import { Button, Dialog, TextField, toast } from '@/ui'
import { repliedUnder } from '../check/past'
import { useEditor } from '../context'
import { kindOf, type Scenario } from '../model/document'
import { rename, wrongId } from '../model/rename'
import { nameFrom, walk, type Placed } from '../model/steps'

const wrongKeys: Record<NonNullable<ReturnType<typeof wrongId>>, Key> = { form: 'step.idForm', taken: 'step.idTaken', former: 'step.idFormer' }

/** Another short name for a step; whatever refers to the step by it follows, and it can be taken back. */
export function RenameStep({ placed, onClose }: { placed: Placed; onClose: () => void }) {
  const t = useT()
  const { name, document, edit, open, kinds, check, info } = useEditor()
  const kept = useQuery(examplesQuery(name)).data?.items ?? []
  const published = info?.version ?? 0
  const inForce = useQuery({ ...versionQuery(name, published), enabled: published > 0 }).data?.document as Scenario | undefined
  const { step, pointer } = placed
  const [id, setId] = useState(step.id)
  const wanted = /^[a-z0-9_]*$/.test(id) ? id : nameFrom(id)
  const wrong = wrongId(document, pointer, wanted)
  const help = kinds.find((one) => one.kind === kindOf(step))?.fields.find((field) => field.path === '/id')?.help
  const save = () => {
    if (wrong) return
    const before = step.id
    // Runs may have begun the step by its name, even without any answer.
    const begun = inForce ? walk(inForce).some((one) => one.first === placed.first) : published > 0
    const done = rename(document, pointer, wanted, begun || repliedUnder(placed.first, check, kept))
    onClose()
    if (wanted === before) return
    edit(() => done.document)
    const pathNow = (of: typeof document) => walk(of).find((one) => one.pointer === pointer)?.path ?? wanted
    open(pathNow(done.document))
    toast(done.places > 0 ? t('step.renamedIn', { id: wanted, count: done.places }) : t('step.renamed', { id: wanted }), {
      undo: () =>
        edit((now) => {
          const place = walk(now).find((one) => one.step.id === wanted)?.pointer
          return place === undefined || wrongId(now, place, before) ? now : rename(now, place, before).document
        }),
    })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('step.id')}
      size="small"
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" onClick={save} disabled={wrong !== undefined}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <TextField label={t('step.id')} help={pick(help)} value={id} onChange={setId} onBlur={() => setId(wanted)} mono autoFocus error={wrong && t(wrongKeys[wrong], { id: wanted })} />
      </form>
    </Dialog>
  )
}
