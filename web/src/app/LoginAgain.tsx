import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, ApiError, call, keys, type User } from '@/api'
import { useT } from '@/i18n'
import { Button, Dialog, ErrorNote, Note, PasswordField, Stack, TextField } from '@/ui'

/** The session ended while a page was open: whoever was here comes back over it, and what they typed stays. */
export function LoginAgain({ user }: { user: User }) {
  const t = useT()
  const queries = useQueryClient()
  const [login, setLogin] = useState(user.login)
  const [password, setPassword] = useState('')
  const [tried, setTried] = useState(false)
  const logIn = useMutation({
    mutationFn: () => call(api.POST('/api/v1/session', { body: { login: login.trim(), password } })),
    onSuccess: (session) => {
      // The page belongs to the person who opened it.
      if (session.user?.login !== user.login) return location.assign('/')
      queries.setQueryData(keys.session, session)
      void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] })
      // What waits for a connection need not wait any longer: drafts are saved now.
      window.dispatchEvent(new Event('online'))
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (login.trim() && password && !logIn.isPending) logIn.mutate()
  }
  const wait = logIn.error instanceof ApiError && logIn.error.status === 429 ? logIn.error.retryAfter : undefined
  return (
    // Only logging in closes it: nothing behind it works before.
    <Dialog open onClose={() => undefined} closable={false} title={t('login.again')} size="small">
      <form onSubmit={submit} noValidate>
        <Stack gap={16}>
          <p>{t('login.againHelp')}</p>
          {wait ? <Note tone="warn">{t('login.throttled', { count: wait })}</Note> : logIn.error && <ErrorNote error={logIn.error} />}
          <TextField label={t('setup.login')} value={login} onChange={setLogin} error={tried && !login.trim() ? t('entry.loginNeeded') : undefined} autoComplete="username" name="login" />
          <PasswordField label={t('entry.password')} value={password} onChange={setPassword} error={tried && !password ? t('entry.passwordNeeded') : undefined} autoComplete="current-password" name="password" autoFocus />
          <Button kind="main" type="submit" loading={logIn.isPending} fullWidth>
            {t('login.submit')}
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
