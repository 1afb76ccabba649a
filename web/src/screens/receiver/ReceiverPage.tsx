import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState, type FormEvent } from 'react'
import { echoesQuery, keys, paced, sessionQuery, tryEcho, useHints } from '@/api'
import { useSearch } from '@/app/useSearch'
import { useT } from '@/i18n'
import { Button, Dialog, EmptyState, ErrorNote, Muted, Page, Panel, Skeleton, Stack, TextField, toastError } from '@/ui'
import { echoNames } from '@/words/echo'
import { Address } from './Address'
import css from './Receiver.module.css'

/** The test receiver: which addresses there are, how each answers, what came. */
export default function ReceiverPage() {
  const t = useT()
  const [search, setSearch] = useSearch()
  const [adding, setAdding] = useState(false)
  const { data, error, refetch } = useQuery(echoesQuery)
  const queries = useQueryClient()
  // Strangers may send as much as they like: nobody's page reads at their pace.
  const catchUp = useMemo(() => paced(() => queries.invalidateQueries({ queryKey: keys.echo }), 1000), [queries])
  useHints((hints) => hints.some((hint) => hint.kind === 'echo') && catchUp())
  const { data: session } = useQuery(sessionQuery)
  const all = data?.items ?? []
  const asked = echoNames.test(search.address ?? '') ? search.address : undefined
  const name = asked ?? all[0]?.name
  const open = (address: string) => setSearch({ address, n: undefined, data: undefined })
  const send = useMutation({
    mutationFn: () => tryEcho('test', { name: t('quick.name'), phone: '+79990001122' }),
    onSuccess: () => open('test'),
    onError: (failed) => toastError(failed, t),
  })
  const add = (
    <Button icon="plus" onClick={() => setAdding(true)}>
      {t('echo.new')}
    </Button>
  )
  return (
    <Page title={t('echo')} actions={name !== undefined && add}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data ? (
        !error && <Skeleton lines={5} height={32} />
      ) : name === undefined ? (
        <EmptyState
          icon="flag"
          title={t('echo.none')}
          actions={
            <>
              <Button kind="main" icon="send" loading={send.isPending} onClick={() => send.mutate()}>
                {t('echo.try')}
              </Button>
              {add}
            </>
          }
        >
          <p>{t('echo.about')}</p>
          <p>{t('echo.how', { url: `${session?.public_url || location.origin}/echo/test` })}</p>
        </EmptyState>
      ) : (
        <>
          <p className={css.about}>{t('echo.about')}</p>
          <div className={css.columns}>
            <Panel title={t('echo.addresses')}>
              <ul className={css.list} aria-label={t('echo.addresses')}>
                {[...(all.some((one) => one.name === name) ? [] : [{ name, count: 0 }]), ...all].map((one) => (
                  <li key={one.name}>
                    <button type="button" className={css.row} aria-current={one.name === name || undefined} onClick={() => open(one.name)}>
                      <span translate="no">{one.name}</span>
                      <Muted small>{t('echo.count', { count: one.count })}</Muted>
                    </button>
                  </li>
                ))}
              </ul>
            </Panel>
            <Address key={name} name={name} />
          </div>
          <Muted small>{t('echo.kept')}</Muted>
        </>
      )}
      {adding && <NewAddress onClose={() => setAdding(false)} onOpen={open} />}
    </Page>
  )
}

function NewAddress({ onClose, onOpen }: { onClose: () => void; onOpen: (name: string) => void }) {
  const t = useT()
  const [name, setName] = useState('')
  const [wrong, setWrong] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!echoNames.test(name.trim())) return setWrong(true)
    onOpen(name.trim())
    onClose()
  }
  return (
    <Dialog open onClose={onClose} title={t('echo.new')} size="small">
      <form onSubmit={submit} noValidate>
        <Stack gap={16}>
          <TextField label={t('echo.name')} help={t('echo.newHelp')} mono value={name} onChange={(next) => (setName(next), setWrong(false))} error={wrong ? t('echo.badName') : undefined} placeholder="crm" autoFocus />
          <Button kind="main" type="submit">
            {t('echo.open')}
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
