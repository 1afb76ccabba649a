import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useCallback, useEffect, useState } from 'react'
import { sessionQuery, useHints } from '@/api'
import { duration, useT, type Key } from '@/i18n'
import { useCodes } from '@/i18n/codes'
import { Button, Icon, IconButton, tell, toastError } from '@/ui'
import css from './CheckBanner.module.css'
import { attach, cancel, forget, useChecksAway, type Away } from './checks'
import type { CheckState } from './state'

/** The checks whose editors were left, on every page: how long each has gone on, how it ended. */
export function CheckBanner() {
  const client = useQueryClient()
  const login = useQuery(sessionQuery).data?.user?.login
  // A page that was loaded again, or a connection that is back: the server may be doing what is not seen here.
  const look = useCallback(() => void (login !== undefined && attach(client, login).catch(() => undefined)), [client, login])
  useEffect(look, [look])
  useHints((hints) => hints.some((hint) => hint.kind === 'reconnect') && look())
  return useChecksAway().map((one) => <Line key={`${one.of} ${one.name}`} check={one} />)
}

const ends: Record<string, Key> = { cancelled: 'checks.cancelled', lost: 'checks.lost', unseen: 'checks.unseen' }
/** How long these took nobody knows. */
const untimed = ['lost', 'unseen']
const wordsOf = ({ running, finished }: CheckState): Key => (running ? 'checks.goes' : (ends[finished?.state ?? ''] ?? (finished?.ok ? 'checks.good' : 'checks.bad')))

function Line({ check }: { check: Away }) {
  const t = useT()
  const { state, title, name } = check
  useCodes()
  const { running, finished, runId, error, elsewhere } = state
  return (
    <section className={css.banner} data-state={running ? 'running' : finished?.ok ? 'good' : 'bad'} aria-label={t('checks.title', { title: title || name })}>
      <span role="status" className={css.name}>
        <Icon name={running ? 'play' : finished?.ok ? 'check' : finished && finished.state in ends ? 'stop' : 'close'} size={16} />
        {t(wordsOf(state), { title: title || name })}
      </span>
      {elsewhere && <span>{t(elsewhere.ending ? 'checks.ending' : 'checks.elsewhere', { requests: elsewhere.requests })}</span>}
      {error && <span>{tell(error, t).what}</span>}
      {running ? <Passed since={state.since} /> : finished && !untimed.includes(finished.state) && <span className={css.time}>{duration(finished.duration_ms)}</span>}
      <span className={css.buttons}>
        <Link className={css.link} to={check.of === 'request' ? '/requests/$name' : '/scenarios/$name'} params={{ name }}>
          {t('checks.open')}
        </Link>
        {!running && runId !== undefined && (
          <Button size="small" kind="soft" to="/runs/$id" params={{ id: runId }}>
            {t('checks.result')}
          </Button>
        )}
        {running ? (
          <Button size="small" kind="quiet" icon="stop" onClick={() => void cancel(check).catch((error: unknown) => toastError(error, t))}>
            {t('cancel')}
          </Button>
        ) : (
          <IconButton icon="close" size="small" label={t('ui.close')} onClick={() => forget(check)} />
        )}
      </span>
    </section>
  )
}

function Passed({ since }: { since: number }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.floor(Math.max(0, now - since) / 1000)
  return seconds > 0 && <span className={css.time}>{duration(seconds * 1000)}</span>
}
