import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, ApiError, call, keys, noticesQuery, secretsQuery, sessionQuery, type Mail, type Notice } from '@/api'
import { clock, isToday, shortClock, useT, type Key, type Translate } from '@/i18n'
import { Link } from '@tanstack/react-router'
import { useCodes } from '@/i18n/codes'
import { englishDetail, problemWords } from '@/i18n/problem'
import { Badge, Button, EmptyState, ErrorNote, Muted, Note, NumberField, Panel, PasswordField, Row, Select, Skeleton, Stack, TagsField, tellCode, TextField, type Told } from '@/ui'
import { useScenarioTitles } from '@/words/titles'
import { ChannelsPanel } from './ChannelsPanel'
import { fateOf, type Fate } from './fate'
import { RulesPanel } from './RulesPanel'
import { format } from '@/words/query'
import { useSettings } from './useSettings'
import css from './Settings.module.css'

/** Runs may have begun a while before their failure was told. */
const dayBefore = (at: string) => new Date(Date.parse(at) - 86_400_000).toISOString()

const usualPort = { starttls: 587, tls: 465, none: 25 } as const
type Security = keyof typeof usualPort
/** The mail settings with nothing left out. */
type Filled = Required<Omit<Mail, 'username' | 'password' | 'to' | 'security'>> & Pick<Mail, 'username' | 'password'> & { to: string[]; security: Security }
const secretName = 'smtp-password'

export function NoticesSection() {
  const t = useT()
  const queries = useQueryClient()
  const form = useSettings()
  const { data: session } = useQuery(sessionQuery)
  const { data: secrets } = useQuery(secretsQuery)
  const [password, setPassword] = useState('')
  const kept = form.settings.mail
  const mail: Filled = { host: '', port: 587, from: '', ...kept, security: (kept?.security as Security | undefined) ?? 'starttls', to: kept?.to ?? (session?.user?.email ? [session.user.email] : []) }
  const set = (next: Partial<Mail>) => form.set({ mail: { ...mail, ...next } })
  const hasSecret = secrets?.items.some((one) => one.name === secretName)

  // The password is a secret of its own: the document only names it.
  const withPassword = (): Filled => (mail.username && (password || hasSecret) ? { ...mail, password: { secret: secretName } } : { ...mail, password: undefined })
  const save = async () => {
    if (password) {
      await call(api.PUT('/api/v1/secrets/{name}', { params: { path: { name: secretName } }, body: { value: password } }))
      setPassword('')
      void queries.invalidateQueries({ queryKey: keys.secrets })
    }
    await form.save({ mail: withPassword() })
  }
  const test = useMutation({
    // A letter that was accepted speaks for the settings that are saved: so they are saved first.
    mutationFn: async () => {
      if (form.changed || password) await save()
      return call(api.POST('/api/v1/mail/test', { body: {} }))
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: keys.session })
      void queries.invalidateQueries({ queryKey: keys.notices })
    },
  })
  const storing = useMutation({ mutationFn: save })

  if (form.loadError && !form.loaded) return <ErrorNote error={form.loadError} onRetry={form.reload} />
  if (form.loading) return <Skeleton lines={6} height={32} />
  const ready = mail.host.trim() !== '' && mail.from.trim() !== '' && mail.to.length > 0
  const refused = test.error instanceof ApiError ? test.error : undefined
  const at = (member: string) => form.at(`/mail/${member}`) ?? mailWords(refused, `/mail/${member}`)
  return (
    <Stack gap={16}>
      <Panel title={t('mail.title')}>
        <Stack gap={16}>
          <p>{t('mail.what')}</p>
          <div className={css.grid}>
            <TextField label={t('mail.host')} help={t('mail.hostHelp')} placeholder="smtp.example.org" value={mail.host} onChange={(host) => set({ host: host.trim() })} error={at('host')} required />
            <Select
              label={t('mail.security')}
              help={t('mail.securityHelp')}
              value={mail.security}
              onChange={(security) => set({ security, port: mail.port === usualPort[mail.security] ? usualPort[security] : mail.port })}
              error={at('security')}
              options={[
                { value: 'starttls', label: 'STARTTLS' },
                { value: 'tls', label: 'TLS' },
                { value: 'none', label: t('mail.securityNone') },
              ]}
            />
            <NumberField label={t('mail.port')} help={t('mail.portHelp')} min={1} max={65535} value={mail.port} onChange={(port) => set({ port: port ?? usualPort[mail.security] })} error={at('port')} />
          </div>
          <div className={css.grid2}>
            <TextField label={t('mail.username')} help={t('mail.usernameHelp')} value={mail.username ?? ''} onChange={(username) => set({ username: username || undefined })} autoComplete="off" error={at('username')} />
            <PasswordField label={t('entry.password')} help={t('mail.passwordHelp')} placeholder={hasSecret ? t('mail.passwordKept') : undefined} value={password} onChange={setPassword} autoComplete="off" error={at('password')} />
          </div>
          <TextField label={t('mail.from')} help={t('mail.fromHelp')} type="email" placeholder="gonets@example.org" value={mail.from} onChange={(from) => set({ from: from.trim() })} error={at('from')} required />
          <TagsField label={t('mail.to')} help={t('mail.toHelp')} placeholder={mail.to.length ? undefined : 'anna@example.org'} values={mail.to} onChange={(to) => set({ to })} error={at('to') ?? mail.to.map((_, i) => at(`to/${i}`)).find(Boolean)} required />
          <Row gap={8}>
            <Button kind="main" icon="mail" onClick={() => test.mutate()} loading={test.isPending} disabled={!ready}>
              {t('testMail')}
            </Button>
            <Button label={`${t('save')}: ${t('mail.title')}`} onClick={() => storing.mutate()} loading={storing.isPending} disabled={!form.changed && !password}>
              {t('save')}
            </Button>
          </Row>
          {test.data && (
            <Note tone="ok" title={t('mail.accepted', { host: test.data.host })}>
              {t('mail.acceptedAt', { time: shortClock(test.data.at), said: test.data.said ?? '' })}
            </Note>
          )}
          {test.error && (
            <ErrorNote error={test.error} told={refused?.code === 'mail.refused' ? refusal(refused, t) : undefined} />
          )}
          {storing.error && <ErrorNote error={storing.error} />}
        </Stack>
      </Panel>
      <ChannelsPanel />
      <RulesPanel />
      <Sent />
    </Stack>
  )
}

function mailWords(refused: ApiError | undefined, pointer: string): string | undefined {
  const problem = refused?.problems.find((one) => one.pointer === pointer)
  return problem && problemWords(problem)
}

const kinds: Record<Notice['kind'], Key> = {
  first_failure: 'notice.first_failure',
  bad_end: 'notice.bad_end',
  recovered: 'notice.recovered',
  rejected_signatures: 'notice.rejected_signatures',
  lane_closed: 'notice.lane_closed',
  success: 'notice.success',
  digest: 'notice.digest',
  source_silent: 'notice.source_silent',
  field_drift: 'notice.field_drift',
  error_share: 'notice.error_share',
  certificate_expiring: 'notice.certificate_expiring',
  disk_low: 'notice.disk_low',
  test: 'notice.test',
}

/** How far the news has come in one channel. */
function StateOf({ told, channel, named }: { told: Fate; channel: string | undefined; named?: boolean }) {
  const t = useT()
  const name = channel === 'mail' ? (named ? t('mail.title') : undefined) : channel
  const { tone, label, at } = fateOf(told)
  return (
    <Badge tone={tone}>
      {name ? `${name}: ` : ''}
      {t(label, { time: at === undefined ? '' : soon(at) })}
    </Badge>
  )
}

const soon = (at: string) => (isToday(at) ? shortClock(at) : clock(at))

/** Why the mail server did not take a letter: by its code, with the server's own words where it said some. */
function refusal(error: ApiError, t: Translate): Told {
  const problem = error.problems[0]
  const told = tellCode(problem?.code) ?? tellCode(error.code) ?? { what: t('error.unknown') }
  const said = problem?.values?.[0]
  return said ? { ...told, meaning: t('mail.said', { said: String(said) }) } : told
}

/** What people were told, newest first. */
function Sent() {
  const t = useT()
  useCodes()
  const { data, error, refetch } = useQuery(noticesQuery)
  useCodes()
  const { data: session } = useQuery(sessionQuery)
  // Nothing is on its way while there is nowhere to send it.
  const unsent = (one: Notice) => one.state === 'pending' && session?.notices.mail === false
  const titleOf = useScenarioTitles()
  const parts = (one: Notice) => [
    t(kinds[one.kind] ?? 'notice.test'),
    one.host || one.source,
    ['test', 'digest', 'success', 'error_share'].includes(one.kind) ? undefined : (one.status ? `HTTP ${one.status}` : (tellCode(one.code)?.what ?? t('error.unknown')).replace(/\.$/, '')),
    one.runs > 0 && !(one.code ?? '').match(/^(source\.silent|lane\.closed|errors\.many|certificate\.expiring|secret\.expiring)$/) ? t(one.kind === 'rejected_signatures' ? 'notice.requests' : 'runs.count', { count: one.runs }) : undefined,
  ]
  return (
    <Panel title={t('notice.list')}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data ? (
        !error && <Skeleton lines={3} />
      ) : data.items.length === 0 ? (
        <EmptyState icon="mail" title={t('notice.none')}>
          {t('notice.noneHelp')}
        </EmptyState>
      ) : (
        <ul className={css.list}>
          {data.items.map((one) => (
            <li key={one.id}>
              <Row gap={12} align="baseline" className={css.notice}>
                <span className={css.when}>{clock(one.at)}</span>
                <span className={css.noticeText}>
                  {parts(one).filter(Boolean).join(' · ')}
                  {one.scenario && (
                    <>
                      {' · '}
                      <Link to="/runs" search={{ q: format([{ key: 'state', value: 'waiting,paused,failed' }, { key: 'scenario', value: one.scenario }, ...(one.code ? [{ key: 'code', value: one.code }] : []), ...(one.at ? [{ key: 'after', value: dayBefore(one.at) }] : [])]) } as never}>
                        {titleOf(one.scenario)}
                      </Link>
                    </>
                  )}
                </span>
                {unsent(one) && <Badge tone="warn">{t('notice.waitsMail')}</Badge>}
                {!unsent(one) && one.deliveries.length < 2 && <StateOf told={one} channel={one.deliveries[0]?.channel} />}
                {!unsent(one) && one.deliveries.length > 1 && one.deliveries.map((each) => <StateOf key={each.channel} told={each} channel={each.channel} named />)}
                {one.recovered_at && <Muted>{t('notice.recoveredAt', { time: clock(one.recovered_at) })}</Muted>}
              </Row>
              {one.last_error && one.state !== 'sent' && (
                <details className={css.why}>
                  <summary>{t('notice.why')}</summary>
                  <Muted small>{englishDetail(one.last_error) ?? t('notice.notSent')}</Muted>
                </details>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
