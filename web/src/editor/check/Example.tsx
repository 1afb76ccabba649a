import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, call, examplesQuery } from '@/api'
import { clock, useT } from '@/i18n'
import { Button, Icon, toast, toastError } from '@/ui'
import { useEditor, useStep } from '../context'
import css from '../editor.module.css'

/** Lets the steps behind this one read this reply, whatever comes later. */
export function KeepReply({ run, attempt }: { run: string; attempt: number }) {
  const t = useT()
  const { name } = useEditor()
  const queries = useQueryClient()
  const keep = useMutation({
    mutationFn: () => call(api.PUT('/api/v1/scenarios/{name}/examples', { params: { path: { name } }, body: { run, attempt } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: examplesQuery(name).queryKey })
      toast(t('example.saved'))
    },
    onError: (failure) => toastError(failure, t),
  })
  return (
    <Button size="small" icon="flag" onClick={() => keep.mutate()} loading={keep.isPending}>
      {t('example.save')}
    </Button>
  )
}

/** Says that a kept reply is read, and takes it away. */
export function KeptReply() {
  const t = useT()
  const { name, sends, alone } = useEditor()
  const { placed } = useStep()
  const queries = useQueryClient()
  const kept = useQuery({ ...examplesQuery(name), enabled: !alone && sends(placed.step) !== undefined }).data?.items.find((one) => one.step === placed.first)
  const drop = useMutation({
    mutationFn: () => call(api.DELETE('/api/v1/scenarios/{name}/examples', { params: { path: { name }, query: { step: placed.first } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: examplesQuery(name).queryKey }),
    onError: (failure) => toastError(failure, t),
  })
  if (!kept) return null
  return (
    <p className={css.kept}>
      <Icon name="flag" size={14} />
      <span>{t('example.kept', { status: kept.status, time: clock(kept.saved_at) })}</span>
      <Button size="small" kind="quiet" onClick={() => drop.mutate()} loading={drop.isPending}>
        {t('example.drop')}
      </Button>
    </p>
  )
}
