import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, call, keys, type Preset } from '@/api'
import { pick, useT } from '@/i18n'
import { Button, Dialog, ErrorNote, TextField } from '@/ui'
import css from './Sources.module.css'

export function NewSource({ onClose, presets }: { onClose: () => void; presets: Preset[] }) {
  const t = useT()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [wanted, setWanted] = useState('')
  const [preset, setPreset] = useState('generic')
  const [title, setTitle] = useState('')
  const create = useMutation({
    mutationFn: () => call(api.POST('/api/v1/sources', { body: { title: title.trim() || pick(presets.find((one) => one.id === preset)?.title) || t('source'), preset } })),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: keys.sources })
      void navigate({ to: '/sources/$name', params: { name: made.name } })
    },
  })
  const text = wanted.trim().toLocaleLowerCase()
  const shown = presets.filter((one) => !text || one.id.includes(text) || pick(one.title).toLocaleLowerCase().includes(text))
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('sources.add')}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" onClick={() => create.mutate()} loading={create.isPending}>
            {t('create')}
          </Button>
        </>
      }
    >
      <TextField label={t('column.title')} placeholder={pick(presets.find((one) => one.id === preset)?.title)} value={title} onChange={setTitle} autoFocus />
      {presets.length > 6 && <TextField ariaLabel={t('sources.findPreset')} placeholder={t('sources.findPreset')} icon="search" value={wanted} onChange={setWanted} />}
      <div className={css.presets} role="radiogroup" aria-label={t('sources.preset')}>
        {shown.map((one) => (
          <label key={one.id} className={css.preset} data-on={one.id === preset || undefined}>
            <input type="radio" name="preset" value={one.id} checked={one.id === preset} onChange={() => setPreset(one.id)} />
            <span>
              <strong>{pick(one.title)}</strong>
              <span className={css.presetHelp}>{pick(one.help)}</span>
            </span>
          </label>
        ))}
      </div>
      {create.error && <ErrorNote error={create.error} />}
    </Dialog>
  )
}
