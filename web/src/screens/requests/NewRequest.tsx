import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, call, keys } from '@/api'
import { useT } from '@/i18n'
import { Button, Dialog, ErrorNote, TextField } from '@/ui'

/** Asks for a name; the rest is filled in on the request's own page. */
export function NewRequest({ onClose }: { onClose: () => void }) {
  const t = useT()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [title, setTitle] = useState('')
  const create = useMutation({
    mutationFn: () => call(api.POST('/api/v1/requests', { body: { title: title.trim() || t('requests.new') } })),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: keys.requests })
      void navigate({ to: '/requests/$name', params: { name: made.name } })
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('requests.add')}
      size="small"
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" onClick={() => create.mutate()} loading={create.isPending}>
            {t('create')}
          </Button>
        </>
      }
    >
      <TextField label={t('column.title')} placeholder={t('requests.new')} value={title} onChange={setTitle} onKeyDown={(event) => event.key === 'Enter' && !create.isPending && create.mutate()} autoFocus />
      {create.error && <ErrorNote error={create.error} />}
    </Dialog>
  )
}
