import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, ApiError, call, keys, sessionQuery } from '@/api'
import { useT } from '@/i18n'
import { Button, ErrorNote, Panel, PasswordField, Row, Stack, TextField, toast } from '@/ui'
import { shortest } from '@/screens/entry/strength'

export function AccountSection() {
  const t = useT()
  const queries = useQueryClient()
  const { data: session } = useQuery(sessionQuery)
  const user = session?.user
  const [login, setLogin] = useState(user?.login ?? '')
  const [email, setEmail] = useState(user?.email ?? '')
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  useEffect(() => {
    setLogin(user?.login ?? '')
    setEmail(user?.email ?? '')
  }, [user?.login, user?.email])
  const done = (said: string) => {
    void queries.invalidateQueries({ queryKey: keys.session })
    toast(said)
  }
  const profile = useMutation({ mutationFn: () => call(api.PATCH('/api/v1/me', { body: { login: login.trim(), email: email.trim() } })), onSuccess: () => done(t('settings.saved')) })
  const password = useMutation({
    mutationFn: () => call(api.PATCH('/api/v1/me', { body: { password: next, current_password: current } })),
    onSuccess: () => {
      setCurrent('')
      setNext('')
      done(t('account.passwordChanged'))
    },
  })
  const leave = useMutation({
    mutationFn: (all: boolean) => call(all ? api.DELETE('/api/v1/sessions') : api.DELETE('/api/v1/session')),
    // The whole page goes, and with it all that was read.
    onSuccess: () => location.assign('/login'),
  })
  const at = (error: unknown, pointer: string) => (error instanceof ApiError ? error.at(pointer) : undefined)
  return (
    <Stack gap={16}>
      <Panel title={t('account.title')}>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            profile.mutate()
          }}
        >
          <Stack gap={16}>
            <TextField label={t('setup.login')} help={t('account.loginHelp')} value={login} onChange={setLogin} autoComplete="username" error={at(profile.error, '/login')} />
            <TextField label={t('account.email')} help={t('setup.loginHelp')} type="email" value={email} onChange={setEmail} autoComplete="email" error={at(profile.error, '/email')} />
            {profile.error && !at(profile.error, '/login') && !at(profile.error, '/email') && <ErrorNote error={profile.error} />}
            <Row>
              <Button kind="main" type="submit" loading={profile.isPending} disabled={login === (user?.login ?? '') && email === (user?.email ?? '')}>
                {t('save')}
              </Button>
            </Row>
          </Stack>
        </form>
      </Panel>
      <Panel title={t('account.password')}>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            password.mutate()
          }}
        >
          <Stack gap={16}>
            <p>{t('account.passwordHelp')}</p>
            <PasswordField label={t('account.currentPassword')} help={t('account.currentPasswordHelp')} value={current} onChange={setCurrent} autoComplete="current-password" error={at(password.error, '/current_password')} />
            <PasswordField label={t('account.newPassword')} help={t('setup.passwordHelp', { count: shortest })} value={next} onChange={setNext} autoComplete="new-password" error={at(password.error, '/password')} />
            {password.error && !at(password.error, '/current_password') && !at(password.error, '/password') && <ErrorNote error={password.error} />}
            <Row>
              <Button type="submit" loading={password.isPending} disabled={!current || next.length < shortest}>
                {t('account.changePassword')}
              </Button>
            </Row>
          </Stack>
        </form>
      </Panel>
      <Panel title={t('account.sessions')}>
        <Stack>
          <p>{t('account.everywhereHelp')}</p>
          {leave.error && <ErrorNote error={leave.error} />}
          <Row>
            <Button icon="logout" onClick={() => leave.mutate(false)} loading={leave.isPending && !leave.variables}>
              {t('account.here')}
            </Button>
            <Button onClick={() => leave.mutate(true)} loading={leave.isPending && leave.variables}>
              {t('account.everywhere')}
            </Button>
          </Row>
        </Stack>
      </Panel>
    </Stack>
  )
}
