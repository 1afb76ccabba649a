import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ApiError, call, keys, secretsQuery } from '@/api'
import { ago, date, dayEnds, dayIn, fullTime, useT } from '@/i18n'
import type { components } from '@/api/schema'
import { Badge, Button, Confirm, Dialog, EmptyState, ErrorNote, IconButton, Mono, Muted, Panel, PasswordField, Rich, Row, Skeleton, Stack, TextField, Tip, toast } from '@/ui'
import css from './Settings.module.css'

type Secret = components['schemas']['Secret']

/** Names and dates of secrets. A value can be written and never read back. */
export function SecretsSection() {
  const t = useT()
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery(secretsQuery)
  const [editing, setEditing] = useState<{ name: string; isNew: boolean }>()
  const [dating, setDating] = useState<Secret>()
  const [deleting, setDeleting] = useState<string>()
  const remove = useMutation({
    mutationFn: (name: string) => call(api.DELETE('/api/v1/secrets/{name}', { params: { path: { name } } })),
    onSuccess: () => {
      setDeleting(undefined)
      void queries.invalidateQueries({ queryKey: keys.secrets })
    },
  })
  const add = (
    <Button size="small" icon="plus" onClick={() => setEditing({ name: '', isNew: true })}>
      {t('add')}
    </Button>
  )
  return (
    <Panel title={t('settings.secrets')} actions={data && data.items.length > 0 && add}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data ? (
        !error && <Skeleton lines={3} />
      ) : data.items.length === 0 ? (
        <EmptyState icon="lock" title={t('settings.secretsNone')} actions={add}>
          <Rich>{t('settings.secretsHelp')}</Rich>
        </EmptyState>
      ) : (
        <Stack>
          <Muted><Rich>{t('settings.secretsHelp')}</Rich></Muted>
          <ul className={css.list}>
            {data.items.map((one) => (
              <li key={one.name}>
                <Row wrap={false}>
                  <Row gap={4} className={css.grow}>
                    <Mono>{one.name}</Mono>
                    <Muted>
                      •••• · {t('settings.changedAgo', { time: ago(one.updated_at) })}
                      {one.actor ? ` · ${one.actor}` : ''}
                    </Muted>
                    <End of={one} />
                  </Row>
                  <IconButton icon="pencil" label={t('settings.secretEndOf', { name: one.name })} onClick={() => setDating(one)} />
                  <Button size="small" label={t('settings.secretReplace', { name: one.name })} onClick={() => setEditing({ name: one.name, isNew: false })}>
                    {t('settings.replace')}
                  </Button>
                  <IconButton icon="trash" label={`${t('delete')}: ${one.name}`} onClick={() => setDeleting(one.name)} />
                </Row>
              </li>
            ))}
          </ul>
        </Stack>
      )}
      {editing && <SecretDialog {...editing} onClose={() => setEditing(undefined)} />}
      {dating && <EndDialog of={dating} onClose={() => setDating(undefined)} />}
      {deleting && (
        <Confirm open onClose={() => setDeleting(undefined)} onConfirm={() => remove.mutate(deleting)} busy={remove.isPending} danger title={t('settings.secretDelete', { name: deleting })} confirm={t('delete')}>
          <p>{t('settings.secretDeleteHelp')}</p>
          {remove.error && <ErrorNote error={remove.error} />}
        </Confirm>
      )}
    </Panel>
  )
}

/** Until when a secret is good, as far as that is known. */
function End({ of }: { of: Secret }) {
  const t = useT()
  if (!of.valid_until) return null
  const day = date(dayIn(of.valid_until))
  return (
    <Tip label={fullTime(of.valid_until)}>
      <span>
        {of.ending ? (
          <Badge tone={of.ending === 'past' ? 'error' : 'warn'} icon="warning" soft>
            {t(of.ending === 'past' ? 'settings.secretEnded' : 'settings.secretUntil', { day })}
          </Badge>
        ) : (
          <Muted>{t('settings.secretUntil', { day })}</Muted>
        )}
      </span>
    </Tip>
  )
}

function EndDialog({ of, onClose }: { of: Secret; onClose: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const was = of.valid_until ? dayIn(of.valid_until) : ''
  // Some end within their day, as tokens do.
  const hour = of.valid_until && Date.parse(of.valid_until) !== dayEnds(was).getTime() ? fullTime(of.valid_until) : undefined
  const [day, setDay] = useState(was)
  const save = useMutation({
    mutationFn: () => call(api.PUT('/api/v1/secrets/{name}/end', { params: { path: { name: of.name } }, body: endOn(day) })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.secrets })
      toast(t('settings.saved'))
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      size="small"
      title={t('settings.secretEndOf', { name: of.name })}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          {/* The same day says nothing new: the very time, which the day alone does not tell, stays. */}
          <Button kind="main" onClick={() => (day === was ? onClose() : save.mutate())} loading={save.isPending}>
            {t('save')}
          </Button>
        </>
      }
    >
      <TextField type="date" label={t('settings.secretEnd')} help={hour && day === was ? t('settings.secretEndHour', { time: hour }) : t('settings.secretEndHelp')} value={day} onChange={setDay} autoFocus />
      {save.error && <ErrorNote error={save.error} />}
    </Dialog>
  )
}

/** A secret is good through the day; an empty one is no end. */
const endOn = (day: string): { valid_until?: string } => (day ? { valid_until: dayEnds(day).toISOString() } : {})

function SecretDialog({ name: given, isNew, onClose }: { name: string; isNew: boolean; onClose: () => void }) {
  const t = useT()
  const queries = useQueryClient()
  const [name, setName] = useState(given)
  const [value, setValue] = useState('')
  const [day, setDay] = useState('')
  const save = useMutation({
    mutationFn: () => call(api.PUT('/api/v1/secrets/{name}', { params: { path: { name: name.trim() } }, body: { value, ...endOn(day) } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.secrets })
      toast(t('settings.saved'))
      onClose()
    },
  })
  const refused = save.error instanceof ApiError ? save.error : undefined
  return (
    <Dialog
      open
      onClose={onClose}
      size="small"
      title={isNew ? t('settings.secretNew') : t('settings.secretReplace', { name: given })}
      actions={
        <>
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button kind="main" onClick={() => save.mutate()} loading={save.isPending} disabled={!name.trim() || !value}>
            {t('save')}
          </Button>
        </>
      }
    >
      {isNew && <TextField label={t('settings.secretName')} help={t('settings.secretNameHelp')} mono value={name} onChange={setName} autoFocus error={refused?.at('/name')} />}
      <PasswordField label={t('settings.secretValue')} help={t('settings.secretValueHelp')} value={value} onChange={setValue} autoComplete="off" autoFocus={!isNew} error={refused?.at('/value')} />
      <TextField type="date" label={t('settings.secretEnd')} help={t('settings.secretEndNewHelp')} value={day} onChange={setDay} />
      {save.error && !refused?.at('/name') && !refused?.at('/value') && <ErrorNote error={save.error} />}
    </Dialog>
  )
}
