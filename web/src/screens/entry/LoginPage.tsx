import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api, ApiError, call, keys, sessionQuery, type Session } from '@/api'
import { changeLanguage } from '@/app/preferences'
import { useSearch } from '@/app/useSearch'
import { useT } from '@/i18n'
import { Button, ErrorNote, Note, PasswordField, TextField, useTheme } from '@/ui'
import { Entry } from './Entry'

/** Only pages of ours: a link must not send anybody elsewhere after the log-in. */
export function safeTarget(to: string | undefined): string {
  return to && /^\/(?![/\\])/.test(to) && !to.startsWith('/login') && !to.startsWith('/setup') ? to : '/scenarios'
}

export default function LoginPage() {
  const t = useT()
  const router = useRouter()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [search] = useSearch()
  const { setTheme } = useTheme()
  const { data: session } = useQuery(sessionQuery)
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  // A press on «Log in» tells what is missing, as the set-up page does: a button that cannot be pressed tells nothing.
  const [tried, setTried] = useState(false)

  const enter = (next: Session) => {
    queries.setQueryData(keys.session, next)
    if (next.user?.language) void changeLanguage(next.user.language)
    if (next.user && next.user.theme !== 'system') setTheme(next.user.theme)
    router.history.replace(safeTarget(search.to))
  }
  const logIn = useMutation({
    mutationFn: () => call(api.POST('/api/v1/session', { body: { login: login.trim(), password } })),
    onSuccess: enter,
  })
  useEffect(() => {
    if (session?.setup_needed) void navigate({ to: '/setup', replace: true })
    else if (session?.user) router.history.replace(safeTarget(search.to))
    // Only what the session says when the page opens: after that the form decides.
  }, [session?.setup_needed, session?.user, navigate, router, search.to])

  const wait = logIn.error instanceof ApiError && logIn.error.status === 429 ? logIn.error.retryAfter : undefined
  const submit = () => {
    setTried(true)
    if (login.trim() && password && !logIn.isPending) logIn.mutate()
  }
  return (
    <Entry title={t('login.title')} onSubmit={submit}>
      {wait ? <Note tone="warn">{t('login.throttled', { count: wait })}</Note> : logIn.error && <ErrorNote error={logIn.error} />}
      <TextField label={t('setup.login')} value={login} onChange={setLogin} error={tried && !login.trim() ? t('entry.loginNeeded') : undefined} autoComplete="username" name="login" autoFocus />
      <PasswordField label={t('entry.password')} value={password} onChange={setPassword} error={tried && !password ? t('entry.passwordNeeded') : undefined} autoComplete="current-password" name="password" />
      <Button kind="main" type="submit" loading={logIn.isPending} fullWidth>
        {t('login.submit')}
      </Button>
      <details>
        <summary>{t('login.forgot')}</summary>
        <Note tone="muted">
          {t('login.forgot.help')} <code>gonets user password</code>
        </Note>
      </details>
    </Entry>
  )
}
