import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, ApiError, call, echoQuery, echoRequestQuery, keys, tryEcho, type Echo, type EchoSummary } from '@/api'
import { useSearch } from '@/app/useSearch'
import { clock, size, useT } from '@/i18n'
import { Button, Confirm, CopyButton, EmptyState, ErrorNote, Facts, Method, Mono, Muted, Note, Panel, Rich, Row, Select, Skeleton, Stack, Status, TextField, toastError } from '@/ui'
import { ReceivedTabs } from '@/screens/run/EventView'
import { curlOf } from '@/screens/run/words'
import { echoScripts } from '@/words/echo'
import css from './Receiver.module.css'

/** One address of the test receiver. */
export function Address({ name }: { name: string }) {
  const t = useT()
  const { data, error, refetch } = useQuery(echoQuery(name))
  const failed = error && <ErrorNote error={error} onRetry={() => void refetch()} />
  if (!data) return failed || <Skeleton lines={6} />
  const sample = { name: t('quick.name'), phone: '+79990001122' }
  return (
    <Stack gap={16}>
      {failed}
      <Panel title={name}>
        <Stack gap={16}>
          <Row gap={8}>
            <code className={css.address}>{data.url}</code>
            <CopyButton text={data.url} kind="default">
              {t('ui.copy')}
            </CopyButton>
            <CopyButton text={curlOf({ method: 'POST', url: data.url, headers: [{ name: 'Content-Type', value: 'application/json' }], body: JSON.stringify(sample) })} kind="default">
              {t('echo.copyCurl')}
            </CopyButton>
          </Row>
          <Answers echo={data} />
        </Stack>
      </Panel>
      <Came echo={data} sample={sample} />
    </Stack>
  )
}

const custom = 'custom'

/** How the address answers: chosen in words, or written. */
function Answers({ echo }: { echo: Echo }) {
  const t = useT()
  const queries = useQueryClient()
  const now = echo.script ?? ''
  const own = now !== '' && !echoScripts.some(([script]) => script === now)
  const [writing, setWriting] = useState(own)
  const [text, setText] = useState(now)
  // What is set elsewhere is followed, but not over what is being written here.
  const following = useRef(now)
  const written = writing && text.trim() !== following.current
  useEffect(() => {
    if (following.current === now) return
    following.current = now
    if (written) return
    setText(now)
    setWriting(own)
  }, [now, own, written])
  const put = useMutation({
    mutationFn: (script: string) => call(api.PUT('/api/v1/echo/{name}/script', { params: { path: { name: echo.name } }, body: { script } })),
    onSuccess: (next) => {
      queries.setQueryData([...keys.echo, echo.name], next)
      void queries.invalidateQueries({ queryKey: keys.echo, exact: true })
    },
  })
  const wrong = put.error instanceof ApiError ? put.error.at('/script') : undefined
  const choose = (script: string) => {
    setWriting(script === custom)
    if (script !== custom) put.mutate(script)
  }
  const brought = new URLSearchParams(echo.requests[0]?.query).get('script')
  return (
    <Stack gap={12}>
      <Row gap={8} align="end">
        <Select
          label={t('echo.answers')}
          value={writing ? custom : now}
          onChange={choose}
          width={340}
          options={[{ value: '', label: t('echo.usual') }, ...echoScripts.map(([value, key]) => ({ value, label: t(key) })), { value: custom, label: t('echo.custom') }]}
        />
        {now !== '' && (
          <Button onClick={() => choose('')} loading={put.isPending && put.variables === ''}>
            {t('echo.reset')}
          </Button>
        )}
      </Row>
      {writing && (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            put.mutate(text.trim())
          }}
        >
          <Stack gap={8}>
            <TextField label={t('echo.script')} help={<Rich>{t('echo.scriptHelp')}</Rich>} mono value={text} onChange={(next) => (setText(next), put.reset())} error={wrong} placeholder="503,503,200" />
            <Row>
              <Button type="submit" disabled={text.trim() === '' || text.trim() === now} loading={put.isPending}>
                {t('save')}
              </Button>
            </Row>
          </Stack>
        </form>
      )}
      {put.error && !wrong && <ErrorNote error={put.error} />}
      {brought && <Note tone="info">{t('echo.brought', { script: brought })}</Note>}
    </Stack>
  )
}

/** What came, newest first, and all about the one that is chosen. */
function Came({ echo, sample }: { echo: Echo; sample: object }) {
  const t = useT()
  const queries = useQueryClient()
  const [search, setSearch] = useSearch()
  const [clearing, setClearing] = useState(false)
  const again = () => queries.invalidateQueries({ queryKey: keys.echo })
  const send = useMutation({ mutationFn: () => tryEcho(echo.name, sample), onSuccess: again, onError: (failed) => toastError(failed, t) })
  const clear = useMutation({
    mutationFn: () => call(api.DELETE('/api/v1/echo/{name}/requests', { params: { path: { name: echo.name } } })),
    onSuccess: () => {
      setClearing(false)
      setSearch({ address: echo.name, n: undefined }, { replace: true })
      void again()
    },
  })
  const chosen = echo.requests.find((one) => String(one.n) === search.n) ?? echo.requests[0]
  const choose = (n: number) => search.n !== String(n) && setSearch({ address: echo.name, n: String(n) }, { replace: true })
  return (
    <Panel
      title={t('echo.came')}
      actions={
        chosen && (
          <Button size="small" icon="trash" onClick={() => (clear.reset(), setClearing(true))}>
            {t('echo.clear')}
          </Button>
        )
      }
    >
      {!chosen ? (
        <EmptyState
          icon="dotted"
          title={t('echo.waiting')}
          actions={
            !echo.script && (
              <Button kind="main" icon="send" loading={send.isPending} onClick={() => send.mutate()}>
                {t('echo.try')}
              </Button>
            )
          }
        >
          {t('echo.how', { url: echo.url })}
        </EmptyState>
      ) : (
        <div className={css.came}>
          <ul className={css.list} aria-label={t('echo.came')}>
            {echo.requests.map((one) => (
              <li key={one.n}>
                <button type="button" className={css.row} aria-current={one.n === chosen.n || undefined} onClick={() => choose(one.n)}>
                  <Method>{one.method}</Method>
                  <span>{clock(one.received_at)}</span>
                  <Muted small>{pathOf(one, echo.name)}</Muted>
                  <Answered request={one} />
                </button>
              </li>
            ))}
          </ul>
          {/* What somebody looks at stays when the next one comes. */}
          <div onFocus={() => choose(chosen.n)} onPointerDown={() => choose(chosen.n)}>
            <Chosen key={chosen.n} name={echo.name} chosen={chosen} />
          </div>
        </div>
      )}
      {clearing && (
        <Confirm open onClose={() => setClearing(false)} onConfirm={() => clear.mutate()} busy={clear.isPending} danger title={t('echo.clearTitle', { name: echo.name })} confirm={t('echo.clear')}>
          <p>{t('echo.clearHelp')}</p>
          {clear.error && <ErrorNote error={clear.error} />}
        </Confirm>
      )}
    </Panel>
  )
}

/** All about one of what came. */
function Chosen({ name, chosen }: { name: string; chosen: EchoSummary }) {
  const t = useT()
  const { data, error, refetch } = useQuery({ ...echoRequestQuery(name, chosen), enabled: !chosen.withheld })
  return (
    <Stack>
      <Facts
        items={[
          [t('event.request'), <><Method>{chosen.method}</Method> <Mono>{`${chosen.path}${chosen.query ? `?${chosen.query}` : ''}`}</Mono></>],
          [t('column.time'), clock(chosen.received_at)],
          [t('echo.answered'), <Answered request={chosen} />],
          [t('event.size'), size(chosen.size)],
        ]}
      />
      {chosen.withheld && <Note tone="info">{t('echo.withheld')}</Note>}
      {chosen.cut && !chosen.withheld && <Note tone="info">{t('echo.cutBody')}</Note>}
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {data ? <ReceivedTabs {...data} /> : !chosen.withheld && !error && <Skeleton lines={4} />}
    </Stack>
  )
}

/** What follows the address itself. */
const pathOf = (request: EchoSummary, name: string): string => request.path.slice(request.path.indexOf(`/echo/${name}`) + `/echo/${name}`.length)

/** How a request was answered: by a status, or in words. */
function Answered({ request: { how, status } }: { request: EchoSummary }) {
  const t = useT()
  if (how === 'answer') return <Status code={status} />
  const words = how === 'cut' || how === 'hang' ? t(`echo.how.${how}`) : t(`echo.how.${how}`, { status: status ?? 200 })
  return <Status code={status ?? 500}>{words}</Status>
}
