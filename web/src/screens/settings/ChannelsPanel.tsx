import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ApiError, call, keys, secretsQuery } from '@/api'
import { shortClock, useT, type Translate } from '@/i18n'
import { problemWords } from '@/i18n/problem'
import { Button, CopyButton, ErrorNote, IconButton, Mono, Muted, Note, Panel, PasswordField, Row, Skeleton, Spring, Stack, tellCode, TextField, type Told } from '@/ui'
import { allTold, filled, newChannel, newKey, secretOf } from './channels'
import { useSettings, type Channel } from './useSettings'
import css from './Settings.module.css'

/** Webhooks and Telegram beside mail: each with its own secret and its own test. */
export function ChannelsPanel() {
  const t = useT()
  const queries = useQueryClient()
  const form = useSettings()
  const { data: secrets, error: secretsError, refetch: reloadSecrets } = useQuery(secretsQuery)
  const [values, setValues] = useState<Record<string, string>>({})
  const channels = form.settings.notices?.channels ?? []
  const set = (next: Channel[]) => form.set({ notices: { ...form.settings.notices, channels: next } })
  const change = (at: number, next: Partial<Channel>) => set(channels.map((one, i) => (i === at ? { ...one, ...next } : one)))
  const kept = (name?: string) => secrets?.items.some((one) => one.name === name) ?? false
  const typed = (one: Channel) => values[secretOf(one) ?? '']
  const save = async () => {
    for (const one of channels) {
      const name = secretOf(one)
      const value = typed(one)?.trim()
      if (name && value) await call(api.PUT('/api/v1/secrets/{name}', { params: { path: { name } }, body: { value } }))
    }
    if (form.changed) await form.save()
    setValues({})
    void queries.invalidateQueries({ queryKey: keys.secrets })
    void queries.invalidateQueries({ queryKey: keys.session })
  }
  const storing = useMutation({ mutationFn: save })
  const test = useMutation({
    // What was accepted speaks for the settings that are saved: so they are saved first.
    mutationFn: async (channel: string) => {
      await save()
      return call(api.POST('/api/v1/notices/test', { body: { channel } }))
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: keys.session })
      void queries.invalidateQueries({ queryKey: keys.notices })
    },
  })
  if (form.loadError && !form.loaded) return <ErrorNote error={form.loadError} onRetry={form.reload} />
  // Without the names of the secrets a new channel could write over the secret of another.
  if (!secrets && secretsError) return <ErrorNote error={secretsError} onRetry={() => void reloadSecrets()} />
  if (form.loading || !secrets) return <Skeleton lines={3} height={32} />
  const add = (kind: Channel['kind']) => {
    const one = newChannel(kind, channels, secrets.items.map((each) => each.name))
    const name = secretOf(one)
    if (kind === 'webhook' && name) setValues({ ...values, [name]: newKey() })
    set([...channels, one])
  }
  const tryOne = (name: string) => {
    storing.reset()
    test.mutate(name)
  }
  // What no field tells is told below; a test names the places from its channel on.
  const told = (error: unknown, from = '') => error instanceof ApiError && allTold(error.problems.map((each) => `${from}${each.pointer ?? ''}`), channels)
  const ready = channels.every((one) => filled(one, typed(one), kept(secretOf(one))))
  const dirty = form.changed || Object.values(values).some(Boolean)
  return (
    <Panel
      title={t('channel.title')}
      actions={
        <>
          <Button size="small" icon="plus" onClick={() => add('webhook')}>
            {t('channel.webhook')}
          </Button>
          <Button size="small" icon="plus" onClick={() => add('telegram')}>
            Telegram
          </Button>
        </>
      }
    >
      <Stack gap={16}>
        {(form.loadError || secretsError) && <ErrorNote error={form.loadError ?? secretsError} onRetry={() => void (form.loadError ? form.reload() : reloadSecrets())} />}
        <p>{t('channel.what')}</p>
        {channels.map((one, i) => {
          const refused = test.variables === one.name && test.error instanceof ApiError ? test.error : undefined
          const at = (member: string) => form.at(`/notices/channels/${i}/${member}`) ?? wordsAt(refused, `/${member}`)
          const secret = secretOf(one)
          return (
            <fieldset key={i} className={css.channel}>
              <legend>{one.kind === 'webhook' ? t('channel.webhook') : 'Telegram'}</legend>
              <Stack gap={12}>
                <div className={css.grid2}>
                  <TextField label={t('channel.name')} help={t('channel.nameHelp')} mono value={one.name} onChange={(name) => change(i, { name: name.trim() })} error={at('name')} required />
                  {one.kind === 'webhook' ? (
                    <TextField label={t('channel.url')} help={t('channel.urlHelp')} type="url" mono placeholder="https://ops.example.org/gonets" value={one.url ?? ''} onChange={(url) => change(i, { url: url.trim() })} error={at('url')} required />
                  ) : (
                    <TextField label={t('channel.chat')} help={t('channel.chatHelp')} mono placeholder="-1001234567890" value={one.chat ?? ''} onChange={(chat) => change(i, { chat: chat.trim() })} error={at('chat')} required />
                  )}
                </div>
                {one.kind === 'webhook' ? (
                  <WebhookKey value={typed(one)} kept={kept(secret)} error={at('key')} onNew={() => secret && setValues({ ...values, [secret]: newKey() })} />
                ) : (
                  <PasswordField
                    label={t('channel.token')}
                    help={t('channel.tokenHelp')}
                    placeholder={kept(secret) ? t('mail.passwordKept') : '123456:ABC-def'}
                    value={typed(one) ?? ''}
                    onChange={(value) => secret && setValues({ ...values, [secret]: value })}
                    autoComplete="off"
                    error={at('token')}
                  />
                )}
                <Row gap={8}>
                  <Button icon="mail" onClick={() => tryOne(one.name)} loading={test.isPending && test.variables === one.name} disabled={!ready}>
                    {t('channel.test')}
                  </Button>
                  <Spring />
                  <IconButton icon="trash" label={`${t('delete')}: ${one.name}`} onClick={() => set(channels.filter((_, n) => n !== i))} />
                </Row>
                {test.data && test.variables === one.name && (
                  <Note tone="ok" title={t('channel.accepted', { name: one.name })}>
                    {t('channel.acceptedAt', { time: shortClock(test.data.at), said: test.data.said ?? '' })}
                  </Note>
                )}
                {test.error && test.variables === one.name && !(refused?.code === 'invalid' && (told(refused) || told(refused, `/notices/channels/${i}`))) && <ErrorNote error={test.error} told={refused?.code === 'channel.refused' ? refusal(refused, t) : undefined} />}
              </Stack>
            </fieldset>
          )
        })}
        {(channels.length > 0 || form.changed) && (
          <Row>
            <Button kind="main" onClick={() => storing.mutate()} loading={storing.isPending} disabled={!dirty || !ready}>
              {t('save')}
            </Button>
          </Row>
        )}
        {storing.error && !told(storing.error) && <ErrorNote error={storing.error} />}
      </Stack>
    </Panel>
  )
}

/** The key is made here, shown until it is saved, and never read back. */
function WebhookKey({ value, kept, error, onNew }: { value: string | undefined; kept: boolean; error: string | undefined; onNew: () => void }) {
  const t = useT()
  return (
    <Stack gap={4}>
      <Row gap={8}>
        <Muted>{t('channel.key')}</Muted>
        {value ? (
          <>
            <Mono>{value}</Mono>
            <CopyButton text={value} />
          </>
        ) : (
          <>
            <Mono>{kept ? '••••' : '—'}</Mono>
            <Button size="small" onClick={onNew}>
              {t('channel.newKey')}
            </Button>
          </>
        )}
      </Row>
      <Muted small>{error ?? t(value ? 'channel.keyOnce' : 'channel.keyHelp')}</Muted>
    </Stack>
  )
}

function wordsAt(refused: ApiError | undefined, pointer: string): string | undefined {
  const problem = refused?.problems.find((one) => one.pointer === pointer)
  return problem && problem.code !== 'channel.refused' && problem.code !== 'channel.unreachable' ? problemWords(problem) : undefined
}

/** Why a channel did not take the test: by its code, with its own words where it said some. */
function refusal(error: ApiError, t: Translate): Told {
  const problem = error.problems[0]
  const told = tellCode(problem?.code) ?? tellCode(error.code) ?? { what: t('error.unknown') }
  const said = problem?.values?.[0]
  return said ? { ...told, meaning: t('channel.said', { said: String(said) }) } : told
}
