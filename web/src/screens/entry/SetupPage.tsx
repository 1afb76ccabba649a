import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api, ApiError, call, callTagged, keys, sessionQuery, type Session } from '@/api'
import { language, timeZone, useT } from '@/i18n'
import { Button, ErrorNote, Note, PasswordField, TextField } from '@/ui'
import { Entry } from './Entry'
import { shortest, strength } from './strength'
import css from './Entry.module.css'

/** The one-time code stands behind the # of the link, so that it never goes over the wire in an address. */
function codeOfLink(): string {
  return new URLSearchParams(window.location.hash.slice(1)).get('code') ?? ''
}

export default function SetupPage() {
  const t = useT()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { data: session } = useQuery(sessionQuery)
  const [code, setCode] = useState(codeOfLink)
  const [asked, setAsked] = useState(() => codeOfLink() === '')
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [tried, setTried] = useState(false)

  const create = useMutation({
    mutationFn: async () => inThisZone(await call(api.POST('/api/v1/setup', { body: { code: code.trim(), login: login.trim(), password, language: language() } }))),
    onSuccess: (next) => {
      queries.setQueryData(keys.session, next)
      void navigate({ to: '/scenarios', replace: true })
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'setup.code') setAsked(true)
      if (error instanceof ApiError && error.code === 'setup.done') void queries.invalidateQueries({ queryKey: keys.session })
    },
  })
  const done = session && !session.setup_needed
  useEffect(() => {
    if (done && session.user) void navigate({ to: '/scenarios', replace: true })
  }, [done, session?.user, navigate])

  const refused = create.error instanceof ApiError ? create.error : undefined
  const wrongLogin = tried && login.trim() === '' ? t('entry.loginNeeded') : refused?.at('/login')
  const wrongPassword = tried && password.length < shortest ? t('entry.passwordShort', { count: shortest }) : refused?.at('/password')
  const level = strength(password)

  const submit = () => {
    setTried(true)
    if (login.trim() === '' || password.length < shortest || create.isPending) return
    create.mutate()
  }

  if (done)
    return (
      <Entry title={t('setup.done')} intro={t('setup.done.help')} onSubmit={() => void navigate({ to: '/login' })}>
        <Button kind="main" type="submit" fullWidth>
          {t('login.submit')}
        </Button>
      </Entry>
    )

  return (
    <Entry title={t('setup.title')} intro={t('setup.intro')} onSubmit={submit}>
      {create.error && !wrongLogin && !wrongPassword && <ErrorNote error={create.error} />}
      {asked && (
        <TextField label={t('setup.codeLabel')} help={t('setup.code')} value={code} onChange={setCode} mono autoComplete="one-time-code" placeholder="XXXX-XXXX-XXXX" />
      )}
      <TextField label={t('setup.login')} help={t('setup.loginHelp')} value={login} onChange={setLogin} error={wrongLogin} autoComplete="username" name="login" autoFocus={!asked} />
      <div>
        <PasswordField
          label={t('entry.password')}
          help={wrongPassword ? undefined : t('setup.passwordHelp', { count: shortest })}
          value={password}
          onChange={setPassword}
          error={wrongPassword}
          autoComplete="new-password"
          name="password"
        />
        {password !== '' && (
          <div className={css.strength} aria-live="polite">
            <span className={css.bars} aria-hidden>
              {[1, 2, 3, 4].map((n) => (
                <span key={n} className={css.bar} data-on={n <= level ? level : undefined} />
              ))}
            </span>
            {t('setup.strength')}: {t(`setup.strength.${level || 1}` as 'setup.strength.1')}
          </div>
        )}
      </div>
      <Button kind="main" type="submit" loading={create.isPending} fullWidth>
        {t('setup.submit')}
      </Button>
      <details>
        <summary>{t('setup.restore')}</summary>
        <Note tone="muted">{t('setup.restore.help')}</Note>
      </details>
    </Entry>
  )
}

/** A new server names times as this browser does, until somebody chooses otherwise in the settings. */
async function inThisZone(session: Session): Promise<Session> {
  if (session.time_zone !== '') return session
  try {
    const { data, etag } = await callTagged(api.GET('/api/v1/settings'))
    const time_zone = timeZone()
    await call(api.PUT('/api/v1/settings', { params: { header: { 'If-Match': etag } }, body: { ...(data as object), time_zone } }))
    return { ...session, time_zone }
  } catch {
    // The owner is made all the same.
    return session
  }
}
