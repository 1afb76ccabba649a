import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ApiError, api, call, keys } from '@/api'
import { useCommands } from '@/app/commands'
import { useSearch } from '@/app/useSearch'
import { countOf, useT } from '@/i18n'
import { Button, Confirm, Dialog, ErrorNote, toast } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import type { Problem } from '../model/draft'
import { missing, type Lack } from '../model/missing'
import { byPointer } from '../model/steps'
import { titleOf } from '../parts/describe'
import { send } from '../server'
import { Changes, changesOf, type Looked } from './Changes'
import { playedOf } from './Played'

/** Start, apply, stop: what changes the living scenario. Never done before the server has said yes. */
export function LifeButtons() {
  const t = useT()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { info, name, state, store, document } = useEditor()
  const [busy, setBusy] = useState(false)
  const [lacks, setLacks] = useState<Lack[]>()
  const [held, setHeld] = useState<number>()
  /** What is looked at before it goes live: with the number of events that wait for the start. */
  const [applying, setApplying] = useState<{ held: number | undefined; overtaken?: unknown }>()
  const [stopping, setStopping] = useState(false)
  const [error, setError] = useState<unknown>()
  const running = info?.state === 'running'

  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.scenario(name) })
    void client.invalidateQueries({ queryKey: keys.scenarios })
    void client.invalidateQueries({ queryKey: keys.runs })
  }
  /** Saves first; false when something is missing. */
  const ready = async (): Promise<boolean> => {
    setError(undefined)
    const saved = await store.saveNow()
    const now = store.snapshot()
    const found = missing(now?.document ?? document, now?.problems ?? [])
    if (found.length > 0) {
      setLacks(found)
      return false
    }
    if (!saved && now?.save.is !== 'saved') {
      setError(new ApiError({ status: 0, code: 'offline', detail: '' }))
      return false
    }
    return true
  }
  const publish = async (start: boolean, releaseHeld: boolean, { note, requests }: Partial<Looked> = {}) => {
    setBusy(true)
    setHeld(undefined)
    try {
      // Nothing to publish is no reason not to start.
      if (info && info.version && !state.hasChanges && start) {
        await call(api.POST('/api/v1/scenarios/{name}/start', { params: { path: { name } }, body: { release_held: releaseHeld } }))
      } else {
        await store.own(() =>
          send(`/scenarios/${encodeURIComponent(name)}/publish`, {
            method: 'POST',
            headers: { 'If-Match': store.snapshot()?.etag ?? '' },
            body: { start, release_held: releaseHeld, ...(note ? { note } : {}), ...(requests ? { requests } : {}) },
          }),
        )
      }
      setApplying(undefined)
      refresh()
      // What is left to do before nobody has to look after it, at the one time when that is asked.
      const first = info && !info.version
      const look = { label: t('scenario.ready'), act: () => void navigate({ to: '/scenarios/$name/ready', params: { name } }) }
      toast(start && !running ? t('life.started') : t('life.applied'), first ? { action: look } : {})
    } catch (failed) {
      if (failed instanceof ApiError && failed.status === 422 && failed.problems.length > 0) {
        setApplying(undefined)
        setLacks(missing(store.snapshot()?.document ?? document, failed.problems as Problem[]))
      } else if (failed instanceof ApiError && failed.code === 'request.changed' && applying) {
        // Nobody has looked at what would go live now.
        setApplying({ ...applying, overtaken: failed })
        for (const queryKey of [changesOf(name), playedOf(name)]) void client.resetQueries({ queryKey })
      } else setError(failed)
    } finally {
      setBusy(false)
    }
  }
  const start = async () => {
    if (!(await ready())) return
    // Not through the shared query: a hint that comes meanwhile would cancel it, and what waits would not be asked about.
    const fresh = await call(api.GET('/api/v1/scenarios/{name}', { params: { path: { name } } })).catch(() => info)
    const count = fresh?.held ?? 0
    const differs = store.snapshot()?.hasChanges ?? false
    if (info?.version ? differs : count > 0) setApplying({ held: count })
    else if (count > 0) setHeld(count)
    else await publish(true, false)
  }
  const apply = async () => {
    if (await ready()) setApplying({ held: undefined })
  }
  // A link from elsewhere asks for the comparison.
  const [search, setSearch] = useSearch()
  const wanted = search['apply'] === 'open' && info !== undefined
  useEffect(() => {
    if (!wanted) return
    setSearch({ apply: undefined }, { replace: true })
    if (running && state.hasChanges) void apply()
    // Once for each link.
  }, [wanted])
  const stop = async () => {
    setBusy(true)
    try {
      await call(api.POST('/api/v1/scenarios/{name}/stop', { params: { path: { name } } }))
      refresh()
      setStopping(false)
      toast(t('life.stopped'))
    } catch (failed) {
      setError(failed)
      setStopping(false)
    } finally {
      setBusy(false)
    }
  }
  useCommands(
    info === undefined
      ? []
      : running
        ? [...(state.hasChanges ? [{ id: 'apply', icon: 'check' as const, label: t('apply'), act: () => void apply() }] : []), { id: 'stop', icon: 'stop', label: `${t('stop')}: ${info.title || name}`, act: () => setStopping(true) }]
        : [{ id: 'start', icon: 'play', label: `${t('start')}: ${info.title || name}`, act: () => void start() }],
  )
  return (
    <>
      {/* Until it is known whether the scenario runs, no button is better than the wrong one. */}
      {info === undefined ? null : running ? (
        <>
          {/* There from the start, so that the other buttons stay where they are once there is something to apply. */}
          <Button kind="main" onClick={() => void apply()} loading={busy} disabled={!state.hasChanges}>
            {t('apply')}
          </Button>
          <Button icon="stop" onClick={() => setStopping(true)} disabled={busy}>
            {t('stop')}
          </Button>
        </>
      ) : (
        <Button kind="main" onClick={() => void start()} loading={busy}>
          {t('start')}
        </Button>
      )}
      <Confirm open={stopping} onClose={() => setStopping(false)} onConfirm={() => void stop()} title={t('stop.title')} confirm={t('stop')} busy={busy}>
        <p>{t('scenario.stopping')}</p>
      </Confirm>
      {held !== undefined && (
        <Dialog
          open
          onClose={() => setHeld(undefined)}
          title={t('start.heldTitle', countOf(held))}
          size="small"
          actions={
            <>
              <Button onClick={() => void publish(true, false)}>{t('start.newOnly')}</Button>
              <Button kind="main" onClick={() => void publish(true, true)}>
                {t('start.held')}
              </Button>
            </>
          }
        >
          {t('start.heldHelp')}
        </Dialog>
      )}
      <Lacks lacks={lacks} onClose={() => setLacks(undefined)} />
      <Dialog open={error !== undefined} onClose={() => setError(undefined)} title={t('life.failed')} size="small">
        <ErrorNote error={error} />
      </Dialog>
      {applying && <Changes {...applying} overtaken={applying.overtaken} onClose={() => setApplying(undefined)} onApply={(releaseHeld, looked) => void publish(true, releaseHeld, looked)} busy={busy} />}
    </>
  )
}

/** What is missing, each line a way to its field. */
function Lacks({ lacks, onClose }: { lacks: Lack[] | undefined; onClose: () => void }) {
  const t = useT()
  const { open, openSource, addSource, document, kinds } = useEditor()
  const go = (lack: Lack) => {
    onClose()
    if (lack.what === 'source') return addSource()
    const nth = /^\/sources\/(\d+)/.exec(lack.pointer)?.[1]
    if (nth !== undefined) return openSource(document.sources?.[Number(nth)])
    const placed = byPointer(document, lack.pointer)
    if (placed) return open(placed.path, lack.pointer)
    if (lack.what === 'steps') setTimeout(() => globalThis.document.querySelector<HTMLElement>('[data-add-step]')?.click(), 100)
  }
  const words = (lack: Lack): string => {
    const placed = byPointer(document, lack.pointer)
    const where = placed ? t('lack.step', { n: placed.number, title: titleOf(placed.step, t, kinds) }) : ''
    const what = lack.what === 'source' ? t('lack.source') : lack.what === 'steps' ? t('lack.steps') : lack.what === 'url' ? t('lack.url') : lack.what === 'condition' ? t('lack.condition') : lack.words
    return where ? `${where}: ${what}` : what
  }
  return (
    <Dialog open={lacks !== undefined} onClose={onClose} title={t('lack.title')} size="small">
      <ul className={css.lacks}>
        {lacks?.map((lack) => (
          <li key={lack.pointer + lack.words}>
            <button type="button" className={css.linkButton} onClick={() => go(lack)}>
              {words(lack)}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
